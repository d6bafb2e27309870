//! Objects that were damaged on the way.

use std::fs;
use std::process::Command;

use crate::room::{LINKER, Room, tools};

/// Objects that were damaged on the way: a link of one ends well, or with an error in a line, whatever wasm-ld and the
/// libraries make of it.
#[test]
fn a_damaged_object_is_one_error() {
    let room = Room::new();
    let object = room.path("whole.o");
    room.compiles("constructor", &["--emit=obj", "-g", "-o", object.to_str().unwrap()]);
    let whole = fs::read(&object).unwrap();
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = |below: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        usize::try_from(random % u64::try_from(below).unwrap()).unwrap()
    };
    let damaged: Vec<Vec<u8>> = (0..MUTATIONS)
        .map(|number| {
            let mut bytes = whole.clone();
            let at = 8 + next(bytes.len() - 8);
            match number % 8 {
                0 => bytes.truncate(at),
                1 => drop(bytes.remove(at)),
                2 => bytes.insert(at, 0xff),
                3 => bytes[at] = 0,
                4 => bytes[at] = 0xff,
                5 => bytes[at] = bytes[at].wrapping_add(1),
                _ => bytes[at] ^= 1 << next(8),
            }
            bytes
        })
        .collect();
    let path = tools();
    let (room, path) = (&room, &path);
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let halves: Vec<_> = (0..2)
            .map(|half| {
                let numbered = damaged.iter().enumerate().filter(move |(number, _)| number % 2 == half);
                scope.spawn(move || numbered.filter_map(|(number, bytes)| wrong(room, path, number, bytes)).collect())
            })
            .collect();
        halves.into_iter().flat_map(|half| -> Vec<String> { half.join().unwrap() }).collect()
    });
    assert!(wrong.is_empty(), "{} of {MUTATIONS}:\n{}", wrong.len(), wrong.join("\n"));
}

const MUTATIONS: usize = 200;

/// What is wrong with how the link of a damaged object ends.
fn wrong(room: &Room, path: &std::ffi::OsStr, number: usize, bytes: &[u8]) -> Option<String> {
    let (object, output) = (room.path(&format!("{number}.o")), room.path(&format!("{number}.wasm")));
    fs::write(&object, bytes).unwrap();
    let linked = Command::new(LINKER)
        .args(["-flavor", "wasm", "--no-entry", "--threads=1", "--export=wasi:cli/run@0.3.0#run"])
        .arg(&object)
        .arg("-o")
        .arg(&output)
        .env("PATH", path)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&linked.stderr);
    let errors = said.lines().filter(|line| line.contains("error: ")).count();
    let is_told = linked.status.code() == Some(1) && errors == 1 && !output.exists();
    let foreign = |line: &&str| line.contains("error: ") && !line.starts_with("component-ld: error: ");
    let is_raw = said.lines().any(|line| foreign(&line))
        || ["Stack dump", "LLVM ERROR", "panicked at", "PLEASE submit"].iter().any(|word| said.contains(word));
    let ends_well = linked.status.success() && output.exists() && errors == 0;
    ((!is_told && !ends_well) || is_raw).then(|| format!("mutation {number}: {}: {said}", linked.status))
}
