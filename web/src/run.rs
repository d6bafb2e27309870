//! Running a component in Node, as a process: this one becomes Node, so that signals, the terminal and the exit code are nobody else's business.

use std::ffi::OsString;
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, ensure};

use crate::glue::{self, Glue};
use crate::{folder, node};

/// The stacks of Node's threads, in KiB: of the first one, which the system gives 8 MiB, and of those that wait. V8 gives both one alone, in which Rust's
/// recursion does not come far.
const STACKS: [&str; 2] = ["--stack-size=7000", "--wasm-stack-switching-stack-size=7000"];

/// Runs it with these arguments and variables. Returns only if it cannot be started.
///
/// # Errors
/// There is no such file, no Node; it is no component, or no program.
pub fn run(component: &Path, arguments: &[OsString], variables: &[OsString], cache: Option<&Path>) -> Result<ExitCode> {
    let made = program(component)?;
    let node = node::find(cache)?;
    let scratch =
        tempfile::Builder::new().prefix("component-web-").tempdir().context("there is no temporary directory")?;
    folder::write(scratch.path(), &made, folder::Kind::Script)?;
    // Node removes the folder as soon as it has read it.
    let folder = scratch.keep();
    let given = folder.join("given.json");
    fs::write(&given, self::given(component, arguments, variables, [false; 3]))
        .with_context(|| format!("{} cannot be written", given.display()))?;
    let mut command = Command::new(&node.program);
    command.args(STACKS).arg("--no-warnings").arg(folder.join("run.mjs")).env("COMPONENT_WEB_GIVEN", &given);
    // What is meant for the user's own scripts.
    command.env_remove("NODE_OPTIONS");
    let error = command.exec();
    let _ = fs::remove_dir_all(&folder);
    Err(error).with_context(|| format!("{} cannot be started", node.program.display()))
}

/// The glue of a component that is a program.
///
/// # Errors
/// There is no such file; it is no component, or a library.
pub fn program(component: &Path) -> Result<Glue> {
    let bytes = fs::read(component).with_context(|| format!("{} cannot be read", component.display()))?;
    let made = glue::make(&bytes, folder::MODULE).with_context(|| format!("{} cannot be run", component.display()))?;
    ensure!(made.entry.is_some(), "{} is a library: it has no `run` to begin at", component.display());
    Ok(made)
}

/// What a program is given, as JSON: arguments, the first of which is its name; variables; which of the standard streams are terminals.
pub fn given(component: &Path, arguments: &[OsString], variables: &[OsString], terminals: [bool; 3]) -> String {
    let name = component.file_stem().unwrap_or_default();
    let words = [name].into_iter().chain(arguments.iter().map(OsString::as_os_str));
    let words: Vec<String> = words.map(|word| folder::quoted(&word.to_string_lossy())).collect();
    let pairs = variables.iter().filter_map(|variable| variable.to_str()?.split_once('='));
    let pairs: Vec<String> =
        pairs.map(|(name, value)| format!("{}:{}", folder::quoted(name), folder::quoted(value))).collect();
    format!("{{\"args\":[{}],\"vars\":{{{}}},\"terminals\":{terminals:?}}}", words.join(","), pairs.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_program_is_given_is_json() {
        let text = given(Path::new("/a/p.wasm"), &["a \"b\"\n".into()], &["N=\\".into()], [false, true, false]);
        assert_eq!(text, r#"{"args":["p","a \"b\"\n"],"vars":{"N":"\\"},"terminals":[false, true, false]}"#);
    }
}
