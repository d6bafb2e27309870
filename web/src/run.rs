//! Running a component in Node, as a process: this one becomes Node, so that signals, the terminal and the exit code are nobody else's business.

use std::ffi::OsString;
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, ensure};

use crate::{folder, glue, node};

/// The stacks of Node's threads, in KiB: of the first one, which the system gives 8 MiB, and of those that wait. V8 gives both one alone, in which Rust's
/// recursion does not come far.
const STACKS: [&str; 2] = ["--stack-size=7000", "--wasm-stack-switching-stack-size=7000"];

/// Runs it with these arguments and variables. Returns only if it cannot be started.
///
/// # Errors
/// There is no such file, no Node; it is no component, or no program.
pub fn run(
    component: &Path,
    arguments: Vec<OsString>,
    variables: &[OsString],
    cache: Option<&Path>,
) -> Result<ExitCode> {
    let bytes = fs::read(component).with_context(|| format!("{} cannot be read", component.display()))?;
    let node = node::find(cache)?;
    let made = glue::make(&bytes, folder::MODULE).with_context(|| format!("{} cannot be run", component.display()))?;
    ensure!(made.entry.is_some(), "{} is a library: it has no `run` to begin at", component.display());
    let scratch =
        tempfile::Builder::new().prefix("component-web-").tempdir().context("there is no temporary directory")?;
    folder::write(scratch.path(), &made, folder::Kind::Script)?;
    let name = component.file_stem().unwrap_or_default().to_string_lossy();
    let words = [name.into_owned()].into_iter().chain(arguments.iter().map(|word| word.to_string_lossy().into_owned()));
    let pairs: Vec<(String, String)> = variables
        .iter()
        .filter_map(|variable| variable.to_str()?.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    // Node removes the folder as soon as it has read it.
    let folder = scratch.keep();
    let given = folder.join("given.json");
    fs::write(&given, given_text(words, &pairs)).with_context(|| format!("{} cannot be written", given.display()))?;
    let mut command = Command::new(&node.program);
    command.args(STACKS).arg("--no-warnings").arg(folder.join("run.mjs")).env("COMPONENT_WEB_GIVEN", &given);
    // What is meant for the user's own scripts.
    command.env_remove("NODE_OPTIONS");
    let error = command.exec();
    let _ = fs::remove_dir_all(&folder);
    Err(error).with_context(|| format!("{} cannot be started", node.program.display()))
}

/// Arguments and variables as JSON.
fn given_text(arguments: impl Iterator<Item = String>, variables: &[(String, String)]) -> String {
    let arguments: Vec<String> = arguments.map(|word| folder::quoted(&word)).collect();
    let variables: Vec<String> =
        variables.iter().map(|(name, value)| format!("{}:{}", folder::quoted(name), folder::quoted(value))).collect();
    format!("{{\"args\":[{}],\"vars\":{{{}}}}}", arguments.join(","), variables.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_program_is_given_is_json() {
        let text = given_text(["a \"b\"\n".to_owned()].into_iter(), &[("N".to_owned(), "\\".to_owned())]);
        assert_eq!(text, r#"{"args":["a \"b\"\n"],"vars":{"N":"\\"}}"#);
    }
}
