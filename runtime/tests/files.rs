//! Paths while directories change places, what is no regular file, and the reasons of errors.
#![cfg(target_os = "linux")]

mod guest;

use component_run::{Cache, Capture, Input, Outcome, Output, Setup};
use guest::files::{granting, looking};
use guest::run;
use rustix::fs::{CWD, FileType, Mode, mknodat};
use std::os::unix::fs::{MetadataExt as _, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

const ACCESS: u8 = 100;
const NOT_DIRECTORY: u8 = 100 + 23;
const INSUFFICIENT_SPACE: u8 = 100 + 22;
const NO_ENTRY: u8 = 100 + 19;
const NOT_PERMITTED: u8 = 100 + 30;
const CROSS_DEVICE: u8 = 100 + 35;

#[test]
fn a_directory_in_the_place_of_another_one_is_seen() {
    let place = tempfile::tempdir().unwrap();
    let path = |name: &str| place.path().join(name);
    for (name, contents) in [("in", "one"), ("other", "seven")] {
        std::fs::create_dir_all(path(name).join("deep")).unwrap();
        std::fs::write(path(name).join("file"), contents).unwrap();
        std::fs::write(path(name).join("deep/file"), contents).unwrap();
    }
    // in/file, out, other, in, in/deep/file
    let guest = looking(
        "in/fileoutother__in/deep/file",
        r#"(drop (call $size (i32.const 4096) (i32.const 7)))
           (drop (call $size (i32.const 4113) (i32.const 12)))
           (call $rename (i32.const 4096) (i32.const 2) (i32.const 4103) (i32.const 3))
           (call $rename (i32.const 4106) (i32.const 5) (i32.const 4096) (i32.const 2))
           (if (i32.ne (call $size (i32.const 4096) (i32.const 7)) (i32.const 5)) (then (call $exit (i32.const 1))))
           (if (i32.ne (call $size (i32.const 4113) (i32.const 12)) (i32.const 5)) (then (call $exit (i32.const 2))))
           (call $rename (i32.const 4096) (i32.const 2) (i32.const 4106) (i32.const 5))
           (drop (call $size (i32.const 4096) (i32.const 7)))"#,
    );
    assert_eq!(run(guest, granting(&[place.path()])).exit_code(), NO_ENTRY);
}

#[test]
fn a_link_in_the_place_of_a_directory_does_not_lead_out() {
    let place = tempfile::tempdir().unwrap();
    let inside = place.path().join("inside");
    std::fs::create_dir_all(inside.join("in")).unwrap();
    std::fs::create_dir_all(place.path().join("outside")).unwrap();
    std::fs::write(inside.join("in/file"), "inside").unwrap();
    std::fs::write(place.path().join("outside/file"), "secret").unwrap();
    symlink("../outside", inside.join("trap")).unwrap();
    let exchanged = |then: &str| {
        looking(
            "in/fileouttrap",
            &format!(
                r#"(if (i32.ne (call $size (i32.const 4096) (i32.const 7)) (i32.const 6)) (then (call $exit (i32.const 1))))
                   (call $rename (i32.const 4096) (i32.const 2) (i32.const 4103) (i32.const 3))
                   (call $rename (i32.const 4106) (i32.const 4) (i32.const 4096) (i32.const 2))
                   {then}"#
            ),
        )
    };
    let look = exchanged("(drop (call $size (i32.const 4096) (i32.const 7)))");
    assert_eq!(run(look, granting(&[&inside])).exit_code(), NOT_PERMITTED);
    std::fs::rename(inside.join("in"), inside.join("trap")).unwrap();
    std::fs::rename(inside.join("out"), inside.join("in")).unwrap();
    let remove = exchanged(
        "(call $unlink-at (global.get $first) (i32.const 4096) (i32.const 7) (i32.const 512))
         (i32.store (i32.const 508) (i32.const 516)) (call $check)",
    );
    assert_eq!(run(remove, granting(&[&inside])).exit_code(), NOT_PERMITTED);
    assert!(place.path().join("outside/file").exists());
}

#[test]
fn another_file_system_is_a_reason() {
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir_in("/dev/shm"));
    let device = |path: &Path| std::fs::metadata(path).unwrap().dev();
    let Some(there) = there.ok().filter(|there| device(there.path()) != device(here.path())) else {
        eprintln!("this host has one file system only");
        return;
    };
    std::fs::write(here.path().join("file"), "here").unwrap();
    for call in [
        "(call $rename-at (global.get $first) (i32.const 4096) (i32.const 4) (global.get $second) (i32.const 4096) (i32.const 4) (i32.const 512))",
        "(call $link-at (global.get $first) (i32.const 0) (i32.const 4096) (i32.const 4) (global.get $second) (i32.const 4096) (i32.const 4) (i32.const 512))",
    ] {
        let guest = looking("file", &format!("{call} (i32.store (i32.const 508) (i32.const 516)) (call $check)"));
        assert_eq!(run(guest, granting(&[here.path(), there.path()])).exit_code(), CROSS_DEVICE);
    }
    assert!(here.path().join("file").exists());
}

/// A named pipe.
fn pipe(place: &Path, name: &str) -> PathBuf {
    let path = place.join(name);
    mknodat(CWD, &path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    path
}

#[test]
fn a_named_pipe_is_read_and_written() {
    let place = tempfile::tempdir().unwrap();
    let (question, answer) = (pipe(place.path(), "question"), pipe(place.path(), "answer"));
    let other = std::thread::spawn(move || {
        // The guest waits by then, for a writer of the one and a reader of the other.
        std::thread::sleep(Duration::from_millis(50));
        std::fs::write(question, "sea").unwrap();
        std::thread::sleep(Duration::from_millis(50));
        std::fs::read(answer).unwrap()
    });
    let guest = looking(
        "questionanswer",
        r#"(global.set $second (call $open (i32.const 4096) (i32.const 8) (i32.const 1)))
           (if (i32.ne (call $read (global.get $second)) (i32.const 3)) (then (call $exit (i32.const 1))))
           (if (i32.ne (call $read (global.get $second)) (i32.const 0)) (then (call $exit (i32.const 2))))
           (call $write (call $open (i32.const 4104) (i32.const 6) (i32.const 2)) (i32.const 1024) (i32.const 3))"#,
    );
    assert_eq!(run(guest, granting(&[place.path()])).exit_code(), 0);
    assert_eq!(other.join().unwrap(), b"sea");
}

#[test]
fn a_named_pipe_is_open_when_its_other_side_is() {
    let place = tempfile::tempdir().unwrap();
    let silent = pipe(place.path(), "silent");
    let begun = Instant::now();
    let other = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(100));
        let writer = std::fs::File::options().write(true).open(silent).unwrap();
        // Says nothing until the guest is through.
        std::thread::sleep(Duration::from_millis(400));
        drop(writer);
    });
    let guest = looking("silent", "(drop (call $open (i32.const 4096) (i32.const 6) (i32.const 1)))");
    assert_eq!(run(guest, granting(&[place.path()])).exit_code(), 0);
    let waited = begun.elapsed();
    other.join().unwrap();
    assert!(waited >= Duration::from_millis(100), "open has not waited for a writer: {waited:?}");
    assert!(waited < Duration::from_millis(500), "open has waited for what the writer writes: {waited:?}");
}

#[test]
fn the_guest_goes_on_while_it_opens_a_named_pipe() {
    let place = tempfile::tempdir().unwrap();
    pipe(place.path(), "pipe");
    // It is itself the other side.
    let guest = looking(
        "pipesea",
        r#"(global.set $second (call $begin-open (i32.const 4096) (i32.const 4) (i32.const 2) (i32.const 600)))
           (global.set $third (call $begin-open (i32.const 4096) (i32.const 4) (i32.const 1) (i32.const 700)))
           (global.set $third (call $opened (global.get $third) (i32.const 700)))
           (call $write (call $opened (global.get $second) (i32.const 600)) (i32.const 4100) (i32.const 3))
           (if (i32.ne (call $read (global.get $third)) (i32.const 3)) (then (call $exit (i32.const 1))))"#,
    );
    assert_eq!(run(guest, granting(&[place.path()])).exit_code(), 0);
}

#[test]
fn a_run_ends_while_it_opens_a_named_pipe() {
    let place = tempfile::tempdir().unwrap();
    pipe(place.path(), "pipe");
    for flags in [1, 2] {
        let guest = looking("pipe", &format!("(drop (call $open (i32.const 4096) (i32.const 4) (i32.const {flags})))"));
        let limited = Setup { time_limit: Some(Duration::from_millis(100)), ..granting(&[place.path()]) };
        assert!(matches!(run(guest, limited), Outcome::TimedOut { .. }));
    }
}

#[test]
fn devices_do_what_they_are_for() {
    let guest = |device: &str, steps: &str| {
        run(looking(&format!("{device}sea"), steps), granting(&["/dev".as_ref()])).exit_code()
    };
    let opened = |flags| format!("(call $open (i32.const 4096) (i32.const 4) (i32.const {flags}))");
    let (reader, writer) = (opened(1), opened(2));
    let writing = format!("(call $write {writer} (i32.const 4100) (i32.const 3))");
    assert_eq!(guest("null", &format!("(call $exit (call $read {reader}))")), 0);
    assert_eq!(guest("zero", &format!("(call $exit (call $read {reader}))")), 8);
    assert_eq!(guest("null", &writing), 0);
    assert_eq!(guest("full", &writing), INSUFFICIENT_SPACE);
}

/// With `/dev` and nothing else.
fn with_devices() -> Setup {
    Setup { devices: true, ..Setup::default() }
}

#[test]
fn devices_are_there_without_the_host_s_directory() {
    let guest = |device: &str, steps: &str| run(looking(&format!("{device} sea"), steps), with_devices()).exit_code();
    let opened =
        |device: &str, flags| format!("(call $open (i32.const 4096) (i32.const {}) (i32.const {flags}))", device.len());
    let reading = |device: &str| guest(device, &format!("(call $exit (call $read {}))", opened(device, 1)));
    let writing = |device: &str| {
        let text = 4096 + device.len() + 1;
        guest(device, &format!("(call $write {} (i32.const {text}) (i32.const 3))", opened(device, 2)))
    };
    for (device, read, written) in [
        ("null", 0, 0),
        ("zero", 8, 0),
        ("full", 8, INSUFFICIENT_SPACE),
        ("./null", 0, 0),
        ("stdin", 0, ACCESS),
        ("stdout", ACCESS, 0),
        ("stderr", ACCESS, 0),
        ("null/", NOT_DIRECTORY, NOT_DIRECTORY),
        ("null/x", NOT_DIRECTORY, NOT_DIRECTORY),
        // The host has these.
        ("tty", NO_ENTRY, NO_ENTRY),
        ("ptmx", NO_ENTRY, NO_ENTRY),
        ("fd/0", NO_ENTRY, NO_ENTRY),
        ("../etc/passwd", NOT_PERMITTED, NOT_PERMITTED),
        ("/dev/null", NOT_PERMITTED, NOT_PERMITTED),
    ] {
        assert_eq!((reading(device), writing(device)), (read, written), "{device}");
    }
    for device in ["random", "urandom"] {
        assert_eq!(reading(device), 8, "{device}");
        let told = format!("(call $exit (call $size (i32.const 4096) (i32.const {})))", device.len());
        assert_eq!(guest(device, &told), 0, "{device}");
    }
}

#[test]
fn what_a_device_is_cannot_be_changed() {
    let modified = || std::fs::metadata("/dev/null").unwrap().modified().unwrap();
    let before = modified();
    let times = "(i32.const 0) (i64.const 0) (i32.const 0) (i32.const 2) (i64.const 5) (i32.const 0) (i32.const 512)";
    let check = "(i32.store (i32.const 508) (i32.const 516)) (call $check)";
    for steps in [
        format!("(call $set-times (call $open (i32.const 4096) (i32.const 4) (i32.const 2)) {times}) {check}"),
        format!(
            "(call $set-times-at (global.get $first) (i32.const 1) (i32.const 4096) (i32.const 4) {times}) {check}"
        ),
        format!("(call $unlink-at (global.get $first) (i32.const 4096) (i32.const 4) (i32.const 512)) {check}"),
        "(call $rename (i32.const 4096) (i32.const 4) (i32.const 4100) (i32.const 3))".to_owned(),
    ] {
        assert_eq!(run(looking("nullnew", &steps), with_devices()).exit_code(), NOT_PERMITTED, "{steps}");
    }
    assert_eq!(modified(), before);
}

#[test]
fn the_streams_among_the_devices_are_the_guest_s() {
    let stdout = Capture::new(100);
    let copying = looking(
        "stdinstdout",
        "(global.set $second (call $open (i32.const 4096) (i32.const 5) (i32.const 1)))
         (global.set $third (call $open (i32.const 4101) (i32.const 6) (i32.const 2)))
         (call $write (global.get $third) (i32.const 1024) (call $read (global.get $second)))
         (call $write (global.get $third) (i32.const 1024) (call $read (global.get $second)))",
    );
    let setup = Setup {
        stdin: Input::Bytes(b"eight by and more".to_vec()),
        stdout: Output::Capture(stdout.clone()),
        ..with_devices()
    };
    assert_eq!(run(&copying, setup).exit_code(), 0);
    // Each opening goes on where the stream is.
    assert_eq!(stdout.bytes(), b"eight by and mor");
    let place = tempfile::tempdir().unwrap();
    let path = |name: &str| place.path().join(name);
    std::fs::write(path("in"), "sea and land").unwrap();
    let setup = Setup {
        stdin: Input::File(std::fs::File::open(path("in")).unwrap()),
        stdout: Output::File(std::fs::File::create(path("out")).unwrap()),
        ..with_devices()
    };
    assert_eq!(run(&copying, setup).exit_code(), 0);
    assert_eq!(std::fs::read_to_string(path("out")).unwrap(), "sea and land");
}

#[test]
fn random_devices_are_part_of_a_schedule() {
    let drawn = |seed| {
        let stdout = Capture::new(100);
        let drawing = looking(
            "randomstdout",
            "(global.set $second (call $open (i32.const 4096) (i32.const 6) (i32.const 1)))
             (global.set $third (call $open (i32.const 4102) (i32.const 6) (i32.const 2)))
             (call $write (global.get $third) (i32.const 1024) (call $read (global.get $second)))",
        );
        let setup = Setup { schedule: Some(seed), stdout: Output::Capture(stdout.clone()), ..with_devices() };
        assert_eq!(run(drawing, setup).exit_code(), 0);
        stdout.bytes()
    };
    assert_eq!(drawn(1).len(), 8);
    assert_eq!(drawn(1), drawn(1));
    assert_ne!(drawn(1), drawn(2));
}

#[test]
fn nobody_writes_compiled_code_that_is_kept() {
    let place = tempfile::tempdir().unwrap();
    let component = looking("", "");
    let cache = Cache::Directory(place.path().to_owned());
    assert_eq!(
        component_run::run(&component, Setup { cache: cache.clone(), ..granting(&[place.path()]) }).exit_code(),
        0
    );
    let entry = std::fs::read_dir(place.path()).unwrap().next().unwrap().unwrap().path();
    let (name, whole) = (entry.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read(&entry).unwrap());
    // To write; to read and write; to write an empty file.
    for (open, flags) in [(0, 2), (0, 3), (8, 2), (1 | 8, 2), (8, 1)] {
        let steps = format!(
            "(call $open-at (global.get $first) (i32.const 1) (i32.const 4096) (i32.const {}) (i32.const {open}) (i32.const {flags})
               (i32.const 512))
             (i32.store (i32.const 508) (i32.const 516)) (call $check)",
            name.len()
        );
        assert_eq!(run(looking(&name, &steps), granting(&[place.path()])).exit_code(), ACCESS, "{open} {flags}");
        assert!(std::fs::read(&entry).unwrap() == whole, "{open} {flags}");
    }
    // What is no such code is written as ever, and made empty.
    std::fs::write(place.path().join("file"), "sea and land").unwrap();
    let steps = "(call $open-at (global.get $first) (i32.const 1) (i32.const 4096) (i32.const 4) (i32.const 8) (i32.const 2) (i32.const 512))
                 (i32.store (i32.const 508) (i32.const 516)) (call $check)
                 (call $write (i32.load (i32.const 516)) (i32.const 4096) (i32.const 3))";
    assert_eq!(run(looking("file", steps), granting(&[place.path()])).exit_code(), 0);
    assert_eq!(std::fs::read_to_string(place.path().join("file")).unwrap(), "fil");
}

#[test]
fn the_times_of_an_open_file_are_set() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("file");
    std::fs::write(&file, "sea").unwrap();
    let before = std::fs::metadata(&file).unwrap().accessed().unwrap();
    // No change of the one, 1,000,000,001.5 seconds for the other.
    let guest = looking(
        "file",
        r#"(call $set-times (call $open (i32.const 4096) (i32.const 4) (i32.const 1)) (i32.const 0) (i64.const 0) (i32.const 0)
             (i32.const 2) (i64.const 1000000001) (i32.const 500000000) (i32.const 512))
           (i32.store (i32.const 508) (i32.const 516)) (call $check)"#,
    );
    assert_eq!(run(guest, granting(&[place.path()])).exit_code(), 0);
    let after = std::fs::metadata(&file).unwrap();
    assert_eq!(after.accessed().unwrap(), before);
    assert_eq!(after.modified().unwrap(), SystemTime::UNIX_EPOCH + Duration::from_millis(1_000_000_001_500));
}
