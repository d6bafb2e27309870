//! wasm-ld: where it is, and running it.
//!
//! It resolves symbols, relocates and collects garbage; nothing of that is done again here. The one to use is rustc's
//! own, of rustc's own LLVM: rustc puts the directory of its tools in front of `PATH` when it starts a linker. A
//! distributor's compiler may come without one, and has it under another name or in a directory of LLVM's own.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};

use anyhow::{Context, Result, bail};

/// Names the wasm-ld to use, if set: `COMPONENT_LD_WASM_LD=/usr/bin/wasm-ld`.
pub const VARIABLE: &str = "COMPONENT_LD_WASM_LD";

/// The release of LLVM that the compiler's objects are of. A linker that is older may not read them.
pub const LLVM: u32 = 22;

/// A link of this name beside `component-ld` leads to the wasm-ld that whoever put both there has chosen.
pub const BESIDE: &str = "component-ld-wasm-ld";

/// Beyond this many bytes of arguments they go through a response file; Windows ends at 32 KiB, the others later.
const LONG_COMMAND_LINE: usize = 24 * 1024;

/// A wasm-ld that is there.
#[derive(Clone, Debug)]
pub struct WasmLd {
    path: PathBuf,
}

/// A file that may be a wasm-ld of the right release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Where it is.
    pub path: PathBuf,
    /// Whether its place or its name says of which release it is.
    pub is_of_the_release: bool,
}

/// What may be wasm-ld in these directories and in LLVM's own one below `root`, best first: what rustc brings along, what
/// has the release in its name, and then what has not, which may be of any.
#[must_use]
pub fn candidates(directories: &[PathBuf], root: &Path) -> Vec<Candidate> {
    let is_rustcs = |directory: &Path| {
        // LIB/rustlib/HOST/bin
        let rustlib = directory.ancestors().nth(2).and_then(Path::file_name);
        directory.ends_with("bin") && rustlib == Some(OsStr::new("rustlib"))
    };
    let (own, others): (Vec<&PathBuf>, Vec<_>) = directories.iter().partition(|directory| is_rustcs(directory));
    let llvm = root.join(format!("usr/lib/llvm-{LLVM}/bin"));
    let versioned = [format!("wasm-ld-{LLVM}"), format!("lld-{LLVM}")];
    let named = |directories: &[&PathBuf], names: &[&str], is_of_the_release: bool| {
        let files = directories.iter().flat_map(|directory| {
            names.iter().map(|name| directory.join(format!("{name}{}", env::consts::EXE_SUFFIX)))
        });
        files.filter(|path| path.is_file()).map(|path| Candidate { path, is_of_the_release }).collect::<Vec<_>>()
    };
    let plain = ["rust-lld", "wasm-ld", "lld"];
    [
        named(&own, &plain, true),
        named(&others, &versioned.each_ref().map(String::as_str), true),
        named(&[&llvm], &plain, true),
        named(&others, &plain, false),
    ]
    .concat()
}

/// What stands in these directories as a wasm-ld and leads nowhere: Debian's `rust-lld` is a link to a file of another package.
#[must_use]
pub fn dangling(directories: &[PathBuf]) -> Option<String> {
    let links = directories.iter().flat_map(|directory| ["rust-lld", "wasm-ld"].map(|name| directory.join(name)));
    links.filter(|link| !link.is_file()).find_map(|link| {
        let target = fs::read_link(&link).ok()?;
        Some(format!("{} is a link to {}, which is not there", link.display(), target.display()))
    })
}

impl WasmLd {
    /// Finds wasm-ld: the one named, the one [`VARIABLE`] names, the one [`BESIDE`] this program, else the best of the [`candidates`] on `PATH`.
    ///
    /// # Errors
    ///
    /// None is found, or the one that is named is not there.
    pub fn find(named: Option<&Path>) -> Result<WasmLd> {
        let variable = env::var_os(VARIABLE).filter(|path| !path.is_empty()).map(PathBuf::from);
        if let Some((path, by)) =
            named.map(|path| (path, "--wasm-ld-path")).or(variable.as_deref().map(|path| (path, VARIABLE)))
        {
            if !path.is_file() {
                bail!("{} is not there: {by} names it as the wasm-ld to use", path.display());
            }
            return Ok(WasmLd { path: path.into() });
        }
        let called = env::args_os().next().map(PathBuf::from).unwrap_or_default();
        if let Some(path) = called.parent().map(|directory| directory.join(BESIDE)).filter(|path| path.is_file()) {
            return Ok(WasmLd { path });
        }
        let path = env::var_os("PATH").unwrap_or_default();
        let directories: Vec<PathBuf> = env::split_paths(&path).collect();
        if let Some(best) = candidates(&directories, Path::new("/")).into_iter().next() {
            return Ok(WasmLd { path: best.path });
        }
        let dangling = dangling(&directories).map(|link| format!(" ({link})")).unwrap_or_default();
        bail!(
            "no wasm-ld found: no directory of PATH has a `rust-lld`, `wasm-ld-{LLVM}`, `lld-{LLVM}` or `wasm-ld`{dangling}. \
             rustup's toolchains bring rust-lld along, and rustc puts it on PATH itself; beside Debian's rustc-web \
             `apt-get install lld-{LLVM}` is needed; or set {VARIABLE} to its path"
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
    fn the_compilers_own_linker_comes_first_and_one_of_unknown_release_last() {
        let place = tempfile::tempdir().unwrap();
        let file = |name: &str| {
            let path = place.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, "").unwrap();
            path
        };
        let old = file("old/wasm-ld");
        let versioned = [file("usr/bin/wasm-ld-22"), file("usr/bin/lld-22")];
        let llvms = file("usr/lib/llvm-22/bin/wasm-ld");
        let own = file("lib/rustlib/any-host/bin/rust-lld");
        std::os::unix::fs::symlink("lld-21", place.path().join("old/rust-lld")).unwrap();
        let directories = ["old", "usr/bin", "lib/rustlib/any-host/bin"].map(|name| place.path().join(name));
        let found: Vec<_> = candidates(&directories, place.path());
        let [first, second] = versioned;
        assert_eq!(found.iter().map(|found| &found.path).collect::<Vec<_>>(), [&own, &first, &second, &llvms, &old]);
        assert_eq!(found.iter().filter(|found| !found.is_of_the_release).count(), 1);
        assert!(dangling(&directories).unwrap().contains("lld-21"));
    }

    #[test]
    fn response_files_protect_blanks_and_quotes() {
        let arguments = [r"C:\a b\c.o", "say \"x\""].map(OsString::from);
        assert_eq!(response_file(&arguments).unwrap(), "\"C:\\\\a b\\\\c.o\"\n\"say \\\"x\\\"\"\n");
    }
}
