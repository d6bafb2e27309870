//! `cargo p3 env`: what plain cargo and rust-analyzer need to build for the target without `cargo p3`.

use std::env;
use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::{Context, Result};

use crate::guest::Guest;
use crate::target;
use crate::workspace::Workspace;
use crate::{process, wrapper};

/// What `cargo p3 help env` says last.
pub(crate) const HELP: &str = "\
In a shell:
    eval \"$(cargo p3 env)\"
    cargo build --target wasm32-wasip3
    cargo build -Zbuild-std=std,panic_unwind --target \"$CARGO_P3_TARGET\"
For rust-analyzer, put what `cargo p3 env --rust-analyzer` prints into the editor's settings of the workspace.";

/// Prints it, for a shell (`export NAME='VALUE'`), as JSON, or as rust-analyzer's settings.
///
/// # Errors
/// No toolchain, no sysroot.
pub(crate) fn print(json: bool, rust_analyzer: bool) -> Result<ExitCode> {
    let has_clash = Workspace::find([]).is_some_and(|workspace| workspace.has_clash());
    let guest = Guest::ready(target::chosen([].iter()), true, false)?.with_clash(has_clash);
    let text = if rust_analyzer {
        settings(&guest)?
    } else if json {
        let object: serde_json::Map<String, serde_json::Value> = variables(&guest)?
            .into_iter()
            .map(|(name, value)| {
                let value = unicode(&name, value)?.into();
                Ok((name, value))
            })
            .collect::<Result<_>>()?;
        format!("{:#}\n", serde_json::Value::Object(object))
    } else {
        let mut lines = String::new();
        // The shell may have it from another workspace.
        if !has_clash {
            lines.push_str(&format!("unset {}\n", wrapper::CLASH));
        }
        for (name, value) in variables(&guest)? {
            let value = unicode(&name, value)?.replace('\'', r"'\''");
            lines.push_str(&format!("export {name}='{value}'\n"));
        }
        lines
    };
    process::print(&text)?;
    Ok(ExitCode::SUCCESS)
}

/// The variables for a shell in which plain cargo builds for the target.
fn variables(guest: &Guest) -> Result<Vec<(String, OsString)>> {
    // The toolchain's cargo stands beside the wrappers.
    let bin = guest.bin().to_owned();
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(bin.clone()).chain(env::split_paths(&path).filter(|folder| *folder != bin));
    let path = env::join_paths(folders).context("the sysroot's path cannot stand in PATH")?;
    // Not the target: a shell is used for other things too.
    let mut variables: Vec<_> =
        guest.environment().into_iter().filter(|(name, _)| name != "CARGO_BUILD_TARGET").collect();
    variables.push(("PATH".into(), path));
    // For `-Zbuild-std`, and for a specification as the target. Crates do not see it: the wrapper takes it away.
    variables.push(("RUSTC_BOOTSTRAP".into(), "1".into()));
    variables.push((wrapper::BOOTSTRAP_IS_CARGOS.into(), "1".into()));
    variables.push(("CARGO_UNSTABLE_JSON_TARGET_SPEC".into(), "true".into()));
    variables.push(("CARGO_P3_TARGET".into(), guest.spec()?.into()));
    Ok(variables)
}

/// The settings with which rust-analyzer, of whatever toolchain, understands a guest's workspace.
fn settings(guest: &Guest) -> Result<String> {
    let mut environment = serde_json::Map::new();
    for (name, value) in guest.environment() {
        let value = unicode(&name, value)?.into();
        environment.insert(name, value);
    }
    let cargo = guest.tool("cargo");
    environment.insert("CARGO".to_owned(), unicode("CARGO", cargo.into())?.into());
    let mut settings = serde_json::json!({
        "rust-analyzer.cargo.target": guest.target().name,
        "rust-analyzer.cargo.sysroot": unicode("sysroot", guest.sysroot().path().into())?,
        "rust-analyzer.cargo.extraEnv": environment,
        "rust-analyzer.server.extraEnv": environment,
    });
    // It is looked for in the sysroot, and must be of the compiler's release.
    let server = guest.sysroot().toolchain().sysroot().join("libexec/rust-analyzer-proc-macro-srv");
    if server.is_file() {
        settings["rust-analyzer.procMacro.server"] = unicode("the server of procedural macros", server.into())?.into();
    }
    Ok(format!("{settings:#}\n"))
}

fn unicode(name: &str, value: OsString) -> Result<String> {
    value.into_string().map_err(|value| anyhow::anyhow!("{name} would hold {}, which is not UTF-8", value.display()))
}
