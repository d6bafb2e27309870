//! Cargo's configuration files and the environment.

use std::fs;

use crate::project::{Project, failed, stdout, succeeded};

#[test]
fn a_users_configuration_is_respected() {
    let project = Project::new("configured");
    project.write(".cargo/config.toml", "[target.wasm32-wasip3]\nrustflags = [\"--cfg=configured\"]\n");
    project.write("src/main.rs", r#"fn main() { println!("{} {}", cfg!(configured), cfg!(target_abi = "nolibc")) }"#);
    project.write("wrapper", "#!/bin/sh\necho called >> \"$CALLS\"\nexec \"$@\"\n");
    project.make_executable("wrapper");
    let calls = project.path().join("calls");
    let elsewhere = project.path().join("elsewhere");
    let mut run = project.p3("run");
    run.env("RUSTC_WRAPPER", project.path().join("wrapper")).env("CALLS", &calls).env("CARGO_TARGET_DIR", &elsewhere);
    assert_eq!(stdout(&succeeded(run.output().unwrap())), "true true\n");
    assert!(fs::read_to_string(&calls).unwrap().contains("called"));
    assert!(elsewhere.join("wasm32-wasip3/debug/configured.wasm").is_file());
}

#[test]
fn what_cargos_configuration_sets_and_who_wants_colours_reaches_the_guest() {
    let project = Project::new("coloured");
    project.write(
        ".cargo/config.toml",
        "[env]\nPLAIN = 'plain'\nPATHLIKE = { value = 'here', relative = true }\nSTRONG = { value = 'strong', force = true }\n",
    );
    let names =
        ["PLAIN", "PATHLIKE", "STRONG", "OPTION", "NO_COLOR", "CLICOLOR_FORCE", "FORCE_COLOR", "COLUMNS", "OTHER"];
    let main = format!(
        "fn show() {{ for name in {names:?} {{ println!(\"{{name}}={{}}\", std::env::var(name).unwrap_or_default()) }} }}\n\
         fn main() {{ show() }}\n#[test] fn shows() {{ show() }}\n"
    );
    project.write("src/main.rs", &main);
    let here = project.path().join("here");
    let wanted = format!(
        "PLAIN=plain\nPATHLIKE={}\nSTRONG=strong\nOPTION=by option\nNO_COLOR=1\nCLICOLOR_FORCE=2\nFORCE_COLOR=3\nCOLUMNS=40\nOTHER=\n",
        here.display()
    );
    for (verb, rest) in
        [("run", &[][..]), ("test", &["--", "--nocapture"]), ("test", &["--isolate", "--", "--nocapture"])]
    {
        let mut command = project.p3(verb);
        command.args(["--quiet", "--config", "env.OPTION='by option'"]).args(rest);
        command.env("NO_COLOR", "1").env("CLICOLOR_FORCE", "2").env("FORCE_COLOR", "3").env("COLUMNS", "40");
        command.env("OTHER", "secret").env("STRONG", "weak");
        let output = succeeded(command.output().unwrap());
        assert!(stdout(&output).contains(&wanted), "{verb} {rest:?}: {}", stdout(&output));
    }
}

#[test]
fn a_users_runner_runs_and_may_call_ours() {
    let project = Project::new("driven");
    project
        .write("src/main.rs", r#"fn main() { println!("guest {:?}", std::env::args().skip(1).collect::<Vec<_>>()) }"#);
    project.write("tools/runner", "#!/bin/sh\nshift\necho \"runner of ${1##*/}\"\nexec \"$CARGO_P3_RUNNER\" \"$@\"\n");
    project.make_executable("tools/runner");
    let run = |arguments: &[&str]| {
        let output = project.p3("run").arg("--quiet").args(arguments).args(["--", "x y"]).output().unwrap();
        stdout(&succeeded(output))
    };
    let (ours, theirs) = ("guest [\"x y\"]\n", "runner of driven.wasm\nguest [\"x y\"]\n");
    for key in ["wasm32-wasip3", "'cfg(all(target_os = \"wasi\", target_abi = \"nolibc\"))'"] {
        project.write(".cargo/config.toml", &format!("[target.{key}]\nrunner = ['tools/runner', 'first']\n"));
        assert_eq!(run(&[]), theirs, "{key}");
    }
    project.write(".cargo/config.toml", "[target.'cfg(unix)']\nrunner = 'tools/runner first'\n");
    assert_eq!(run(&[]), ours);
    assert_eq!(run(&["--config", "target.wasm32-wasip3.runner='tools/runner first'"]), theirs);
    project.write(".cargo/config.toml", "[target.wasm32-wasip3]\nrunner = 'nowhere/runner'\n");
    failed(project.p3("run").output().unwrap(), "nowhere/runner");
    // By a variable, as always, and that counts more than a file.
    let mut run = project.p3("run");
    run.arg("--quiet")
        .env("CARGO_TARGET_WASM32_WASIP3_RUNNER", format!("{} first", project.path().join("tools/runner").display()));
    assert!(stdout(&succeeded(run.output().unwrap())).starts_with("runner of driven.wasm\nguest"));
}
