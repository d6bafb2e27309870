//! The web: the tool that makes JavaScript of components passes its tests, and programs behave in Node and in browsers as they do natively.
//!
//! A ring of its own, because it needs what nothing else does: that tool, a Node of today, which npm installs if there is none, and browsers.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use anyhow::{Context, Result, bail, ensure};

use crate::checkout::{Checkout, complete};
use crate::steps::{install, may_install};

const TARGET: &str = "wasm32-component-web";

/// A run of a program of `tests/web`, and what is to come of it.
struct Run {
    program: &'static str,
    arguments: &'static [&'static str],
    code: i32,
    stdout: &'static str,
    /// What standard error holds, among other things.
    stderr: &'static str,
}

const fn ends(arguments: &'static [&'static str], code: i32, stdout: &'static str, stderr: &'static str) -> Run {
    Run { program: "ends", arguments, code, stdout, stderr }
}

const RUNS: &[Run] = &[
    Run {
        program: "hello",
        arguments: &[],
        code: 0,
        stdout: "Hello, web! é\n\u{fffd}\nno end of line",
        stderr: "to standard error\n",
    },
    Run {
        program: "threads",
        arguments: &[],
        code: 0,
        stdout: "[1, 2, 3]\n300\nSome(\"in a thread\")\ntrue true\n",
        stderr: "thread 'unlucky'",
    },
    Run {
        program: "clocks",
        arguments: &["one", "two words"],
        code: 0,
        stdout: "slept: true\nan hour ago: true\nafter 2024: true\nseeds: 4\nErr(Unsupported)\nErr(Unsupported)\n\
                 Err(NotPresent) [\"one\", \"two words\"]\nOk(0) false\n",
        stderr: "",
    },
    Run {
        program: "tasks",
        arguments: &[],
        code: 0,
        stdout: "after 50\nafter 100\nafter 150\n300 true\nErr(TimedOut(()))\nsoon\n7\nthe task panicked\n",
        stderr: "in a task",
    },
    ends(&[], 0, "begun dropped\n", ""),
    ends(&["error"], 1, "begun dropped\n", "Error: \"main says no\"\n"),
    ends(&["exit"], 7, "begun ", ""),
    ends(&["exit in a thread"], 8, "begun ", ""),
    ends(&["panic"], 101, "begun dropped\n", "main panics\n"),
    ends(&["abort"], 134, "", "error: the program trapped: "),
    ends(&["abort in a thread"], 134, "", "error: the program trapped: "),
    ends(&["overflow"], 134, "", "thread has overflowed its stack"),
    ends(&["deadlock"], 135, "", "deadlock: all threads of the program wait"),
    ends(&["deadlock of threads"], 135, "", "deadlock: all threads of the program wait for each other"),
];

/// Everything.
///
/// # Errors
/// Something cannot be built or installed, or does not behave.
pub fn web(checkout: &Checkout) -> Result<()> {
    checkout.build(&["cargo-p3"])?;
    let ready = output(p3(checkout, "setup").args(["--target", TARGET]))?;
    let said = String::from_utf8_lossy(&ready.stdout).into_owned();
    print!("{said}{}", String::from_utf8_lossy(&ready.stderr));
    ensure!(ready.status.success(), "`cargo p3 setup --target {TARGET}` ended with {}", ready.status);
    tests_of_the_tool(checkout, &said)?;
    complete(&mut package(checkout, "build"))?;
    let hello = with_wasi(checkout)?;
    functions(checkout, &said)?;
    let mut failures = Vec::new();
    for engine in Engine::ALL {
        if !engine.is_here()? {
            println!("  {} is not here, and is left out: as root on Debian it is installed", engine.name());
            continue;
        }
        let runs: Vec<&Run> = RUNS.iter().filter(|run| run.is_for(engine)).collect();
        failures
            .extend(runs.iter().filter_map(|run| run.judged(checkout, engine).err()).map(|error| format!("{error:#}")));
        failures.extend(WITH_WASI.iter().filter_map(|ends| {
            with_wasi_ends(checkout, engine, &hello, *ends).err().map(|error| format!("{error:#}"))
        }));
        println!("  {} runs of programs in {}", runs.len() + WITH_WASI.len(), engine.name());
        complete(package(checkout, "test").args(["--lib"]).args(engine.option()))?;
    }
    ensure!(failures.is_empty(), "{}", failures.join("\n"));
    let failing = output(package(checkout, "test").args(["--", "--ignored"]))?;
    let text = String::from_utf8_lossy(&failing.stdout).into_owned();
    ensure!(
        failing.status.code() == Some(101) && text.contains("assertion `left == right` failed"),
        "a test that fails ends with {} and says:\n{text}",
        failing.status
    );
    Ok(())
}

/// The tests of the package `web`, with the Rust of guests, which has compiled it for people: by what setup has `said` of it.
fn tests_of_the_tool(checkout: &Checkout, said: &str) -> Result<()> {
    let rustc = said.lines().find_map(|line| line.strip_prefix("Rust ")).context("`cargo p3 setup` names no Rust")?;
    let rustc = Path::new(rustc.trim());
    let mut cargo = Command::new(rustc.with_file_name("cargo"));
    cargo.args(["test", "--release", "--locked", "--quiet", "--manifest-path"]).arg(checkout.path("web/Cargo.toml"));
    cargo.arg("--target-dir").arg(checkout.path("target/web")).env("RUSTC", rustc).env_remove("RUSTUP_TOOLCHAIN");
    complete(&mut cargo)
}

/// A library's functions called by a script, and a plugin that renders into a document: with the Node that setup has `said`.
fn functions(checkout: &Checkout, said: &str) -> Result<()> {
    let node = said.lines().find_map(|line| line.strip_prefix("Node ")).context("`cargo p3 setup` names no Node")?;
    let node = node.trim().rsplit_once(" (").map_or(node.trim(), |(program, _)| program);
    let target = checkout.path("target/web-programs");
    let folders = ["tests/web", "examples/page"].map(|package| (package, target.join(package)));
    for (package, folder) in &folders {
        let mut build = p3(checkout, "web");
        build.args(["build", "--node", "--quiet", "--release", "--lib", "--manifest-path"]);
        build.arg(checkout.path(package).join("Cargo.toml")).arg("--target-dir").arg(&target).arg("--out").arg(folder);
        complete(&mut build)?;
    }
    let mut script = Command::new(node);
    complete(script.arg(checkout.path("tests/web/functions.mjs")).args(folders.iter().map(|(_, folder)| folder)))
}

/// How `examples/hello` ends, which is built for WASI 0.3: argument, exit code, standard output.
const WITH_WASI: [(&[&str], i32, &str); 2] = [(&["wörld"], 0, "Hello, wörld!\n"), (&["--exit", "7"], 7, "")];

/// Builds it, and says where it is.
fn with_wasi(checkout: &Checkout) -> Result<PathBuf> {
    let mut build = p3(checkout, "build");
    let target = checkout.path("target/web-programs");
    build.args(["--quiet", "--release", "--target", "wasm32-wasip3", "--manifest-path"]);
    complete(build.arg(checkout.path("examples/hello/Cargo.toml")).arg("--target-dir").arg(&target))?;
    Ok(target.join("wasm32-wasip3/release/hello.wasm"))
}

fn with_wasi_ends(checkout: &Checkout, engine: Engine, hello: &Path, ends: (&[&str], i32, &str)) -> Result<()> {
    let (arguments, code, stdout) = ends;
    let mut command = p3(checkout, "web");
    let ended = output(command.arg("run").args(engine.option()).arg(hello).args(arguments))?;
    let written = String::from_utf8_lossy(&ended.stdout).into_owned();
    ensure!(
        ended.status.code() == Some(code) && written == stdout,
        "{}: hello with WASI, {arguments:?}, ended with {}, expected {code}; it wrote {written:?}, expected {stdout:?}; {}",
        engine.name(),
        ended.status,
        String::from_utf8_lossy(&ended.stderr)
    );
    Ok(())
}

/// What runs programs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Engine {
    Node,
    Chromium,
    Firefox,
}

impl Engine {
    const ALL: [Engine; 3] = [Engine::Node, Engine::Chromium, Engine::Firefox];

    fn name(self) -> &'static str {
        match self {
            Engine::Node => "node",
            Engine::Chromium => "chromium",
            Engine::Firefox => "firefox",
        }
    }

    /// The option of `cargo p3 run` that chooses it.
    fn option(self) -> Option<String> {
        (self != Engine::Node).then(|| format!("--browser={}", self.name()))
    }

    /// Whether it is here, or can be installed.
    fn is_here(self) -> Result<bool> {
        let (program, package) = match self {
            // `setup` has seen to it.
            Engine::Node => return Ok(true),
            Engine::Chromium => ("chromium-headless-shell", "chromium-headless-shell"),
            Engine::Firefox => ("firefox-esr", "firefox-esr"),
        };
        let path = std::env::var_os("PATH").unwrap_or_default();
        let is_on_path = || std::env::split_paths(&path).any(|folder| folder.join(program).is_file());
        if !is_on_path() && may_install() {
            install(package)?;
        }
        Ok(is_on_path())
    }
}

impl Run {
    /// Firefox takes seconds to start: it runs what engines differ in.
    fn is_for(&self, engine: Engine) -> bool {
        let differs = ["threads", "tasks"].contains(&self.program)
            || ["exit in a thread", "abort in a thread", "deadlock of threads"]
                .iter()
                .any(|end| self.arguments == [*end]);
        engine != Engine::Firefox || differs
    }

    fn judged(&self, checkout: &Checkout, engine: Engine) -> Result<()> {
        let mut command = package(checkout, "run");
        command.args(engine.option()).args(["--bin", self.program, "--"]).args(self.arguments);
        let ended = output(&mut command)?;
        let [stdout, stderr] = [&ended.stdout, &ended.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        let what = format!("{}: {} {}", engine.name(), self.program, self.arguments.join(" "));
        println!("  {what}: {}", ended.status.code().map_or_else(|| ended.status.to_string(), |code| code.to_string()));
        let is_right = ended.status.code() == Some(self.code) && stdout == self.stdout && stderr.contains(self.stderr);
        if !is_right {
            bail!(
                "{what} ended with {}, expected {}\nstdout: {stdout:?}\nexpected: {:?}\nstderr: {stderr}\nexpected: {}",
                ended.status,
                self.code,
                self.stdout,
                self.stderr
            );
        }
        Ok(())
    }
}

/// `cargo p3 VERB`.
fn p3(checkout: &Checkout, verb: &str) -> Command {
    let mut command = Command::new(checkout.tool("cargo-p3"));
    command.args(["p3", verb]);
    for variable in ["CARGO", "RUSTUP_TOOLCHAIN"] {
        command.env_remove(variable);
    }
    command
}

/// The same for the package of programs.
fn package(checkout: &Checkout, verb: &str) -> Command {
    let mut command = p3(checkout, verb);
    command.args(["--quiet", "--release", "--target", TARGET, "--manifest-path"]);
    command.arg(checkout.path("tests/web/Cargo.toml")).arg("--target-dir").arg(checkout.path("target/web-programs"));
    command
}

fn output(command: &mut Command) -> Result<Output> {
    command.output().with_context(|| format!("cannot start {:?}", command.get_program()))
}
