//! The procedural macros that std exports: compiled for the host with the very compiler, and put beside the host's own library.
//!
//! Whatever is compiled against such a std needs them, whether or not it uses them; so they are a part of the sysroot from its beginning. Rustc
//! looks for procedural macros among the host's libraries, so the host's directory is not a link to the compiler's but a directory of links and
//! one file more.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use anyhow::{Context, Result, bail};

use crate::{Toolchain, embedded, files};

/// The crate's name.
const NAME: &str = "component_macros";

/// Fills the sysroot's directory for the host: links to what the compiler has there, and the macros.
pub(crate) fn install(toolchain: &Toolchain, sysroot: &Path) -> Result<()> {
    let place = Path::new("lib/rustlib").join(toolchain.host());
    let (from, to) = (toolchain.sysroot().join(&place), sysroot.join(&place));
    if to.is_symlink() {
        fs::remove_file(&to).map_err(|error| files::explain(error, "remove", &to))?;
    }
    link_all(&from, &to, |name| name != "lib")?;
    let (from, to) = (from.join("lib"), to.join("lib"));
    link_all(&from, &to, |_| true)?;
    compile(toolchain, &directory(sysroot))?;
    let library = library(&directory(sysroot))?;
    let name = library.file_name().expect("a library is a file");
    // Relative, because the sysroot is written under another name than it will have.
    files::link(&to.join(name), &Path::new("../../../..").join(DIRECTORY).join(name))
}

/// Where in the sysroot the macros are.
const DIRECTORY: &str = "macros";

/// Where the macros are, for who compiles std itself: nothing else is there.
pub(crate) fn directory(sysroot: &Path) -> PathBuf {
    sysroot.join(DIRECTORY)
}

fn link_all(from: &Path, to: &Path, wanted: impl Fn(&OsString) -> bool) -> Result<()> {
    for entry in fs::read_dir(from).with_context(|| format!("cannot list {}", from.display()))? {
        let name = entry.with_context(|| format!("cannot list {}", from.display()))?.file_name();
        if wanted(&name) {
            files::link(&to.join(&name), &from.join(&name))?;
        }
    }
    Ok(())
}

/// Compiles them to `directory`, unless that was done with the same sources, which are kept there.
fn compile(toolchain: &Toolchain, directory: &Path) -> Result<()> {
    let is_same =
        |(path, text): &(&str, &str)| fs::read_to_string(directory.join(path)).is_ok_and(|there| there == *text);
    if embedded::MACROS.iter().all(is_same) && library(directory).is_ok() {
        return Ok(());
    }
    files::remove_dir(directory)?;
    let mut sources = files::Mirror::new(directory.to_owned());
    for (path, text) in embedded::MACROS {
        sources.put(path.as_ref(), text.as_bytes())?;
    }
    sources.finish()?;
    let mut command = Command::new(toolchain.rustc());
    for (name, _) in env::vars_os().filter(|(name, _)| name.to_str().is_some_and(|name| name.starts_with("RUSTC"))) {
        command.env_remove(name);
    }
    // As std itself is compiled: what the macros expand to may use what users may not.
    command.env("RUSTC_BOOTSTRAP", "1").args(["--cfg", "component_sysroot"]);
    command.args(["--crate-type", "proc-macro", "--extern", "proc_macro", "--edition", "2024", "--crate-name", NAME]);
    command.args(["-Copt-level=1", "-Cstrip=symbols", "--cap-lints", "allow", "lib.rs"]);
    // What is compiled does not depend on where the cache is.
    let mut remap = OsString::from("--remap-path-prefix=");
    remap.push(directory);
    remap.push("=/macros");
    command.arg(remap).current_dir(directory);
    let output = command.output().with_context(|| format!("cannot run {}", toolchain.rustc().display()))?;
    if !output.status.success() {
        // It is compiled again the next time.
        files::remove_dir(directory)?;
        bail!("cannot compile the macros of std:\n{}", String::from_utf8_lossy(&output.stderr).trim_end());
    }
    Ok(())
}

fn library(directory: &Path) -> Result<PathBuf> {
    let path = directory.join(format!("{}{NAME}{}", env::consts::DLL_PREFIX, env::consts::DLL_SUFFIX));
    fs::metadata(&path).with_context(|| format!("{} is not there", path.display()))?;
    Ok(path)
}
