//! What a program sees of the machine, and what it leaves there.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::project::{Project, failed, stdout, succeeded};

#[test]
fn a_guest_sees_what_a_native_program_would_and_no_more() {
    let project = Project::new("guest");
    project.write(
        "src/main.rs",
        r#"
        use std::{env, fs, net::TcpListener};
        fn main() {
            let here = env::current_dir().unwrap();
            assert_eq!(here.to_str(), env::var("CARGO_TEST_HERE").ok().as_deref());
            assert!(fs::read_to_string(here.join("Cargo.toml")).unwrap().contains("guest"));
            let temporary = env::temp_dir();
            assert_eq!(env::var_os("TMPDIR").unwrap(), *temporary);
            fs::write(temporary.join("file"), "text").unwrap();
            println!("{}", temporary.display());
            TcpListener::bind("127.0.0.1:0").unwrap();
            assert_eq!(env::var("CARGO_PKG_NAME").unwrap(), "guest");
            assert_eq!(env::var("RUST_SAMPLE").unwrap(), "sample");
            assert_eq!(env::current_exe().unwrap(), here.join("target/wasm32-wasip3/debug/guest.wasm"));
            assert_eq!(env::var_os("INSTA_WORKSPACE_ROOT"), Some(here.into_os_string()));
            assert!(env::var_os("HOME").is_none() && env::var_os("CARGO_REGISTRY_TOKEN").is_none());
            assert_eq!(env::var("NAMED").unwrap(), "named");
            assert_eq!(env::var("PASSED").unwrap(), "passed on");
            assert!(fs::metadata("/etc/hostname").is_err());
            assert!(fs::read("/dev/null").unwrap().is_empty() && fs::metadata("/dev/tty").is_err());
        }
        "#,
    );
    let mut run = project.p3("run");
    run.args(["--quiet", "--env", "NAMED=named", "--env", "PASSED"]);
    run.env("CARGO_TEST_HERE", project.path()).env("PASSED", "passed on");
    run.env("RUST_SAMPLE", "sample").env("CARGO_REGISTRY_TOKEN", "secret");
    let temporary = stdout(&succeeded(run.output().unwrap())).trim().to_owned();
    assert!(temporary.contains(".cargo-p3-run-"), "{temporary}");
    assert!(!Path::new(&temporary).exists(), "{temporary} was not removed");
}

#[test]
fn more_is_granted_by_option_and_by_variable() {
    let elsewhere = tempfile::tempdir().unwrap();
    fs::write(elsewhere.path().join("file"), "text").unwrap();
    let file = elsewhere.path().canonicalize().unwrap().join("file");
    let project = Project::new("grant");
    let main = r#"fn main() { print!("{}", std::fs::read_to_string(std::env::args().nth(1).unwrap()).unwrap()) }"#;
    project.write("src/main.rs", main);
    let run = || {
        let mut run = project.p3("run");
        run.arg("--quiet");
        run
    };
    failed(run().arg("--").arg(&file).output().unwrap(), "main.rs");
    let grant = format!("{}:ro", file.parent().unwrap().display());
    let output = run().args(["--dir", &grant, "--"]).arg(&file).output().unwrap();
    assert_eq!(stdout(&succeeded(output)), "text");
    let output = run().arg("--").arg(&file).env("CARGO_P3_RUN", format!("--dir '{grant}'")).output().unwrap();
    assert_eq!(stdout(&succeeded(output)), "text");
}

#[test]
fn signals_that_end_a_run_or_tests_leave_nothing() {
    let project = Project::new("patient");
    let text = r#"
        fn wait() {
            std::fs::write(std::env::temp_dir().join("file"), "text").unwrap();
            println!("{}", std::env::temp_dir().display());
            std::thread::sleep(std::time::Duration::from_secs(60));
        }
        fn main() { wait() }
        #[test] fn waits() { wait() }
    "#;
    project.write("src/main.rs", text);
    succeeded(project.p3("build").output().unwrap());
    succeeded(project.p3("test").arg("--no-run").output().unwrap());
    let start = |words: &[&str]| {
        let mut child = project.p3(words[0]).args(&words[1..]).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let directory = lines.map(PathBuf::from).find(|line| line.is_absolute()).unwrap();
        assert!(directory.join("file").is_file());
        (child, directory)
    };
    let kill = |signal: &str, child: u32| {
        // A shell has it built in.
        assert!(Command::new("sh").args(["-c", &format!("kill {signal} {child}")]).status().unwrap().success());
    };
    let gone = |directory: &Path| {
        let start = Instant::now();
        while directory.exists() {
            assert!(start.elapsed() < Duration::from_secs(20), "{} is still there", directory.display());
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    // Under nohup nobody is ended by a hangup.
    let ignored = fs::read_to_string("/proc/self/status").unwrap();
    let ignored = ignored.lines().find_map(|line| line.strip_prefix("SigIgn:")).unwrap().trim();
    let ignores_hangups = u64::from_str_radix(ignored, 16).unwrap() & 1 != 0;
    for (signal, code) in [("-INT", 130), ("-TERM", 143), ("-HUP", 129)] {
        if signal == "-HUP" && ignores_hangups {
            continue;
        }
        let (mut run, directory) = start(&["run", "--quiet"]);
        kill(signal, run.id());
        assert_eq!(run.wait().unwrap().code(), Some(code));
        gone(&directory);
    }
    // The signal is for cargo alone; what it runs ends with it.
    for signal in ["-TERM", "-KILL"] {
        let (mut tests, directory) = start(&["test", "--quiet", "--", "--nocapture"]);
        kill(signal, tests.id());
        tests.wait().unwrap();
        gone(&directory);
    }
    let (mut killed, directory) = start(&["run", "--quiet"]);
    kill("-KILL", killed.id());
    killed.wait().unwrap();
    assert!(directory.exists());
    let (mut next, other) = start(&["run", "--quiet"]);
    assert!(!directory.exists(), "the next run has not removed it");
    kill("-TERM", next.id());
    next.wait().unwrap();
    gone(&other);
}
