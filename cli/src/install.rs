//! `cargo p3 install` and `uninstall`: cargo puts components into the folder of binaries; here they get, and lose, their launchers.
//!
//! Which components those are is asked of cargo's own record of what it installed (`.crates2.json`), after cargo is done. So launchers follow what
//! is there, whatever cargo was told and whatever happened before.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, fs, io};

use anyhow::{Context, Result};

use crate::target::Target;
use crate::verb::Verb;
use crate::{launcher, process};

/// What `cargo p3 help install` says last.
pub(crate) const HELP: &str = "\
Every argument of `cargo install` is passed on to it: CRATE --version V --locked --root DIR, --path DIR, --git URL, ...
The component NAME.wasm and a launcher NAME are put into the folder `bin` of the root (--root, CARGO_INSTALL_ROOT,
install.root of cargo's configuration, or CARGO_HOME). The launcher lets the program see the current directory;
`NAME --p3-help` tells how to grant it more. `cargo p3 uninstall CRATE` removes both.";

/// Lets cargo install or uninstall, and brings the launchers in line.
///
/// # Errors
/// Cargo cannot be started; a launcher cannot be written, or would replace a program that is none.
pub(crate) fn forward(verb: Verb, mut cargo: Command, arguments: &[OsString]) -> Result<ExitCode> {
    let root = std::path::absolute(root(arguments)?).context("the root to install in is not a path")?;
    let bin = root.join("bin");
    let before = components(&bin)?;
    let status =
        cargo.args(arguments).status().with_context(|| format!("cannot start {}", cargo.get_program().display()))?;
    let after = components(&bin)?;
    // Those that changed, in case cargo was told not to keep a record, and those of the record.
    let mut wanted: BTreeSet<PathBuf> = after.difference(&before).map(|(component, _)| component.clone()).collect();
    wanted.extend(recorded(&root)?.into_iter().map(|name| bin.join(name)).filter(|component| component.is_file()));
    if verb == Verb::Install {
        let force = arguments
            .iter()
            .take_while(|&argument| argument != "--")
            .any(|argument| argument == "--force" || argument == "-f");
        for component in &wanted {
            let is_new = !launcher::path(component).exists();
            let launcher = launcher::write(component, force)?;
            if is_new {
                eprintln!("   Launcher {} (`{0} {}` tells what it may see)", launcher.display(), launcher::HELP_FLAG);
            }
        }
    }
    for (component, _) in before {
        let launcher = launcher::path(&component);
        if !component.exists() && launcher::is_launcher(&launcher) {
            fs::remove_file(&launcher).with_context(|| format!("cannot remove {}", launcher.display()))?;
            eprintln!("    Removed {}", launcher.display());
        }
    }
    Ok(process::exit_code(status))
}

/// The components in a folder, with the times they were written.
fn components(bin: &Path) -> Result<BTreeSet<(PathBuf, std::time::SystemTime)>> {
    let entries = match fs::read_dir(bin) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeSet::new()),
        entries => entries.with_context(|| format!("cannot list {}", bin.display()))?,
    };
    let files = entries.flatten().map(|entry| entry.path()).filter(|path| path.extension() == Some(OsStr::new("wasm")));
    Ok(files.filter_map(|path| Some((path.clone(), path.metadata().ok()?.modified().ok()?))).collect())
}

/// The names of the components that cargo's record lists for the target.
fn recorded(root: &Path) -> Result<Vec<String>> {
    #[derive(serde::Deserialize)]
    struct Record {
        installs: std::collections::BTreeMap<String, Installed>,
    }
    #[derive(serde::Deserialize)]
    struct Installed {
        bins: Vec<String>,
        target: Option<String>,
    }
    let file = root.join(".crates2.json");
    let text = match fs::read_to_string(&file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        text => text.with_context(|| format!("cannot read {}", file.display()))?,
    };
    let record: Record =
        serde_json::from_str(&text).with_context(|| format!("{} is not cargo's record", file.display()))?;
    let ours =
        record.installs.into_values().filter(|installed| installed.target.as_deref().and_then(Target::named).is_some());
    Ok(ours.flat_map(|installed| installed.bins).filter(|name| name.ends_with(".wasm")).collect())
}

/// Where cargo will install: by its argument, its variable, its configuration, or its home.
fn root(arguments: &[OsString]) -> Result<PathBuf> {
    let mut words = arguments.iter().take_while(|&argument| argument != "--");
    while let Some(word) = words.next() {
        if word == "--root" {
            // Without a value it is cargo's error.
            return Ok(words.next().map_or_else(|| ".".into(), PathBuf::from));
        }
        if let Some(root) = word.to_str().and_then(|word| word.strip_prefix("--root=")) {
            return Ok(root.into());
        }
    }
    if let Some(root) = env::var_os("CARGO_INSTALL_ROOT") {
        return Ok(root.into());
    }
    let home = cargo_home().context("this user has no home directory; give --root, where to install")?;
    Ok(configured_root(&home)?.unwrap_or(home))
}

/// Where cargo keeps its configuration, its registry and what it installs.
pub(crate) fn cargo_home() -> Option<PathBuf> {
    env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(env::home_dir()?.join(".cargo")))
}

/// `install.root` of the user's cargo configuration; relative to the folder that `home` lies in.
fn configured_root(home: &Path) -> Result<Option<PathBuf>> {
    #[derive(serde::Deserialize, Default)]
    struct Configuration {
        #[serde(default)]
        install: Install,
    }
    #[derive(serde::Deserialize, Default)]
    struct Install {
        root: Option<PathBuf>,
    }
    for name in ["config.toml", "config"] {
        let file = home.join(name);
        if let Ok(text) = fs::read_to_string(&file) {
            let configuration: Configuration =
                toml::from_str(&text).with_context(|| format!("in {}", file.display()))?;
            return Ok(configuration.install.root.map(|root| home.parent().unwrap_or(home).join(root)));
        }
    }
    Ok(None)
}
