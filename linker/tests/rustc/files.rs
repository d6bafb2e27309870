//! The files of a link: arguments, the output, and what is left behind.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

use crate::room::{LINKER, Room, tools};

#[test]
fn a_failed_link_leaves_what_was_there_and_nothing_else() {
    let room = Room::new();
    room.compiles("wants_open", &["--crate-name=dependency"]);
    fs::write(room.path("caller.wasm"), "the last good one").unwrap();
    room.fails("caller", &[]);
    let mut left: Vec<String> =
        fs::read_dir(room.path("")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    // rustc keeps its own object for a look when linking fails.
    left.retain(|name| !name.starts_with("lib") && !name.ends_with(".rcgu.o"));
    assert_eq!(left, ["caller.wasm"]);
    // rustc may remove the output before it calls the linker, but nothing half-made stands in its place.
    assert_eq!(fs::read_to_string(room.path("caller.wasm")).unwrap(), "the last good one");
}

#[test]
fn what_a_killed_link_left_is_removed_an_hour_later() {
    let room = Room::new();
    let (old, new) = (room.path(".component-ld-old"), room.path(".component-ld-new"));
    for directory in [&old, &new] {
        fs::create_dir(directory).unwrap();
        fs::write(directory.join("module.wasm"), "half of it").unwrap();
    }
    fs::File::open(&old).unwrap().set_modified(SystemTime::now() - Duration::from_secs(3601)).unwrap();
    room.links("command", &[]);
    assert!(!old.exists() && new.exists());
}

#[test]
fn arguments_may_stand_in_a_file() {
    let room = Room::new();
    let object = room.path("a b.o");
    room.compiles("command", &["--emit=obj", "-o", object.to_str().unwrap()]);
    let output = room.path("out put.wasm");
    let arguments = room.path("arguments");
    let text = format!(
        "-flavor\nwasm\n--no-entry\n--export=wasi:cli/run@0.3.0#run\n{}\n-o\n{}\n",
        escaped(&object),
        escaped(&output)
    );
    fs::write(&arguments, text).unwrap();
    let linked = Command::new(LINKER).arg(format!("@{}", arguments.display())).env("PATH", tools()).output().unwrap();
    assert!(linked.status.success(), "{}", String::from_utf8_lossy(&linked.stderr));
    assert!(fs::read(output).unwrap().starts_with(b"\0asm\x0d\0\x01\0"));
}

fn escaped(path: &Path) -> String {
    path.to_str().unwrap().replace('\\', "\\\\").replace(' ', "\\ ")
}

#[test]
fn an_output_directory_that_is_not_there_is_named() {
    let linked = Command::new(LINKER).args(["-o", "/nowhere/at/all.wasm", "--wasm-ld-path", LINKER]).output().unwrap();
    let error = String::from_utf8(linked.stderr).unwrap();
    assert!(!linked.status.success() && error.contains("/nowhere/at"), "{error}");
}

#[test]
#[cfg(target_os = "linux")]
fn what_is_no_regular_file_is_written_to_and_stays() {
    let room = Room::new();
    let object = room.path("command.o");
    room.compiles("command", &["--emit=obj", "-o", object.to_str().unwrap()]);
    let link = |output: &Path| {
        let arguments = ["-flavor", "wasm", "--no-entry", "--export=wasi:cli/run@0.3.0#run"];
        let mut command = Command::new(LINKER);
        command.args(arguments).arg(&object).arg("-o").arg(output).env("PATH", tools()).output().unwrap()
    };
    let is_component = |bytes: &[u8]| bytes.starts_with(b"\0asm\x0d\0\x01\0");

    let pipe = room.path("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || fs::read(pipe).unwrap()
    });
    let linked = link(&pipe);
    assert!(linked.status.success(), "{}", String::from_utf8_lossy(&linked.stderr));
    assert!(is_component(&reader.join().unwrap()));
    assert!(fs::read(&object).is_ok() && !fs::metadata(&pipe).unwrap().is_file());

    // By way of a link, so that a mistake costs the link and not the machine's device.
    for (device, said) in [("/dev/null", None), ("/dev/full", Some("No space left on device"))] {
        let at = room.path("device");
        std::os::unix::fs::symlink(device, &at).unwrap();
        let linked = link(&at);
        let error = String::from_utf8(linked.stderr).unwrap();
        assert_eq!(linked.status.success(), said.is_none(), "{error}");
        assert!(error.contains(said.unwrap_or_default()), "{error}");
        assert!(fs::symlink_metadata(&at).unwrap().is_symlink());
        fs::remove_file(&at).unwrap();
    }

    // A link to a file, or to nothing, is replaced, as lld and GNU ld do it.
    let (file, at) = (room.path("file"), room.path("link.wasm"));
    fs::write(&file, "a file").unwrap();
    for target in [&file, &room.path("nothing")] {
        std::os::unix::fs::symlink(target, &at).unwrap();
        assert!(link(&at).status.success());
        assert!(fs::symlink_metadata(&at).unwrap().is_file() && is_component(&fs::read(&at).unwrap()));
        fs::remove_file(&at).unwrap();
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), "a file");

    let error = String::from_utf8(link(&room.path("")).stderr).unwrap();
    assert!(error.contains("is a directory"), "{error}");
}
