//! A host that gives nothing: no threads, no addresses. What can be done without is done; the rest is an error of the
//! host's, not a trap of the guest's, and never a panic.

use crate::guest::{body, guest, printing};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Output};
use tempfile::{TempDir, TempPath};

/// `component-run` and a component in a directory that everybody may read.
struct Scarcity(TempDir);

impl Scarcity {
    fn new(component: &Path) -> Self {
        let directory = tempfile::Builder::new().permissions(fs::Permissions::from_mode(0o755)).tempdir().unwrap();
        let program = directory.path().join("component-run");
        if fs::hard_link(env!("CARGO_BIN_EXE_component-run-alone"), &program).is_err() {
            fs::copy(env!("CARGO_BIN_EXE_component-run-alone"), &program).unwrap();
        }
        let copy = directory.path().join("guest.wasm");
        fs::copy(component, &copy).unwrap();
        fs::set_permissions(copy, fs::Permissions::from_mode(0o644)).unwrap();
        Self(directory)
    }

    /// Exit code, stdout and stderr of a run with these options, after this command of a shell.
    fn run(&self, limit: &str, options: &[&str]) -> (i32, String, String) {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", &format!("{limit}; exec ./component-run \"$@\" guest.wasm"), "sh"]).args(options);
        command.current_dir(self.0.path()).env("COMPONENT_RUN_CACHE", "");
        // The limit on threads is not for the superuser, and counts all that the user runs.
        if rustix::process::geteuid().is_root() {
            command.uid(64_123).gid(64_123);
        }
        let Output { status, stdout, stderr } = command.output().unwrap();
        let (stdout, stderr) = (String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap());
        assert!(!stderr.contains("panicked"), "{options:?}: {stderr}");
        (status.code().unwrap_or_else(|| panic!("{options:?}: {status}: {stderr}")), stdout, stderr)
    }

    fn without_threads(&self, options: &[&str]) -> (i32, String, String) {
        // bash and dash have different letters for it.
        self.run("ulimit -u 1 2>/dev/null || ulimit -p 1", options)
    }
}

#[test]
fn without_threads_a_program_is_compiled_and_run() {
    let scarcity = Scarcity::new(&printing("hello\n", "(call $exit (i32.const 7)) (i32.const 0)"));
    assert_eq!(scarcity.without_threads(&[]), (7, "hello\n".to_owned(), String::new()));
    assert_eq!(scarcity.without_threads(&["--stock"]), (7, "hello\n".to_owned(), String::new()));
}

#[test]
fn what_needs_a_thread_of_the_host_is_refused_in_one_line() {
    let scarcity = Scarcity::new(&body("(i32.const 0)"));
    for options in [&["--timeout", "60"], &["--repeat", "2"]] {
        let (code, _, stderr) = scarcity.without_threads(options);
        assert_eq!((code, stderr.lines().count()), (125, 1), "{options:?}: {stderr}");
        assert!(stderr.starts_with("component-run: no thread for the guest: "), "{options:?}: {stderr}");
    }
}

#[test]
fn without_threads_an_end_is_told_as_with_them() {
    let (code, _, stderr) = Scarcity::new(&body("unreachable")).without_threads(&[]);
    assert_eq!(code, 134, "{stderr}");
    assert!(stderr.ends_with("\nguest backtrace:\n    0: run\n"), "{stderr}");
    let (code, _, stderr) = Scarcity::new(&body("(call $set-wait (call $set-new) (i32.const 0))")).without_threads(&[]);
    assert_eq!(code, 135, "{stderr}");
    assert!(
        stderr.contains("\nthread 'main' waits for an event of the host\n") && stderr.ends_with(": run\n"),
        "{stderr}"
    );
    // One that makes threads, whose names cannot be asked for.
    let crowd = crate::threads::crowd(3, "", "");
    let (code, _, stderr) = Scarcity::new(&crowd).without_threads(&[]);
    assert_eq!(code, 135, "{stderr}");
    assert!(stderr.contains("\nthread '<unnamed>' waits for what is not known"), "{stderr}");
}

/// Looks `localhost` up. The exit code is the error's number and 100, or how many addresses there are.
fn lookup() -> TempPath {
    guest(
        r#"(import "wasi:sockets/ip-name-lookup@0.3.0" "[async-lower]resolve-addresses" (func $resolve (param i32 i32 i32) (result i32)))"#,
        r#"(data (i32.const 4096) "localhost")
           (func $run (result i32)
             (local $call i32)
             (local.set $call (call $resolve (i32.const 4096) (i32.const 9) (i32.const 512)))
             (if (i32.ne (i32.and (local.get $call) (i32.const 15)) (i32.const 2)) (then
               (drop (call $complete (i32.shr_u (local.get $call) (i32.const 4)) (i32.const -1)))))
             (if (i32.load8_u (i32.const 512))
               (then (call $exit (i32.add (i32.const 100) (i32.load8_u (i32.const 516))))))
             (call $exit (i32.load (i32.const 520)))
             (i32.const 0))"#,
    )
}

#[test]
fn a_lookup_without_a_thread_fails_and_the_guest_goes_on() {
    /// `temporary-resolver-failure`
    const TEMPORARY: i32 = 103;
    let scarcity = Scarcity::new(&lookup());
    for network in ["loopback", "all"] {
        assert_eq!(scarcity.without_threads(&["--net", network]), (TEMPORARY, String::new(), String::new()));
        let (code, _, stderr) = scarcity.run("true", &["--net", network]);
        assert!((1..100).contains(&code), "{network}: {code}: {stderr}");
    }
    assert_eq!(scarcity.run("true", &["--net", "none"]), (100, String::new(), String::new()));
}

#[test]
fn a_host_without_addresses_for_the_guest_is_not_the_guests_trap() {
    let scarcity = Scarcity::new(&printing("hello\n", "(i32.const 0)"));
    // In KiB. A guest's memory takes 4 GiB, and a stack 66 MiB; what the process itself takes is a little less than the
    // least of these.
    for limit in [1_000_000, 4_000_000] {
        let (code, stdout, stderr) = scarcity.run(&format!("ulimit -v {limit}"), &[]);
        assert_eq!((code, stdout.as_str()), (125, ""), "{limit}: {stderr}");
        assert!(stderr.starts_with("component-run: the host has no memory for the guest: "), "{limit}: {stderr}");
        assert!(stderr.contains("ulimit -v"), "{limit}: {stderr}");
    }
}

#[test]
fn a_thread_that_the_host_has_no_stack_for_ends_the_guest_for_lack_of_memory() {
    let crowd = Scarcity::new(&crate::threads::crowd(3_000, "", ""));
    // Enough for the guest and some of its threads.
    let (code, _, stderr) = crowd.run("ulimit -v 12000000", &[]);
    assert_eq!(code, 137, "{stderr}");
    assert!(stderr.starts_with("component-run: out of memory: "), "{stderr}");
}
