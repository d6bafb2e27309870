//! The launcher of an installed program: a script of the program's name beside its component.
//!
//! A script, because it says what it is to whoever looks, has its own path (a link to `cargo-p3` called through `PATH` has not), and can tell what to
//! do when `cargo-p3` is gone. It starts nothing but the program: two lines of shell, then `exec`.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::advice::Advise;
use crate::grants;

/// The one argument that is not the program's, if it is the first.
pub(crate) const HELP_FLAG: &str = "--p3-help";

/// By its second line a launcher is known.
const MARK: &str = "# A launcher, made by `cargo p3 install`.";

/// What `NAME --p3-help` prints.
pub(crate) fn help(name: &str) -> String {
    let variable = grants::VARIABLE;
    format!(
        "{name} is a WebAssembly component, installed by `cargo p3 install`. It sees\n\
         \x20 - the current directory and what is in it, for reading and writing\n\
         \x20 - a temporary directory of its own (TMPDIR), removed when it ends\n\
         \x20 - of the environment CARGO_*, RUST_*, TERM, LANG, TZ, NO_COLOR and the like\n\
         \x20 - no network\n\
         The variable {variable} grants more. It holds options, quoted as in a shell:\n\
         \x20 --dir HOST[::GUEST][:ro]   a directory, as GUEST if that is given; with :ro for reading only\n\
         \x20 --env NAME[=VALUE]         a variable of the environment; --inherit-env all of them\n\
         \x20 --net none|loopback|all    the network\n\
         \x20 --max-memory N             at most so many bytes of memory (K, M, G)\n\
         \x20 --timeout D                at most so much time (30, 500ms, 2m)\n\
         For example:\n\
         \x20 {variable}='--dir /usr/share:ro --env HOME' {name} ...\n\
         All other arguments are {name}'s own. `cargo p3 uninstall` removes it.\n"
    )
}

/// Puts the launcher of a component beside it. One that is there is renewed.
///
/// # Errors
/// Another program has the name and `force` is not given; or the folder cannot be written.
pub(crate) fn write(component: &Path, force: bool) -> Result<PathBuf> {
    let launcher = path(component);
    let name = launcher.file_name().unwrap_or_default().to_string_lossy();
    if launcher.symlink_metadata().is_ok() && !force && !is_launcher(&launcher) {
        let refuse = || -> Result<()> { bail!("{} is another program, and not replaced", launcher.display()) };
        refuse().advise(format!(
            "repeat with --force to replace it, or with --root to install elsewhere; until then: component-run --dir . {} ...",
            component.display()
        ))?;
    }
    let text = script(&name, &std::env::current_exe().context("this process does not know its executable")?);
    let folder = launcher.parent().unwrap_or(Path::new("."));
    let failed = || format!("the launcher {} cannot be written", launcher.display());
    let mut file = tempfile::NamedTempFile::new_in(folder).with_context(failed)?;
    file.write_all(text.as_bytes()).with_context(failed)?;
    file.as_file().set_permissions(fs::Permissions::from_mode(0o755)).with_context(failed)?;
    file.persist(&launcher).with_context(failed)?;
    Ok(launcher)
}

/// Where the launcher of a component lies.
pub(crate) fn path(component: &Path) -> PathBuf {
    component.with_extension("")
}

/// The component beside a launcher, which may be called through a link from another folder.
pub(crate) fn component(launcher: &Path) -> PathBuf {
    let mut component = launcher.canonicalize().unwrap_or_else(|_| launcher.to_owned()).into_os_string();
    component.push(".wasm");
    component.into()
}

/// Whether this is a launcher of ours.
pub(crate) fn is_launcher(file: &Path) -> bool {
    file.metadata().is_ok_and(|metadata| metadata.len() < 4096)
        && fs::read_to_string(file).is_ok_and(|text| text.lines().nth(1) == Some(MARK))
}

fn script(name: &str, cargo_p3: &Path) -> String {
    let cargo_p3 = cargo_p3.to_string_lossy().replace('\'', r"'\''");
    format!(
        "#!/bin/sh\n\
         {MARK}\n\
         # `{name} {HELP_FLAG}` tells what it may see, and how to grant it more.\n\
         run='{cargo_p3}'\n\
         [ -x \"$run\" ] || run=$(command -v cargo-p3) || {{\n\
         \x20   echo \"{name}: cargo-p3, which runs it, is neither $run nor on PATH. Install it (cargo install --locked --path cli, in its checkout).\" >&2\n\
         \x20   exit 127\n\
         }}\n\
         exec \"$run\" launch \"$0\" \"$@\"\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_launcher_is_known_again_and_another_program_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let component = folder.path().join("tool.wasm");
        let launcher = write(&component, false).unwrap();
        assert!(is_launcher(&launcher) && launcher.ends_with("tool"));
        write(&component, false).unwrap();
        fs::write(&launcher, "#!/bin/sh\necho mine\n").unwrap();
        assert!(write(&component, false).unwrap_err().to_string().contains("another program"));
        write(&component, true).unwrap();
        assert!(is_launcher(&launcher));
    }

    #[test]
    fn a_path_with_a_quote_stays_one_word() {
        assert!(script("t", Path::new("/it's/cargo-p3")).contains(r"run='/it'\''s/cargo-p3'"));
    }
}
