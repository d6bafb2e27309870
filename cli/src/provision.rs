//! Installing the Rust of guests with its library sources, by whoever installs software on this machine; and what a half-installed one lacks.
//!
//! As root on Debian (containers, CI) that is apt, if its archive has the release; everywhere else, and where apt fails, rustup. Nothing is removed
//! and no default is changed: guests need this release beside whatever Rust the user works with. Each step is announced before it is taken.

use std::env;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, anyhow, bail};
use overlay::RUST_RELEASE;

use crate::advice::{Advise, report};
use crate::toolchain::{self, Incomplete, Look, Part, Search};
use crate::{install, progress};

/// Debian's compiler of the release.
const COMPILER: &str = "rustc-web";

/// What it needs to link programs for the machine itself, build scripts among them.
const HOST_LINKER: [&str; 2] = ["gcc", "libc6-dev"];

/// How often to ask for the lock of another apt before giving up, in seconds.
const PATIENCE: [&str; 2] = ["-o", "DPkg::Lock::Timeout=300"];

impl Part {
    /// Debian's package for it. Its `rust-lld` is a link into the last one, by yet another package, which is not needed.
    fn package(self) -> &'static str {
        match self {
            Part::Compiler => COMPILER,
            Part::Cargo => "cargo-web",
            Part::Sources => "rust-web-src",
            Part::Linker => "lld-22",
        }
    }
}

const PARTS: [Part; 4] = [Part::Compiler, Part::Cargo, Part::Sources, Part::Linker];

/// Installs the toolchain, or what is missing of it. `wrong` is why none of those that are here does.
///
/// # Errors
/// No installer is here, or each fails: with its last words and the commands to type.
pub(crate) fn install(wrong: &[Incomplete], verbose: bool) -> Result<()> {
    eprintln!("Rust {RUST_RELEASE} with its library sources is not installed.");
    for lack in wrong.iter().flat_map(|incomplete| &incomplete.lacks) {
        eprintln!("  {:#}", lack.error);
    }
    let mut failed = None;
    if is_debian() && is_root() {
        match by_apt(wrong, verbose) {
            Ok(true) => return Ok(()),
            Ok(false) => eprintln!("Debian's archive does not have {COMPILER} {RUST_RELEASE}."),
            Err(error) => failed = Some(error),
        }
    }
    let Some(rustup) = rustup() else {
        return Err(failed.unwrap_or_else(|| {
            let apt = if is_debian() { ", and apt needs root and an archive that has this release" } else { "" };
            anyhow!("Rust {RUST_RELEASE} cannot be installed: there is no rustup here{apt}")
        }))
        .advise(format!("{}; then repeat the command", commands(wrong)));
    };
    if let Some(error) = &failed {
        report(error);
    }
    let mut command = Command::new(rustup);
    command.args(["toolchain", "install", RUST_RELEASE, "--profile", "minimal", "--no-self-update"]);
    command.args(["--component", "rust-src", "--component", "clippy"]);
    run(command, &format!("Installing Rust {RUST_RELEASE} with rustup (no default changes)"), verbose)
        .advise(format!("find out why, or install it yourself: {}", commands(wrong)))
}

/// Installs a linker for the machine itself, if there is none and that can be done.
///
/// # Errors
/// There is none, and the command that installs it.
pub(crate) fn host_linker(verbose: bool) -> Result<()> {
    if on_path("cc") {
        return Ok(());
    }
    let missing =
        || anyhow!("there is no linker `cc` for this machine, which build scripts and procedural macros need");
    if !(is_debian() && is_root()) {
        return Err(missing()).advise(host_linker_command());
    }
    apt_install(&HOST_LINKER, &[], verbose).map_err(|error| error.context(missing())).advise(host_linker_command())
}

/// The command that installs one.
pub(crate) fn host_linker_command() -> String {
    if is_debian() { format!("apt-get install {}", HOST_LINKER.join(" ")) } else { "install a C compiler".to_owned() }
}

/// The commands that install here what is missing, for messages.
pub(crate) fn commands(wrong: &[Incomplete]) -> String {
    let with_rustup =
        format!("rustup toolchain install {RUST_RELEASE} --profile minimal --component rust-src --component clippy");
    let with_rustup =
        if rustup().is_some() { with_rustup } else { format!("{with_rustup} (rustup: https://rustup.rs)") };
    if is_debian() { format!("apt-get install {}, or {with_rustup}", packages(wrong).join(" ")) } else { with_rustup }
}

/// The command that installs one of the toolchain's further tools.
pub(crate) fn tool_command(tool: &str, of_debian: bool) -> String {
    if of_debian {
        format!("apt-get install rust-web-{tool}")
    } else {
        format!("rustup component add {tool} --toolchain {RUST_RELEASE}")
    }
}

/// Whether the machine's software comes from apt.
fn is_debian() -> bool {
    toolchain::root().join("etc/debian_version").exists() && on_path("apt-get")
}

/// The packages that are wanting: what Debian's own compiler lacks if it is of the release, and everything if not.
fn packages(wrong: &[Incomplete]) -> Vec<&'static str> {
    match wrong.iter().find(|incomplete| is_debians(incomplete)) {
        Some(incomplete) => incomplete.lacks.iter().map(|lack| lack.part.package()).collect(),
        None => PARTS.map(Part::package).to_vec(),
    }
}

/// Whether this is Debian's compiler of the release.
fn is_debians(incomplete: &Incomplete) -> bool {
    incomplete.rustc.starts_with(toolchain::root().join("usr"))
        && incomplete.lacks.iter().all(|lack| lack.part != Part::Compiler)
}

/// Lets apt install what is wanting. Says whether its archive has the release.
fn by_apt(wrong: &[Incomplete], verbose: bool) -> Result<bool> {
    let mut update = Command::new("apt-get");
    update.arg("update").args(PATIENCE);
    // A mirror that does not answer is no reason to give up: the lists that are here may do, and rustup may be.
    let updated = run(update, "Updating Debian's package lists", verbose);
    if !apt_has_the_release() {
        return updated.map(|()| false);
    }
    let mut wanted = packages(wrong);
    if !on_path("cc") {
        wanted.extend(HOST_LINKER);
    }
    apt_install(&wanted, &[], verbose)?;
    // A package that is there in name only, because somebody removed or changed its files, is no news to apt.
    if let Search::Missing(still) = toolchain::search(Look::Close)?
        && still.iter().any(is_debians)
    {
        apt_install(&packages(&still), &["--reinstall"], verbose)?;
    }
    Ok(true)
}

/// Installs packages, after mending what an installation that was broken off has left.
fn apt_install(packages: &[&str], options: &[&str], verbose: bool) -> Result<()> {
    let what = format!("Installing Debian's {}", packages.join(" "));
    let install = || {
        let mut apt = Command::new("apt-get");
        // Debian's rustc-web stands in the place of rustc: somebody's compiler must not go for it.
        apt.args(["install", "-y", "--no-remove", "--fix-broken"]).args(PATIENCE).args(options).args(packages);
        apt.env("DEBIAN_FRONTEND", "noninteractive");
        run(apt, &what, verbose)
    };
    let Err(error) = install() else { return Ok(()) };
    if is_half_configured() {
        let mut dpkg = Command::new("dpkg");
        dpkg.args(["--force-confold", "--configure", "-a"]).env("DEBIAN_FRONTEND", "noninteractive");
        run(dpkg, "Finishing an installation of Debian's packages that was broken off", verbose)?;
        return install();
    }
    Err(error)
}

/// Whether dpkg was interrupted: then it wants to be told to go on before anything else.
fn is_half_configured() -> bool {
    let audit = Command::new("dpkg").arg("--audit").output();
    let journal = toolchain::root().join("var/lib/dpkg/updates");
    audit.is_ok_and(|audit| !audit.stdout.is_empty())
        || journal.read_dir().is_ok_and(|mut files| files.next().is_some())
}

/// Whether what apt would install now is the release.
fn apt_has_the_release() -> bool {
    let Ok(output) = Command::new("apt-cache").args(["policy", COMPILER]).output() else { return false };
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines()
        .filter_map(|line| line.trim().strip_prefix("Candidate: "))
        .any(|version| version.starts_with(RUST_RELEASE))
}

/// Runs an installer: its output is shown as it comes if `verbose`, else its end and only after a failure.
fn run(mut command: Command, what: &str, verbose: bool) -> Result<()> {
    let line = format!("{command:?}").replace('"', "");
    let cannot_start = || format!("cannot start `{line}`");
    if verbose {
        eprintln!("{what}: {line}");
        let status = command.status().with_context(cannot_start)?;
        return if status.success() { Ok(()) } else { Err(anyhow!("`{line}` ended with {status}")) };
    }
    let mut log = tempfile::tempfile().context("cannot keep an installer's output in the temporary directory")?;
    let copy = |log: &File| log.try_clone().context("cannot keep an installer's output");
    command.stdin(std::process::Stdio::null()).stdout(copy(&log)?).stderr(copy(&log)?);
    let status = {
        let _shown = progress::waiting(what);
        command.status().with_context(cannot_start)?
    };
    if status.success() {
        return Ok(());
    }
    let mut output = Vec::new();
    log.seek(SeekFrom::Start(0))
        .and_then(|_| log.read_to_end(&mut output))
        .context("cannot read an installer's output")?;
    let output = String::from_utf8_lossy(&output);
    let lines: Vec<&str> = output.lines().collect();
    let end = lines[lines.len().saturating_sub(20)..].join("\n");
    bail!("`{line}` ended with {status}:\n{end}")
}

/// Whether this process may install system software.
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    // The owner of this process, without a call that needs `unsafe`.
    std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

/// rustup, where a shell finds it, or where its installer puts it.
fn rustup() -> Option<PathBuf> {
    let home = install::cargo_home().map(|home| home.join("bin"));
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).chain(home).map(|folder| folder.join("rustup")).find(|program| program.is_file())
}

fn on_path(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|folder| folder.join(program).is_file())
}
