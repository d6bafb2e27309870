//! Everything a build for the target needs, made ready: the toolchain, the sysroot with its links, and the environment in which cargo builds for
//! guests.
//!
//! Cargo is given the target's *name*. To rustc that name means its built-in target, or nothing; the wrapper in `SYSROOT/bin` (see
//! `wrapper`) turns it into our specification. So cargo needs no unstable option, build scripts see a stable compiler, and
//! `[target.wasm32-wasip3]` of a user's configuration means what it says.

use std::ffi::{OsStr, OsString};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use anyhow::{Context, Result, bail};
use component_ld::lld;
use overlay::{Link, Parts, Progress, RUST_RELEASE, Sysroot, Toolchain};

use crate::advice::{Advise, report};
use crate::cache::{self, Cache};
use crate::progress::Steps;
use crate::target::{Choice, Target, WASIP3};
use crate::toolchain::{self, Look, Search};
use crate::{provision, wrapper};

/// The name under which cargo starts this executable to run a component.
pub(crate) const RUNNER: &str = "cargo-p3-runner";

/// The same, whatever runner the user has: what a user's runner may call.
pub(crate) const DIRECT_RUNNER: &str = "cargo-p3-run";

/// Tells a user's runner where that is.
pub(crate) const DIRECT_RUNNER_VARIABLE: &str = "CARGO_P3_RUNNER";

/// A sysroot that is ready for use, with its toolchain.
pub struct Guest {
    sysroot: Sysroot,
    bin: PathBuf,
    choice: Choice,
    has_clash: bool,
}

impl Guest {
    /// Finds or installs the toolchain and writes the sysroot; compiles the library for the targets that are chosen, unless the caller
    /// will (`-Zbuild-std`).
    ///
    /// # Errors
    /// No toolchain and no way to install one; a cache that cannot be written; a library that does not compile.
    pub(crate) fn ready(choice: Choice, prebuilt: bool, verbose: bool) -> Result<Guest> {
        Guest::ready_for(&[], choice, prebuilt, verbose)
    }

    /// The same for an executable that answers to more names than `cargo-p3` does: the links have these, too.
    ///
    /// # Errors
    /// As [`Guest::ready`].
    pub fn ready_for(names: &[&str], choice: Choice, prebuilt: bool, verbose: bool) -> Result<Guest> {
        let cache = Cache::locate()?;
        let toolchain = toolchain(&cache, verbose)?;
        let advice = format!("the cache is {}; {} names another", cache.path().display(), cache::VARIABLE);
        let own = env::current_exe().context("this process does not know its executable")?;
        let bin = own_bin(&own);
        let links = links(&own, names, &bin, &toolchain);
        let sysroot = Sysroot::materialise(&toolchain, cache.path(), parts(), &links).advise(&advice)?;
        for target in choice.targets.iter().filter(|target| prebuilt && !sysroot.is_prebuilt(target.name)) {
            // Whoever has configured another one needs none of that name.
            provision::host_linker(verbose).unwrap_or_else(|error| report(&error));
            let steps = Steps::begin(&format!("Building the standard library for {} (once)", target.name));
            sysroot
                .prebuild(target.name, &mut |progress| match progress {
                    Progress::Unit { done, total, name } => steps.step(done, total, name),
                    Progress::Diagnostics(text) if verbose => steps.say(text),
                    Progress::Diagnostics(_) => {}
                })
                .advise(&advice)?;
            steps.finish();
        }
        let bin = sysroot.path().join(bin);
        for folder in [&bin, &sysroot.path().join("bin")] {
            for name in ["rustc", "rustdoc"] {
                write_script(&folder.join(name), &wrapper::script(&own, &folder.join(name))?).advise(&advice)?;
            }
        }
        Ok(Guest { sysroot, bin, choice, has_clash: false })
    }

    /// The same, for a workspace in which a program and a library would have files of one name (see `wrapper`).
    pub(crate) fn with_clash(self, has_clash: bool) -> Guest {
        Guest { has_clash, ..self }
    }

    /// The sysroot.
    pub fn sysroot(&self) -> &Sysroot {
        &self.sysroot
    }

    /// The target that is chosen; the usual one if none of ours is.
    pub(crate) fn target(&self) -> Target {
        self.choice.targets.first().copied().unwrap_or(WASIP3)
    }

    /// Whether a target is among those that are chosen.
    pub(crate) fn is_for(&self, target: Target) -> bool {
        self.choice.targets.contains(&target)
    }

    /// Its specification.
    pub(crate) fn spec(&self) -> Result<PathBuf> {
        self.sysroot.spec(self.target().name)
    }

    /// The folder of the links that lead to this executable.
    pub(crate) fn bin(&self) -> &Path {
        &self.bin
    }

    /// One of these links.
    pub fn tool(&self, name: &str) -> PathBuf {
        self.bin.join(name)
    }

    /// What a cargo, any cargo, must find in its environment to build for the target.
    pub(crate) fn environment(&self) -> Vec<(String, OsString)> {
        let mut variables: Vec<(String, OsString)> = vec![
            ("RUSTC".into(), self.tool("rustc").into()),
            ("RUSTDOC".into(), self.tool("rustdoc").into()),
            (DIRECT_RUNNER_VARIABLE.into(), self.tool(DIRECT_RUNNER).into()),
        ];
        variables.extend(self.choice.default.as_ref().map(|target| ("CARGO_BUILD_TARGET".into(), target.into())));
        if self.has_clash {
            // What cargo has noted of the compiler's answers is of other workspaces, too.
            variables.extend([(wrapper::CLASH.into(), "1".into()), ("CARGO_CACHE_RUSTC_INFO".into(), "0".into())]);
        }
        // Whoever names a runner of their own means it. And cargo splits this variable at blanks.
        if !self.has_blank_in_path() {
            let runners = runner_variables().filter(|variable| !has_users_runner(variable));
            variables.extend(runners.map(|variable| (variable, self.tool(RUNNER).into())));
        }
        variables
    }

    fn has_blank_in_path(&self) -> bool {
        self.sysroot.path().to_string_lossy().contains(char::is_whitespace)
    }

    /// The toolchain's cargo, set up to build for the target.
    pub(crate) fn cargo(&self) -> Command {
        let mut cargo = self.command(self.sysroot.toolchain().cargo());
        if self.has_blank_in_path() {
            let runner = self.tool(RUNNER).display().to_string();
            for target in Target::ALL {
                for (name, _) in target.names().zip(target.runner_variables()).filter(|(_, v)| !has_users_runner(v)) {
                    cargo.arg("--config").arg(format!("target.{name}.runner=[{runner:?}]"));
                }
            }
        }
        cargo
    }

    /// A program that will call cargo, set up likewise.
    pub(crate) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        forget_the_caller(&mut command);
        command.envs(self.environment());
        command
    }
}

/// Cargo's variables that say which program runs what it built for a target of ours.
pub(crate) fn runner_variables() -> impl Iterator<Item = String> {
    Target::ALL.into_iter().flat_map(Target::runner_variables)
}

/// Whether the environment names a runner that is not ours, of whatever sysroot (a shell may have had what `cargo p3 env` printed for long).
fn has_users_runner(variable: &str) -> bool {
    env::var_os(variable).is_some_and(|runner| Path::new(&runner).file_name() != Some(OsStr::new(RUNNER)))
}

/// What the library is made of: everything, unless programs are to be without what only makes them faster.
pub(crate) fn parts() -> Parts {
    let is_plain = env::var_os(contract::variables::PLAIN).is_some_and(|value| value == "1");
    if is_plain { Parts::Needed } else { Parts::All }
}

/// The toolchain that is here, or is installed now. One with which a sysroot was made before is not looked at closely again.
fn toolchain(cache: &Cache, verbose: bool) -> Result<Toolchain> {
    if let Search::Found(toolchain) = toolchain::search(Look::Quick)?
        && Sysroot::directory(&toolchain, cache.path(), parts()).is_dir()
    {
        return Ok(toolchain);
    }
    let wrong = match toolchain::search(Look::Close)? {
        Search::Found(toolchain) => return Ok(toolchain),
        Search::Missing(wrong) => wrong,
    };
    provision::install(&wrong, verbose)?;
    match toolchain::search(Look::Close)? {
        Search::Found(toolchain) => Ok(toolchain),
        Search::Missing(wrong) => {
            let lacks = wrong.iter().flat_map(|incomplete| &incomplete.lacks);
            lacks.for_each(|lack| report(&lack.error));
            let failure =
                || -> Result<Toolchain> { bail!("Rust {RUST_RELEASE} was installed, but no complete one is found") };
            failure().advise("`cargo p3 doctor` shows what is missing")
        }
    }
}

/// The folder of a sysroot that holds the links to one executable. Two checkouts may have the same library and so the same sysroot; each is to
/// compile, link and run with its own tools, also while the other builds.
fn own_bin(own: &Path) -> PathBuf {
    let mut hasher = DefaultHasher::new();
    own.hash(&mut hasher);
    format!("bin-{:016x}", hasher.finish()).into()
}

/// The links of a sysroot: this executable under the names it answers to, and the programs that it uses. They stand in a folder of this
/// executable's own, and in `bin`, where editors and people look, for the one that was the last to run.
fn links(own: &Path, others: &[&str], own_bin: &Path, toolchain: &Toolchain) -> Vec<Link> {
    let ours = ["clippy", "component-ld", "component-run", RUNNER, DIRECT_RUNNER];
    let ours = ours.iter().chain(others).map(|&name| (name.to_owned(), own.to_owned()));
    let theirs = [
        ("cargo".to_owned(), toolchain.cargo().to_owned()),
        (wrapper::real("rustc"), toolchain.rustc().to_owned()),
        (wrapper::real("rustdoc"), toolchain.rustc().with_file_name("rustdoc")),
    ];
    // The linker finds it beside itself, and uses what was found to do.
    let linker = toolchain::wasm_ld(toolchain).ok().map(|linker| (lld::BESIDE.to_owned(), linker));
    let programs = ours.into_iter().chain(theirs).chain(linker);
    programs
        .flat_map(|(name, to)| [own_bin, Path::new("bin")].map(|bin| Link { path: bin.join(&name), to: to.clone() }))
        .collect()
}

/// Writes a program, whole or not at all, unless it is there already.
fn write_script(file: &Path, text: &[u8]) -> Result<()> {
    let is_link = fs::symlink_metadata(file).is_ok_and(|file| file.is_symlink());
    if !is_link && fs::read(file).is_ok_and(|old| old == text) {
        return Ok(());
    }
    let failed = || format!("{} cannot be written", file.display());
    let mut fresh = tempfile::NamedTempFile::new_in(file.parent().unwrap_or(Path::new("."))).with_context(failed)?;
    fresh.write_all(text).with_context(failed)?;
    fresh.as_file().set_permissions(fs::Permissions::from_mode(0o755)).with_context(failed)?;
    fresh.persist(file).with_context(failed)?;
    Ok(())
}

/// Takes out of a command's environment what the cargo that started us left there for *its* toolchain and package.
pub(crate) fn forget_the_caller(command: &mut Command) {
    for variable in ["CARGO", "RUSTUP_TOOLCHAIN", "RUSTC", "RUSTDOC", "RUST_RECURSION_COUNT", wrapper::CLASH] {
        command.env_remove(variable);
    }
    // `cargo run` of this very package, as the alias in the checkout does it.
    if env::var_os("CARGO_PKG_NAME").is_some_and(|name| name == env!("CARGO_PKG_NAME")) {
        let left = |name: &OsStr| {
            let name = name.to_string_lossy();
            ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"]
                .iter()
                .any(|prefix| name.starts_with(prefix))
        };
        env::vars_os().map(|(name, _)| name).filter(|name| left(name)).for_each(|name| {
            command.env_remove(name);
        });
    }
    for variable in ["LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH"] {
        let Some(value) = env::var_os(variable) else { continue };
        let kept: Vec<PathBuf> = env::split_paths(&value).filter(|folder| !is_of_a_toolchain(folder)).collect();
        match env::join_paths(&kept) {
            Ok(kept) if !kept.is_empty() => command.env(variable, kept),
            _ => command.env_remove(variable),
        };
    }
}

/// Whether cargo or rustup put this folder on the library path, for programs of another toolchain.
fn is_of_a_toolchain(folder: &Path) -> bool {
    let of_rustup = toolchain::rustup_toolchains().is_some_and(|toolchains| folder.starts_with(toolchains));
    let of_cargo = env::current_exe().is_ok_and(|own| own.parent().is_some_and(|output| folder.starts_with(output)));
    of_rustup || of_cargo
}
