//! What is told of files and set of them, and what a directory that is granted for reading only keeps.
#![cfg(target_os = "linux")]

mod guest;

use component_run::{Access, Setup};
use guest::files::{granting, looking};
use guest::run;
use std::ffi::OsStr;
use std::fs::{self, FileTimes, Metadata};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::{Duration, SystemTime};

const ILLEGAL_BYTE_SEQUENCE: u8 = 100 + 8;
const INVALID: u8 = 100 + 11;
const NOT_PERMITTED: u8 = 100 + 30;

/// No change of the one time, 1,000,000,001.5 seconds for the other.
const TIMES: &str =
    "(i32.const 0) (i64.const 0) (i32.const 0) (i32.const 2) (i64.const 1000000001) (i32.const 500000000)";

/// Looks at the result of a call that gives nothing.
const CHECK: &str = "(i32.store (i32.const 508) (i32.const 516)) (call $check)";

fn set_time() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(1_000_000_001_500)
}

/// Access and modification.
fn times(metadata: &Metadata) -> (SystemTime, SystemTime) {
    (metadata.accessed().unwrap(), metadata.modified().unwrap())
}

#[test]
fn the_times_of_a_path_are_set_and_those_of_a_link() {
    let place = tempfile::tempdir().unwrap();
    let (file, link) = (place.path().join("file"), place.path().join("link"));
    fs::write(&file, "sea").unwrap();
    symlink("file", &link).unwrap();
    let before = (times(&fs::metadata(&file).unwrap()), times(&fs::symlink_metadata(&link).unwrap()));
    let set = |follow: u8| {
        let guest = looking(
            "link",
            &format!(
                "(call $set-times-at (global.get $first) (i32.const {follow}) (i32.const 4096) (i32.const 4) {TIMES}
                   (i32.const 512)) {CHECK}"
            ),
        );
        assert_eq!(run(guest, granting(&[place.path()])).exit_code(), 0);
        (times(&fs::metadata(&file).unwrap()), times(&fs::symlink_metadata(&link).unwrap()))
    };
    let after = set(0);
    assert_eq!(after.0, before.0);
    assert_eq!(after.1.1, set_time());
    assert_eq!(set(1).0, (before.0.0, set_time()));
}

#[test]
fn times_before_1970_are_told_as_they_were_set() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("file");
    fs::write(&path, "sea").unwrap();
    // 1.25 seconds before 1970, a nanosecond before it, and two whole seconds.
    for (seconds, nanoseconds) in [(-2, 750_000_000), (-1, 999_999_999), (-2, 0)] {
        let expected = match SystemTime::UNIX_EPOCH.checked_sub(Duration::from_secs(2)) {
            Some(time) if seconds == -2 => time + Duration::from_nanos(nanoseconds),
            _ => SystemTime::UNIX_EPOCH - Duration::from_nanos(1),
        };
        // The time of modification: an option's tag, seconds, nanoseconds.
        let told = format!(
            "(i32.and (i32.load8_u (i32.const 576)) (i32.and
               (i64.eq (i64.load (i32.const 584)) (i64.const {seconds}))
               (i32.eq (i32.load (i32.const 592)) (i32.const {nanoseconds}))))"
        );
        let guest = looking(
            "file",
            &format!(
                "(global.set $third (call $open (i32.const 4096) (i32.const 4) (i32.const 1)))
                 (call $set-times (global.get $third) (i32.const 0) (i64.const 0) (i32.const 0)
                   (i32.const 2) (i64.const {seconds}) (i32.const {nanoseconds}) (i32.const 512)) {CHECK}
                 (call $stat (global.get $third) (i32.const 512))
                 (if (i32.eqz {told}) (then (call $exit (i32.const 1))))
                 (drop (call $size (i32.const 4096) (i32.const 4)))
                 (if (i32.eqz {told}) (then (call $exit (i32.const 2))))"
            ),
        );
        assert_eq!(run(guest, granting(&[place.path()])).exit_code(), 0, "{seconds} {nanoseconds}");
        assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), expected);
    }
}

#[test]
fn a_fraction_that_is_a_second_or_more_is_invalid() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("file");
    fs::write(&path, "sea").unwrap();
    fs::File::options().append(true).open(&path).unwrap().set_modified(set_time()).unwrap();
    let before = fs::metadata(&path).unwrap().modified().unwrap();
    // A second; what the kernel takes for the present time, and for no change; the largest number.
    for nanoseconds in [1_000_000_000_u32, 0x3fff_ffff, 0x3fff_fffe, u32::MAX] {
        let wrong = format!("(i32.const 2) (i64.const 5) (i32.const {nanoseconds})");
        let none = "(i32.const 0) (i64.const 0) (i32.const 0)";
        for times in [format!("{wrong} {none}"), format!("{none} {wrong}")] {
            for call in [
                format!(
                    "(call $set-times (call $open (i32.const 4096) (i32.const 4) (i32.const 1)) {times} (i32.const 512))"
                ),
                format!(
                    "(call $set-times-at (global.get $first) (i32.const 1) (i32.const 4096) (i32.const 4) {times} (i32.const 512))"
                ),
            ] {
                let guest = looking("file", &format!("{call} {CHECK}"));
                assert_eq!(run(guest, granting(&[place.path()])).exit_code(), INVALID, "{call}");
            }
        }
    }
    assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), before);
}

#[test]
fn the_times_of_a_granted_directory_are_set() {
    let place = tempfile::tempdir().unwrap();
    let guest = looking("", &format!("(call $set-times (global.get $first) {TIMES} (i32.const 512)) {CHECK}"));
    assert_eq!(run(guest, granting(&[place.path()])).exit_code(), 0);
    assert_eq!(fs::metadata(place.path()).unwrap().modified().unwrap(), set_time());
}

#[test]
fn what_is_granted_for_reading_is_neither_removed_nor_dated() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("file");
    fs::write(&file, "sea").unwrap();
    let before = times(&fs::metadata(&file).unwrap());
    for call in [
        "(call $unlink-at (global.get $first) (i32.const 4096) (i32.const 4) (i32.const 512))".to_owned(),
        format!(
            "(call $set-times-at (global.get $first) (i32.const 1) (i32.const 4096) (i32.const 4) {TIMES} (i32.const 512))"
        ),
        format!("(call $set-times (call $open (i32.const 4096) (i32.const 4) (i32.const 1)) {TIMES} (i32.const 512))"),
    ] {
        let mut granted: Setup = granting(&[place.path()]);
        granted.directories[0].access = Access::ReadOnly;
        assert_eq!(run(looking("file", &format!("{call} {CHECK}")), granted).exit_code(), NOT_PERMITTED, "{call}");
        assert_eq!(times(&fs::metadata(&file).unwrap()), before);
    }
}

#[test]
fn the_same_path_below_two_directories_is_two_files() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for (place, contents) in [(&one, "one"), (&two, "seven")] {
        fs::create_dir(place.path().join("in")).unwrap();
        fs::write(place.path().join("in/file"), contents).unwrap();
    }
    let guest = looking(
        "in/file",
        "(if (i32.ne (call $size (i32.const 4096) (i32.const 7)) (i32.const 3)) (then (call $exit (i32.const 1))))
         (global.set $first (global.get $second))
         (if (i32.ne (call $size (i32.const 4096) (i32.const 7)) (i32.const 5)) (then (call $exit (i32.const 2))))",
    );
    assert_eq!(run(guest, granting(&[one.path(), two.path()])).exit_code(), 0);
}

#[test]
fn links_are_counted_and_the_birth_is_not_the_last_change() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("file");
    fs::write(&file, "sea").unwrap();
    fs::hard_link(&file, place.path().join("second")).unwrap();
    fs::hard_link(&file, place.path().join("third")).unwrap();
    let times = FileTimes::new().set_modified(set_time());
    fs::File::options().write(true).open(&file).unwrap().set_times(times).unwrap();
    let status = |then: &str| {
        let guest = looking("file", &format!("(drop (call $size (i32.const 4096) (i32.const 4))) {then}"));
        run(guest, granting(&[place.path()])).exit_code()
    };
    assert_eq!(status("(call $exit (i32.load (i32.const 536)))"), 3);
    // Behind the size come three times, each with a tag: read, written, made.
    assert_eq!(status("(call $exit (i64.eq (i64.load (i32.const 584)) (i64.const 1000000001)))"), 1);
    if fs::metadata(&file).unwrap().created().is_ok() {
        assert_eq!(status("(call $exit (i32.load8_u (i32.const 600)))"), 1);
        assert_eq!(status("(call $exit (i64.eq (i64.load (i32.const 608)) (i64.const 1000000001)))"), 0);
    }
}

#[test]
fn a_name_that_is_not_unicode_ends_the_listing_with_its_reason() {
    let place = tempfile::tempdir().unwrap();
    let listing = |place: &Path| {
        let guest = looking(
            "",
            "(call $read-directory (global.get $first) (i32.const 1040))
             (drop (call $complete (i32.load (i32.const 1040)) (call $names-read (i32.load (i32.const 1040)) (i32.const 2048) (i32.const 8))))
             (drop (call $complete (i32.load (i32.const 1044)) (call $names-ended (i32.load (i32.const 1044)) (i32.const 512))))
             (i32.store (i32.const 508) (i32.const 516)) (call $check)",
        );
        run(guest, granting(&[place])).exit_code()
    };
    assert_eq!(listing(place.path()), 0);
    fs::write(place.path().join(OsStr::from_bytes(b"sea\xff")), "").unwrap();
    assert_eq!(listing(place.path()), ILLEGAL_BYTE_SEQUENCE);
}
