//! The command line: what it accepts, how it says no, and how the process behaves towards shells, pipes and signals.

mod guest;

use component_run::{Kind, Verdict};
use guest::{body, guest, printing};
use std::ffi::OsStr;
use std::io::{Read as _, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

fn component_run() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_component-run-alone"));
    command.env("COMPONENT_RUN_CACHE", "");
    command
}

/// `component-run`, these options, this component.
fn running(options: &[&str], component: &Path) -> Command {
    let mut command = component_run();
    command.args(options).arg(component);
    command
}

fn output(command: &mut Command) -> (i32, String, String) {
    let Output { status, stdout, stderr } = command.output().unwrap();
    (status.code().expect("no signal"), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

#[test]
fn standard_streams_and_exit_code_pass_through() {
    let component = printing("hello\n", "(call $exit (i32.const 42)) (i32.const 0)");
    assert_eq!(output(component_run().arg(&component)), (42, "hello\n".to_owned(), String::new()));
    assert_eq!(output(component_run().arg("--stock").arg(&component)), (42, "hello\n".to_owned(), String::new()));
}

#[test]
fn a_program_is_run_again_in_an_instance_of_its_own() {
    // A memory that was used before would make the second run print more.
    let component = guest(
        "",
        r#"(data (i32.const 4096) "run\n")
           (func $run (result i32)
             (i32.store (i32.const 8192) (i32.add (i32.load (i32.const 8192)) (i32.const 4)))
             (drop (call $print (i32.const 4096) (i32.load (i32.const 8192))))
             (i32.const 0))"#,
    );
    let (code, stdout, stderr) = output(&mut running(&["--repeat", "3"], &component));
    assert_eq!((code, &*stdout), (0, "run\nrun\nrun\n"));
    assert!(stderr.starts_with("component-run: 3 runs, ") && stderr.ends_with(" us each\n"), "{stderr}");
    let (code, _, _) = output(&mut running(&["--repeat", "2"], &body("(call $exit (i32.const 7)) (i32.const 0)")));
    assert_eq!(code, 7);
    assert_eq!(output(&mut running(&["--repeat", "0"], &component)).0, 125);
}

#[test]
fn a_search_says_what_fails_first_and_how_to_repeat_it() {
    let (good, bad) =
        (printing("good\n", "(i32.const 0)"), printing("bad\n", "(call $exit (i32.const 7)) (i32.const 0)"));
    let none = (0, String::new(), "component-run: 3 seeds, and none fails\n".to_owned());
    assert_eq!(output(component_run().args(["--schedule-search", "3"]).arg(&good)), none);
    let (code, stdout, stderr) = output(component_run().args(["--schedule-search=3"]).arg(&bad).arg("a b"));
    let again = format!("--schedule-seed 0 {} 'a b'\n", bad.display());
    assert_eq!((code, stdout.as_str()), (7, "bad\n"));
    assert!(stderr.contains("seed 0 of 3 ends with exit code 7") && stderr.ends_with(&again), "{stderr}");
}

#[test]
fn options_end_at_the_file() {
    let component = guest(
        r#"(import "wasi:cli/environment@0.3.0" "get-arguments" (func $get (param i32)))"#,
        "(func $run (result i32) (call $get (i32.const 16)) (call $exit (i32.load (i32.const 20))) (i32.const 0))",
    );
    let (code, _, stderr) =
        output(component_run().arg("--stock").arg(&component).args(["--stock", "--bogus", "--", "--help", "-x"]));
    assert_eq!((code, stderr.as_str()), (6, ""));
}

#[test]
fn every_mistake_has_its_message_and_code() {
    let component = body("(i32.const 0)");
    let file: &OsStr = component.as_ref();
    let text = |text: &'static str| OsStr::new(text);
    let cases: &[(&[&OsStr], i32, &str)] = &[
        (&[], 125, "FILE"),
        (&[text("--bogus"), file], 125, "--bogus"),
        (&[text("--env"), text("NAME"), file], 125, "there is no value: write K=V"),
        (&[text("--env"), text("=VALUE"), file], 125, "the name is empty: write K=V"),
        (&[text("--env"), text(""), file], 125, "there is no value: write K=V"),
        (&[text("--cwd"), text("/nowhere"), file], 125, "--cwd /nowhere: the guest has no such directory. Grant it"),
        (&[text("--dir"), text("/tmp::/a"), text("--cwd"), text("/ab"), file], 125, "--cwd /ab: the guest has no such"),
        (&[text("--dir"), text("/tmp::/a"), text("--cwd"), text("/a/none"), file], 125, "/tmp/none is no directory"),
        (&[text("--net"), text("some"), file], 125, "none, loopback or all"),
        (&[text("--schedule-seed"), text("1"), text("--net"), text("all"), file], 125, "--net cannot be had with"),
        (&[text("--schedule-seed"), text("1"), text("--schedule-search"), text("2"), file], 125, "cannot be used with"),
        (&[text("--max-memory"), text("lots"), file], 125, "512M"),
        (&[text("--max-memory"), text("99999999999999G"), file], 125, "too large"),
        (&[text("--timeout"), text("soon"), file], 125, "seconds"),
        (&[text("--timeout"), text("0"), file], 125, "not zero"),
        (&[text("--dir"), text("::x"), file], 125, "empty"),
        (&[text("--dir"), text("/nonexistent"), file], 125, "/nonexistent"),
        (&[file, OsStr::from_bytes(b"\xff")], 125, "argument 1"),
        (&[text("/nonexistent.wasm")], 127, "/nonexistent.wasm"),
        (&[text("/etc/passwd")], 126, "not a WebAssembly binary"),
    ];
    for (arguments, code, message) in cases {
        let (actual, stdout, stderr) = output(component_run().args(*arguments));
        assert_eq!((actual, stdout.as_str()), (*code, ""), "{arguments:?}: {stderr}");
        assert!(stderr.contains(message) && !stderr.contains("panicked"), "{arguments:?}: {stderr}");
    }
    let (code, _, stderr) =
        output(component_run().arg("--inherit-env").env("WRONG", OsStr::from_bytes(b"\xff")).arg(file));
    assert_eq!(code, 125);
    assert!(stderr.contains("WRONG"), "{stderr}");
}

#[test]
fn a_trap_a_timeout_and_a_deadlock_have_their_codes() {
    let (code, stdout, stderr) = output(&mut running(&[], &printing("before\n", "unreachable")));
    assert_eq!((code, stdout.as_str()), (134, "before\n"));
    assert!(stderr.contains("unreachable") && stderr.contains("0: run"), "{stderr}");
    let (code, _, stderr) = output(&mut running(&["--timeout", "200ms"], &body("(loop $l (br $l)) unreachable")));
    assert!(code == 124 && stderr.contains("timeout") && stderr.contains("200ms"), "{code} {stderr}");
    let (code, _, stderr) = output(&mut running(&[], &body("(call $set-wait (call $set-new) (i32.const 0))")));
    assert!(code == 135 && stderr.contains("deadlock"), "{code} {stderr}");
    let grow = body("(loop $more (br_if $more (i32.ne (memory.grow (i32.const 16)) (i32.const -1)))) unreachable");
    let (code, _, stderr) = output(component_run().args(["--max-memory", "4M"]).arg(&grow));
    assert!(code == 137 && stderr.contains("4.0 MiB"), "{code} {stderr}");
}

/// What a run writes with `--outcome`.
fn verdict(options: &[&str], component: &Path) -> (i32, Verdict) {
    let file = tempfile::NamedTempFile::new().unwrap();
    let code = output(running(options, component).arg("words").arg("--outcome").arg("of the guest")).0;
    let with = ["--outcome", file.path().to_str().unwrap()];
    let told = output(&mut running(&[options, &with].concat(), component)).0;
    assert_eq!(code, told, "the outcome changes nothing else");
    (told, Verdict::read(file.path()).expect("a verdict"))
}

#[test]
fn an_outcome_crosses_the_boundary_of_the_process_as_data() {
    // The words and the code of another end, which the guest may use.
    let lies = printing("component-run: stack overflow in the guest", "(call $exit (i32.const 134)) (i32.const 0)");
    let (code, said) = verdict(&[], &lies);
    assert_eq!((code, said.outcome, said.code), (134, Kind::Exited, 134));
    assert!(said.message.is_none() && said.trap.is_none());
    let trap = printing("stack overflow", "unreachable");
    let (code, said) = verdict(&[], &trap);
    assert_eq!((code, said.outcome), (134, Kind::Trapped));
    assert_eq!(said.trap.unwrap().frames.last().unwrap().function, "run");
    let overflow = guest("", "(func $run (result i32) (call $run))");
    assert_eq!(verdict(&[], &overflow).1.outcome, Kind::StackOverflowed);
    let computes = body("(loop $for-ever (br $for-ever)) (i32.const 0)");
    let (code, said) = verdict(&["--timeout", "100ms"], &computes);
    assert_eq!((code, said.outcome), (124, Kind::TimedOut));
    assert!(said.message.unwrap().contains("timeout"));
    assert_eq!(verdict(&[], Path::new("/nowhere.wasm")).1.outcome, Kind::Refused);
    let (_, said) = verdict(&["--repeat", "3"], &body("(i32.const 0)"));
    assert!(said.outcome == Kind::Exited && said.microseconds.unwrap() > 0.0);
    let (code, said) = verdict(&["--schedule-search", "9"], &body("(call $exit (i32.const 7)) (i32.const 0)"));
    assert_eq!((code, said.outcome, said.seed), (7, Kind::Exited, Some(0)));
    let (code, _, stderr) = output(&mut running(&["--outcome", "/nowhere/file"], &trap));
    assert!(code == 125 && stderr.contains("--outcome: /nowhere/file cannot be written"), "{stderr}");
}

/// Prints 128 KiB sixteen times, more than any pipe holds, then traps. Exits with 9 when nobody reads.
fn flood() -> tempfile::TempPath {
    guest(
        "",
        r#"(func $run (result i32)
             (local $n i32)
             (memory.fill (i32.const 0x10000) (i32.const 0x78) (i32.const 0x10000))
             (loop $again
               (if (call $print (i32.const 0x10000) (i32.const 0x10000)) (then (call $exit (i32.const 9))))
               (local.set $n (i32.add (local.get $n) (i32.const 1)))
               (br_if $again (i32.lt_u (local.get $n) (i32.const 32))))
             unreachable)"#,
    )
}

const FLOOD: usize = 32 << 16;

fn spawn(command: &mut Command) -> Child {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
}

#[test]
fn a_slow_reader_gets_every_byte_written_before_a_trap() {
    let component = flood();
    let mut child = spawn(component_run().arg(&component));
    let mut stdout = child.stdout.take().unwrap();
    let (mut total, mut buffer) = (0, [0; 70_000]);
    loop {
        std::thread::sleep(Duration::from_millis(5));
        match stdout.read(&mut buffer).unwrap() {
            0 => break,
            count => {
                assert!(buffer[..count].iter().all(|byte| *byte == b'x'));
                total += count;
            }
        }
    }
    assert_eq!(total, FLOOD);
    assert_eq!(child.wait().unwrap().code(), Some(134));
}

#[test]
fn a_file_gets_every_byte_written_before_a_trap() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let status = running(&[], &flood()).stdout(file.reopen().unwrap()).stderr(Stdio::null()).status().unwrap();
    assert_eq!(status.code(), Some(134));
    assert_eq!(file.as_file().metadata().unwrap().len(), FLOOD as u64);
}

#[test]
fn a_reader_that_leaves_is_told_to_the_guest() {
    let component = flood();
    let mut child = spawn(component_run().arg(&component));
    child.stdout.take().unwrap().read_exact(&mut [0; 10]).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(9));
}

#[test]
fn a_full_disk_is_told_to_the_guest() {
    if !Path::new("/dev/full").exists() {
        return;
    }
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    assert_eq!(running(&[], &flood()).stdout(full).status().unwrap().code(), Some(9));
}

#[test]
fn a_blocked_writer_is_stopped_by_the_time_limit() {
    let component = flood();
    let started = Instant::now();
    let mut child = spawn(component_run().args(["--timeout", "0.3"]).arg(&component));
    assert_eq!(child.wait().unwrap().code(), Some(124));
    assert!(started.elapsed() < Duration::from_secs(20));
}

#[test]
fn no_more_of_stdin_is_taken_than_the_guest_reads() {
    let component = guest(
        r#"(import "wasi:cli/stdin@0.3.0" "read-via-stream" (func $stdin (param i32)))
           (import "wasi:cli/stdin@0.3.0" "[async-lower][stream-read-0]read-via-stream" (func $read (param i32 i32 i32) (result i32)))"#,
        "(func $run (result i32)
           (call $stdin (i32.const 16))
           (drop (call $complete (i32.load (i32.const 16)) (call $read (i32.load (i32.const 16)) (i32.const 4096) (i32.const 4))))
           (drop (call $print (i32.const 4096) (i32.const 4))) (i32.const 0))",
    );
    let (mut reader, mut writer) = std::io::pipe().unwrap();
    writer.write_all(b"0123456789").unwrap();
    drop(writer);
    let (code, stdout, _) = output(component_run().arg(&component).stdin(reader.try_clone().unwrap()));
    assert_eq!((code, stdout.as_str()), (0, "0123"));
    let mut rest = String::new();
    reader.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "456789");
}

#[test]
fn control_c_ends_a_run_with_130() {
    for body_of in [
        "(loop $l (br $l)) unreachable",
        "(drop (call $print (i32.const 0) (i32.const 0x10000))) (loop $l (br $l)) unreachable",
    ] {
        let component = printing("started", body_of);
        let mut child = spawn(component_run().arg(&component));
        child.stdout.as_mut().unwrap().read_exact(&mut [0; 7]).unwrap();
        let id = rustix::process::Pid::from_child(&child);
        rustix::process::kill_process(id, rustix::process::Signal::INT).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(130));
    }
}

#[test]
fn a_damaged_cache_and_an_unwritable_one_cost_only_time() {
    let component = printing("hello\n", "(i32.const 0)");
    let cache = tempfile::tempdir().unwrap();
    let hello = || output(component_run().env("COMPONENT_RUN_CACHE", cache.path().join("code")).arg(&component));
    let entry = || std::fs::read_dir(cache.path().join("code")).unwrap().next().unwrap().unwrap().path();
    let expected = (0, "hello\n".to_owned(), String::new());
    assert_eq!(hello(), expected);
    assert_eq!(hello(), expected);
    let whole = std::fs::read(entry()).unwrap();
    for damage in [&[][..], &whole[..whole.len() / 2], b"nonsense", &[&[0; 4000], &whole[4000..]].concat()] {
        let damaged = entry();
        std::fs::remove_file(&damaged).unwrap();
        let mut file = std::fs::File::options().write(true).create_new(true).mode(0o1400).open(damaged).unwrap();
        file.write_all(damage).unwrap();
        assert_eq!(hello(), expected);
        assert_eq!(std::fs::read(entry()).unwrap().len(), whole.len(), "the entry was not made anew");
    }
    std::fs::write(cache.path().join("file"), "").unwrap();
    assert_eq!(
        output(component_run().env("COMPONENT_RUN_CACHE", cache.path().join("file/code")).arg(&component)),
        expected
    );
}

#[test]
fn runs_at_the_same_time_share_the_cache() {
    let component = printing("hello\n", "(i32.const 0)");
    let cache = tempfile::tempdir().unwrap();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let (code, stdout, stderr) =
                    output(component_run().env("COMPONENT_RUN_CACHE", cache.path()).arg(&component));
                assert_eq!((code, stdout.as_str(), stderr.as_str()), (0, "hello\n", ""));
            });
        }
    });
    assert_eq!(std::fs::read_dir(cache.path()).unwrap().count(), 1);
}
