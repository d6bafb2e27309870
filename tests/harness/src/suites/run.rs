//! A test binary run: as a whole, all its tests in one process or in one instance on the runtime, as libtest does it; or on the runtime with an
//! instance for each test (`isolated`).
//!
//! Also how each kind of run looks to a test: an empty directory of its own as current and as temporary directory, the network, no input.
//! The runtime grants nothing else.

use std::collections::HashSet;
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use component_run::{Access, Directory, Kind, Network, Setup, Verdict};
use contract::exit;

use super::build::Binary;
use super::libtest::{self, Event, Reader};
use crate::record::{Ending, Record, Side};
use crate::report::Selection;
use component_run::isolated::{self, Choice};

/// What runs test binaries.
#[derive(Debug, Clone)]
pub struct Runner {
    /// For which side.
    pub side: Side,
    /// The runtime's executable.
    pub component_run: PathBuf,
    /// The words of the command that runs a binary of the web: the runtime knows none.
    pub web: Option<Vec<OsString>>,
    /// How long one binary may run.
    pub patience: Duration,
    /// How long one test may run in an instance of its own, and how many of them do so at once. `None`: a binary runs as a whole.
    pub isolated: Option<(Duration, usize)>,
}

/// Which tests of a suite are to run.
pub struct Wanted<'a> {
    /// These.
    pub selection: &'a Selection,
    /// Of those that their author ignores, the ones that run all the same: binary and name.
    pub unignored: &'a dyn Fn(&str, &str) -> bool,
}

/// What happens, for a progress bar.
#[derive(Debug)]
pub enum Step<'a> {
    /// So many tests are added to those to come.
    Planned(usize),
    /// A test began.
    Started(&'a str),
    /// A test ended.
    Ended(&'a Record),
}

impl Runner {
    /// The command line that runs a binary in `place`; arguments for the binary may follow. On the runtime, how it ended
    /// will stand in `verdict`.
    #[must_use]
    pub fn command(&self, binary: &Path, place: &Path, verdict: &Path) -> Command {
        let mut command = match (self.side, self.web.as_deref()) {
            (Side::Native, _) => Command::new(binary),
            (Side::Target, Some([program, words @ ..])) => {
                let mut command = Command::new(program);
                command.args(words);
                for variable in self.variables(place) {
                    command.arg("--env").arg(variable);
                }
                command.arg(binary);
                command
            }
            (Side::Target, _) => {
                let mut command = Command::new(&self.component_run);
                command.arg("--outcome").arg(verdict);
                // What `current_exe` names is to be seen.
                if let Some(folder) = binary.parent() {
                    let mut readable = OsString::from(folder);
                    readable.push(":ro");
                    command.arg("--dir").arg(readable);
                }
                command.args(self.options(place)).arg(binary);
                command
            }
        };
        command.env_remove("RUST_BACKTRACE").env_remove("RUST_TEST_THREADS");
        command.env(libtest::UNSTABLE.0, libtest::UNSTABLE.1).env("TMPDIR", place).current_dir(place);
        command
    }

    /// What the runtime is told: grants, and a limit of time.
    pub(super) fn options(&self, place: &Path) -> Vec<OsString> {
        let [temporary, unstable] = self.variables(place);
        let limit = format!("{}s", self.patience.as_secs());
        vec![
            "--dir".into(),
            place.into(),
            "--cwd".into(),
            place.into(),
            "--env".into(),
            temporary,
            "--env".into(),
            unstable,
            "--net".into(),
            "all".into(),
            "--timeout".into(),
            limit.into(),
        ]
    }

    /// The variables of a test.
    fn variables(&self, place: &Path) -> [OsString; 2] {
        let mut temporary = OsString::from("TMPDIR=");
        temporary.push(place);
        [temporary, format!("{}={}", libtest::UNSTABLE.0, libtest::UNSTABLE.1).into()]
    }

    /// The names of a binary's tests, or of those that contain `filter`.
    ///
    /// # Errors
    /// A binary that does not tell.
    pub fn list(&self, binary: &Binary, filter: Option<&str>) -> Result<Vec<String>> {
        if !binary.has_libtest {
            return Ok(vec![WHOLE.to_owned()]
                .into_iter()
                .filter(|name| filter.is_none_or(|f| name.contains(f)))
                .collect());
        }
        let place = tempfile::tempdir().context("cannot make a temporary directory")?;
        let verdict = VerdictFile::new()?;
        let mut command = self.command(&binary.path, place.path(), verdict.path());
        command.args(["--list", "--format=terse"]).args(filter);
        let output = command.stdin(Stdio::null()).output().with_context(|| format!("cannot run {}", binary.name))?;
        ensure!(
            output.status.success(),
            "{} does not list its tests ({}): {}",
            binary.path.display(),
            output.status,
            String::from_utf8_lossy(&output.stderr).trim_end()
        );
        Ok(libtest::listed(&String::from_utf8_lossy(&output.stdout)))
    }

    /// Runs the tests of a binary that are wanted; `place` is the index of its first test in the suite, and becomes that of the next
    /// binary's.
    ///
    /// # Errors
    /// A binary that cannot be started. One that ends early is recorded.
    pub fn run(
        &self,
        binary: &Binary,
        wanted: &Wanted<'_>,
        place: &mut usize,
        progress: &mut dyn FnMut(Step<'_>),
    ) -> Result<Vec<Record>> {
        let Selection { filter, partition } = wanted.selection;
        let all = self.list(binary, filter.as_deref())?;
        let share = |(index, _): &(usize, &String)| partition.is_none_or(|partition| partition.has(*place + index));
        let chosen: Vec<String> = all.iter().enumerate().filter(share).map(|(_, name)| name.clone()).collect();
        *place += all.len();
        if chosen.is_empty() {
            return Ok(Vec::new());
        }
        match self.isolated {
            _ if !binary.has_libtest => {
                progress(Step::Planned(1));
                let record = self.run_whole(binary)?;
                progress(Step::Ended(&record));
                Ok(vec![record])
            }
            Some((limit, jobs)) => self.run_isolated(binary, &chosen, limit, jobs, wanted, progress),
            None => {
                let mut records = self.run_libtest(binary, &chosen, &[], progress)?;
                let mut again = Vec::new();
                records.retain(|record| {
                    let runs = record.ending == Ending::Ignored && (wanted.unignored)(&binary.name, &record.name);
                    again.extend(runs.then(|| record.name.clone()));
                    !runs
                });
                if !again.is_empty() {
                    records.extend(self.run_libtest(binary, &again, &["--ignored"], progress)?);
                }
                Ok(records)
            }
        }
    }

    /// Runs the tests of these names in one process.
    fn run_libtest(
        &self,
        binary: &Binary,
        names: &[String],
        options: &[&str],
        progress: &mut dyn FnMut(Step<'_>),
    ) -> Result<Vec<Record>> {
        let directory = tempfile::tempdir().context("cannot make a temporary directory")?;
        let verdict = VerdictFile::new()?;
        let mut command = self.command(&binary.path, directory.path(), verdict.path());
        command.args(libtest::ARGUMENTS).args(options).arg("--exact").args(names);
        let (reader, outcome) = self.watch(command, self.reads(&verdict), &binary.name, progress)?;
        if let Some((_, words)) = outcome.as_ref().filter(|_| reader.is_untouched()) {
            bail!("{} ran none of its tests: {}", binary.path.display(), words.trim());
        }
        Ok(reader.end(outcome.as_ref().map(|(ending, message)| (*ending, &**message)), names))
    }

    /// Runs each of the tests of these names in an instance of its own.
    fn run_isolated(
        &self,
        binary: &Binary,
        names: &[String],
        limit: Duration,
        jobs: usize,
        wanted: &Wanted<'_>,
        progress: &mut dyn FnMut(Step<'_>),
    ) -> Result<Vec<Record>> {
        let directory = tempfile::tempdir().context("cannot make a temporary directory")?;
        let path = directory.path().to_owned();
        let grant = |path: &Path, access| Directory { host: path.to_owned(), guest: path.into(), access };
        // What `current_exe` names is to be seen.
        let readable = binary.path.parent().map(|folder| grant(folder, Access::ReadOnly));
        let directories: Vec<_> = readable.into_iter().chain([grant(&path, Access::ReadWrite)]).collect();
        let options = isolated::Options {
            binary: binary.name.clone(),
            jobs,
            setup: Arc::new(move || Setup {
                current_dir: Some(path.clone().into()),
                directories: directories.clone(),
                network: Network::All,
                time_limit: Some(limit),
                ..Setup::default()
            }),
            output: Some(KEPT),
            temporary: None,
        };
        let names: HashSet<&str> = names.iter().map(String::as_str).collect();
        let select = |test: &isolated::Test| match &test.ignored {
            _ if !names.contains(&*test.name) => Choice::Leave,
            Some(_) if !(wanted.unignored)(&binary.name, &test.name) => Choice::Ignore,
            _ => Choice::Run,
        };
        isolated::run(&binary.path, &options, &select, &mut |event| match event {
            isolated::Event::Started(test) => progress(Step::Started(&test.name)),
            isolated::Event::Ended(record, _) => progress(Step::Ended(record)),
            isolated::Event::Listed(count) => progress(Step::Planned(count)),
        })
    }

    /// The file, if what is run writes it.
    fn reads<'a>(&self, verdict: &'a VerdictFile) -> Option<&'a VerdictFile> {
        (self.side == Side::Target && self.web.is_none()).then_some(verdict)
    }

    /// Runs a command that speaks as libtest does. It is the runtime's if there is a verdict to be read.
    pub(super) fn watch(
        &self,
        mut command: Command,
        verdict: Option<&VerdictFile>,
        name: &str,
        progress: &mut dyn FnMut(Step<'_>),
    ) -> Result<(Reader, Option<(Ending, String)>)> {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().with_context(|| format!("cannot run {name}"))?;
        let stderr = collect(child.stderr.take().expect("stderr is piped"));
        let mut reader = Reader::new(name);
        let mut lines = BufReader::new(child.stdout.take().expect("stdout is piped"));
        let mut line = Vec::new();
        while lines.read_until(b'\n', &mut line).context("cannot read what a test prints")? > 0 {
            let text = String::from_utf8_lossy(&line).trim_end_matches('\n').to_owned();
            match reader.line(&text) {
                Event::Started(name) => progress(Step::Started(name)),
                Event::Ended => progress(Step::Ended(reader.records().last().expect("one has ended"))),
                Event::Counted(count) => progress(Step::Planned(count)),
                Event::None => {}
            }
            line.clear();
        }
        let outcome = outcome(child, verdict, &stderr.join().expect("reading does not panic"))?;
        Ok((reader, outcome))
    }

    /// A binary without libtest is one test: it ends well, or not.
    fn run_whole(&self, binary: &Binary) -> Result<Record> {
        let place = tempfile::tempdir().context("cannot make a temporary directory")?;
        let verdict = VerdictFile::new()?;
        let mut command = self.command(&binary.path, place.path(), verdict.path());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().with_context(|| format!("cannot run {}", binary.name))?;
        let stdout = collect(child.stdout.take().expect("stdout is piped"));
        let stderr = collect(child.stderr.take().expect("stderr is piped")).join().expect("reading does not panic");
        let stdout = stdout.join().expect("reading does not panic");
        let ending = match outcome(child, self.reads(&verdict), &stderr)? {
            None => Ending::Passed,
            Some((Ending::Exited, _)) => Ending::Failed,
            Some((ending, _)) => ending,
        };
        let output = if ending.is_fine() { String::new() } else { stdout + &stderr };
        Ok(Record { binary: binary.name.clone(), name: WHOLE.to_owned(), ending, time: None, output })
    }
}

/// Bytes of an isolated test's output that are kept.
const KEPT: usize = 64 << 10;

/// The name of the one test of a binary without libtest.
pub const WHOLE: &str = "main";

fn collect(mut pipe: impl Read + Send + 'static) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // What was read before an error is still worth telling.
        let _ = pipe.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// A file for the runtime's verdict, where no guest can write.
pub(super) struct VerdictFile(tempfile::NamedTempFile);

impl VerdictFile {
    pub(super) fn new() -> Result<VerdictFile> {
        Ok(VerdictFile(tempfile::NamedTempFile::new().context("cannot make a temporary file")?))
    }

    pub(super) fn path(&self) -> &Path {
        self.0.path()
    }
}

/// How a process ended, unless it was well or with tests that failed (libtest's code is 101), and its last words.
fn outcome(mut child: Child, verdict: Option<&VerdictFile>, stderr: &str) -> Result<Option<(Ending, String)>> {
    let status = child.wait().context("cannot wait for a test")?;
    let verdict = verdict.map(|file| Verdict::read(file.path()));
    let ending = match verdict.map(|verdict| verdict.map(|verdict| verdict.outcome)) {
        _ if status.success() => return Ok(None),
        Some(Ok(Kind::StackOverflowed)) => Ending::StackOverflowed,
        Some(Ok(Kind::MemoryExhausted)) => Ending::MemoryExhausted,
        Some(Ok(Kind::TimedOut)) => Ending::TimedOut,
        Some(Ok(Kind::Deadlocked)) => Ending::Deadlocked,
        Some(Ok(Kind::Trapped)) => Ending::Trapped,
        Some(Ok(Kind::Exited | Kind::Refused)) => match status.code() {
            // A program without threads finds out by itself that it waits for nobody.
            Some(code) if code == i32::from(exit::DEADLOCKED) => Ending::Deadlocked,
            _ => Ending::Exited,
        },
        // A signal ended it; the runtime, if it was to leave a verdict.
        Some(Err(_)) | None if status.code().is_none() => Ending::Trapped,
        // What runs programs of the web leaves none, and has the runtime's codes.
        None if status.code() == Some(exit::TRAPPED.into()) => Ending::Trapped,
        None if status.code() == Some(exit::DEADLOCKED.into()) => Ending::Deadlocked,
        Some(Err(_)) | None => Ending::Exited,
    };
    Ok(Some((ending, format!("{stderr}\n({status})"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How a process ends that says so on stderr, exits so, and leaves this verdict.
    fn ending(script: &str, verdict: Option<&str>) -> Option<Ending> {
        let file = VerdictFile::new().unwrap();
        std::fs::write(file.path(), verdict.unwrap_or_default()).unwrap();
        let child = Command::new("sh").args(["-c", script]).spawn().unwrap();
        let ended = outcome(child, verdict.map(|_| &file), "component-run: stack overflow in the guest").unwrap();
        ended.map(|(ending, _)| ending)
    }

    #[test]
    fn how_a_binary_ended_is_the_verdict_and_neither_its_words_nor_its_code() {
        let verdict = |kind: &str| format!(r#"{{"outcome":"{kind}","code":134}}"#);
        assert_eq!(ending("exit 134", Some(&verdict("trapped"))), Some(Ending::Trapped));
        assert_eq!(ending("exit 134", Some(&verdict("stack-overflowed"))), Some(Ending::StackOverflowed));
        assert_eq!(ending("exit 124", Some(&verdict("exited"))), Some(Ending::Exited));
        assert_eq!(ending("exit 135", Some(&verdict("exited"))), Some(Ending::Deadlocked));
        assert_eq!(ending("exit 0", Some(&verdict("exited"))), None);
    }

    #[test]
    fn a_process_that_leaves_no_verdict_exits_or_has_the_runtimes_codes_or_is_ended_by_a_signal() {
        assert_eq!(ending("exit 3", None), Some(Ending::Exited));
        assert_eq!(ending("exit 134", None), Some(Ending::Trapped));
        assert_eq!(ending("exit 135", None), Some(Ending::Deadlocked));
        assert_eq!(ending("kill -ABRT $$", None), Some(Ending::Trapped));
    }

    #[test]
    fn a_runtime_that_leaves_no_verdict_has_ended_badly() {
        assert_eq!(ending("kill -SEGV $$", Some("")), Some(Ending::Trapped));
        assert_eq!(ending("exit 134", Some("")), Some(Ending::Exited));
    }
}
