//! Published crates and bindings that ask something unusual of the target.

use std::fs;

use crate::project::{Project, stdout, succeeded};

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
