//! How a run ends, and what the outcome says about it.

#[path = "../guest/mod.rs"]
mod guest;
mod scarcity;
mod threads;

use component_run::{Features, Input, Outcome, Refusal, Setup};
use guest::{body, file, guest, output, printing, run};
use std::time::{Duration, Instant};

fn seconds(seconds: f64) -> Setup {
    Setup { time_limit: Some(Duration::from_secs_f64(seconds)), ..Setup::default() }
}

#[test]
fn the_result_of_run_is_the_exit_code() {
    assert!(matches!(run(body("(i32.const 0)"), Setup::default()), Outcome::Exited(0)));
    assert!(matches!(run(body("(i32.const 1)"), Setup::default()), Outcome::Exited(1)));
}

#[test]
fn every_exit_code_passes_through() {
    for code in [0, 1, 7, 101, 134, 255] {
        let outcome = run(body(&format!("(call $exit (i32.const {code})) (i32.const 0)")), Setup::default());
        assert!(matches!(outcome, Outcome::Exited(_)), "{outcome:?}");
        assert_eq!(i32::from(outcome.exit_code()), code);
    }
}

#[test]
fn a_run_without_a_time_limit_ends_the_same_way() {
    let setup = || Setup { cache: component_run::Cache::Off, ..Setup::default() };
    assert!(matches!(
        component_run::run(body("(call $exit (i32.const 7)) (i32.const 0)"), setup()),
        Outcome::Exited(7)
    ));
    assert!(matches!(component_run::run(body("unreachable"), setup()), Outcome::Trapped(_)));
    let blocked = body("(call $set-wait (call $set-new) (i32.const 0))");
    assert!(matches!(component_run::run(blocked, setup()), Outcome::Deadlocked(_)));
}

#[test]
fn a_result_that_run_cannot_have_is_a_trap() {
    assert!(matches!(run(body("(i32.const 101)"), Setup::default()), Outcome::Trapped(_)));
}

#[test]
fn a_trap_names_the_functions_demangled() {
    let component = guest(
        "",
        "(func $_ZN5guest5inner17h0123456789abcdefE unreachable)
         (func $run (result i32) (call $_ZN5guest5inner17h0123456789abcdefE) (i32.const 0))",
    );
    let outcome = run(component, Setup::default());
    let Outcome::Trapped(trap) = &outcome else { panic!("{outcome:?}") };
    assert!(trap.reason.contains("unreachable"), "{}", trap.reason);
    let functions: Vec<&str> = trap.frames.iter().map(|frame| frame.function.as_str()).collect();
    assert_eq!(functions, ["guest::inner", "run"]);
    assert_eq!(outcome.exit_code(), 134);
    assert_eq!(
        outcome.to_string(),
        "the guest trapped: wasm `unreachable` instruction executed\nguest backtrace:\n    0: guest::inner\n    1: run"
    );
}

#[test]
fn what_was_written_before_a_trap_or_an_exit_arrives() {
    let (outcome, stdout) = output(printing("before", "unreachable"), Setup::default());
    assert!(matches!(outcome, Outcome::Trapped(_)));
    assert_eq!(stdout, "before");
    let (outcome, stdout) = output(printing("before", "(call $exit (i32.const 3)) (i32.const 0)"), Setup::default());
    assert!(matches!(outcome, Outcome::Exited(3)));
    assert_eq!(stdout, "before");
}

#[test]
fn a_computing_guest_is_stopped_where_it_is() {
    let started = Instant::now();
    let outcome = run(body("(loop $for-ever (br $for-ever)) (i32.const 0)"), seconds(0.3));
    let Outcome::TimedOut { trap: Some(trap), .. } = &outcome else { panic!("{outcome:?}") };
    assert_eq!(trap.frames[0].function, "run");
    assert_eq!(outcome.exit_code(), 124);
    assert!((Duration::from_millis(300)..Duration::from_secs(20)).contains(&started.elapsed()));
}

#[test]
fn one_run_that_is_stopped_does_not_stop_another() {
    let endless = body("(loop $for-ever (br $for-ever)) (i32.const 0)");
    let finite = body(
        "(local $n i64) (local.set $n (i64.const 2000000000))
         (loop $next (local.set $n (i64.sub (local.get $n) (i64.const 1))) (br_if $next (i64.ne (local.get $n) (i64.const 0)))) (i32.const 0)",
    );
    std::thread::scope(|scope| {
        let other = scope.spawn(|| run(&finite, seconds(60.0)));
        for _ in 0..3 {
            assert!(matches!(run(&endless, seconds(0.05)), Outcome::TimedOut { .. }));
        }
        assert!(matches!(other.join().unwrap(), Outcome::Exited(0)));
    });
}

const WAIT_FOR: &str = r#"(import "wasi:clocks/monotonic-clock@0.3.0" "wait-for" (func $wait-for (param i64)))"#;

#[test]
fn a_sleeping_guest_is_stopped() {
    let component =
        guest(WAIT_FOR, "(func $run (result i32) (call $wait-for (i64.const 3600000000000)) (i32.const 0))");
    let started = Instant::now();
    let outcome = run(component, seconds(0.2));
    let Outcome::TimedOut { trap: None, blocked, .. } = &outcome else { panic!("{outcome:?}") };
    assert_eq!(blocked.places.len(), 1, "{outcome}");
    assert_eq!(blocked.places[0].frames.last().map(|frame| frame.function.as_str()), Some("run"), "{outcome}");
    assert!(started.elapsed() < Duration::from_secs(20));
}

/// What an earlier and deeper call of the host has left on the stack is not taken for where the guest waits.
#[test]
fn a_guest_that_waits_for_the_other_side_of_a_named_pipe_is_there_and_nowhere_else() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("file"), "1234").unwrap();
    rustix::fs::mkfifoat(rustix::fs::CWD, directory.path().join("pipe"), rustix::fs::Mode::RWXU).unwrap();
    for (flags, what) in [(1, "to read"), (2, "to write")] {
        let component = guest::files::looking(
            "filepipe",
            &format!(
                "(drop (call $read (call $open (i32.const 4096) (i32.const 4) (i32.const 1))))
                 (drop (call $size (i32.const 4096) (i32.const 4)))
                 (drop (call $open (i32.const 4100) (i32.const 4) (i32.const {flags})))"
            ),
        );
        let setup =
            Setup { time_limit: Some(Duration::from_millis(200)), ..guest::files::granting(&[directory.path()]) };
        let outcome = run(component, setup);
        let Outcome::TimedOut { trap: None, blocked, .. } = &outcome else { panic!("{what}: {outcome:?}") };
        let functions = blocked.places.iter().flat_map(|place| &place.frames).map(|frame| &frame.function[..]);
        // What wit-component puts before an import has no name.
        let functions: Vec<_> = functions.filter(|name| !name.starts_with("function ")).collect();
        assert_eq!(functions, ["open", "run"], "{what}: {outcome}");
    }
}

#[test]
fn a_guest_that_waits_for_stdin_is_stopped() {
    let (reader, _writer) = std::io::pipe().unwrap();
    let stdin = Input::File(std::os::fd::OwnedFd::from(reader).into());
    let outcome = run(reading_stdin(), Setup { stdin, ..seconds(0.2) });
    assert!(matches!(outcome, Outcome::TimedOut { trap: None, .. }), "{outcome:?}");
}

/// Copies stdin to stdout until its end.
fn reading_stdin() -> tempfile::TempPath {
    guest(
        r#"(import "wasi:cli/stdin@0.3.0" "read-via-stream" (func $stdin (param i32)))
           (import "wasi:cli/stdin@0.3.0" "[async-lower][stream-read-0]read-via-stream" (func $read (param i32 i32 i32) (result i32)))"#,
        "(func $run (result i32)
           (local $in i32) (local $result i32)
           (call $stdin (i32.const 16))
           (local.set $in (i32.load (i32.const 16)))
           (loop $more
             (local.set $result (call $complete (local.get $in) (call $read (local.get $in) (i32.const 4096) (i32.const 1000))))
             (drop (call $print (i32.const 4096) (i32.shr_u (local.get $result) (i32.const 4))))
             (br_if $more (i32.eqz (i32.and (local.get $result) (i32.const 15)))))
           (i32.const 0))",
    )
}

#[test]
fn stdin_is_what_was_given_and_then_ends() {
    let text = "0123456789".repeat(1000);
    let (outcome, stdout) =
        output(reading_stdin(), Setup { stdin: Input::Bytes(text.clone().into()), ..Setup::default() });
    assert!(matches!(outcome, Outcome::Exited(0)));
    assert_eq!(stdout, text);
    let (outcome, stdout) = output(reading_stdin(), Setup::default());
    assert!(matches!(outcome, Outcome::Exited(0)));
    assert_eq!(stdout, "");
}

#[test]
fn a_guest_that_nobody_can_wake_is_deadlocked() {
    let started = Instant::now();
    let outcome = run(body("(call $set-wait (call $set-new) (i32.const 0))"), seconds(30.0));
    assert!(matches!(outcome, Outcome::Deadlocked(_)), "{outcome:?}");
    assert_eq!(outcome.exit_code(), 135);
    assert!(started.elapsed() < Duration::from_secs(20));
}

#[test]
fn a_sleeping_guest_is_not_deadlocked() {
    let component = guest(WAIT_FOR, "(func $run (result i32) (call $wait-for (i64.const 50000000)) (i32.const 0))");
    assert!(matches!(run(component, Setup::default()), Outcome::Exited(0)));
}

#[test]
fn a_sleep_is_as_long_as_asked_for_and_hardly_longer() {
    // 20 sleeps of 1 ms; the clock tells how long they took, in nanoseconds.
    let component = guest(
        &format!(r#"{WAIT_FOR} (import "wasi:clocks/monotonic-clock@0.3.0" "now" (func $now (result i64)))"#),
        "(func $run (result i32)
           (local $begin i64) (local $n i32)
           (local.set $begin (call $now))
           (loop $again
             (call $wait-for (i64.const 1000000))
             (local.set $n (i32.add (local.get $n) (i32.const 1)))
             (br_if $again (i32.lt_u (local.get $n) (i32.const 20))))
           (call $exit (i32.wrap_i64 (i64.div_u (i64.sub (call $now) (local.get $begin)) (i64.const 1000000))))
           (i32.const 0))",
    );
    // A timer that counts whole milliseconds takes 40. Other work on the machine may delay some of the attempts.
    let fastest = (0..20).map(|_| run(&component, Setup::default()).exit_code()).min().unwrap();
    assert!((20..36).contains(&fastest), "{fastest} ms");
}

const MEGABYTES: fn(u64) -> Setup = |count| Setup { memory_limit: Some(count << 20), ..Setup::default() };

#[test]
fn a_guest_that_gives_up_for_lack_of_memory_is_told_from_a_trap() {
    let component = body("(loop $more (br_if $more (i32.ne (memory.grow (i32.const 16)) (i32.const -1)))) unreachable");
    let outcome = run(component, MEGABYTES(8));
    let Outcome::MemoryExhausted { wanted, limit: Some(limit), trap: Some(_) } = &outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(*limit, 8 << 20);
    assert!((8 << 20..10 << 20).contains(wanted), "{wanted}");
    assert_eq!(outcome.exit_code(), 137);
}

#[test]
fn a_refused_growth_is_the_guests_to_handle() {
    let component = body("(i32.ne (memory.grow (i32.const 1000)) (i32.const -1))");
    assert!(matches!(run(&component, MEGABYTES(8)), Outcome::Exited(0)));
    assert!(matches!(run(&component, MEGABYTES(80)), Outcome::Exited(1)));
}

#[test]
fn a_guest_that_begins_with_too_much_memory_does_not_start() {
    let outcome = run(body("(i32.const 0)"), Setup { memory_limit: Some(1 << 16), ..Setup::default() });
    assert!(matches!(outcome, Outcome::MemoryExhausted { trap: None, .. }), "{outcome:?}");
}

const DOWN: &str = "(func $down (param $n i32) (result i32)
    (if (i32.eqz (local.get $n)) (then (return (i32.const 0))))
    (i32.add (call $down (i32.sub (local.get $n) (i32.const 1))) (i32.const 1)))";

#[test]
fn recursion_is_as_deep_as_eight_megabytes_of_native_stack_allow() {
    // A native frame has at least 16 bytes.
    let component =
        guest("", &format!("{DOWN} (func $run (result i32) (drop (call $down (i32.const 524288))) (i32.const 0))"));
    assert!(matches!(run(component, Setup::default()), Outcome::Exited(0)));
}

#[test]
fn endless_recursion_is_a_stack_overflow() {
    let outcome =
        run(guest("", &format!("{DOWN} (func $run (result i32) (call $down (i32.const -1)))")), Setup::default());
    let Outcome::StackOverflowed(trap) = &outcome else { panic!("{outcome:?}") };
    assert_eq!(trap.frames[0].function, "down");
    assert_eq!(outcome.exit_code(), 134);
    assert!(outcome.to_string().starts_with("stack overflow"));
}

#[test]
fn the_stack_in_linear_memory_overflows_into_a_stack_overflow() {
    for access in
        ["(i32.store (global.get $sp) (i32.const 1))", "(memory.fill (global.get $sp) (i32.const 0) (i32.const 4096))"]
    {
        let component = guest(
            "",
            &format!(
                "(global $sp (mut i32) (i32.const 65536))
                 (func $run (result i32) (loop $deeper
                   (global.set $sp (i32.sub (global.get $sp) (i32.const 4096))) {access} (br $deeper)) (i32.const 0))"
            ),
        );
        let outcome = run(component, Setup::default());
        assert!(matches!(outcome, Outcome::StackOverflowed(_)), "{access}: {outcome:?}");
    }
}

#[test]
fn so_does_a_frame_that_is_larger_than_the_stack_by_far() {
    for frame in [70 << 20, 300 << 20, 2047 << 20] {
        let component = guest(
            "",
            &format!(
                "(global $sp (mut i32) (i32.const 65536))
                 (func $run (result i32)
                   (global.set $sp (i32.sub (global.get $sp) (i32.const {frame})))
                   (i32.load (global.get $sp)))"
            ),
        );
        let outcome = run(component, Setup::default());
        assert!(matches!(outcome, Outcome::StackOverflowed(_)), "{frame}: {outcome:?}");
    }
}

#[test]
fn so_does_a_stack_whose_pointer_is_not_a_global() {
    for access in [
        "(i32.store offset=40 (local.get $sp) (i32.const 1))",
        "(memory.fill (local.get $sp) (i32.const 0) (i32.const 256))",
    ] {
        let component = guest(
            "",
            &format!(
                "(func $down (param $sp i32) (result i32)
                   {access}
                   (i32.add (call $down (i32.sub (local.get $sp) (i32.const 256))) (i32.const 1)))
                 (func $run (result i32) (call $down (i32.const 65280)))"
            ),
        );
        let outcome = run(component, Setup::default());
        assert!(matches!(outcome, Outcome::StackOverflowed(_)), "{access}: {outcome:?}");
    }
}

#[test]
fn an_access_outside_of_memory_is_no_stack_overflow() {
    let component = guest(
        "",
        "(global $sp (mut i32) (i32.const 65536))
         (func $run (result i32) (i32.load (i32.const 0x10000000)))",
    );
    assert!(matches!(run(component, Setup::default()), Outcome::Trapped(_)));
}

/// A wild access near address 0 from below, in a guest whose stack pointer is well, and in one that is deep in calls.
#[test]
fn nor_is_an_access_of_something_before_a_null_pointer() {
    for access in [
        "(i32.load (i32.const -16))",
        "(i32.store offset=8 (i32.const -4) (i32.const 1)) (i32.const 0)",
        "(memory.fill (i32.const -1) (i32.const 0) (i32.const 1)) (i32.const 0)",
    ] {
        for depth in [1, 500] {
            let component = guest(
                "",
                &format!(
                    "(global $__stack_pointer (mut i32) (i32.const 65536))
                     (func $down (param $n i32) (result i32)
                       (if (i32.eqz (local.get $n)) (then (return {access})))
                       (i32.add (call $down (i32.sub (local.get $n) (i32.const 1))) (i32.const 1)))
                     (func $run (result i32) (call $down (i32.const {depth})))"
                ),
            );
            let outcome = run(component, Setup::default());
            assert!(matches!(outcome, Outcome::Trapped(_)), "{access}, {depth}: {outcome:?}");
        }
    }
}

/// A function that calls no other one need not move the stack pointer.
#[test]
fn what_a_function_keeps_below_the_stack_pointer_overflows_too() {
    let component = guest(
        "",
        "(global $__stack_pointer (mut i32) (i32.const 65536))
         (func $run (result i32)
           (global.set $__stack_pointer (i32.const 64))
           (i32.load (i32.sub (global.get $__stack_pointer) (i32.const 96))))",
    );
    let outcome = run(component, Setup::default());
    assert!(matches!(outcome, Outcome::StackOverflowed(_)), "{outcome:?}");
}

#[test]
fn features_beyond_the_stock_ones_are_refused_when_asked_to() {
    let component = guest(
        r#"(import "$root" "[thread-index]" (func $index (result i32)))"#,
        "(func $run (result i32) (drop (call $index)) (i32.const 0))",
    );
    assert!(matches!(run(&component, Setup::default()), Outcome::Exited(0)));
    let outcome = run(&component, Setup { features: Features::Stock, ..Setup::default() });
    assert!(matches!(&outcome, Outcome::Refused(Refusal::Invalid { .. })), "{outcome:?}");
    assert!(outcome.to_string().contains("--stock"), "{outcome}");
}

#[test]
fn missing_imports_are_named_all_at_once() {
    let component = file(
        &wat::parse_str(
            r#"(component
                 (import "test:missing/thing@1.0.0" (instance))
                 (import "wasi:cli/stdout@0.2.6" (instance))
                 (import "wasi:cli/stdin@0.3.0" (instance)))"#,
        )
        .unwrap(),
    );
    let outcome = run(component, Setup::default());
    let Outcome::Refused(Refusal::MissingImports { imports, .. }) = &outcome else { panic!("{outcome:?}") };
    assert_eq!(imports, &["test:missing/thing@1.0.0", "wasi:cli/stdout@0.2.6"]);
    assert_eq!(outcome.exit_code(), 126);
    assert!(outcome.to_string().contains("WASI 0.2"), "{outcome}");
}

#[test]
fn files_that_are_no_command_are_told_apart() {
    let refused = |component: &std::path::Path| match run(component, Setup::default()) {
        Outcome::Refused(refusal) => refusal,
        outcome => panic!("{outcome:?}"),
    };
    assert!(matches!(refused(&file(&wat::parse_str("(module)").unwrap())), Refusal::CoreModule { .. }));
    assert!(matches!(refused(&file(&wat::parse_str("(component)").unwrap())), Refusal::NoRun { .. }));
    assert!(matches!(refused(&file(b"#!/bin/sh\n")), Refusal::NotWasm { .. }));
    assert!(matches!(refused(&file(b"")), Refusal::NotWasm { .. }));
    let mut cut = std::fs::read(body("(i32.const 0)")).unwrap();
    cut.truncate(cut.len() / 2);
    assert!(matches!(refused(&file(&cut)), Refusal::Invalid { .. }));
    assert!(matches!(refused("/nonexistent/file".as_ref()), Refusal::Unreadable { .. }));
    assert!(matches!(refused("/".as_ref()), Refusal::Unreadable { .. }));
}

#[test]
fn a_run_of_another_type_is_refused_before_anything_runs() {
    // The start function would trap.
    let exporting = |lift: &str, export: &str| {
        file(
            &wat::parse_str(format!(
                r#"(component
                     (core module $m
                       (memory (export "memory") 1)
                       (func $start unreachable)
                       (start $start)
                       (func (export "none"))
                       (func (export "i32") (result i32) (i32.const 0))
                       (func (export "one") (param i32)))
                     (core instance $i (instantiate $m))
                     {lift}
                     {export})"#
            ))
            .unwrap_or_else(|error| panic!("{error}")),
        )
    };
    let instance = r#"(instance $run (export "run" (func $f))) (export "wasi:cli/run@0.3.0" (instance $run))"#;
    for (ty, function) in [
        ("(func (result u32))", "i32"),
        ("(func (result string))", "i32"),
        ("(func)", "none"),
        ("(func (param \"x\" u32))", "one"),
        ("(func (result bool))", "i32"),
    ] {
        let lift = format!(
            r#"(func $f {} (canon lift (core func $i "{function}") (memory (core memory $i "memory"))))"#,
            &ty["(func".len()..ty.len() - 1]
        );
        let outcome = run(exporting(&lift, instance), Setup::default());
        assert!(matches!(outcome, Outcome::Refused(Refusal::OtherRun { .. })), "{ty}: {outcome:?}");
        assert_eq!(outcome.exit_code(), 126);
        assert!(outcome.to_string().contains("wasi:cli/run@0.3.0"), "{outcome}");
    }
    // What `run` is no function of, or no instance has.
    let lift = r#"(func $f (result (result)) (canon lift (core func $i "i32")))"#;
    for export in [
        r#"(export "wasi:cli/run@0.3.0" (func $f))"#,
        r#"(instance $inner (export "f" (func $f))) (instance $run (export "run" (instance $inner)))
           (export "wasi:cli/run@0.3.0" (instance $run))"#,
    ] {
        assert_eq!(run(exporting(lift, export), Setup::default()).exit_code(), 126, "{export}");
    }
}
