//! Published programs: installed natively and by `cargo p3 install` from the same lock file, given the same work.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use crate::place::{Place, cargo, complete};
use crate::statistics::Summary;

/// `applications.toml`, whose own comment explains its keys.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    #[serde(rename = "application")]
    applications: Vec<Application>,
}

/// One published program and its work.
#[derive(Deserialize, Serialize, Clone)]
#[serde(deny_unknown_fields)]
pub(crate) struct Application {
    pub(crate) package: String,
    pub(crate) version: String,
    binary: Option<String>,
    pub(crate) about: String,
    pub(crate) arguments: Vec<String>,
    input: Option<String>,
    #[serde(default)]
    sorted: bool,
    features: Option<Vec<String>>,
    #[serde(default)]
    config: Vec<String>,
}

/// What came of one.
#[derive(Serialize)]
pub(crate) struct Outcome {
    pub(crate) application: Application,
    /// Bytes that both printed.
    pub(crate) printed: usize,
    /// Milliseconds from start to end, each side.
    pub(crate) native: Option<Summary>,
    pub(crate) component: Option<Summary>,
    pub(crate) ratio: Option<Summary>,
    /// The first thing in which the component was not like the native program.
    pub(crate) failure: Option<String>,
}

impl Outcome {
    /// What is wrong, in one line.
    pub(crate) fn complaint(&self) -> Option<String> {
        Some(format!("{} {}: {}", self.application.package, self.application.version, self.failure.as_ref()?))
    }
}

/// Installs and runs the applications of these names, or all.
pub(crate) fn run(place: &Place, names: &[String], rounds: usize) -> Result<Vec<Outcome>> {
    let file = place.path("tests/bench/applications.toml");
    let text = std::fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let List { mut applications } = toml::from_str(&text).with_context(|| format!("in {}", file.display()))?;
    for name in names {
        let known = applications.iter().any(|application| application.package == *name);
        ensure!(known, "{} lists no {name}", file.display());
    }
    applications.retain(|application| names.is_empty() || names.contains(&application.package));
    let library = library()?;
    place.build_tools()?;
    applications.into_iter().map(|application| outcome(place, application, &library, rounds)).collect()
}

fn outcome(place: &Place, application: Application, library: &Path, rounds: usize) -> Result<Outcome> {
    eprintln!("  {} {}", application.package, application.version);
    let (host, guest) = (place.builds("applications/native"), place.builds("applications/guest"));
    complete(application.install(cargo_install(), &host))?;
    let mut outcome = Outcome { application, printed: 0, native: None, component: None, ratio: None, failure: None };
    match measure(place, &outcome.application, library, rounds, &host, &guest) {
        Ok((printed, native, component)) => {
            let ratios: Vec<f64> = component.iter().zip(&native).map(|(ours, native)| ours / native).collect();
            outcome.printed = printed;
            outcome.native = Some(Summary::of(&native));
            outcome.component = Some(Summary::of(&component));
            outcome.ratio = Some(Summary::of(&ratios));
        }
        Err(error) => outcome.failure = Some(format!("{error:#}")),
    }
    Ok(outcome)
}

/// Compares once (which also fills caches), then takes times.
fn measure(
    place: &Place,
    application: &Application,
    library: &Path,
    rounds: usize,
    host: &Path,
    guest: &Path,
) -> Result<(usize, Vec<f64>, Vec<f64>)> {
    complete(application.install(place.cargo_p3("install"), guest))?;
    let (expected, found) = (application.run(host, library)?.0, application.run(guest, library)?.0);
    ensure!(
        expected.status.code() == found.status.code(),
        "native it ends with {}, as a component with {}: {}",
        expected.status,
        found.status,
        String::from_utf8_lossy(&found.stderr).lines().next().unwrap_or("it said nothing"),
    );
    let (expected, found) = (application.ordered(expected.stdout), application.ordered(found.stdout));
    ensure!(!expected.is_empty(), "the native program printed nothing: the work shows nothing");
    if let Some(place) = first_difference(&expected, &found) {
        anyhow::bail!(
            "prints something else than natively, from byte {place} on ({} and {} bytes)",
            found.len(),
            expected.len()
        );
    }
    let (mut native, mut component) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        native.push(application.run(host, library)?.1);
        component.push(application.run(guest, library)?.1);
    }
    Ok((found.len(), native, component))
}

impl Application {
    /// Completes an install command.
    fn install(&self, mut install: Command, root: &Path) -> Command {
        install.args([&self.package, "--version", &self.version, "--locked", "--quiet"]).arg("--root").arg(root);
        // What is installed may come from an older std: it is built again, as far as that changed.
        install.arg("--force").arg("--target-dir").arg(root.join("build"));
        for setting in &self.config {
            install.args(["--config", setting]);
        }
        if let Some(features) = &self.features {
            install.arg("--no-default-features");
            for feature in features {
                install.args(["--features", feature]);
            }
        }
        install
    }

    /// Runs what was installed below `root`; also says how many milliseconds that took.
    fn run(&self, root: &Path, library: &Path) -> Result<(Output, f64)> {
        let name = self.binary.as_ref().unwrap_or(&self.package);
        let program = root.join("bin").join(name).with_extension(std::env::consts::EXE_EXTENSION);
        let mut command = Command::new(&program);
        // A launcher grants the current directory.
        command.args(&self.arguments).current_dir(library);
        command.stdin(match &self.input {
            Some(input) => File::open(library.join(input)).with_context(|| format!("cannot open {input}"))?.into(),
            None => Stdio::null(),
        });
        let start = Instant::now();
        let output = command.output().with_context(|| format!("cannot start {}", program.display()))?;
        Ok((output, start.elapsed().as_secs_f64() * 1e3))
    }

    fn ordered(&self, printed: Vec<u8>) -> Vec<u8> {
        if !self.sorted {
            return printed;
        }
        let mut lines: Vec<&[u8]> = printed.split_inclusive(|byte| *byte == b'\n').collect();
        lines.sort_unstable();
        lines.concat()
    }
}

fn first_difference(one: &[u8], other: &[u8]) -> Option<usize> {
    let common = one.iter().zip(other).take_while(|(one, other)| one == other).count();
    (common < one.len().max(other.len())).then_some(common)
}

fn cargo_install() -> Command {
    let mut command = cargo();
    command.arg("install");
    command
}

/// The sources of the Rust library: a large tree of text that whoever builds for the target has.
fn library() -> Result<PathBuf> {
    // Debian's rustc stands behind rustup's on the path.
    for rustc in ["rustc", "/usr/bin/rustc"] {
        let Ok(output) = Command::new(rustc).args(["--print", "sysroot"]).output() else { continue };
        let sysroot = String::from_utf8(output.stdout).context("the sysroot's path is not UTF-8")?;
        let library = Path::new(sysroot.trim()).join("lib/rustlib/src/rust/library");
        if library.is_dir() {
            return library.canonicalize().with_context(|| format!("cannot read {}", library.display()));
        }
    }
    anyhow::bail!("no rustc on this machine has the library's sources (rustup component add rust-src)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_found_where_it_begins() {
        assert_eq!(first_difference(b"same", b"same"), None);
        assert_eq!(first_difference(b"same", b"sane"), Some(2));
        assert_eq!(first_difference(b"same", b"same and more"), Some(4));
    }
}
