//! `cargo p3 doctor`: a line for everything a build or a run needs, and the command that mends what is wrong. Changes nothing.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

use anyhow::{Result, ensure};
use overlay::{RUST, Sysroot, Toolchain};

use crate::cache::{self, Cache};
use crate::target::WASIP3;
use crate::toolchain::{self, Incomplete, Look, Search};
use crate::{guest, process, provision};

/// A thing that was looked for.
struct Finding {
    thing: &'static str,
    state: State,
    detail: String,
    /// The command that mends it.
    mend: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Good,
    /// Not there, and only needed for some verbs.
    Absent,
    Bad,
}

/// Prints the findings; fails if something is missing without which nothing is built or run.
///
/// # Errors
/// No place for a cache.
pub(crate) fn doctor() -> Result<ExitCode> {
    let cache = Cache::locate()?;
    let toolchain = toolchain::search(Look::Close);
    let mut findings = vec![rust(&toolchain)];
    if let Ok(Search::Found(toolchain)) = &toolchain {
        findings.push(found("cargo", shown(toolchain.cargo())));
        findings.push(found("wasm-ld", toolchain::wasm_ld(toolchain).map(|linker| shown(&linker)).unwrap_or_default()));
        findings.push(tool(toolchain, "rustdoc", "rustdoc", "doc, and documentation tests"));
        findings.push(tool(toolchain, "clippy", "cargo-clippy", "clippy"));
    }
    findings.push(host_linker());
    findings.push(cache_directory(&cache));
    if let Ok(Search::Found(toolchain)) = &toolchain {
        findings.push(sysroot(toolchain, &cache));
    }
    let mut text = String::new();
    for Finding { thing, state, detail, mend } in &findings {
        let mark = match state {
            State::Good => "ok     ",
            State::Absent => "absent ",
            State::Bad => "MISSING",
        };
        let _ = writeln!(text, "{mark}  {thing:<15}  {detail}");
        if let Some(mend) = mend {
            let _ = writeln!(text, "{:26}mend: {mend}", "");
        }
    }
    process::print(&text)?;
    Ok(if findings.iter().any(|finding| finding.state == State::Bad) { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// The sysroot that builds use now, if there is a toolchain to say so.
pub(crate) fn sysroot_in_use(cache: &Cache) -> Option<PathBuf> {
    match toolchain::search(Look::Quick) {
        Ok(Search::Found(toolchain)) => Some(Sysroot::directory(&toolchain, cache.path(), guest::parts())),
        _ => None,
    }
}

fn found(thing: &'static str, detail: String) -> Finding {
    Finding { thing, state: State::Good, detail, mend: None }
}

fn rust(search: &Result<Search>) -> Finding {
    let thing = RUST;
    let bad = |detail: String, mend: String| Finding { thing, state: State::Bad, detail, mend: Some(mend) };
    match search {
        Ok(Search::Found(toolchain)) => {
            found(thing, format!("{} (sources: {})", shown(toolchain.rustc()), shown(&toolchain.library())))
        }
        Ok(Search::Missing(wrong)) => {
            let reasons: Vec<String> = wrong.iter().flat_map(Incomplete::reasons).collect();
            let reasons =
                if reasons.is_empty() { "no rustc found".to_owned() } else { reasons.join(&format!("\n{:26}", "")) };
            bad(reasons, format!("cargo p3 setup   (or: {})", provision::commands(wrong)))
        }
        Err(error) => bad(format!("{error:#}"), format!("unset {}", toolchain::VARIABLE)),
    }
}

fn tool(toolchain: &Toolchain, thing: &'static str, program: &str, needed_for: &str) -> Finding {
    let program = toolchain.rustc().with_file_name(program);
    if program.is_file() {
        return found(thing, shown(&program));
    }
    let mend = if thing == "clippy" {
        provision::tool_command(thing, program.starts_with("/usr/bin"))
    } else {
        provision::commands(&[])
    };
    Finding { thing, state: State::Absent, detail: format!("needed for: {needed_for}"), mend: Some(mend) }
}

/// Build scripts and procedural macros are programs for the machine itself.
fn host_linker() -> Finding {
    let thing = "cc";
    let path = env::var_os("PATH").unwrap_or_default();
    match env::split_paths(&path).map(|folder| folder.join(thing)).find(|program| program.is_file()) {
        Some(linker) => found(thing, shown(&linker)),
        None => Finding {
            thing,
            state: State::Bad,
            detail: "no linker for this machine, which build scripts and procedural macros need".to_owned(),
            mend: Some(provision::host_linker_command()),
        },
    }
}

fn cache_directory(cache: &Cache) -> Finding {
    let thing = "cache";
    if let Err(error) = cache.writable() {
        let mend = format!("make it writable, or set {}", cache::VARIABLE);
        return Finding { thing, state: State::Bad, detail: format!("{error:#}"), mend: Some(mend) };
    }
    let sysroots = cache.sysroots().unwrap_or_default();
    let size = cache::shown(sysroots.iter().map(|sysroot| sysroot.size).sum());
    let mut finding = found(thing, format!("{}: sysroots: {}, {size}", shown(cache.path()), sysroots.len()));
    if sysroots.len() > 1 {
        finding.mend = Some("cargo p3 clean --cache   (removes those not in use)".to_owned());
    }
    finding
}

fn sysroot(toolchain: &Toolchain, cache: &Cache) -> Finding {
    let path = Sysroot::directory(toolchain, cache.path(), guest::parts());
    let thing = "sysroot";
    let is_built = fs::read_dir(path.join("lib/rustlib").join(WASIP3.name).join("lib")).is_ok();
    if !is_built {
        let detail = format!("{} is built when it is first needed", shown(&path));
        return Finding { thing, state: State::Absent, detail, mend: Some("cargo p3 setup".to_owned()) };
    }
    let spec = path.join("targets").join(format!("{}.json", WASIP3.name));
    match check_spec(&spec) {
        Ok(()) => found(thing, shown(&path)),
        Err(error) => Finding {
            thing,
            state: State::Bad,
            detail: format!("{} is damaged: {error:#}", shown(&spec)),
            mend: Some("cargo p3 clean --cache --all && cargo p3 setup".to_owned()),
        },
    }
}

/// A target's specification was written whole, so anything else has happened to it since.
fn check_spec(spec: &Path) -> Result<()> {
    let value: serde_json::Value = serde_json::from_slice(&fs::read(spec)?)?;
    ensure!(value.get("llvm-target").is_some(), "it names no LLVM target");
    Ok(())
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_specification_that_was_cut_off_is_damaged() {
        let whole = include_str!("../../targets/wasm32-wasip3.json");
        let place = tempfile::tempdir().unwrap();
        let spec = place.path().join("spec.json");
        fs::write(&spec, whole).unwrap();
        check_spec(&spec).unwrap();
        for damaged in [&whole[..whole.len() / 2], "", "{}"] {
            fs::write(&spec, damaged).unwrap();
            check_spec(&spec).unwrap_err();
        }
    }
}
