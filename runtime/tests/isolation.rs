//! One component run many times: every run has an instance of its own, and none disturbs another.

mod guest;

use component_run::{Cache, Capture, Ended, Features, Isolation, Outcome, Output, Setup};
use guest::guest;
use std::time::{Duration, Instant};

/// A guest that does what its number of arguments says (without argument 0).
fn obedient() -> tempfile::TempPath {
    guest(
        r#"(import "wasi:cli/environment@0.3.0" "get-arguments" (func $arguments (param i32)))
           (import "wasi:clocks/monotonic-clock@0.3.0" "wait-for" (func $wait-for (param i64)))
           (import "$root" "[thread-new-indirect-v0]" (func $thread (param i32 i32) (result i32)))"#,
        r#"(data (i32.const 4096) "once")
           (global $runs (mut i32) (i32.const 0))
           (table (export "__indirect_function_table") 1 funcref)
           (elem (i32.const 0) $start)
           (func $start (param i32))
           (func $threads (param $n i32)
             (loop $next
               (drop (call $thread (i32.const 0) (i32.const 0)))
               (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
           (func $run (result i32)
             ;; What a run before this one left behind would be seen here.
             (if (i32.load (i32.const 70000)) (then unreachable))
             (i32.store (i32.const 70000) (i32.const 1))
             (if (global.get $runs) (then unreachable))
             (global.set $runs (i32.const 1))
             (drop (call $print (i32.const 4096) (i32.const 4)))
             (call $arguments (i32.const 16))
             (block $threads (block $exit (block $grow (block $wait (block $compute (block $trap (block $return
               (br_table $return $trap $compute $wait $grow $exit $threads (i32.sub (i32.load (i32.const 20)) (i32.const 1))))
               (return (i32.const 0)))
               unreachable)
               (loop $for-ever (br $for-ever)))
               (call $wait-for (i64.const 3600000000000)) (return (i32.const 0)))
               (if (i32.eq (memory.grow (i32.const 1000)) (i32.const -1)) (then unreachable)) (return (i32.const 0)))
               (call $exit (i32.const 0)) unreachable)
             (call $threads (i32.const 6000)) (i32.const 0))"#,
    )
}

const RETURN: usize = 0;
const TRAP: usize = 1;
const COMPUTE: usize = 2;
const WAIT: usize = 3;
const GROW: usize = 4;
const EXIT: usize = 5;
const THREADS: usize = 6;

/// Runs these jobs on so many workers, and gives their ends with what they printed in the order of the jobs.
fn run(workers: usize, jobs: &[usize]) -> Vec<(Ended, String)> {
    let template = Setup { cache: Cache::Off, features: Features::All, ..Setup::default() };
    let isolation = Isolation::new(obedient(), &template).unwrap();
    let outputs: Vec<Capture> = jobs.iter().map(|_| Capture::new(100)).collect();
    let setup = |&index: &usize| Setup {
        arguments: vec!["x".into(); jobs[index]],
        stdout: Output::Capture(outputs[index].clone()),
        memory_limit: Some(16 << 20),
        time_limit: Some(if matches!(jobs[index], COMPUTE | WAIT) {
            Duration::from_millis(200)
        } else {
            Duration::from_secs(60)
        }),
        ..Setup::default()
    };
    let mut ends = Vec::new();
    isolation.run(workers, 0..jobs.len(), setup, |index, ended| ends.push((index, ended))).unwrap();
    ends.sort_by_key(|(index, _)| *index);
    assert!(ends.iter().map(|(index, _)| *index).eq(0..jobs.len()), "each job ends once");
    ends.into_iter().map(|(index, ended)| (ended, String::from_utf8(outputs[index].bytes()).unwrap())).collect()
}

#[test]
fn every_run_begins_with_untouched_memory() {
    for (ended, output) in run(2, &[RETURN; 500]) {
        assert!(matches!(ended.outcome, Outcome::Exited(0)) && ended.returned, "{ended:?}");
        assert_eq!(output, "once");
    }
}

#[test]
fn each_end_is_that_of_its_run_alone() {
    let jobs = [RETURN, TRAP, COMPUTE, RETURN, WAIT, GROW, RETURN, EXIT, TRAP, RETURN, COMPUTE, RETURN];
    let start = Instant::now();
    for (job, (ended, output)) in jobs.into_iter().zip(run(3, &jobs)) {
        let Ended { outcome, returned, .. } = &ended;
        let is_right = match job {
            RETURN => matches!(outcome, Outcome::Exited(0)) && *returned,
            TRAP => matches!(outcome, Outcome::Trapped(_)),
            COMPUTE => matches!(outcome, Outcome::TimedOut { trap: Some(_), .. }),
            WAIT => matches!(outcome, Outcome::TimedOut { trap: None, .. }),
            GROW => matches!(outcome, Outcome::MemoryExhausted { .. }),
            _ => matches!(outcome, Outcome::Exited(0)) && !returned,
        };
        assert!(is_right, "job {job}: {ended:?}");
        assert_eq!(output, "once");
    }
    assert!(start.elapsed() < Duration::from_secs(20));
}

#[test]
fn a_run_with_more_threads_than_the_pool_has_runs_without_it() {
    for (ended, _) in run(1, &[THREADS, RETURN, THREADS]) {
        assert!(matches!(ended.outcome, Outcome::Exited(0)) && ended.returned, "{ended:?}");
    }
}

#[test]
fn a_run_inside_a_system_call_that_does_not_return_is_left_behind() {
    let directory = tempfile::tempdir().unwrap();
    let fifo = directory.path().join("fifo");
    rustix::fs::mknodat(rustix::fs::CWD, &fifo, rustix::fs::FileType::Fifo, rustix::fs::Mode::RWXU, 0).unwrap();
    let component = guest(
        r#"(import "wasi:filesystem/preopens@0.3.0" "get-directories" (func $directories (param i32)))
           (import "wasi:filesystem/types@0.3.0" "[method]descriptor.open-at" (func $open (param i32 i32 i32 i32 i32 i32 i32)))
        "#,
        // To write: that waits for somebody who reads.
        r#"(data (i32.const 4096) "fifo")
           (func $run (result i32)
             (call $directories (i32.const 16))
             (if (i32.eqz (i32.load (i32.const 20))) (then (return (i32.const 0))))
             (call $open (i32.load (i32.load (i32.const 16))) (i32.const 0) (i32.const 4096) (i32.const 4) (i32.const 0) (i32.const 2) (i32.const 200))
             (i32.const 0))"#,
    );
    let isolation = Isolation::new(component, &Setup { cache: Cache::Off, ..Setup::default() }).unwrap();
    let setup = |hangs: &bool| Setup {
        directories: hangs
            .then(|| component_run::Directory {
                host: directory.path().to_owned(),
                guest: "/".into(),
                access: component_run::Access::ReadWrite,
            })
            .into_iter()
            .collect(),
        time_limit: Some(Duration::from_millis(300)),
        ..Setup::default()
    };
    let mut ends = Vec::new();
    isolation.run(1, [true, false, false], setup, |hung, ended| ends.push((hung, ended))).unwrap();
    assert!(matches!(&ends[0], (true, Ended { outcome: Outcome::TimedOut { .. }, .. })), "{ends:?}");
    assert!(ends[1..].iter().all(|(_, ended)| matches!(ended.outcome, Outcome::Exited(0))), "{ends:?}");
}
