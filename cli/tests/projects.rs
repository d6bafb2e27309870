//! `cargo p3` with the toolchain: whole projects, built, run, tested, installed. Needs what `cargo p3 setup` makes.

mod project;

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use object::read::archive::ArchiveFile;
use project::{Project, failed, stderr, stdout, succeeded};
use wasmparser::{KnownCustom, Linking, SymbolFlags, SymbolInfo};

/// The example, and the three ways it ends.
fn hello(profile: &[&str]) {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/hello");
    let project = Project::copy(&example);
    let run =
        |arguments: &[&str]| project.p3("run").arg("--quiet").args(profile).arg("--").args(arguments).output().unwrap();
    assert_eq!(stdout(&succeeded(run(&["wörld"]))), "Hello, wörld!\n");
    let exit = run(&["--exit", "7"]);
    assert_eq!(exit.status.code(), Some(7), "{exit:?}");
    let panic = run(&["--panic"]);
    assert_eq!(
        panic.status.code(),
        Some(if profile.iter().any(|word| word.contains("abort")) { 134 } else { 101 }),
        "{panic:?}"
    );
    assert!(stderr(&panic).contains("asked to") && stderr(&panic).contains("src/main.rs:"), "{panic:?}");
    assert!(project.path().join("target/wasm32-wasip3").is_dir());
}

#[test]
fn hello_runs_in_the_dev_profile() {
    hello(&[]);
}

#[test]
fn hello_runs_in_the_release_profile() {
    hello(&["--release"]);
}

#[test]
fn hello_runs_small_stripped_and_optimised_at_link_time() {
    let profile = ["lto='fat'", "opt-level='z'", "strip=true", "codegen-units=1"];
    let settings: Vec<String> = profile.iter().map(|setting| format!("--config=profile.release.{setting}")).collect();
    let mut arguments: Vec<&str> = settings.iter().map(String::as_str).collect();
    arguments.push("--release");
    hello(&arguments);
}

#[test]
fn a_panic_shows_where_it_came_from_while_there_are_names() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/hello");
    let project = Project::copy(&example);
    let panic = |strip: &str| {
        let profile = format!("--config=profile.dev.strip='{strip}'");
        let mut run = project.p3("run");
        let run = run.args(["--quiet", &profile, "--", "--panic"]).env("RUST_BACKTRACE", "1");
        stderr(&run.output().unwrap())
    };
    let with_names = panic("none");
    assert!(with_names.contains("hello::main\n             at ./src/main.rs:"), "{with_names}");
    let without = panic("symbols");
    assert!(without.contains("note: no backtrace:") && !without.contains("stack backtrace:"), "{without}");
}

#[test]
fn hello_runs_with_panics_that_abort() {
    hello(&["--config=profile.dev.panic='abort'"]);
}

#[test]
fn hello_runs_on_a_library_that_it_builds_itself() {
    hello(&["-Zbuild-std=std,panic_unwind", "--release"]);
}

/// Without debug information, landing pads move, and what is destroyed stays the same. That it is as natively is for
/// the test of all programs.
#[test]
fn panics_destroy_the_same_in_the_release_profile() {
    let programs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/programs");
    let project = Project::copy(&programs);
    let run = |profile: &[&str]| {
        stdout(&succeeded(
            project.p3("run").args(["--quiet", "--bin", "panic_out_of_loops"]).args(profile).output().unwrap(),
        ))
    };
    assert_eq!(run(&["--release"]), run(&[]));
    let component = project.path().join("target/wasm32-wasip3/release/panic_out_of_loops.wasm");
    let component = fs::read(component).unwrap();
    assert!(component.windows(11).any(|name| name == b"landing pad"), "no landing pad has moved");
}

/// Nobody is above an export but the host: unwinding would end in an error that says less than the panic.
#[test]
fn a_panic_that_nobody_catches_is_told_once_and_ends_the_instance() {
    let project = Project::new("export");
    project.append("Cargo.toml", "[lib]\ncrate-type = [\"cdylib\"]\n");
    project.write(
        "src/lib.rs",
        r#"
        struct Unwound;
        impl Drop for Unwound {
            fn drop(&mut self) { println!("unwound"); }
        }
        #[unsafe(export_name = "wasi:cli/run@0.3.0#run")]
        pub extern "C" fn run() -> i32 {
            let caught = || std::panic::catch_unwind(|| { let _unwound = Unwound; panic!("a panic") }).is_err();
            println!("{}", caught());
            println!("{}", std::thread::spawn(caught).join().unwrap());
            println!("{}", std::thread::spawn(|| panic!("a panic of a thread")).join().is_err());
            let _unwound = Unwound;
            panic!("the last one");
        }
        "#,
    );
    succeeded(project.p3("build").output().unwrap());
    let component = project.path().join("target/wasm32-wasip3/debug/export.wasm");
    let output = Command::new(env!("CARGO_BIN_EXE_component-run")).arg(component).output().unwrap();
    let told = stderr(&output);
    assert_eq!(output.status.code(), Some(134), "{told}");
    assert_eq!(stdout(&output), "unwound\ntrue\nunwound\ntrue\ntrue\n", "{told}");
    assert_eq!(told.matches("panicked at").count(), 4, "{told}");
    assert_eq!(told.lines().filter(|line| line.starts_with("component-run:")).count(), 1, "{told}");
    let (_, last) = told.split_once("the last one\n").expect("the last panic is told");
    assert!(!last.contains("cannot unwind"), "{told}");
}

#[test]
fn coverage_tells_which_lines_ran() {
    let project = Project::new("covered");
    project.write(
        "src/lib.rs",
        "pub fn sign(number: i32) -> i32 {
             if number < 0 {
                 return -1;
             }
             if number == 0 {
                 return 0;
             }
             1
         }

         #[cfg(test)]
         mod tests {
             #[test]
             fn below() {
                 assert_eq!(super::sign(-7), -1);
             }

             #[test]
             fn above() {
                 assert_eq!(super::sign(7), 1);
             }
         }
        ",
    );
    project.write("src/bin/main.rs", "fn main() { std::process::exit(covered::sign(0)) }");
    project.write("tests/outside.rs", "#[test] fn at_zero() { assert_eq!(covered::sign(0), 0); }");
    let report = project.path().join("target/coverage/report");
    // The lines of the library that were counted, with how often they ran.
    let counted = || {
        let lcov = fs::read_to_string(report.join("lcov.info")).unwrap();
        let (_, lib) = lcov.split_once("src/lib.rs\n").expect("the library is in the report");
        let lines = lib.lines().take_while(|line| *line != "end_of_record");
        lines.filter_map(|line| Some(line.strip_prefix("DA:")?.to_owned())).take(9).collect::<Vec<_>>().join(" ")
    };
    for (isolated, profiles) in [(&[][..], 1..=3), (&["--isolate"][..], 1..=8)] {
        let output = project.p3("test").args(["--coverage", "--lib"]).args(isolated).output().unwrap();
        assert!(stderr(&succeeded(output)).contains("Coverage "));
        assert_eq!(counted(), "1,2 2,2 3,1 4,1 5,1 6,0 7,1 8,1 9,2");
        let files = fs::read_dir(&report).unwrap().map(|file| file.unwrap().path());
        let count = files.filter(|file| file.extension().is_some_and(|extension| extension == "profraw")).count();
        assert!(profiles.contains(&count), "{count}");
    }
    // Tests of another binary, the program and the library are one report.
    succeeded(project.p3("test").arg("--coverage").output().unwrap());
    assert_eq!(counted(), "1,3 2,3 3,1 4,2 5,2 6,1 7,1 8,1 9,3");

    // The compiler's own flag: the program writes its profile to where it runs, and its core module lies beside the component.
    let run = |name: &str| {
        let mut run = project.p3("run");
        run.args(["--quiet", "--bin", "main"]).env("RUSTFLAGS", "-Cinstrument-coverage").env("LLVM_PROFILE_FILE", name);
        succeeded(run.output().unwrap())
    };
    run("plain-%m.profraw");
    run("plain-%m.profraw");
    let files = fs::read_dir(project.path()).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let profiles: Vec<String> = files.filter(|name| name.starts_with("plain-")).collect();
    assert_eq!(profiles.len(), 1, "{profiles:?}");
    let deps = fs::read_dir(project.path().join("target/wasm32-wasip3/debug/deps")).unwrap();
    let modules = deps.map(|file| file.unwrap().file_name().into_string().unwrap());
    assert_eq!(modules.filter(|name| name.starts_with("main-") && name.ends_with(".core.wasm")).count(), 1);
}

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
fn every_kind_of_test_runs() {
    let project = Project::new("tested");
    project.write(
        "src/lib.rs",
        r#"
        //! ```
        //! assert_eq!(tested::double(2), 4);
        //! std::fs::write(std::env::temp_dir().join("file"), "text").unwrap();
        //! ```
        //! ```should_panic
        //! tested::double(i32::MAX);
        //! ```
        //! ```compile_fail
        //! tested::double("2");
        //! ```
        pub fn double(number: i32) -> i32 { number.checked_mul(2).expect("it is too large") }
        #[test] fn doubles() { assert_eq!(double(4), 8); }
        #[test] #[should_panic(expected = "too large")] fn too_large() { double(i32::MAX); }
        #[test] #[should_panic(expected = "something else")] fn panics_otherwise() { double(i32::MAX); }
        "#,
    );
    project.write(
        "tests/outside.rs",
        r#"
        #[test] fn finds_its_files() {
            let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
            assert!(std::fs::read_to_string(file).unwrap().contains("tested"));
            std::fs::write(std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("file"), "text").unwrap();
        }
        "#,
    );
    let output = project.p3("test").arg("--no-fail-fast").env("RUST_BACKTRACE", "1").output().unwrap();
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(101), "{output:?}");
    for line in [
        "doubles ... ok",
        "too_large - should panic ... ok",
        "panics_otherwise - should panic ... FAILED",
        "finds_its_files ... ok",
    ] {
        assert!(text.contains(line), "{line} is missing in: {text}\n{}", stderr(&output));
    }
    assert!(text.contains("test result: FAILED. 2 passed; 1 failed"), "{text}");
    assert!(text.contains("stack backtrace:") && text.contains("tested::double\n"), "{text}");
    assert!(text.contains("test result: ok. 3 passed; 0 failed"), "{text}");
}

#[test]
fn crates_find_a_stable_compiler_and_may_ask_for_another() {
    let project = Project::new("probing");
    // As many published crates do it: try a feature, with the compiler and the target that cargo names.
    project.write(
        "build.rs",
        r##"
        use std::{env, fs, process::Command};
        fn main() {
            let out = env::var("OUT_DIR").unwrap();
            let probe = format!("{out}/probe.rs");
            fs::write(&probe, "#![feature(rustc_attrs)] #![no_std] pub fn f() {}").unwrap();
            let status = Command::new(env::var_os("RUSTC").unwrap())
                .args(["--crate-type=lib", "--emit=metadata", "--target", &env::var("TARGET").unwrap(), "--out-dir", &out, &probe])
                .status().unwrap();
            println!("cargo::rustc-env=PROBE={}", status.success());
            println!("cargo::rustc-env=SEEN={}", env::var("RUSTC_BOOTSTRAP").unwrap_or_default());
        }
        "##,
    );
    project.write("src/main.rs", r#"fn main() { println!("{} {}", env!("PROBE"), env!("SEEN")) }"#);
    assert_eq!(stdout(&succeeded(project.p3("run").output().unwrap())), "false \n");

    project.write("src/main.rs", "#![feature(rustc_attrs)] fn main() {}");
    failed(project.p3("build").output().unwrap(), "rustc_attrs");
    succeeded(project.p3("build").env("RUSTC_BOOTSTRAP", "1").output().unwrap());
}

/// Build scripts decide by the answer of the compiler what to use of the language; rustc_version 0.2, under old
/// packages, takes from six to eight lines for an answer.
#[test]
fn a_build_script_can_read_what_the_compiler_is() {
    let project = Project::new("asking");
    project.write(
        "build.rs",
        r#"
        use std::{env, process::Command};
        fn main() {
            let answer = Command::new(env::var_os("RUSTC").unwrap()).arg("-vV").output().unwrap().stdout;
            let answer = String::from_utf8(answer).unwrap();
            let lines: Vec<&str> = answer.lines().collect();
            assert!((6..=8).contains(&lines.len()), "{answer}");
            for (line, begin) in lines.iter().zip(["rustc 1.", "binary: ", "commit-hash: ", "commit-date: ", "host: ", "release: 1."]) {
                assert!(line.starts_with(begin), "{answer}");
            }
        }
        "#,
    );
    succeeded(project.p3("build").output().unwrap());
}

/// rand 0.8 stands on getrandom 0.2, which imports a function of WASI 0.1.
#[test]
fn a_crate_that_imports_wasi_0_1_runs_on_0_3_alone() {
    let project = Project::new("dice");
    project.append("Cargo.toml", "[dependencies]\nrand = \"0.8\"\n");
    project.write(
        "src/main.rs",
        r#"
        use rand::Rng;
        fn main() {
            let throws: Vec<u8> = (0..1000).map(|_| rand::thread_rng().gen_range(1..=6)).collect();
            println!("{}", (1..=6).all(|number| throws.contains(&number)));
        }
        "#,
    );
    // The runtime that runs it has interfaces of WASI 0.3 and no others.
    assert_eq!(stdout(&succeeded(project.p3("run").arg("--quiet").output().unwrap())), "true\n");
    let component = fs::read(project.path().join("target/wasm32-wasip3/debug/dice.wasm")).unwrap();
    let random = b"wasi:random/random@0.3.0";
    assert!(component.windows(random.len()).any(|window| window == random));
}

/// A crate that saw atomic instructions would take for granted what else comes with them elsewhere. Variables are the threads' own without.
#[test]
fn crates_see_no_atomic_instructions_and_have_threads_however_they_are_built() {
    let project = Project::new("private");
    project.append("Cargo.toml", "[dependencies]\nkept = { path = \"kept\" }\n");
    project.write("kept/Cargo.toml", "[package]\nname = \"kept\"\nversion = \"0.1.0\"\nedition = \"2024\"\n");
    project.write(
        "build.rs",
        r#"
        fn main() {
            let features = std::env::var("CARGO_CFG_TARGET_FEATURE").unwrap();
            assert!(!features.split(',').any(|feature| feature == "atomics"), "{features}");
        }
        "#,
    );
    project.write(
        "kept/src/lib.rs",
        r#"
        #[cfg(target_feature = "atomics")]
        compile_error!("there are no atomic instructions");

        use std::cell::{Cell, RefCell};
        pub struct Noted(pub &'static str, pub u32);
        impl Drop for Noted {
            fn drop(&mut self) { ENDED.with(|ended| ended.fetch_add(self.1, std::sync::atomic::Ordering::Relaxed)); }
        }
        thread_local! {
            pub static CONSTANT: Cell<u32> = const { Cell::new(7) };
            pub static LAZY: RefCell<Vec<u32>> = RefCell::new(vec![1, 2]);
            pub static DROPPED: RefCell<Noted> = const { RefCell::new(Noted("first", 1)) };
            pub static LAZY_DROPPED: RefCell<Noted> = RefCell::new(Noted("lazy", 100));
            static ENDED: &'static std::sync::atomic::AtomicU32 = const { &ENDINGS };
        }
        pub static ENDINGS: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        #[repr(align(64))]
        pub struct Aligned(pub Cell<u8>);
        #[inline] pub fn inline() -> u32 { CONSTANT.set(CONSTANT.get() + 1); CONSTANT.get() }
        pub fn generic<T: Copy + Into<u32>>(by: T) -> u32 {
            thread_local! { static HERE: Cell<u32> = const { Cell::new(1000) } }
            HERE.set(HERE.get() + by.into());
            HERE.get()
        }
        "#,
    );
    project.write(
        "src/main.rs",
        r#"
        #[cfg(target_feature = "atomics")]
        compile_error!("there are no atomic instructions");

        use kept::*;
        use std::collections::BTreeSet;
        use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::*};
        use std::thread;
        thread_local! { static ALIGNED: Aligned = const { Aligned(std::cell::Cell::new(5)) } }
        static STARTED: AtomicU32 = AtomicU32::new(0);
        static GO: AtomicBool = AtomicBool::new(false);

        fn one(number: u32) -> (u32, Vec<usize>) {
            STARTED.fetch_add(1, SeqCst);
            // Nothing but a look: who waits so must give way.
            while !GO.load(Acquire) {}
            for _ in 0..number {
                inline();
                LAZY.with_borrow_mut(|all| all.push(number));
                thread::yield_now();
                DROPPED.with_borrow_mut(|noted| noted.1 += 1);
                LAZY_DROPPED.with_borrow_mut(|noted| noted.1 += 1);
            }
            assert_eq!(DROPPED.with_borrow(|noted| (noted.0, noted.1)), ("first", 1 + number));
            ALIGNED.with(|aligned| { aligned.0.set(aligned.0.get() + 1); assert_eq!(aligned.0.get(), 6); });
            let places = vec![
                CONSTANT.with(|it| it as *const _ as usize),
                LAZY.with(|it| it as *const _ as usize),
                DROPPED.with(|it| it as *const _ as usize),
                ALIGNED.with(|it| it as *const _ as usize),
            ];
            assert_eq!(places[3] % 64, 0);
            (CONSTANT.get() + LAZY.with_borrow(|all| all.len() as u32) + generic(number as u8) + generic(1_u16), places)
        }

        fn main() {
            let threads: Vec<_> = (0..20).map(|number| thread::spawn(move || one(number))).collect();
            while STARTED.load(Relaxed) < 20 {}
            GO.store(true, Release);
            let mut all: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
            let endings = ENDINGS.load(Relaxed);
            all.push(one(20));
            let sums: u32 = all.iter().map(|(sum, _)| sum).sum();
            let places: BTreeSet<_> = all.iter().flat_map(|(_, places)| places).collect();
            println!("{sums} {} {endings}", places.len());
        }
        "#,
    );
    let profiles: [&[&str]; 4] = [
        &[],
        &["lto='fat'", "codegen-units=1", "opt-level=3"],
        &["lto='thin'", "codegen-units=16", "opt-level='s'"],
        &["lto='off'", "opt-level=2", "strip='symbols'"],
    ];
    for profile in profiles {
        let mut run = project.p3("run");
        run.arg("--quiet").args(profile.iter().map(|setting| format!("--config=profile.release.{setting}")));
        if !profile.is_empty() {
            run.arg("--release");
        }
        // 21 threads: 7 + 2 + 1000 + 1000 + 1, and four times its number for the one with the number N; destructors: 1 + 100 and twice N.
        let sum: u32 = (0..=20).map(|number| 7 + 2 + 1000 + 1000 + 1 + 4 * number).sum();
        let endings: u32 = (1..20).map(|number| 101 + 2 * number).sum::<u32>() + 1;
        assert_eq!(stdout(&succeeded(run.output().unwrap())), format!("{sum} 84 {endings}\n"), "{profile:?}");
    }
}

/// wit-bindgen 0.63 without std brings an object of LLVM 23, which finds a task's context by functions of that compiler.
#[test]
fn bindings_with_objects_of_llvm_23_run_with_threads_and_without() {
    let project = Project::new("bound");
    project.append(
        "Cargo.toml",
        "[dependencies]\nwasip3 = \"0.10\"\n[lib]\ncrate-type = [\"cdylib\"]\nname = \"served\"\n",
    );
    let main = |count: &str| {
        format!(
            "fn main() {{ println!(\"{{}}\", {count}) }} fn count() -> usize {{ wasip3::random::random::get_random_bytes(4).len() }}"
        )
    };
    project.write("src/bin/alone.rs", &main("count()"));
    project.write("src/bin/threads.rs", &main("std::thread::spawn(count).join().unwrap()"));
    project.write(
        "src/lib.rs",
        r#"
        wasip3::cli::command::export!(Served);
        struct Served;
        impl wasip3::exports::cli::run::Guest for Served {
            async fn run() -> Result<(), ()> {
                let answer = std::thread::spawn(|| 42).join().unwrap();
                let (mut writer, reader) = wasip3::wit_stream::new();
                let written = wasip3::cli::stdout::write_via_stream(reader);
                writer.write_all(format!("{answer}\n").into_bytes()).await;
                drop(writer);
                written.await.map_err(drop)
            }
        }
        "#,
    );
    for name in ["alone", "threads"] {
        let output = succeeded(project.p3("run").args(["--quiet", "--bin", name]).output().unwrap());
        assert_eq!(stdout(&output), "4\n", "{name}");
    }
    succeeded(project.p3("build").args(["--quiet", "--lib"]).output().unwrap());
    assert!(project.path().join("target/wasm32-wasip3/debug/served.wasm").is_file());
}

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

#[test]
fn a_wrapper_that_follows_links_finds_the_compiler() {
    let project = Project::new("wrapped");
    project.write(
        "wrapper",
        "#!/bin/sh\nprogram=$(readlink -f \"$1\")\nshift\necho \"$program\" >> \"$CALLS\"\nexec \"$program\" \"$@\"\n",
    );
    project.make_executable("wrapper");
    let mut run = project.p3("run");
    run.args(["--quiet"])
        .env("RUSTC_WRAPPER", project.path().join("wrapper"))
        .env("CALLS", project.path().join("calls"));
    succeeded(run.output().unwrap());
    let calls = fs::read_to_string(project.path().join("calls")).unwrap();
    // By this name such wrappers know a compiler.
    assert!(!calls.is_empty() && calls.lines().all(|call| call.ends_with("/rustc")), "{calls}");
}

#[test]
fn two_installations_of_one_version_make_the_same_bytes_and_a_new_one_builds_nothing_again() {
    let project = Project::new("same");
    project.write("dependency/Cargo.toml", "[package]\nname = 'dependency'\nversion = '1.0.0'\nedition = '2024'\n");
    project.write("dependency/src/lib.rs", "pub fn text() -> &'static str { \"text\" }\n");
    project.append("Cargo.toml", "[dependencies]\ndependency = { path = 'dependency' }\n");
    fs::write(project.path().join("src/main.rs"), "fn main() { println!(\"{}\", dependency::text()) }\n").unwrap();
    let place = tempfile::tempdir().unwrap();
    let installed = |name: &str| {
        let program = place.path().join(name).join("cargo-p3");
        fs::create_dir_all(program.parent().unwrap()).unwrap();
        fs::copy(env!("CARGO_BIN_EXE_cargo-p3"), &program).unwrap();
        program
    };
    let build = |program: &Path, target: &str| {
        let mut command = Command::new(program);
        project.clean(command.args(["p3", "build", "--target-dir", target]));
        let said = stderr(&succeeded(command.output().unwrap()));
        (said, fs::read(project.path().join(target).join("wasm32-wasip3/debug/same.wasm")).unwrap())
    };
    let (one, other) = (installed("one"), installed("other"));
    let (said, first) = build(&one, "first");
    assert!(said.contains("Compiling"), "{said}");
    assert!(first == build(&other, "second").1, "the bytes differ");
    let (said, again) = build(&other, "first");
    assert!(!said.contains("Compiling") && again == first, "{said}");
    fs::remove_file(&one).unwrap();
    let (said, _) = build(&installed("one"), "first");
    assert!(!said.contains("Compiling"), "{said}");
}

#[test]
fn a_library_and_a_program_of_one_name_are_both_there() {
    let project = Project::new("twin");
    project.append("Cargo.toml", "[lib]\ncrate-type = ['cdylib', 'rlib']\n");
    fs::write(project.path().join("src/lib.rs"), "pub fn number() -> u32 { 42 }\n").unwrap();
    project.write("src/main.rs", "fn main() { println!(\"{}\", twin::number()) }\n#[test] fn passes() {}\n");
    for verb in ["build", "run", "test", "check"] {
        let output = succeeded(project.p3(verb).output().unwrap());
        assert!(!stderr(&output).contains("collision"), "{}", stderr(&output));
        assert!(verb != "run" || stdout(&output) == "42\n");
    }
    let built = |name: &str| project.path().join("target/wasm32-wasip3/debug").join(name);
    assert!(built("twin.wasm").is_file() && built("libtwin.wasm").is_file());
    // Nothing of it is remembered: the library alone has its usual name.
    fs::remove_file(project.path().join("src/main.rs")).unwrap();
    fs::remove_file(built("twin.wasm")).unwrap();
    succeeded(project.p3("build").output().unwrap());
    assert!(built("twin.wasm").is_file());
}

#[test]
fn a_package_of_a_newer_rust_is_told_which_one_there_is_and_why() {
    let project = Project::new("newer");
    let manifest = fs::read_to_string(project.path().join("Cargo.toml")).unwrap();
    project.write("Cargo.toml", &manifest.replace("[workspace]", "rust-version = \"1.999\"\n\n[workspace]"));
    let output = project.p3("build").output().unwrap();
    failed(output.clone(), "note: ");
    let text = stderr(&output);
    for word in ["Rust 1.999", "Rust 1.96.0", "because", "--ignore-rust-version"] {
        assert!(text.contains(word), "{word} is missing in {text}");
    }
    project.write("rust-toolchain.toml", "[toolchain]\nchannel = \"nightly\"\n");
    let text = stderr(&succeeded(project.p3("build").arg("--ignore-rust-version").output().unwrap()));
    assert!(text.contains("rust-toolchain.toml") && text.contains("`nightly`") && text.contains("because"), "{text}");
    let quiet = succeeded(project.p3("build").args(["-q", "--ignore-rust-version"]).output().unwrap());
    assert_eq!(stderr(&quiet), "");
}

#[test]
fn verbs_of_cargos_that_compile_are_of_the_target() {
    let project = Project::new("compiled");
    project.write(
        "src/main.rs",
        "#[cfg(not(target_env = \"p3\"))] compile_error!(\"elsewhere\");\nfn main() { let mut x = 1; println!(\"{x}\") }\n",
    );
    let p3 = |words: &[&str]| succeeded(project.p3(words[0]).args(&words[1..]).output().unwrap());
    p3(&["fix", "--allow-no-vcs", "-q"]);
    assert!(fs::read_to_string(project.path().join("src/main.rs")).unwrap().contains("let x"));
    p3(&["rustdoc", "-q", "--", "--document-private-items"]);
    assert!(project.path().join("target/wasm32-wasip3/doc/compiled").is_dir());
    p3(&["package", "-q", "--allow-dirty"]);
    assert!(project.path().join("target/package/compiled-0.1.0.crate").is_file());
    let metadata = stdout(&p3(&["metadata", "--no-deps", "--format-version=1"]));
    assert!(metadata.contains("\"compiled\""));
    let mut quiet = project.p3("-q");
    let output = succeeded(quiet.args(["--offline", "--config", "profile.dev.opt-level=1", "build"]).output().unwrap());
    assert_eq!(stderr(&output), "");
    // A subcommand that is a program of its own, and builds by cargo.
    project.write("bin/cargo-again", "#!/bin/sh\nshift\nexec \"$CARGO\" build \"$@\"\n");
    project.make_executable("bin/cargo-again");
    let path = format!("{}:{}", project.path().join("bin").display(), std::env::var("PATH").unwrap());
    succeeded(project.p3("again").arg("--release").env("PATH", path).output().unwrap());
    assert!(project.path().join("target/wasm32-wasip3/release/compiled.wasm").is_file());
}

#[test]
fn a_package_that_is_cleaned_loses_its_component() {
    let project = Project::new("cleaned");
    let component = project.path().join("target/wasm32-wasip3/debug/cleaned.wasm");
    succeeded(project.p3("build").output().unwrap());
    assert!(component.is_file());
    succeeded(project.p3("clean").args(["-p", "cleaned"]).output().unwrap());
    assert!(!component.exists());
}

#[test]
fn an_installed_program_has_a_launcher_that_goes_with_it() {
    let project = Project::new("installed");
    project.write(
        "src/main.rs",
        r#"fn main() {
            for argument in std::env::args() { println!("{argument}") }
            println!("{}", std::fs::read_to_string("here").unwrap_or_default());
            println!("{}", std::fs::read_to_string("/etc/passwd").is_ok());
        }"#,
    );
    let root = tempfile::tempdir().unwrap();
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("here"), "found").unwrap();
    let mut install = project.p3("install");
    succeeded(install.args(["--path", ".", "--root"]).arg(root.path()).output().unwrap());
    assert!(root.path().join("bin/installed.wasm").is_file());

    let run = || {
        let mut run = Command::new("installed");
        run.current_dir(place.path()).env("PATH", format!("{}:/usr/bin:/bin", root.path().join("bin").display()));
        run
    };
    let output = run().args(["--", "-x", "two words"]).output().unwrap();
    assert_eq!(stdout(&succeeded(output)), "installed\n--\n-x\ntwo words\nfound\nfalse\n");
    let output = run().env("CARGO_P3_RUN", "--dir /etc:ro").output().unwrap();
    assert_eq!(stdout(&succeeded(output)), "installed\nfound\ntrue\n");
    assert!(stdout(&succeeded(run().arg("--p3-help").output().unwrap())).contains("CARGO_P3_RUN"));

    let mut uninstall = project.p3("uninstall");
    succeeded(uninstall.args(["installed", "--root"]).arg(root.path()).output().unwrap());
    assert_eq!(fs::read_dir(root.path().join("bin")).unwrap().count(), 0);
}

#[test]
fn another_program_of_the_name_is_not_replaced_unless_forced() {
    let project = Project::new("taken");
    let root = tempfile::tempdir().unwrap();
    fs::create_dir(root.path().join("bin")).unwrap();
    fs::write(root.path().join("bin/taken"), "mine").unwrap();
    let install = || {
        let mut install = project.p3("install");
        install.args(["--path", ".", "--root"]).arg(root.path());
        install
    };
    failed(install().output().unwrap(), "--force");
    assert_eq!(fs::read_to_string(root.path().join("bin/taken")).unwrap(), "mine");
    succeeded(install().arg("--force").output().unwrap());
    assert!(fs::read_to_string(root.path().join("bin/taken")).unwrap().starts_with("#!/bin/sh"));
}

#[test]
fn plain_cargo_builds_with_the_printed_environment() {
    let project = Project::copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/hello"));
    let variables = stdout(&succeeded(project.p3("env").output().unwrap()));
    let shell = |command: &str| {
        let script = format!("{variables}\n{command}");
        project.clean(Command::new("sh").args(["-c", &script])).output().unwrap()
    };
    assert!(stdout(&succeeded(shell("cargo run --quiet --target wasm32-wasip3"))).contains("Hello"));
    let own = "cargo run --quiet --release -Zbuild-std=std,panic_unwind --target \"$CARGO_P3_TARGET\"";
    assert!(stdout(&succeeded(shell(own))).contains("Hello"));
    // The shell is still good for the machine itself.
    assert!(stdout(&succeeded(shell("cargo run --quiet"))).contains("Hello"));
}

#[test]
fn checkouts_that_share_a_sysroot_link_with_their_own_tools() {
    let project = Project::new("shared");
    let own = Path::new(env!("CARGO_BIN_EXE_cargo-p3"));
    let other = Path::new(env!("CARGO_TARGET_TMPDIR")).join("another-checkout/cargo-p3");
    fs::create_dir_all(other.parent().unwrap()).unwrap();
    fs::copy(own, &other).unwrap();
    let rustc = |program: &Path| {
        let output = project.clean(Command::new(program).args(["p3", "env", "--json"])).output().unwrap();
        let variables: serde_json::Value = serde_json::from_str(&stdout(&succeeded(output))).unwrap();
        PathBuf::from(variables["RUSTC"].as_str().unwrap())
    };
    let (ours, theirs) = (rustc(own), rustc(&other));
    assert_eq!(ours.parent().unwrap().parent(), theirs.parent().unwrap().parent());
    // The other one ran last.
    let linker = ours.with_file_name("component-ld");
    let words = stdout(&succeeded(project.p3("rustc").args(["--quiet", "--", "--print=link-args"]).output().unwrap()));
    assert!(words.contains(linker.to_str().unwrap()), "{words}");
    assert_eq!(fs::read_link(linker).unwrap(), own.canonicalize().unwrap());
    assert_eq!(fs::read_link(theirs.with_file_name("component-ld")).unwrap(), other.canonicalize().unwrap());
}

/// What the linker and the runtime know of the library by name: whoever renames it there, or Rust's authors, must find
/// out.
#[test]
fn names_that_the_tools_look_for_are_in_the_library() {
    let output = Project::new("names").p3("env").arg("--json").output().unwrap();
    let variables: serde_json::Value = serde_json::from_str(&stdout(&succeeded(output))).unwrap();
    let rustc = PathBuf::from(variables["RUSTC"].as_str().unwrap());
    let sysroot = rustc.parent().and_then(Path::parent).unwrap();
    let (mut symbols, mut paths) = (BTreeSet::new(), BTreeSet::new());
    for file in fs::read_dir(sysroot.join("lib/rustlib/wasm32-wasip3/lib")).unwrap() {
        for symbol in symbols_of(&file.unwrap().path()) {
            let path = format!("{:#}", rustc_demangle::demangle(&symbol));
            // What is generic has a name for each crate that uses it.
            paths.insert(path.split("::<").next().unwrap().to_owned());
            symbols.insert(symbol);
        }
    }
    let gone = contract::symbols::of_the_library().filter(|symbol| !symbols.contains(*symbol));
    let is_there =
        |path: &str| paths.contains(path) || is_in_sources(&sysroot.join("lib/rustlib/src/rust/library"), path);
    let gone = gone.chain(contract::paths::of_the_library().filter(|path| !is_there(path)));
    let has_end = |end: &str| paths.iter().any(|path| path.ends_with(end));
    let gone: Vec<&str> = gone.chain(contract::paths::COLD.into_iter().filter(|end| !has_end(end))).collect();
    assert!(gone.is_empty(), "the library has none of these (see library/contract): {gone:#?}");
}

/// Whether `<krate::module::Type>::function` is in the sources of that module: what was inlined everywhere has no
/// symbol, and does have one in a library that is compiled otherwise.
fn is_in_sources(library: &Path, path: &str) -> bool {
    let Some((of_type, function)) = path.strip_prefix('<').and_then(|path| path.split_once(">::")) else {
        return false;
    };
    let Some((module, _)) = of_type.rsplit_once("::") else { return false };
    let Some((krate, module)) = module.split_once("::") else { return false };
    let file = library.join(krate).join("src").join(module.replace("::", "/")).with_extension("rs");
    fs::read_to_string(file).is_ok_and(|text| text.contains(&format!("fn {function}(")))
}

/// The functions and data that the objects of an archive define.
fn symbols_of(archive: &Path) -> Vec<String> {
    let bytes = fs::read(archive).unwrap();
    let mut symbols = Vec::new();
    for member in ArchiveFile::parse(&*bytes).unwrap().members() {
        let object = member.unwrap().data(&*bytes).unwrap();
        if !object.starts_with(b"\0asm") {
            continue;
        }
        for payload in wasmparser::Parser::new(0).parse_all(object) {
            let wasmparser::Payload::CustomSection(section) = payload.unwrap() else { continue };
            let KnownCustom::Linking(linking) = section.as_known() else { continue };
            for subsection in linking.subsections() {
                let Linking::SymbolTable(table) = subsection.unwrap() else { continue };
                symbols.extend(table.into_iter().filter_map(|symbol| match symbol.unwrap() {
                    SymbolInfo::Func { flags, name: Some(name), .. } if !flags.contains(SymbolFlags::UNDEFINED) => {
                        Some(name.to_owned())
                    }
                    SymbolInfo::Data { name, symbol: Some(_), .. } => Some(name.to_owned()),
                    _ => None,
                }));
            }
        }
    }
    symbols
}

#[test]
fn arguments_too_long_for_a_command_line_come_in_a_file() {
    let project = Project::new("long");
    project.write("src/main.rs", r#"fn main() { println!("{}", cfg!(last)) }"#);
    let variables = stdout(&succeeded(project.p3("env").output().unwrap()));
    project.write("arguments", "src/main.rs\n--target\nwasm32-wasip3\n-o\nlong.wasm\n--cfg=last\n");
    let script = format!("{variables}\nrustc @arguments && cargo-p3-runner long.wasm");
    let output = project.clean(Command::new("sh").args(["-c", &script])).output().unwrap();
    assert_eq!(stdout(&succeeded(output)), "true\n");
}

#[test]
fn check_doc_and_clippy_are_of_the_target() {
    let project = Project::new("looked_at");
    let main =
        "/// Guests only.\n#[cfg(target_env = \"p3\")]\npub fn guests_only() -> bool { let x = 1; return x == 1; }\n";
    project.write("src/lib.rs", main);
    succeeded(project.p3("check").output().unwrap());
    succeeded(project.p3("doc").output().unwrap());
    assert!(project.path().join("target/wasm32-wasip3/doc/looked_at/fn.guests_only.html").is_file());
    let clippy = project.p3("clippy").args(["--", "-D", "clippy::needless_return"]).output().unwrap();
    // A toolchain may come without clippy: then the error names the package that brings it.
    let text = stderr(&clippy);
    assert!(
        !clippy.status.success()
            && (text.contains("needless_return")
                || text.contains("rust-web-clippy")
                || text.contains("rustup component")),
        "{text}"
    );
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
    for (signal, code) in [("-INT", 130), ("-TERM", 143), ("-HUP", 129)] {
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
