//! This checkout: where it is, what it holds, and how a command runs in it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use walkdir::WalkDir;

/// The repository that this binary was built from.
pub struct Checkout {
    root: PathBuf,
}

impl Checkout {
    /// Finds the checkout above this package.
    ///
    /// # Errors
    /// The package was moved out of its checkout after it was built.
    pub fn find() -> Result<Checkout> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("this package lies in a workspace")?;
        ensure!(root.join("targets").is_dir(), "{} is not the checkout of this project", root.display());
        Ok(Checkout { root: root.to_owned() })
    }

    /// The root.
    pub(crate) fn root(&self) -> PathBuf {
        self.root.clone()
    }

    /// A path below the root.
    pub(crate) fn path(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.root.join(relative)
    }

    /// A tool that [`Checkout::build`] has built.
    pub(crate) fn tool(&self, name: &str) -> PathBuf {
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| self.path("target"), PathBuf::from);
        self.root.join(target).join("release").join(name)
    }

    /// Every file with this extension below a folder, by path, build output left out.
    pub(crate) fn files(&self, folder: &str, extension: &str) -> Result<Vec<PathBuf>> {
        let walk = WalkDir::new(self.path(folder)).sort_by_file_name().into_iter();
        let kept = walk.filter_entry(|entry| {
            let name = entry.file_name();
            !(entry.file_type().is_dir() && (name == "target" || name == ".git"))
        });
        let mut files = Vec::new();
        for entry in kept {
            let path = entry?.into_path();
            if path.extension() == Some(OsStr::new(extension)) {
                files.push(path);
            }
        }
        Ok(files)
    }

    /// A path as a reader of this repository writes it.
    pub(crate) fn shown<'a>(&self, path: &'a Path) -> std::path::Display<'a> {
        path.strip_prefix(&self.root).unwrap_or(path).display()
    }

    /// Builds executables of this workspace. No package is named: cargo then compiles what they stand on with the features of
    /// the whole workspace, as the tests do, and nothing is compiled twice.
    pub(crate) fn build(&self, executables: &[&str]) -> Result<()> {
        let mut cargo = self.cargo(&["build", "--release"]);
        complete(cargo.args(executables.iter().flat_map(|name| ["--bin", name])))
    }

    /// The host's cargo, in the root.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.args(arguments).current_dir(&self.root);
        command
    }
}

/// Runs a command to its end; its output goes to ours.
pub(crate) fn complete(command: &mut Command) -> Result<()> {
    println!("  $ {}", line(command));
    let status = command.status().with_context(|| format!("cannot start {:?}", command.get_program()))?;
    ensure!(status.success(), "`{}` ended with {status}", line(command));
    Ok(())
}

/// Copies a package's sources to where they can be built; those of the registry are read-only to us.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<()> {
    for entry in WalkDir::new(from) {
        let entry = entry?;
        let target = to.join(entry.path().strip_prefix(from)?);
        if entry.file_type().is_dir() {
            std::fs::create_dir_all(&target)?;
        } else {
            std::fs::copy(entry.path(), &target).with_context(|| format!("cannot copy {}", entry.path().display()))?;
        }
    }
    Ok(())
}

fn line(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args()).map(OsStr::to_string_lossy);
    let words: Vec<_> = words.collect();
    if words.len() > 12 { format!("{} ... ({} more)", words[..8].join(" "), words.len() - 8) } else { words.join(" ") }
}
