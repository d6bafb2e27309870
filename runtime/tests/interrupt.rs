//! A guest that computes when its time is up is stopped, whatever it is doing then, and the outcome says where it was.

mod guest;

use component_run::{Cache, Features, Outcome, Setup, Trap};
use guest::{body, guest, output, printing, run};
use std::time::Duration;

fn limit(time: Duration) -> Setup {
    Setup { time_limit: Some(time), features: Features::All, ..Setup::default() }
}

const SHORT: Duration = Duration::from_millis(100);

fn computing(outcome: &Outcome) -> &Trap {
    let Outcome::TimedOut { trap: Some(trap), .. } = outcome else { panic!("{outcome:?}") };
    assert_eq!((outcome.exit_code(), trap.reason.as_str()), (124, "it was computing"));
    trap
}

fn functions(trap: &Trap) -> Vec<&str> {
    trap.frames.iter().map(|frame| frame.function.as_str()).collect()
}

#[test]
fn a_loop_that_does_nothing_is_stopped_in_it() {
    let component = guest(
        "",
        "(func $inner (loop $for-ever (br $for-ever)))
         (func $outer (call $inner))
         (func $run (result i32) (call $outer) (i32.const 0))",
    );
    assert_eq!(functions(computing(&run(component, limit(SHORT)))), ["inner", "outer", "run"]);
}

#[test]
fn what_was_written_before_arrives() {
    let component =
        printing("before", "(loop $for-ever (i32.store (i32.const 0) (i32.const 1)) (br $for-ever)) (i32.const 0)");
    let (outcome, stdout) = output(component, limit(SHORT));
    assert_eq!((functions(computing(&outcome)), stdout.as_str()), (vec!["run"], "before"));
}

/// Calls and returns all the time, so that the beginnings and ends of functions are hit too.
#[test]
fn every_moment_of_a_call_is_a_moment_to_be_stopped() {
    let component = guest(
        "",
        "(func $fib (param $n i32) (result i32)
           (if (result i32) (i32.lt_u (local.get $n) (i32.const 2))
             (then (local.get $n))
             (else (i32.add (call $fib (i32.sub (local.get $n) (i32.const 1))) (call $fib (i32.sub (local.get $n) (i32.const 2)))))))
         (func $run (result i32) (loop $for-ever (drop (call $fib (i32.const 20))) (br $for-ever)) unreachable)",
    );
    let mut deep = 0;
    for _ in 0..100 {
        let outcome = run(&component, limit(Duration::from_millis(10)));
        // On a busy machine the time may be up before the guest has begun.
        let Outcome::TimedOut { trap, .. } = &outcome else { panic!("{outcome:?}") };
        let functions: Vec<_> = trap.iter().flat_map(functions).collect();
        let Some((first, fibs)) = functions.split_last() else { continue };
        assert!(*first == "run" && fibs.iter().all(|function| *function == "fib"), "{functions:?}");
        deep += usize::from(fibs.len() > 2);
    }
    assert!(deep > 10, "{deep}");
}

#[test]
fn a_guest_that_is_nearly_always_in_the_host_is_stopped() {
    let component = guest(
        r#"(import "wasi:clocks/monotonic-clock@0.3.0" "now" (func $now (result i64)))"#,
        "(func $run (result i32) (loop $for-ever (drop (call $now)) (br $for-ever)) unreachable)",
    );
    assert_eq!(functions(computing(&run(component, limit(SHORT)))), ["run"]);
}

/// A copy of so many bytes is one call of a function of the runtime, in which nobody can be interrupted.
#[test]
fn a_guest_that_copies_computes() {
    for copy in [
        "(memory.copy (i32.const 0x4000000) (i32.const 0x100000) (i32.const 0x3f00000))",
        "(memory.fill (i32.const 0x100000) (i32.const 1) (i32.const 0x7e00000))",
    ] {
        let component = body(&format!(
            "(drop (memory.grow (i32.const 2048))) (loop $for-ever {copy} (br $for-ever)) (i32.const 0)"
        ));
        let outcome = run(component, limit(SHORT));
        let Outcome::TimedOut { trap: Some(trap), .. } = &outcome else { panic!("{copy}: {outcome:?}") };
        assert!(trap.reason.starts_with("it was computing"), "{copy}: {outcome}");
    }
}

#[test]
fn a_thread_that_computes_while_the_others_wait_is_stopped() {
    let component = guest(
        r#"(import "$root" "[thread-new-indirect-v0]" (func $new (param i32 i32) (result i32)))
           (import "$root" "[thread-resume-later]" (func $resume (param i32)))
           (import "$root" "[thread-suspend]" (func $suspend (result i32)))"#,
        r#"(table (export "__indirect_function_table") 1 funcref)
           (elem (i32.const 0) $start)
           (func $start (param i32) (loop $for-ever (br $for-ever)))
           (func $run (result i32)
             (call $resume (call $new (i32.const 0) (i32.const 0)))
             (drop (call $suspend)) (i32.const 0))"#,
    );
    assert_eq!(functions(computing(&run(component, limit(SHORT)))), ["start"]);
}

#[test]
fn a_recursion_at_the_end_of_its_stack_is_stopped_or_overflows() {
    let component = guest(
        "",
        "(func $deep (param $n i32) (result i32)
           (i32.add (call $deep (i32.add (local.get $n) (i32.const 1))) (local.get $n)))
         (func $run (result i32) (call $deep (i32.const 0)))",
    );
    for milliseconds in 1..30 {
        let outcome = run(&component, limit(Duration::from_millis(milliseconds)));
        assert!(matches!(outcome, Outcome::TimedOut { .. } | Outcome::StackOverflowed(_)), "{outcome:?}");
    }
}

#[test]
fn the_code_is_the_same_with_a_time_limit_and_without() {
    let component = body("(i32.const 0)");
    let cache = tempfile::tempdir().unwrap();
    for time_limit in [None, Some(Duration::from_secs(60))] {
        let setup = Setup { cache: Cache::Directory(cache.path().to_owned()), time_limit, ..Setup::default() };
        assert!(matches!(component_run::run(&component, setup), Outcome::Exited(0)));
    }
    assert_eq!(std::fs::read_dir(cache.path()).unwrap().count(), 1);
}
