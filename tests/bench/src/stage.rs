//! A program taken through its paces by one side, and the figures it reported.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};

use crate::place::Place;
use crate::row::{Output, Run};
use crate::side::{Grant, Side};

/// Figures by name, in the unit that the program's row states.
pub(crate) type Figures = BTreeMap<String, f64>;

/// Everything runs of one program need beside the program.
pub(crate) struct Stage<'a> {
    place: &'a Place,
    run: &'a Run,
    quick: bool,
    input: Option<PathBuf>,
    peer: Option<TcpPeer>,
}

impl<'a> Stage<'a> {
    /// Makes the input and starts the peer process, if the program wants them.
    pub(crate) fn set(place: &'a Place, run: &'a Run, quick: bool, native: &Side) -> Result<Stage<'a>> {
        let input = run.input(quick).map(|lines| input(place, lines)).transpose()?;
        let peer = run.wants_peer().then(|| TcpPeer::start(place, run.one_core, native)).transpose()?;
        Ok(Stage { place, run, quick, input, peer })
    }

    /// Runs the program once in this round; twice if a time limit is what is measured, and then the figures under it are called `limited_NAME`.
    ///
    /// # Errors
    /// A program that cannot be started or does not end well; its last words are in the error.
    pub(crate) fn take(&self, side: &Side, round: usize) -> Result<Figures> {
        if !self.run.time_limit {
            return self.run(side, false);
        }
        let limited_first = round % 2 == 1;
        let (first, second) = (self.run(side, limited_first)?, self.run(side, !limited_first)?);
        let (limited, mut figures) = if limited_first { (first, second) } else { (second, first) };
        figures.extend(limited.into_iter().map(|(name, value)| (format!("limited_{name}"), value)));
        Ok(figures)
    }

    fn run(&self, side: &Side, time_limit: bool) -> Result<Figures> {
        let directory = tempfile::tempdir_in(self.place.scratch())?;
        let verdict = tempfile::NamedTempFile::new_in(self.place.scratch())?;
        let grant = Grant {
            directory: directory.path(),
            environment: &[("BENCH_KEY", "bench-value")],
            network: self.peer.is_some(),
            repeat: self.run.repeat(self.quick).map(|count| (count, verdict.path())),
            time_limit,
        };
        let arguments: Vec<_> =
            self.run.arguments(self.quick).iter().map(|argument| self.filled(argument, directory.path())).collect();
        let mut command =
            on_one_core(side.command(self.place, &self.run.program, &arguments, &grant), self.run.one_core);
        command.stdin(match &self.input {
            Some(file) => File::open(file)?.into(),
            None => Stdio::null(),
        });
        command.stdout(match self.run.output {
            Some(Output::File) => File::create(directory.path().join("output"))?.into(),
            Some(Output::Pipe) => Stdio::piped(),
            None => Stdio::null(),
        });
        command.stderr(Stdio::piped());
        let start = Instant::now();
        let mut child = command.spawn().with_context(|| format!("cannot start {:?}", command.get_program()))?;
        let reader = child.stdout.take().map(|output| std::thread::spawn(move || swallow(output)));
        let mut said = String::new();
        child.stderr.take().context("standard error is piped")?.read_to_string(&mut said)?;
        let status = child.wait()?;
        let milliseconds = start.elapsed().as_secs_f64() * 1e3;
        if let Some(reader) = reader {
            reader.join().expect("the reader does not panic")?;
        }
        if !status.success() {
            bail!("{status}: {}", last_words(&said));
        }
        let mut figures: Figures = said.lines().filter_map(figure).collect();
        figures.insert("process".to_owned(), milliseconds);
        // A side that does not repeat the program within its process repeats the process.
        figures.insert("each".to_owned(), each(verdict.path())?.unwrap_or(milliseconds * 1e3));
        Ok(figures)
    }

    fn filled(&self, argument: &str, directory: &Path) -> OsString {
        match (argument, &self.peer) {
            ("{directory}", _) => directory.into(),
            ("{peer}", Some(peer)) => (&peer.address).into(),
            _ => argument.into(),
        }
    }
}

/// `figure NAME VALUE`, as the programs' library writes it.
fn figure(line: &str) -> Option<(String, f64)> {
    let mut words = line.strip_prefix("figure ")?.split(' ');
    Some((words.next()?.to_owned(), words.next()?.parse().ok()?))
}

/// How long each run took, as `component-run --repeat` writes it; nothing if nobody has written it.
fn each(verdict: &Path) -> Result<Option<f64>> {
    #[derive(serde::Deserialize)]
    struct Verdict {
        microseconds: Option<f64>,
    }
    let text = std::fs::read(verdict)?;
    if text.is_empty() {
        return Ok(None);
    }
    Ok(serde_json::from_slice::<Verdict>(&text).context("a runtime's outcome is not as expected")?.microseconds)
}

/// The line of standard error that says most: a panic's message, else the first.
fn last_words(said: &str) -> String {
    let mut lines = said.lines().filter(|line| !line.trim().is_empty());
    let after_panic = said.lines().skip_while(|line| !line.contains("panicked at")).nth(1);
    after_panic.or_else(|| lines.next()).unwrap_or("it said nothing").trim().to_owned()
}

fn swallow(mut output: ChildStdout) -> std::io::Result<u64> {
    std::io::copy(&mut output, &mut std::io::sink())
}

/// A file of so many short lines.
fn input(place: &Place, lines: u64) -> Result<PathBuf> {
    let path = place.scratch().join(format!("lines-{lines}"));
    let mut file = BufWriter::new(File::create(&path)?);
    for line in 0..lines {
        writeln!(file, "line {line}")?;
    }
    file.flush()?;
    Ok(path)
}

/// Keeps a command on the last core, where the host has `taskset`.
fn on_one_core(command: Command, wanted: bool) -> Command {
    let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get());
    if !wanted || Command::new("taskset").arg("--version").stdout(Stdio::null()).status().is_err() {
        return command;
    }
    let mut pinned = Command::new("taskset");
    pinned.arg("-c").arg((cores - 1).to_string()).arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            pinned.env(name, value);
        }
    }
    pinned
}

/// The native other side of the TCP programs.
struct TcpPeer {
    child: Child,
    address: String,
}

impl TcpPeer {
    fn start(place: &Place, one_core: bool, native: &Side) -> Result<TcpPeer> {
        let grant =
            Grant { directory: place.scratch(), environment: &[], network: true, repeat: None, time_limit: false };
        let mut command = on_one_core(native.command(place, "tcp_peer", &[], &grant), one_core);
        // It ends when its standard input does.
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().context("cannot start tcp_peer")?;
        let mut address = String::new();
        BufReader::new(child.stdout.take().context("standard output is piped")?).read_line(&mut address)?;
        ensure!(!address.trim().is_empty(), "tcp_peer did not say where it listens");
        Ok(TcpPeer { child, address: address.trim().to_owned() })
    }
}

impl Drop for TcpPeer {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        // What a killed or already gone process answers changes nothing.
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_read_and_other_lines_are_not() {
        assert_eq!(figure("figure line 12.5"), Some(("line".to_owned(), 12.5)));
        assert_eq!(figure("warning: line 12.5"), None);
        let file = tempfile::NamedTempFile::new().unwrap();
        assert_eq!(each(file.path()).unwrap(), None);
        std::fs::write(file.path(), r#"{"outcome":"exited","code":0,"microseconds":35.4}"#).unwrap();
        assert_eq!(each(file.path()).unwrap(), Some(35.4));
        std::fs::write(file.path(), r#"{"outcome":"exited","code":0}"#).unwrap();
        assert_eq!(each(file.path()).unwrap(), None);
        assert_eq!(figure("figure line much"), None);
    }

    #[test]
    fn a_panic_is_told_by_its_message() {
        let said = "first\nthread 'main' panicked at src/main.rs:1:1:\nno such thing\nnote: run with\n";
        assert_eq!(last_words(said), "no such thing");
        assert_eq!(last_words("\nerror: missing\n"), "error: missing");
    }
}
