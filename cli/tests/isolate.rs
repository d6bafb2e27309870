//! Tests that are kept apart: by `cargo p3 test --isolate`, and by cargo-nextest. Needs what `cargo p3 setup` makes.

mod project;

use std::process::Command;
use std::time::{Duration, Instant};

use project::{Project, failed, stderr, stdout, succeeded};

/// Tests of every kind, and six that misbehave.
fn misbehaving() -> Project {
    let project = Project::new("misbehaving");
    project.write(
        "src/lib.rs",
        r#"
        //! ```
        //! assert_eq!(misbehaving::double(2), 4);
        //! ```
        use std::sync::{Mutex, atomic::{AtomicU32, Ordering}};
        use std::{process, thread, time::Duration};
        pub fn double(number: i32) -> i32 { number.checked_mul(2).expect("it is too large") }
        #[cfg(test)]
        mod bad {
            use super::*;
            #[test] fn computes_for_ever() { println!("computing"); let mut n = 0_u64; loop { n = std::hint::black_box(n + 1) } }
            #[test] fn sleeps_for_ever() { thread::sleep(Duration::from_secs(1_000_000)) }
            #[test] fn traps() { println!("before the trap"); process::abort() }
            #[test] fn overflows() { fn deep(n: &u64) -> u64 { if *n == u64::MAX { 0 } else { deep(&(n + 1)) + *n } } assert_eq!(deep(&0), 1) }
            #[test] fn eats() { let mut all = Vec::new(); loop { all.push(vec![1_u8; 1 << 20]) } }
            #[test] fn exits() { print!("leaving"); process::exit(0) }
            #[test] fn exits_as_a_panic_does() { process::exit(101) }
            #[test] fn waits_for_itself() { let lock = Mutex::new(()); let _first = lock.lock(); let _second = lock.lock(); }
            #[test] fn writes_and_fails() { write(); panic!("that was much") }
        }
        #[cfg(test)]
        fn write() { let line = "x".repeat(999); for _ in 0..100_000 { println!("{line}") } }
        #[cfg(test)]
        mod good {
            use super::*;
            static COUNT: AtomicU32 = AtomicU32::new(0);
            #[test] fn doubles() { assert_eq!(double(4), 8) }
            #[test] fn counts() { assert_eq!(COUNT.fetch_add(1, Ordering::Relaxed), 0) }
            #[test] fn counts_too() { assert_eq!(COUNT.fetch_add(1, Ordering::Relaxed), 0) }
            #[test] fn writes() { write() }
            #[test] fn returns() -> Result<(), String> { println!("through"); Ok(()) }
            #[test] #[should_panic(expected = "too large")] fn too_large() { double(i32::MAX); }
            #[test] #[ignore = "not today"] fn later() { panic!("it was not to run") }
            #[test] fn has_a_place_of_its_own() {
                let file = std::env::temp_dir().join("file");
                assert!(!file.exists());
                std::fs::write(file, "text").unwrap();
            }
            #[test] fn has_another_place() { has_a_place_of_its_own() }
        }
        #[cfg(test)]
        mod wrong {
            use super::*;
            #[test] fn panics() { println!("about to"); panic!("on purpose") }
            #[test] fn returns() -> Result<(), String> { Err("an error".to_owned()) }
            #[test] #[should_panic] fn does_not_panic() {}
            #[test] #[should_panic(expected = "something else")] fn panics_otherwise() { double(i32::MAX); }
        }
        "#,
    );
    project.write(
        "tests/threads.rs",
        r#"
        use std::{sync::mpsc, thread, time::Duration};
        #[test] fn joins() { assert_eq!(thread::spawn(|| 1).join().unwrap(), 1) }
        #[test] #[should_panic(expected = "on purpose")] fn panics_elsewhere() {
            if let Err(payload) = thread::spawn(|| panic!("on purpose")).join() { std::panic::resume_unwind(payload) }
        }
        #[test] fn leaves_a_thread_behind() { thread::spawn(|| thread::sleep(Duration::from_secs(1_000_000))); }
        #[test] fn threads_wait_for_each_other() {
            let (_sender, receiver) = mpsc::channel::<()>();
            thread::spawn(move || receiver.recv()).join().unwrap().unwrap();
        }
        #[test] fn a_thread_exits() { thread::spawn(|| std::process::exit(3)).join().unwrap() }
        #[test] fn a_thread_traps() { thread::spawn(|| std::process::abort()).join().unwrap() }
        #[test] fn a_thread_computes_for_ever() { thread::spawn(|| loop { std::hint::black_box(()) }).join().unwrap() }
        "#,
    );
    // A test binary with a main function of its own.
    project.write("tests/own.rs", r#"fn main() { println!("own main, arguments {:?}", std::env::args().skip(1)) }"#);
    let manifest = "\n[[test]]\nname = \"own\"\nharness = false\n";
    project.append("Cargo.toml", manifest);
    project
}

#[test]
fn what_a_test_does_is_its_own_affair() {
    let project = misbehaving();
    let start = Instant::now();
    let test = ["--isolate", "--timeout", "3", "--max-memory", "64M", "--no-fail-fast"];
    let output = project.p3("test").args(test).output().unwrap();
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(101), "{text}\n{}", stderr(&output));
    for line in [
        "running 22 tests",
        "test bad::computes_for_ever ... FAILED, timed out",
        "test bad::sleeps_for_ever ... FAILED, timed out",
        "test bad::traps ... FAILED, trapped",
        "test bad::overflows ... FAILED, stack overflow",
        "test bad::eats ... FAILED, out of memory",
        "test bad::exits ... FAILED, exited",
        "test bad::exits_as_a_panic_does ... FAILED, exited",
        "test bad::waits_for_itself ... FAILED, deadlocked",
        "test bad::writes_and_fails ... FAILED",
        "test good::doubles ... ok",
        "test good::counts ... ok",
        "test good::counts_too ... ok",
        "test good::writes ... ok",
        "test good::returns ... ok",
        "test good::too_large - should panic ... ok",
        "test good::later ... ignored, not today",
        "test good::has_a_place_of_its_own ... ok",
        "test good::has_another_place ... ok",
        "test wrong::panics ... FAILED",
        "running 7 tests",
        "test joins ... ok",
        "test panics_elsewhere - should panic ... ok",
        "test leaves_a_thread_behind ... ok",
        "test threads_wait_for_each_other ... FAILED, deadlocked",
        "test a_thread_exits ... FAILED, exited",
        "test a_thread_traps ... FAILED, trapped",
        "test a_thread_computes_for_ever ... FAILED, timed out",
        "test wrong::returns ... FAILED",
        "test wrong::does_not_panic - should panic ... FAILED",
        "test wrong::panics_otherwise - should panic ... FAILED",
    ] {
        assert!(text.lines().any(|found| found == line), "{line:?} is missing in:\n{text}");
    }
    for (name, part) in [
        ("bad::computes_for_ever", "computing\n"),
        ("bad::traps", "before the trap\n"),
        ("bad::traps", "guest backtrace:"),
        ("bad::eats", "its limit is 64.0 MiB (--max-memory)"),
        ("bad::exits", "leaving\nthe test ended the program with exit code 0"),
        ("bad::waits_for_itself", "deadlock"),
        ("bad::writes_and_fails", "bytes more, which were not kept"),
        ("wrong::panics", "about to\n"),
        ("wrong::panics", "on purpose"),
        ("wrong::returns", "an error"),
        ("wrong::does_not_panic", "test did not panic as expected"),
        ("wrong::panics_otherwise", "panic did not contain expected string"),
    ] {
        let section =
            text.split(&format!("---- {name} stdout ----\n")).nth(1).expect(name).split("\n---- ").next().unwrap();
        assert!(section.contains(part), "{part:?} is missing in the output of {name}:\n{section:.2000}");
    }
    assert!(text.contains("test result: FAILED. 8 passed; 13 failed; 1 ignored; 0 measured; 0 filtered out"), "{text}");
    assert!(text.contains("test result: FAILED. 3 passed; 4 failed; 0 ignored; 0 measured; 0 filtered out"), "{text}");
    assert!(text.contains("own main, arguments"), "{text}");
    assert!(text.contains("test result: ok. 1 passed"), "the documentation test: {text}");
    assert!(text.len() < 8 << 20, "{}", text.len());
    assert!(start.elapsed() < Duration::from_secs(300));
}

/// Where a panic aborts, nothing of the test comes back: its panic hook judges it.
#[test]
fn tests_are_judged_where_panics_abort() {
    let project = Project::new("aborting");
    project.write(
        "src/main.rs",
        r#"
        fn main() {}
        #[test] fn passes() {}
        #[test] fn fails() { panic!("on purpose") }
        #[test] fn returns() -> Result<(), String> { Err("an error".to_owned()) }
        #[test] #[should_panic(expected = "rightly")] fn panics() { panic!("rightly") }
        #[test] #[should_panic(expected = "rightly")] fn panics_otherwise() { panic!("wrongly") }
        #[test] #[should_panic] fn does_not_panic() {}
        "#,
    );
    let mut test = project.p3("test");
    test.arg("--isolate").env("RUSTFLAGS", "-Cpanic=abort -Zpanic-abort-tests").env("RUSTC_BOOTSTRAP", "1");
    let output = test.output().unwrap();
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(101), "{text}\n{}", stderr(&output));
    for line in [
        "test passes ... ok",
        "test fails ... FAILED",
        "test returns ... FAILED",
        "test panics - should panic ... ok",
        "test panics_otherwise - should panic ... FAILED",
        "test does_not_panic - should panic ... FAILED",
    ] {
        assert!(text.lines().any(|found| found == line), "{line:?} is missing in:\n{text}");
    }
    assert!(text.contains("panic did not contain expected string"), "{text}");
}

#[test]
fn the_arguments_of_a_test_binary_keep_their_meaning() {
    let project = misbehaving();
    let test = |arguments: &[&str]| {
        let mut test = project.p3("test");
        stdout(&succeeded(test.args(["--isolate", "--lib", "--"]).args(arguments).output().unwrap()))
    };
    let count = |text: &str, part: &str| text.matches(part).count();
    assert_eq!(count(&test(&["good::counts"]), "... ok"), 2);
    assert_eq!(count(&test(&["good::counts", "--exact"]), "... ok"), 1);
    assert_eq!(count(&test(&["good::", "--skip", "writes", "--skip", "counts"]), "... ok"), 5);
    assert_eq!(test(&["--list", "--format", "terse", "--ignored"]), "good::later: test\n");
    assert!(test(&["--list"]).ends_with("\n22 tests, 0 benchmarks\n"));
    assert!(test(&["good::returns", "--show-output"]).contains("---- good::returns stdout ----\nthrough\n"));
    assert!(test(&["good::returns", "--nocapture"]).contains("\nthrough\n"));
    let terse = test(&["good::", "-q", "--test-threads", "1"]);
    assert!(terse.contains("running 9 tests\ni........\n"), "{terse}");
    let test = |arguments: &[&str]| project.p3("test").args(arguments).output().unwrap();
    failed(test(&["--isolate", "--lib", "--", "--shuffle"]), "--shuffle");
    failed(test(&["--isolate", "--lib", "--", "--format", "json"]), "json");
    failed(project.p3("run").arg("--isolate").output().unwrap(), "cargo p3 test");
}

#[test]
fn nextest_runs_each_test_in_a_process_of_its_own() {
    if Command::new("cargo-nextest").arg("--version").output().is_err() {
        eprintln!("cargo-nextest is not installed: skipped");
        return;
    }
    let project = misbehaving();
    project.append(
        "src/lib.rs",
        r#"
        #[cfg(test)]
        mod flaky {
            #[test] fn passes_at_the_second_attempt() {
                let attempt = std::env::var("NEXTEST_ATTEMPT").unwrap();
                assert_ne!(attempt, "1", "the first attempt fails");
            }
        }
        "#,
    );
    let nextest = |arguments: &[&str]| {
        let mut nextest = project.p3("nextest");
        nextest.args(arguments).env("NEXTEST_EXPERIMENTAL_LIBTEST_JSON", "0").env("NO_COLOR", "1").output().unwrap()
    };
    let list = stdout(&succeeded(nextest(&["list", "--lib", "-T", "oneline"])));
    assert!(list.contains("good::doubles") && list.contains("bad::traps"), "{list}");

    let all =
        nextest(&["run", "--lib", "--no-fail-fast", "--timeout", "5", "--max-memory", "64M", "-E", "not test(flaky)"]);
    let text = stderr(&all);
    assert_eq!(all.status.code(), Some(100), "{text}");
    assert!(text.contains("21 tests run: 9 passed, 12 failed, 2 skipped"), "{text}");
    assert!(text.contains("before the trap"), "{text}");

    let flaky = succeeded(nextest(&["run", "--lib", "--retries", "2", "-E", "test(flaky)"]));
    assert!(stderr(&flaky).contains("1 passed (1 flaky)"), "{}", stderr(&flaky));

    let parts = ["hash:1/2", "hash:2/2"].map(|part| {
        let run = succeeded(nextest(&["run", "--lib", "--partition", part, "-E", "test(good::)"]));
        let text = stderr(&run);
        text.lines().filter(|line| line.trim_start().starts_with("PASS")).count()
    });
    assert_eq!(parts.iter().sum::<usize>(), 8, "{parts:?}");

    let printed = succeeded(nextest(&["run", "--lib", "--no-capture", "-E", "test(=good::returns)"]));
    assert!(stdout(&printed).contains("through"), "{printed:?}");
    failed(nextest(&["run", "--isolate"]), "--isolate");
}
