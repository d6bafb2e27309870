//! Running a component for cargo, and for the launcher of an installed program.
//!
//! For cargo the guest has what a native program would find in the same place: the workspace, the target directory, the current directory and a
//! temporary directory, under the paths they have outside, since tests and build output are full of absolute paths. An installed program has the
//! current directory and a temporary one. Everything else has to be granted (`grants`).

use std::collections::BTreeSet;
use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, ensure};
use component_run::Setup;
use component_run::isolated;

use crate::advice::Advise;
use crate::condition::Facts;
use crate::configuration::Configuration;
use crate::guest;
use crate::target::{Target, WASIP3, WEB};
use crate::temporary::Temporary;
use crate::{coverage, grants, isolate, launcher, libtest, process, web};

/// Runs the component that cargo names, with its arguments; or has the runner of the user's configuration do it, which is told of us by a variable.
///
/// Cargo itself does not read that: a variable of the environment, which names this program, counts more to it than a file.
///
/// # Errors
/// The user's runner is not there, or two are equally good; or as [`direct`].
pub(crate) fn for_cargo() -> Result<ExitCode> {
    let configuration = Configuration::in_force();
    let own = PathBuf::from(env::args_os().next().unwrap_or_default());
    let component = env::args_os().nth(1).and_then(|component| std::path::absolute(component).ok());
    let target = component.and_then(|component| Some(of_target(&component)?.0)).unwrap_or(WASIP3);
    match configuration.runner(target, || target_facts(target, &own))?.as_deref() {
        Some([program, words @ ..]) => {
            let mut command = Command::new(program);
            command.args(words).args(env::args_os().skip(1));
            command.env(guest::DIRECT_RUNNER_VARIABLE, own.with_file_name(guest::DIRECT_RUNNER));
            Err(process::replace_by(command))
                .advise("it is the runner that cargo's configuration names for this target")
        }
        _ => run_for_cargo(&configuration),
    }
}

/// Runs the component that cargo names, with its arguments, whatever the user's configuration says.
///
/// # Errors
/// Something the guest is to be given is not there.
pub(crate) fn direct() -> Result<ExitCode> {
    run_for_cargo(&Configuration::in_force())
}

fn run_for_cargo(configuration: &Configuration) -> Result<ExitCode> {
    component_run::end_with_cargo();
    let mut arguments = env::args_os().skip(1);
    let component = PathBuf::from(arguments.next().context("cargo calls this program, with a component to run")?);
    let given = grants::read(&["--net", "loopback"])?;
    let mut setup = grants::setup(given.runtime, &configuration.variables());
    setup.arguments = arguments.collect();
    if std::path::absolute(&component)
        .is_ok_and(|component| of_target(&component).is_some_and(|(target, _)| target == WEB))
    {
        ensure!(
            !given.isolate,
            "tests for the web cannot be run each in an instance of its own yet: leave out {}",
            grants::ISOLATE
        );
        return web::run(&component, &setup, given.browser.as_deref());
    }
    ensure!(given.browser.is_none(), "--browser is for what is built for {}", WEB.name);
    if let Some(profile) = coverage::of_program(&component)? {
        setup.environment.push((coverage::PROFILE_VARIABLE.into(), profile));
    }
    if let Some(package) = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from) {
        let (workspace, target) = match target_directory(&component) {
            // cargo-nextest says it; asking cargo takes longer than many a test.
            Some(target) => match env::var_os("NEXTEST_WORKSPACE_ROOT") {
                Some(workspace) => (Some(workspace.into()), Some(target)),
                None => (workspace(&package), Some(target)),
            },
            None => ask_cargo(&package),
        };
        let workspace = workspace.as_deref().unwrap_or(&package);
        grants::grant(&mut setup, workspace);
        // insta looks for snapshots in the workspace, and asks cargo, which a component cannot start, where that is.
        setup.environment.insert(0, ("INSTA_WORKSPACE_ROOT".into(), workspace.into()));
        // Before a first build there is none.
        if let Some(target) = target.filter(|target| target.is_dir()) {
            grants::grant(&mut setup, &target);
        }
    }
    // A documentation test is a program, and one alone; a test binary without libtest's main function is nobody's to take apart.
    if given.isolate && isolated::knows(&component)? { apart(&component, setup) } else { run(&component, setup) }
}

/// Runs an installed component: the one of the launcher that is the first of the words, with the others as its arguments.
///
/// # Errors
/// Something the guest is to be given is not there.
pub(crate) fn for_launcher(command: Vec<OsString>) -> Result<ExitCode> {
    let mut command = command.into_iter();
    let launcher = PathBuf::from(command.next().context("`launch` is called by launchers, with their own path")?);
    let name = launcher.file_name().unwrap_or_default().to_owned();
    let arguments: Vec<OsString> = command.collect();
    if arguments.first().is_some_and(|first| first == launcher::HELP_FLAG) {
        process::print(&launcher::help(&name.to_string_lossy()))?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut setup = grants::setup(grants::read(&[])?.runtime, &BTreeSet::new());
    setup.program.get_or_insert(name);
    setup.arguments = arguments;
    run(&launcher::component(&launcher), setup)
}

/// Runs a component in the current directory, with a temporary directory of its own.
fn run(component: &Path, mut setup: Setup) -> Result<ExitCode> {
    enter(&mut setup)?;
    let temporary = Temporary::new()?;
    grants::grant(&mut setup, temporary.path());
    // In front, so that a TMPDIR the user names wins.
    setup.environment.insert(0, ("TMPDIR".into(), temporary.path().into()));
    let code = component_run::run(component, setup).report();
    temporary.close()?;
    Ok(ExitCode::from(code))
}

/// Runs the tests of a component in the current directory, each in an instance and with a temporary directory of its own.
fn apart(component: &Path, mut setup: Setup) -> Result<ExitCode> {
    let Some(arguments) = libtest::Arguments::read(std::mem::take(&mut setup.arguments))? else {
        return Ok(ExitCode::SUCCESS);
    };
    enter(&mut setup)?;
    let temporary = Temporary::new()?;
    let code = isolate::run(component, setup, &arguments, temporary.path())?;
    temporary.close()?;
    Ok(code)
}

/// Grants the current directory, and makes it the guest's; and devices, of which tests use `/dev/null` most.
fn enter(setup: &mut Setup) -> Result<()> {
    grants::grant_devices(setup);
    let here = env::current_dir().context("the current directory is gone")?;
    grants::grant(setup, &here);
    setup.current_dir.get_or_insert_with(|| here.into());
    Ok(())
}

/// The target directory that a component built by cargo lies in: what stands in front of the target's name.
fn target_directory(component: &Path) -> Option<PathBuf> {
    let component = std::path::absolute(component).ok()?;
    Some(of_target(&component)?.1.parent()?.to_owned())
}

/// The target that a component was built for, and the directory of that name which it lies in.
fn of_target(component: &Path) -> Option<(Target, &Path)> {
    component.ancestors().find_map(|folder| Some((Target::named(folder.file_name()?.to_str()?)?, folder)))
}

/// What the target is, by the compiler beside this program.
fn target_facts(target: Target, own: &Path) -> Result<Facts> {
    let rustc = own.with_file_name("rustc");
    let output = Command::new(&rustc).args(["--print", "cfg", "--target", target.name]).output();
    let output = output.with_context(|| format!("cannot start {}", rustc.display()))?;
    ensure!(output.status.success(), "{} does not tell what {} is", rustc.display(), target.name);
    Ok(Facts::printed(&String::from_utf8_lossy(&output.stdout)))
}

/// The root of a package's workspace.
fn workspace(package: &Path) -> Option<PathBuf> {
    let output = cargo("locate-project", package).args(["--workspace", "--message-format=plain"]).output().ok()?;
    let manifest = String::from_utf8(output.stdout).ok()?;
    Path::new(manifest.trim()).parent().map(Path::to_owned).filter(|_| output.status.success())
}

/// The root of a package's workspace and its target directory. For documentation tests, whose components lie elsewhere.
fn ask_cargo(package: &Path) -> (Option<PathBuf>, Option<PathBuf>) {
    #[derive(serde::Deserialize)]
    struct Metadata {
        workspace_root: PathBuf,
        target_directory: PathBuf,
    }
    let output = cargo("metadata", package).args(["--no-deps", "--format-version=1", "--offline"]).output();
    match output.ok().and_then(|output| serde_json::from_slice::<Metadata>(&output.stdout).ok()) {
        Some(metadata) => (Some(metadata.workspace_root), Some(metadata.target_directory)),
        None => (None, None),
    }
}

/// The cargo that started us, to be asked about a package.
fn cargo(verb: &str, package: &Path) -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.arg(verb).arg("--manifest-path").arg(package.join("Cargo.toml"));
    cargo
}
