//! Reports on a guest that makes threads: where they wait, which one trapped, and what becomes of a guest that does not
//! answer.

use crate::guest::{guest, run};
use component_run::{Features, Outcome, Setup, Waiting};
use std::time::Duration;

const IMPORTS: &str = r#"
  (import "$root" "[thread-new-indirect-v0]" (func $new (param i32 i32) (result i32)))
  (import "$root" "[thread-resume-later]" (func $resume (param i32)))
  (import "$root" "[thread-suspend]" (func $suspend (result i32)))
  (import "$root" "[thread-yield]" (func $yield (result i32)))
  (import "wasi:clocks/monotonic-clock@0.3.0" "wait-for" (func $wait-for (param i64)))
"#;

/// The first of the numbers by which the guest below knows its threads.
const FIRST: u32 = 0x0081_2000;

/// A guest that makes so many threads and then waits for ever. What a thread does is `start`, what the guest does
/// before it describes one, `asked`; its number is `$thread` in both. All but the first thread wait for one word, whose
/// address is 0x2000, and are called `w`.
pub(crate) fn crowd(count: u32, start: &str, asked: &str) -> tempfile::TempPath {
    let last = FIRST + count - 1;
    guest(
        IMPORTS,
        &format!(
            r#"(data (i32.const 4096) "w\00")
               (table (export "__indirect_function_table") 1 funcref)
               (elem (i32.const 0) $start)
               (func $start (param $thread i32) {start} (drop (call $suspend)))
               (func $run (result i32)
                 (local $thread i32)
                 (local.set $thread (i32.const {FIRST}))
                 (loop $more
                   (call $resume (call $new (i32.const 0) (local.get $thread)))
                   (local.set $thread (i32.add (local.get $thread) (i32.const 1)))
                   (br_if $more (i32.le_u (local.get $thread) (i32.const {last}))))
                 (drop (call $suspend)) (i32.const 0))
               (func (export "component_describe_thread") (param $thread i32) (result i32)
                 {asked}
                 (i32.store (i32.const 2048) (local.get $thread))
                 (if (local.get $thread)
                   (then
                     ;; The next one is the one before; none comes after the first.
                     (i32.store (i32.const 2052) (i32.sub (local.get $thread) (i32.const 1)))
                     (if (i32.eq (local.get $thread) (i32.const {FIRST})) (then (i32.store (i32.const 2052) (i32.const 0))))
                     (i32.store (i32.const 2056) (i32.const 4096))
                     (i32.store (i32.const 2060) (i32.const 0x2000))
                     (i32.store (i32.const 2064) (local.get $thread)))
                   (else
                     (i32.store (i32.const 2052) (i32.const {last}))
                     (i32.store (i32.const 2056) (i32.const 0))
                     (i32.store (i32.const 2060) (i32.const 0))
                     (i32.store (i32.const 2064) (i32.const 0))))
                 (i32.const 2048))"#
        ),
    )
}

fn setup(limit: Duration) -> Setup {
    Setup { time_limit: Some(limit), features: Features::All, ..Setup::default() }
}

const MINUTE: Duration = Duration::from_secs(60);

fn deadlocked(outcome: &Outcome) -> &Waiting {
    let Outcome::Deadlocked(waiting) = outcome else { panic!("{outcome:?}") };
    waiting
}

fn names(frames: &[component_run::Frame]) -> Vec<&str> {
    frames.iter().map(|frame| frame.function.as_str()).collect()
}

#[test]
fn ten_thousand_threads_that_wait_are_told_of_once_for_each_place() {
    let outcome = run(crowd(10_000, "", ""), setup(MINUTE));
    let waiting = deadlocked(&outcome);
    let places: Vec<_> =
        waiting.places.iter().map(|place| (names(&place.frames), place.threads.len(), place.more)).collect();
    assert_eq!(places, [(vec!["run"], 1, 0), (vec!["start"], 8, 9_992)]);
    assert_eq!(waiting.more, 0);
    let text = outcome.to_string();
    let threads = "thread 'w' waits for a change of the word at 0x00002000, as does thread 'w', thread 'w', thread 'w', thread 'w' \
                   and 9995 more\n";
    assert!(text.contains(threads), "{text}");
    assert!(text.ends_with("\nand 9992 more threads wait at the same place\n    0: start"), "{text}");
}

#[test]
fn threads_at_more_places_than_anybody_reads_are_counted() {
    // A thread waits as many calls deep as its number says.
    let deep = "(call $down (i32.and (local.get $thread) (i32.const 255)))";
    let outcome = run(
        crowd(
            40,
            &format!(
                "{deep} unreachable) (func $down (param $thread i32)
        (if (local.get $thread) (then (call $down (i32.sub (local.get $thread) (i32.const 1))) (return)))"
            ),
            "",
        ),
        setup(MINUTE),
    );
    let waiting = deadlocked(&outcome);
    assert_eq!((waiting.places.len(), waiting.more), (32, 9));
    let depths: Vec<_> = waiting.places.iter().map(|place| place.frames.len()).collect();
    assert_eq!(depths, [&[1][..], &(2..33).collect::<Vec<_>>()].concat());
    assert!(outcome.to_string().ends_with("\nand 9 more threads wait elsewhere"), "{outcome}");
}

/// What a guest does that is asked for its threads and never answers.
const SILENT: &[(&str, &str)] = &[
    ("computes", "(loop $for-ever (br $for-ever))"),
    ("gives way", "(loop $for-ever (drop (call $yield)) (br $for-ever))"),
    ("waits", "(drop (call $set-wait (call $set-new) (i32.const 0)))"),
    ("suspends", "(drop (call $suspend))"),
    ("sleeps", "(call $wait-for (i64.const 3600000000000))"),
    ("traps", "unreachable"),
    ("exits", "(call $exit (i32.const 0))"),
    ("leads in a circle", "(if (local.get $thread) (then (return (i32.const 2048))))"),
    ("leads nowhere", "(return (i32.const -4))"),
];

#[test]
fn a_guest_that_does_not_describe_its_threads_has_its_trap_told_all_the_same() {
    std::thread::scope(|scope| {
        for (what, asked) in SILENT {
            scope.spawn(move || {
                let outcome = run(crowd(1, "unreachable", asked), setup(MINUTE));
                let Outcome::Trapped(trap) = &outcome else { panic!("{what}: {outcome:?}") };
                assert_eq!((names(&trap.frames), &trap.thread), (vec!["start"], &None), "{what}");
            });
        }
    });
}

#[test]
fn nor_is_its_deadlock_lost() {
    std::thread::scope(|scope| {
        for (what, asked) in SILENT {
            scope.spawn(move || {
                let outcome = run(crowd(1, "", asked), setup(MINUTE));
                let places = deadlocked(&outcome).places.iter();
                assert!(places.clone().any(|place| names(&place.frames) == ["run"]), "{what}: {outcome}");
            });
        }
    });
}

#[test]
fn threads_that_wait_when_the_time_is_up_are_told_of_in_the_same_way() {
    let outcome = run(crowd(100, "(call $wait-for (i64.const 3600000000000))", ""), setup(Duration::from_secs(3)));
    let Outcome::TimedOut { trap: None, blocked, .. } = &outcome else { panic!("{outcome:?}") };
    assert_eq!((blocked.places[1].threads.len(), blocked.places[1].more), (8, 92), "{outcome}");
    assert!(outcome.to_string().contains("\nthread 'w' waits for "), "{outcome}");
}

#[test]
fn a_trap_beside_thousands_of_threads_names_its_own() {
    let traps = format!("(if (i32.eq (local.get $thread) (i32.const {})) (then unreachable))", FIRST + 4_999);
    let outcome = run(crowd(5_000, &traps, ""), setup(MINUTE));
    let Outcome::Trapped(trap) = &outcome else { panic!("{outcome:?}") };
    assert_eq!((names(&trap.frames), trap.thread.as_deref()), (vec!["start"], Some("w")));
}
