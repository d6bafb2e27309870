//! wasm32-component: libraries without std and with it, programs, and tests.

use std::path::PathBuf;
use std::process::{Command, Output};

use crate::project::{Project, failed, stderr, stdout, succeeded};

pub(crate) const TARGET: &str = "--target=wasm32-component";

/// Calls an export of a component.
pub(crate) fn invoke(component: &PathBuf, call: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_component-run")).args(["--invoke", call]).arg(component).output().unwrap()
}

/// What a component imports, by name.
pub(crate) fn imports(component: &PathBuf) -> Vec<String> {
    let bytes = std::fs::read(component).unwrap();
    let mut depth = 0;
    let mut imports = Vec::new();
    for payload in wasmparser::Parser::new(0).parse_all(&bytes) {
        match payload.unwrap() {
            wasmparser::Payload::ModuleSection { .. } | wasmparser::Payload::ComponentSection { .. } => depth += 1,
            wasmparser::Payload::End(_) => depth -= 1,
            wasmparser::Payload::ComponentImportSection(section) if depth == 0 => {
                imports.extend(section.into_iter().map(|import| import.unwrap().name.name.to_owned()));
            }
            _ => {}
        }
    }
    imports
}

/// Bindings as people use them, in one package: what each library wants of the target differs.
#[test]
fn libraries_have_what_they_need_without_writing_it_and_import_nothing() {
    let project = Project::new("plugin");
    project.append(
        "Cargo.toml",
        r#"
        [lib]
        crate-type = ["cdylib"]
        [features]
        std = []
        own = []
        [dependencies]
        wit-bindgen = { version = "0.63", default-features = false, features = ["macros", "realloc", "async"] }
        "#,
    );
    project.write(
        "src/lib.rs",
        r#"
        #![cfg_attr(not(feature = "std"), no_std)]
        extern crate alloc;
        use alloc::string::String;
        wit_bindgen::generate!({ inline: "package a:b; world plugin {
            export add: func(a: u32, b: u32) -> u32;
            export shout: func(text: string) -> string;
            export later: async func(text: list<u8>) -> u64;
            export fail: func(text: string);
            export caught: async func() -> string;
            export counted: func(text: string) -> u32;
            export loops: func();
            export eats: func();
            export overflows: func(depth: u64) -> u64;
            export deadlocks: async func();
        }" });
        struct Plugin;
        export!(Plugin);
        impl Guest for Plugin {
            fn add(a: u32, b: u32) -> u32 { a + b }
            fn shout(text: String) -> String { text.to_uppercase() }
            async fn later(text: alloc::vec::Vec<u8>) -> u64 { text.iter().map(|byte| u64::from(*byte)).sum() }
            fn fail(text: String) { panic!("it fails: {text}") }
            fn loops() { loop { core::hint::black_box(()) } }
            fn eats() { loop { core::mem::forget(core::hint::black_box(alloc::vec![1u8; 1 << 20])) } }
            fn overflows(depth: u64) -> u64 {
                let room = core::hint::black_box([depth; 100]);
                if depth == 0 { 0 } else { Self::overflows(depth - 1) + room[7] }
            }
            #[cfg(not(feature = "std"))]
            async fn deadlocks() {}
            #[cfg(feature = "std")]
            async fn deadlocks() { std::thread::park() }
            #[cfg(not(feature = "own"))]
            fn counted(_: String) -> u32 { 0 }
            #[cfg(feature = "own")]
            fn counted(_: String) -> u32 { own::COUNTED.load(core::sync::atomic::Ordering::Relaxed) }
            #[cfg(not(feature = "std"))]
            async fn caught() -> String { String::new() }
            #[cfg(feature = "std")]
            async fn caught() -> String {
                let mut map = std::collections::HashMap::new();
                map.insert("threads", std::thread::spawn(|| 7).join().unwrap());
                let caught = std::panic::catch_unwind(|| panic!("caught")).is_err();
                println!("nobody reads this");
                let file = std::fs::read("file").unwrap_err().kind();
                std::format!("{map:?} {caught} {file:?}")
            }
        }
        #[cfg(feature = "own")]
        mod own;
        "#,
    );
    project.write("src/own.rs", include_str!("guests/own.rs"));
    // By one profile, so that what makes the bindings is built once.
    let small: &[(&str, &str)] =
        &[("CARGO_PROFILE_DEV_OPT_LEVEL", "z"), ("CARGO_PROFILE_DEV_LTO", "true"), ("CARGO_PROFILE_DEV_STRIP", "true")];
    let abort: &[(&str, &str)] = &[("CARGO_PROFILE_DEV_PANIC", "abort")];
    let with_std = r#""{\"threads\": 7} true Unsupported""#;
    type Build<'a> = (&'a [&'a str], &'a [(&'a str, &'a str)], &'a str);
    let builds: [Build<'_>; 6] = [
        (&[], small, "\"\""),
        (&[], &[], "\"\""),
        (&[], abort, "\"\""),
        (&["--features=own"], small, "\"\""),
        (&["--features=std"], small, with_std),
        (&["--features=std"], &[], with_std),
    ];
    let component = project.path().join("target/wasm32-component/debug/plugin.wasm");
    for (options, variables, caught) in builds {
        let build =
            project.p3("build").args(["--quiet", TARGET]).args(options).envs(variables.iter().copied()).output();
        succeeded(build.unwrap());
        let is_own = options.contains(&"--features=own");
        assert_eq!(imports(&component), [""; 0], "{options:?}");
        let counted = if is_own { "1" } else { "0" };
        for (call, result) in [
            ("add(2, 3)", "5"),
            ("shout(\"grün\")", "\"GRÜN\""),
            ("later([1, 2, 250])", "253"),
            ("caught()", caught),
            ("counted(\"text\")", counted),
        ] {
            assert_eq!(stdout(&succeeded(invoke(&component, call))), format!("{result}\n"), "{options:?} {call}");
        }
        let failed = invoke(&component, "fail(\"loudly\")");
        assert_eq!((failed.status.code(), stdout(&failed)), (Some(134), String::new()));
        let text = stderr(&failed);
        let is_told = text.contains("panicked at src/lib.rs:") && text.contains("it fails: loudly");
        assert_eq!(is_told, !is_own, "{options:?}: {text}");
    }
    // The last build has std. Whatever it does, its host goes on and says what it was.
    let ends = [
        ("loops()", 124, "1s"),
        ("eats()", 137, "memory"),
        ("overflows(100000000)", 134, "overflow"),
        ("deadlocks()", 135, "deadlock"),
        ("add(2, 3)", 0, ""),
    ];
    for (call, code, said) in ends {
        let mut run = Command::new(env!("CARGO_BIN_EXE_component-run"));
        let ended = run.args(["--timeout=1s", "--max-memory=64M", "--invoke", call]).arg(&component).output().unwrap();
        assert_eq!(ended.status.code(), Some(code), "{call}: {}", stderr(&ended));
        assert!(stderr(&ended).contains(said), "{call}: {}", stderr(&ended));
    }
}

#[test]
fn a_crate_that_uses_stds_types_passes_its_tests() {
    let project = Project::new("types");
    project.write(
        "src/lib.rs",
        r#"
        //! ```
        //! assert_eq!(types::double(4), 8);
        //! ```
        pub fn double(number: u32) -> u32 { number * 2 }
        #[cfg(test)]
        mod tests {
            use std::sync::mpsc::{RecvTimeoutError, channel};
            use std::thread;
            use std::time::{Duration, Instant};

            thread_local!(static NUMBER: std::cell::Cell<u32> = const { std::cell::Cell::new(1) });

            #[test]
            fn threads() {
                NUMBER.set(5);
                let (sender, receiver) = channel();
                let threads: Vec<_> = (0..10).map(|number| {
                    let sender = sender.clone();
                    thread::spawn(move || sender.send(number + NUMBER.get()).unwrap())
                }).collect();
                threads.into_iter().for_each(|thread| thread.join().unwrap());
                drop(sender);
                assert_eq!(receiver.iter().sum::<u32>(), 55);
            }
            #[test]
            fn clocks_of_whoever_runs_the_tests() {
                let begin = Instant::now();
                thread::sleep(Duration::from_millis(5));
                let (_sender, receiver) = channel::<()>();
                assert_eq!(receiver.recv_timeout(Duration::from_millis(5)), Err(RecvTimeoutError::Timeout));
                assert!(begin.elapsed() >= Duration::from_millis(10));
            }
            #[test]
            #[should_panic(expected = "as expected")]
            fn panics() { panic!("as expected") }
            #[test]
            fn variables() {
                assert_eq!(std::env::vars().count(), std::env::vars_os().count());
                assert!(std::env::var("NOBODY_HAS_SET_THIS").is_err());
                assert!(std::net::TcpListener::bind("127.0.0.1:0").is_err());
            }
            #[test]
            #[ignore = "asked for"]
            fn fails() { assert_eq!(super::double(1), 3, "a message") }
        }
        "#,
    );
    let tested = succeeded(project.p3("test").args(["--quiet", TARGET]).output().unwrap());
    assert!(stdout(&tested).contains("4 passed; 0 failed; 1 ignored"), "{}", stdout(&tested));
    // By the configuration, and each in an instance of its own.
    project.write(".cargo/config.toml", "[build]\ntarget = 'wasm32-none-component'\n");
    let isolated =
        project.p3("test").args(["--quiet", "--isolate", "--lib", "--", "--include-ignored"]).output().unwrap();
    let text = stdout(&isolated);
    assert!(!isolated.status.success() && text.contains("4 passed; 1 failed") && text.contains("a message"), "{text}");
}

#[test]
fn a_program_says_what_its_host_lets_it_say() {
    let project = Project::new("program");
    project.write(
        "src/main.rs",
        r#"
        use std::sync::Mutex;
        use std::time::{Duration, Instant};

        static WRITTEN: Mutex<Vec<u8>> = Mutex::new(Vec::new());
        struct Mine;
        impl std::os::component::Host for Mine {
            fn write_stdout(&self, text: &[u8]) -> std::io::Result<usize> {
                WRITTEN.lock().unwrap().extend(text);
                Ok(text.len())
            }
            fn monotonic_now(&self) -> Duration { Duration::from_secs(7) }
        }
        fn main() -> Result<(), &'static str> {
            println!("lost");
            assert!(std::panic::catch_unwind(|| Instant::now()).is_err());
            std::os::component::set_host(&Mine);
            println!("kept");
            assert_eq!(Instant::now().elapsed(), Duration::ZERO);
            let written = WRITTEN.lock().unwrap().clone();
            if written.ends_with(b"kept\n") { Err("as it should be") } else { Ok(()) }
        }
        "#,
    );
    project.write("src/bin/waits.rs", "fn main() { std::thread::park() }");
    let waits = project.p3("run").args(["--quiet", "--bin=waits", TARGET]).output().unwrap();
    assert_eq!(waits.status.code(), Some(135), "{}", stderr(&waits));
    let run = project.p3("run").args(["--quiet", "--bin=program", TARGET]).output().unwrap();
    assert_eq!((run.status.code(), stdout(&run)), (Some(1), String::new()), "{}", stderr(&run));
    assert_eq!(imports(&project.path().join("target/wasm32-component/debug/program.wasm")), [""; 0]);
}

#[test]
fn what_cannot_work_is_said() {
    let project = Project::new("refused");
    project.append("Cargo.toml", "[lib]\ncrate-type = ['cdylib']\n");
    project.write("src/lib.rs", "#[unsafe(no_mangle)] pub extern \"C\" fn nobody() -> u32 { 5 }");
    project.write("src/bin/bare.rs", "#![no_std]\nfn main() {}");
    project.write("src/bin/panics.rs", "fn main() { panic!(\"aloud: {}\", std::env::args().count()) }");
    project.write("src/bin/random.rs", include_str!("guests/random.rs"));
    let built = |what: &str| project.p3("build").args(["--quiet", TARGET, what]).output().unwrap();
    let warned = succeeded(built("--lib"));
    assert!(stderr(&warned).contains("nobody can call `nobody`"), "{}", stderr(&warned));
    failed(built("--bin=bare"), "using `fn main` requires the standard library");
    failed(built("--bin=random"), "a component without WASI has none. Define this function");
    let panicked = project.p3("run").args(["--quiet", TARGET, "--bin=panics"]).output().unwrap();
    assert_eq!(panicked.status.code(), Some(134));
    failed(panicked, "aloud: 0");
}
