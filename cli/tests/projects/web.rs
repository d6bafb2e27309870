//! wasm32-component-web: what programs import. That they run is seen in Node (`cargo ci web`), which is not needed here.

use crate::component::imports;
use crate::project::{Project, succeeded};

#[test]
fn programs_for_the_web_import_what_they_reach() {
    let project = Project::new("pages");
    project.write("src/main.rs", "fn main() { println!(\"Hello\") }");
    project.write(
        "src/bin/waits.rs",
        "fn main() { std::thread::spawn(|| std::thread::sleep(std::time::Duration::from_millis(1))).join().unwrap() }",
    );
    project.write(
        "src/bin/asks.rs",
        "#[cfg(all(target_os = \"web\", target_env = \"component\", target_abi = \"nolibc\", panic = \"unwind\"))]
        fn main() {
            let map = std::collections::HashMap::<String, std::time::SystemTime>::new();
            std::process::exit(std::env::args().count() as i32 + map.len() as i32)
        }",
    );
    let optimised = [("CARGO_PROFILE_DEV_LTO", "true"), ("CARGO_PROFILE_DEV_OPT_LEVEL", "s")];
    succeeded(project.p3("build").args(["--quiet", "--target=wasm32-webp2"]).envs(optimised).output().unwrap());
    let of = |program: &str| imports(&project.path().join(format!("target/wasm32-webp2/debug/{program}.wasm")));
    // What a panic of main needs is in every program.
    let main = ["exit", "write-stderr"];
    let with = |others: &[&str]| {
        let mut all: Vec<String> = main.iter().chain(others).map(|&name| name.to_owned()).collect();
        all.sort();
        all
    };
    let sorted = |mut names: Vec<String>| {
        names.sort();
        names
    };
    assert_eq!(sorted(of("pages")), with(&["write-stdout"]));
    assert_eq!(sorted(of("waits")), with(&["monotonic-now", "sleep-until", "write-stdout"]));
    assert_eq!(sorted(of("asks")), with(&["args", "random-u64", "write-stdout"]));
}
