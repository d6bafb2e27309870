//! `--coverage`, and the compiler's own flag for it.

use std::fs;

use crate::project::{Project, stderr, succeeded};

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

/// The `run` of bindings is the program, and std's end is never reached.
#[test]
fn a_run_of_bindings_writes_its_profile() {
    let project = Project::new("bound");
    project.write(
        "src/main.rs",
        r#"
        #[unsafe(export_name = "wasi:cli/run@0.3.0#run")]
        pub extern "C" fn run() -> i32 {
            if std::env::args().count() > 1 { println!("written"); }
            0
        }
        fn main() { unreachable!() }
        "#,
    );
    for arguments in [&[][..], &["--", "write"]] {
        succeeded(project.p3("run").args(["--quiet", "--coverage"]).args(arguments).output().unwrap());
        let lcov = fs::read_to_string(project.path().join("target/coverage/report/lcov.info")).unwrap();
        let (_, main) = lcov.split_once("src/main.rs\n").expect("the program is in the report");
        assert!(main.contains("DA:3,1\n"), "{main}");
    }
}
