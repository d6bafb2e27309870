//! Nothing lost, nothing broken, when the world does not play along: slow and absent readers, full disks, too few descriptors, a kill.
//! Needs what `cargo p3 setup` makes.

mod project;

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::LazyLock;
use std::time::Duration;

use project::{Project, stderr, stdout, succeeded};

/// A program that writes, opens, fills and counts until something stops it.
static PROGRAM: LazyLock<Project> = LazyLock::new(|| {
    let project = Project::new("stubborn");
    project.write(
        "src/main.rs",
        r#"
        use std::fs::{self, File};
        use std::io::{self, Write};

        const BLOCK: usize = 64 << 10;

        /// Blocks of 64 KiB to standard output, each full of its own number.
        fn pour(blocks: u32) -> io::Result<()> {
            let mut out = io::stdout().lock();
            for number in 0..blocks {
                out.write_all(&number.to_le_bytes().repeat(BLOCK / 4))?;
            }
            out.flush()
        }

        /// Opens one file again and again until that fails; then the program must still be able to work.
        fn open() -> io::Result<()> {
            File::create("file")?;
            let mut files = Vec::new();
            let error = loop {
                match File::open("file") {
                    Ok(file) => files.push(file),
                    Err(error) => break error,
                }
            };
            println!("{} files, then: {error}", files.len());
            files.truncate(files.len() / 2);
            fs::write("afterwards", "still here")?;
            println!("{}", fs::read_to_string("afterwards")?);
            Ok(())
        }

        /// Writes until the disk is full; what was written before must be intact.
        fn fill() -> io::Result<()> {
            fs::write("first", [7; BLOCK])?;
            let mut second = File::create("second")?;
            let mut written = 0;
            let error = loop {
                match second.write(&[8; 4096]) {
                    Ok(count) => written += count,
                    Err(error) => break error,
                }
            };
            println!("{:?}", error.kind());
            assert_eq!(fs::read("first")?, [7; BLOCK]);
            assert!(fs::read("second")?.starts_with(&vec![8; written]));
            drop(second);
            fs::remove_file("second")?;
            fs::write("third", "room again")
        }

        /// Changes a directory that holds `file` and `directory`, in every way there is.
        #[allow(deprecated)]
        fn change() -> io::Result<()> {
            let ways = [
                ("create", File::create("new").map(|_| ())),
                ("append", File::options().append(true).open("file").map(|_| ())),
                ("create_dir", fs::create_dir("new")),
                ("remove_file", fs::remove_file("file")),
                ("remove_dir", fs::remove_dir("directory")),
                ("rename", fs::rename("file", "new")),
                ("hard_link", fs::hard_link("file", "new")),
                ("soft_link", fs::soft_link("file", "new")),
            ];
            for (way, result) in ways {
                println!("{way} {:?}", result.map_err(|error| error.kind()));
            }
            Ok(())
        }

        /// Numbers to a file for ever, a line each; every hundredth is told when it is in the file.
        fn count() -> io::Result<()> {
            let mut file = File::create("numbers")?;
            for number in 1_u64.. {
                file.write_all(format!("{number:015}\n").as_bytes())?;
                if number % 100 == 0 {
                    println!("{number}");
                }
            }
            Ok(())
        }

        fn main() {
            let word = std::env::args().nth(1).unwrap();
            let done = match word.as_str() {
                "open" => open(),
                "fill" => fill(),
                "count" => count(),
                "change" => change(),
                blocks => pour(blocks.parse().unwrap()),
            };
            if let Err(error) = done {
                eprintln!("{:?}", error.kind());
                std::process::exit(3);
            }
        }
        "#,
    );
    succeeded(project.p3("build").args(["--quiet", "--release"]).output().unwrap());
    project
});

fn component() -> PathBuf {
    PROGRAM.path().join("target/wasm32-wasip3/release/stubborn.wasm")
}

/// `component-run` in a directory, which is granted.
fn arguments(place: &Path, word: &str) -> Vec<PathBuf> {
    let (runtime, component) = (PathBuf::from(env!("CARGO_BIN_EXE_component-run")), component());
    let [dir, cwd] = ["--dir", "--cwd"].map(PathBuf::from);
    vec![runtime, dir, place.to_owned(), cwd, place.to_owned(), component, word.into()]
}

fn run(place: &Path, word: &str) -> Command {
    let words = arguments(place, word);
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]).current_dir(place).stdin(Stdio::null());
    command
}

/// The same, by a shell that first changes what the process may use.
fn run_after(change: &str, place: &Path, word: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("{change} && exec \"$@\""), "sh"]).args(arguments(place, word));
    command.current_dir(place);
    command
}

fn started(mut command: Command) -> Child {
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

#[test]
fn a_gibibyte_reaches_a_slow_reader() {
    let place = tempfile::tempdir().unwrap();
    let blocks = 1 << 14;
    let mut child = started(run(place.path(), &blocks.to_string()));
    let mut out = child.stdout.take().unwrap();
    let mut block = vec![0; 64 << 10];
    for number in 0_u32..blocks {
        if number % 512 == 0 {
            std::thread::sleep(Duration::from_millis(20));
        }
        out.read_exact(&mut block).unwrap();
        assert!(block.chunks_exact(4).all(|word| word == number.to_le_bytes()), "block {number}");
    }
    assert_eq!(out.read(&mut block).unwrap(), 0);
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_reader_that_leaves_is_a_broken_pipe() {
    let place = tempfile::tempdir().unwrap();
    let mut child = started(run(place.path(), "100000"));
    let mut first = [0; 4096];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), stderr(&output).trim()), (Some(3), "BrokenPipe"));
}

#[test]
fn too_many_open_files_are_an_error_and_the_program_goes_on() {
    let files = open_files("ulimit -n 300").unwrap();
    assert!((200..300).contains(&files), "{files}");
}

#[test]
fn ten_thousand_files_are_open_before_that() {
    match open_files("ulimit -n 10100") {
        Some(files) => assert!((10_000..10_100).contains(&files), "{files}"),
        None => eprintln!("not tested: this system does not let a process open 10,100 files (ulimit -Hn)"),
    }
}

/// How many files the program could open after this; `None` if it is not to be had.
fn open_files(change: &str) -> Option<u32> {
    let may = Command::new("sh").args(["-c", change]).stderr(Stdio::null()).status();
    if !may.unwrap().success() {
        return None;
    }
    let place = tempfile::tempdir().unwrap();
    let output = succeeded(run_after(change, place.path(), "open").output().unwrap());
    let text = stdout(&output);
    let (files, rest) = text.split_once(" files, then: ").unwrap();
    assert!(rest.starts_with("Too many open files") && rest.ends_with("\nstill here\n"), "{text}");
    Some(files.parse().unwrap())
}

#[test]
fn a_full_disk_is_an_error_and_takes_nothing_with_it() {
    if let Some(output) = run_mounted("size=1m", "true", "fill") {
        assert_eq!(stdout(&output), "StorageFull\n");
    }
}

#[test]
fn a_read_only_file_system_says_so() {
    let Some(output) = run_mounted("size=1m", "touch file && mkdir directory && mount -o remount,ro .", "change")
    else {
        return;
    };
    let text = stdout(&output);
    assert_eq!(text.lines().count(), 8, "{text}");
    assert!(text.lines().all(|line| line.ends_with("Err(ReadOnlyFilesystem)")), "{text}");
}

/// Runs the program in a file system made for it, after `prepare` in there. It is mounted in a namespace of its own, so that nobody has to be
/// root; `None` where that is not to be had.
fn run_mounted(options: &str, prepare: &str, word: &str) -> Option<Output> {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().display();
    let mount = format!("mount -t tmpfs -o {options} none '{path}' && cd '{path}' && {prepare}");
    let may = Command::new("unshare").args(["-rm", "sh", "-c", &mount]).output();
    if !may.is_ok_and(|output| output.status.success()) {
        eprintln!("not tested: this system does not let a user mount anything (unshare -rm)");
        return None;
    }
    let mut command = Command::new("unshare");
    command.args(["-rm", "sh", "-c", &format!("{mount} && exec \"$@\""), "sh"]).args(arguments(place.path(), word));
    Some(succeeded(command.output().unwrap()))
}

#[test]
fn a_kill_leaves_what_was_written() {
    let place = tempfile::tempdir().unwrap();
    let mut child = started(run(place.path(), "count"));
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let told: usize = lines.take(50).last().unwrap().unwrap().parse().unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let mut text = String::new();
    File::open(place.path().join("numbers")).unwrap().read_to_string(&mut text).unwrap();
    let whole: Vec<&str> = text.split_inclusive('\n').filter(|line| line.ends_with('\n')).collect();
    assert!(whole.len() >= told, "{told} were told, {} are there", whole.len());
    for (number, line) in whole.iter().enumerate() {
        assert_eq!(*line, format!("{:015}\n", number + 1));
    }
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1, "nothing else is left behind");
}
