//! Installing Rust 1.96.0 with its library sources, by whoever installs software on this machine.
//!
//! As root on Debian (containers, CI) that is apt, if its archive has the release; everywhere else rustup. Nothing is removed and no default is
//! changed: guests need this release beside whatever Rust the user works with. Each step is announced before it is taken.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Error, Result, anyhow, bail};
use overlay::RUST_RELEASE;

use crate::advice::Advise;
use crate::progress;

/// Debian's names for the release: compiler, cargo, library sources, and the LLVM linker that its `rust-lld` is a link to.
const PACKAGES: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "lld-22"];

/// Where installing goes on from.
#[derive(Clone, Copy)]
enum Installer {
    Apt,
    Rustup,
}

/// Installs the toolchain. `wrong` is why none of those that are here does.
///
/// # Errors
/// Neither installer is here, or it fails: with its last words and the commands to type.
pub(crate) fn install(wrong: &[Error], verbose: bool) -> Result<()> {
    eprintln!("Rust {RUST_RELEASE} with its library sources is not installed.");
    for error in wrong {
        eprintln!("  {error:#}");
    }
    match choose(verbose)? {
        Installer::Apt => {
            let packages = PACKAGES.join(" ");
            let mut apt = Command::new("apt-get");
            // Debian's rustc-web stands in the place of rustc: somebody's compiler must not go for it.
            apt.args(["install", "-y", "--no-remove", "-o", "DPkg::Lock::Timeout=300"]).args(PACKAGES);
            apt.env("DEBIAN_FRONTEND", "noninteractive");
            run(apt, &format!("Installing Debian's {packages}"), verbose)
        }
        Installer::Rustup => {
            let mut rustup = Command::new("rustup");
            rustup.args(["toolchain", "install", RUST_RELEASE, "--profile", "minimal", "--no-self-update"]);
            rustup.args(["--component", "rust-src", "--component", "clippy"]);
            run(rustup, &format!("Installing Rust {RUST_RELEASE} with rustup (no default changes)"), verbose)
        }
    }
}

/// The commands that install the toolchain here, for messages.
pub(crate) fn commands() -> String {
    let rustup =
        format!("rustup toolchain install {RUST_RELEASE} --profile minimal --component rust-src --component clippy");
    let rustup = if on_path("rustup") { rustup } else { format!("{rustup} (rustup: https://rustup.rs)") };
    if is_debian() { format!("apt-get install {}, or {rustup}", PACKAGES.join(" ")) } else { rustup }
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
pub(crate) fn is_debian() -> bool {
    Path::new("/etc/debian_version").exists() && on_path("apt-get")
}

fn choose(verbose: bool) -> Result<Installer> {
    if is_debian() && is_root() {
        let mut update = Command::new("apt-get");
        update.args(["update", "-o", "DPkg::Lock::Timeout=300"]);
        // A mirror that does not answer is no reason to give up: the lists that are here may do, and rustup may be.
        let updated = run(update, "Updating Debian's package lists", verbose);
        if apt_has_the_release() {
            return Ok(Installer::Apt);
        }
        if let Err(error) = updated {
            eprintln!("{error:#}");
        }
        eprintln!("Debian's archive does not have {} {RUST_RELEASE}.", PACKAGES[0]);
    }
    if on_path("rustup") {
        return Ok(Installer::Rustup);
    }
    Err(anyhow!(
        "Rust {RUST_RELEASE} cannot be installed: there is no rustup here{}",
        if is_debian() { ", and apt needs root and an archive that has this release" } else { "" }
    ))
    .advise(format!("{}; then repeat the command", commands()))
}

/// Whether what apt would install now is the release.
fn apt_has_the_release() -> bool {
    let Ok(output) = Command::new("apt-cache").args(["policy", PACKAGES[0]]).output() else { return false };
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines()
        .filter_map(|line| line.trim().strip_prefix("Candidate: "))
        .any(|version| version.starts_with(RUST_RELEASE))
}

/// Runs an installer: its output is shown as it comes if `verbose`, else its end and only after a failure.
fn run(mut command: Command, what: &str, verbose: bool) -> Result<()> {
    let line = format!("{command:?}").replace('"', "");
    let advice = format!("find out why with `{line}`, or install the toolchain yourself: {}", commands());
    if verbose {
        eprintln!("{what}: {line}");
        let status = command.status().with_context(|| format!("cannot start `{line}`"))?;
        return if status.success() { Ok(()) } else { Err(anyhow!("`{line}` ended with {status}")).advise(advice) };
    }
    let mut log = tempfile::tempfile().context("cannot keep an installer's output in the temporary directory")?;
    let copy = |log: &File| log.try_clone().context("cannot keep an installer's output");
    command.stdin(std::process::Stdio::null()).stdout(copy(&log)?).stderr(copy(&log)?);
    let status = {
        let _shown = progress::waiting(what);
        command.status().with_context(|| format!("cannot start `{line}`"))?
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
    let failure = || -> Result<()> { bail!("`{line}` ended with {status}:\n{end}") };
    failure().advise(advice)
}

/// Whether this process may install system software.
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    // The owner of this process, without a call that needs `unsafe`.
    std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

fn on_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}
