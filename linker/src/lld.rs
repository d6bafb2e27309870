//! wasm-ld: where it is, and running it.
//!
//! It resolves symbols, relocates and collects garbage; nothing of that is done again here. The one to use is rustc's
//! own, of rustc's own LLVM: rustc puts the directory of its tools in front of `PATH` when it starts a linker.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};

use anyhow::{Context, Result, bail};

/// Names the wasm-ld to use, if set: `COMPONENT_LD_WASM_LD=/usr/bin/wasm-ld`.
pub const VARIABLE: &str = "COMPONENT_LD_WASM_LD";

/// Beyond this many bytes of arguments they go through a response file; Windows ends at 32 KiB, the others later.
const LONG_COMMAND_LINE: usize = 24 * 1024;

/// A wasm-ld that is there.
#[derive(Clone, Debug)]
pub struct WasmLd {
    path: PathBuf,
}

impl WasmLd {
    /// Finds wasm-ld: the one named, the one [`VARIABLE`] names, else `rust-lld` or `wasm-ld` on `PATH`.
    ///
    /// # Errors
    ///
    /// None is found, or the one that is named is not there.
    pub fn find(named: Option<&Path>) -> Result<WasmLd> {
        let variable = env::var_os(VARIABLE).map(PathBuf::from);
        if let Some((path, by)) =
            named.map(|path| (path, "--wasm-ld-path")).or(variable.as_deref().map(|path| (path, VARIABLE)))
        {
            if !path.is_file() {
                bail!("{} is not there: {by} names it as the wasm-ld to use", path.display());
            }
            return Ok(WasmLd { path: path.into() });
        }
        let path = env::var_os("PATH").unwrap_or_default();
        let directories: Vec<PathBuf> = env::split_paths(&path).collect();
        let mut dangling = String::new();
        // In order of the directories: rustc's own comes first, and its name differs between distributors.
        for directory in &directories {
            for name in ["rust-lld", "wasm-ld"] {
                let path = directory.join(format!("{name}{}", env::consts::EXE_SUFFIX));
                if path.is_file() {
                    return Ok(WasmLd { path });
                }
                if let Ok(target) = fs::read_link(&path) {
                    dangling = format!("; {} is a link to {}, which is not there", path.display(), target.display());
                }
            }
        }
        bail!(
            "no wasm-ld found: neither `rust-lld` nor `wasm-ld` is in a directory of PATH{dangling}. rustup's toolchains bring rust-lld along, \
             and rustc puts it on PATH itself; beside Debian's rustc-web 1.96 `apt-get install lld-22` is needed; or set {VARIABLE} to its path"
        )
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Runs it with `arguments`; `scratch` is a directory for a response file should the arguments be many.
    ///
    /// # Errors
    ///
    /// It cannot be started. That it ends with a failure is not an error here: the caller reads [`Output::status`].
    pub fn run(&self, arguments: &[OsString], scratch: &Path) -> Result<Output> {
        let mut command = Command::new(&self.path);
        // When it crashes, what it says of its own functions is of no use here, and looking them up takes seconds.
        command.env("LLVM_DISABLE_SYMBOLIZATION", "1");
        // `rust-lld` (`lld`) is all of lld's linkers in one; `wasm-ld` knows the word as well.
        command.args(["-flavor", "wasm"]);
        if arguments.iter().map(|argument| argument.len() + 1).sum::<usize>() > LONG_COMMAND_LINE {
            let file = scratch.join(".arguments");
            fs::write(&file, response_file(arguments)?)
                .with_context(|| format!("{} cannot be written", file.display()))?;
            let mut at = OsString::from("@");
            at.push(&file);
            command.arg(at);
        } else {
            command.args(arguments);
        }
        command.output().with_context(|| format!("{} cannot be started", self.path.display()))
    }
}

fn response_file(arguments: &[OsString]) -> Result<String> {
    let mut text = String::new();
    for argument in arguments {
        text.push_str(&quote(argument)?);
        text.push('\n');
    }
    Ok(text)
}

fn quote(argument: &OsStr) -> Result<String> {
    let argument = argument.to_str().with_context(|| {
        format!(
            "the linker argument {} is not UTF-8, and there are too many arguments for a command line",
            argument.display()
        )
    })?;
    Ok(format!("\"{}\"", argument.replace('\\', "\\\\").replace('"', "\\\"")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_named_linker_that_is_missing_is_an_error_that_names_it() {
        let error = WasmLd::find(Some(Path::new("/nowhere/wasm-ld"))).unwrap_err().to_string();
        assert!(error.contains("/nowhere/wasm-ld") && error.contains("--wasm-ld-path"), "{error}");
    }

    #[test]
    fn response_files_protect_blanks_and_quotes() {
        let arguments = [r"C:\a b\c.o", "say \"x\""].map(OsString::from);
        assert_eq!(response_file(&arguments).unwrap(), "\"C:\\\\a b\\\\c.o\"\n\"say \\\"x\\\"\"\n");
    }
}
