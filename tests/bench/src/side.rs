//! Who runs a program: the host itself, `component-run`, or the wasmtime CLI.
//!
//! The CLI runs the same component without our runtime: what it takes beyond `component-run` is the runtime's doing, what
//! both take beyond native is the guest's or wasmtime's.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::build;
use crate::floor;
use crate::place::{Place, complete};
use crate::row::Run;

/// The native build.
pub(crate) const NATIVE: &str = "native";
/// `component-run`, the program built so that it cannot unwind.
pub(crate) const ABORT: &str = "component-run, panic=abort";
/// The wasmtime CLI.
pub(crate) const WASMTIME: &str = "wasmtime CLI";

/// `component-run`, the floor in the place of the program.
pub(crate) const FLOOR: &str = "component-run, floor";

/// The release of the wasmtime CLI that is comparable: the one whose crate `component-run` is built on.
const COMPARABLE: &str = "48.";

/// What the CLI has to be told for programs with threads.
const THREADS: [&str; 2] = ["-W", "component-model-threading"];

/// One way to run a program.
pub(crate) struct Side {
    name: &'static str,
    kind: Kind,
    programs: PathBuf,
}

#[derive(Clone)]
enum Kind {
    Native,
    ComponentRun(PathBuf),
    Wasmtime,
}

/// What a program may touch, whoever runs it. The host itself grants all; the others no more than this.
pub(crate) struct Grant<'a> {
    pub(crate) directory: &'a Path,
    pub(crate) environment: &'a [(&'a str, &'a str)],
    pub(crate) network: bool,
    /// How often `component-run` runs it, in one process, and the file into which it writes how long one run took.
    pub(crate) repeat: Option<(u64, &'a Path)>,
    /// Whether `component-run` is given a time limit, which the program stays far below.
    pub(crate) time_limit: bool,
}

/// The sides that this machine has, native first: what all others are compared with.
pub(crate) fn sides(place: &Place, against_itself: bool) -> Result<Vec<Side>> {
    let native = build::native(place)?;
    let mut sides = vec![Side { name: NATIVE, kind: Kind::Native, programs: native.clone() }];
    if against_itself {
        sides.push(Side { name: "native again", kind: Kind::Native, programs: native });
        return Ok(sides);
    }
    let (release, abort) = (build::guest(place, "release")?, build::guest(place, "abort")?);
    let component_run = Kind::ComponentRun(place.tool("component-run"));
    sides.push(Side { name: "component-run", kind: component_run.clone(), programs: release.clone() });
    sides.push(Side { name: ABORT, kind: component_run.clone(), programs: abort });
    let floors = place.scratch().join("floors");
    floor::build(place, &floors)?;
    sides.push(Side { name: FLOOR, kind: component_run, programs: floors });
    if wasmtime_version().is_some() {
        sides.push(Side { name: WASMTIME, kind: Kind::Wasmtime, programs: release });
    }
    Ok(sides)
}

impl Side {
    /// `component-run` with the components in `programs`.
    pub(crate) fn component_run(place: &Place, name: &'static str, programs: PathBuf) -> Side {
        Side { name, kind: Kind::ComponentRun(place.tool("component-run")), programs }
    }

    /// What reports call this side.
    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    /// Whether this side takes part in a run: there are floors for some programs only, and a time limit is an affair of `component-run`'s.
    pub(crate) fn has(&self, run: &Run) -> bool {
        match self.name {
            FLOOR => self.file(&run.program).is_file() && !run.time_limit,
            ABORT | WASMTIME => !run.time_limit,
            _ => true,
        }
    }

    /// Does what need not be measured: compiles a component ahead of its first run.
    pub(crate) fn prepare(&self, place: &Place, program: &str) -> Result<()> {
        let Kind::Wasmtime = self.kind else { return Ok(()) };
        let mut command = Command::new("wasmtime");
        command
            .args(["compile", THREADS[0], THREADS[1]])
            .arg(self.file(program))
            .arg("-o")
            .arg(compiled(place, program));
        complete(command)
    }

    /// The command that runs a program with these arguments.
    pub(crate) fn command(&self, place: &Place, program: &str, arguments: &[OsString], grant: &Grant<'_>) -> Command {
        let mut command = match &self.kind {
            Kind::Native => {
                let mut command = Command::new(self.file(program));
                command.env_clear().envs(grant.environment.iter().copied());
                command
            }
            Kind::ComponentRun(tool) => {
                let mut command = Command::new(tool);
                command.arg("--dir").arg(grant.directory);
                for (name, value) in grant.environment {
                    command.arg("--env").arg(format!("{name}={value}"));
                }
                if grant.network {
                    command.args(["--net", "loopback"]);
                }
                if let Some((count, verdict)) = grant.repeat {
                    command.arg("--repeat").arg(count.to_string()).arg("--outcome").arg(verdict);
                }
                if grant.time_limit {
                    command.args(["--timeout", "1h"]);
                }
                command.arg(self.file(program));
                command
            }
            Kind::Wasmtime => {
                let mut command = Command::new("wasmtime");
                command.args(["run", "--allow-precompiled", THREADS[0], THREADS[1], "--dir"]).arg(grant.directory);
                for (name, value) in grant.environment {
                    command.arg("--env").arg(format!("{name}={value}"));
                }
                if grant.network {
                    command.args(["-S", "inherit-network,tcp"]);
                }
                command.arg(compiled(place, program));
                command
            }
        };
        command.args(arguments);
        command
    }

    fn file(&self, program: &str) -> PathBuf {
        let extension = if let Kind::Native = self.kind { std::env::consts::EXE_EXTENSION } else { "wasm" };
        self.programs.join(program).with_extension(extension)
    }
}

/// Where the wasmtime CLI finds a component in compiled form.
fn compiled(place: &Place, program: &str) -> PathBuf {
    place.scratch().join(program).with_extension("cwasm")
}

/// What `wasmtime --version` says, if that is a release to compare with.
pub(crate) fn wasmtime_version() -> Option<String> {
    let output = Command::new("wasmtime").arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let version = text.split_whitespace().nth(1)?;
    version.starts_with(COMPARABLE).then(|| version.to_owned())
}
