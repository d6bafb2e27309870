//! Every combination of `OpenOptions` does what it does natively, on a file that is missing, there, a link or a
//! directory.

use std::fs::{self, OpenOptions};
use std::io::{Read, Write};

fn main() {
    for target in ["missing", "file", "link", "dangling", "directory", "directory/"] {
        for bits in 0..64_u32 {
            let _ = fs::remove_dir_all("work");
            fs::create_dir_all("work/directory").unwrap();
            fs::write("work/file", "content").unwrap();
            symlink("file", "work/link");
            symlink("nowhere", "work/dangling");
            let set = |bit: u32| bits >> bit & 1 == 1;
            let mut options = OpenOptions::new();
            options.read(set(0)).write(set(1)).append(set(2)).truncate(set(3)).create(set(4)).create_new(set(5));
            let opened = options.open(format!("work/{target}"));
            let what: String =
                "rwatcn".chars().enumerate().filter(|&(bit, _)| set(bit as u32)).map(|(_, name)| name).collect();
            match opened {
                Err(error) => println!("{target} {what}: {:?}", error.kind()),
                Ok(mut file) => {
                    let written = file.write(b"XY").map_err(|error| error.kind());
                    let read = file.read(&mut [0; 3]).map_err(|error| error.kind());
                    drop(file);
                    let after = fs::read_to_string(format!("work/{target}")).map_err(|error| error.kind());
                    println!("{target} {what}: write {written:?} read {read:?} then {after:?}");
                }
            }
        }
    }
    let mut names: Vec<_> = fs::read_dir("work").unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    println!("{names:?}");
}

#[expect(deprecated, reason = "the only way to make a link that every target has")]
fn symlink(original: &str, link: &str) {
    fs::soft_link(original, link).unwrap();
}
