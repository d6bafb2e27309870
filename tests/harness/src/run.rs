//! One run of a program, on the host or on the runtime, in a private directory.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::program::Header;

/// How long a program may take before it counts as hanging. Generous: builds may run beside the tests.
const PATIENCE: Duration = Duration::from_secs(120);

/// What a run showed to the outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observed {
    /// Everything on standard output.
    pub stdout: Vec<u8>,
    /// Everything on standard error.
    pub stderr: Vec<u8>,
    /// The exit code; `None` if a signal ended the process.
    pub exit: Option<i32>,
}

/// Runs the native executable of a program.
///
/// # Errors
/// A process that cannot be started, or that does not end.
pub fn natively(executable: &Path, header: &Header) -> Result<Observed> {
    let place = tempfile::tempdir().context("cannot make a temporary directory")?;
    let mut command = Command::new(executable);
    command.args(&header.args).env_clear().envs(&header.env).env("TMPDIR", place.path());
    observe(command, place.path(), &header.stdin)
}

/// Runs the component of a program on the runtime, granted one directory, with the features that every runtime has unless it makes threads.
///
/// # Errors
/// As [`natively`].
pub fn on_the_runtime(component_run: &Path, component: &Path, header: &Header) -> Result<Observed> {
    with_options(component_run, &[], component, header)
}

/// The same with further options of the runtime.
pub(crate) fn with_options(
    component_run: &Path,
    options: &[String],
    component: &Path,
    header: &Header,
) -> Result<Observed> {
    let place = tempfile::tempdir().context("cannot make a temporary directory")?;
    let mut command = Command::new(component_run);
    command.args(options);
    if !header.threads {
        command.arg("--stock");
    }
    command.arg("--dir").arg(place.path()).arg("--cwd").arg(place.path());
    command.arg("--env").arg(joined("TMPDIR", place.path()));
    for (name, value) in &header.env {
        command.arg("--env").arg(format!("{name}={value}"));
    }
    if header.net {
        command.args(["--net", "loopback"]);
    }
    if header.dev {
        command.arg("--dev");
    }
    command.arg(component).args(&header.args);
    observe(command, place.path(), &header.stdin)
}

fn joined(name: &str, path: &Path) -> std::ffi::OsString {
    let mut pair = std::ffi::OsString::from(name);
    pair.push("=");
    pair.push(path);
    pair
}

fn observe(mut command: Command, place: &Path, stdin: &str) -> Result<Observed> {
    // Output goes to files, so that a program may write any amount before it is read.
    let (stdout, stderr) = (Captured::new()?, Captured::new()?);
    command.current_dir(place).stdin(Stdio::piped()).stdout(stdout.sink()?).stderr(stderr.sink()?);
    let mut child = command.spawn().with_context(|| format!("cannot start {:?}", command.get_program()))?;
    let mut input = child.stdin.take().expect("standard input is piped");
    let stdin = stdin.to_owned();
    // A program that does not read all of its input ends this with a broken pipe: its right.
    let feeder = std::thread::spawn(move || drop(input.write_all(stdin.as_bytes())));
    let deadline = Instant::now() + PATIENCE;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if Instant::now() >= deadline {
            child.kill()?;
            child.wait()?;
            let so_far = String::from_utf8_lossy(&stdout.read()?).into_owned();
            bail!("did not end within {PATIENCE:?}; standard output so far:\n{so_far}");
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    feeder.join().expect("the feeder does not panic");
    Ok(Observed { stdout: stdout.read()?, stderr: stderr.read()?, exit: status.code() })
}

/// A file that takes one stream of a process.
struct Captured(tempfile::NamedTempFile);

impl Captured {
    fn new() -> Result<Captured> {
        Ok(Captured(tempfile::NamedTempFile::new().context("cannot make a temporary file")?))
    }

    fn sink(&self) -> Result<Stdio> {
        Ok(self.0.reopen()?.into())
    }

    fn read(&self) -> Result<Vec<u8>> {
        let path: PathBuf = self.0.path().to_owned();
        std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))
    }
}
