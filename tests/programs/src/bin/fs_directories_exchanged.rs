//! Directories and links that change places between two looks at one path: each look is at what is there then.

use std::fs;
use std::path::Path;

fn main() {
    for (directory, contents) in [("first", "one"), ("second", "seven")] {
        fs::create_dir_all(format!("{directory}/deep/deeper")).unwrap();
        for below in ["file", "deep/file", "deep/deeper/file"] {
            fs::write(format!("{directory}/{below}"), contents).unwrap();
        }
    }
    look("first");
    fs::rename("first", "third").unwrap();
    look("first");
    fs::rename("second", "first").unwrap();
    look("first");
    fs::rename("first/deep", "first/gone").unwrap();
    look("first");
    fs::rename("third/deep", "first/deep").unwrap();
    look("first");

    // A link in the place of a directory.
    fs::rename("first", "fourth").unwrap();
    soft_link("third", "first");
    look("first");
    println!("removed through a link: {:?}", fs::remove_file("first/file").is_ok());
    println!("third has it still: {}", Path::new("third/file").exists());
    fs::remove_file("first").unwrap();
    look("first");

    // A file in the place of a directory.
    fs::write("first", "eleven").unwrap();
    look("first");
    println!("a slash demands a directory: {:?}", fs::metadata("first/").map_err(|error| error.kind()).map(|_| ()));
    println!("up and down: {}", fs::metadata("fourth/../first").unwrap().len());
    println!("a directory by its dot: {}", fs::metadata("fourth/.").unwrap().is_dir());
}

fn look(directory: &str) {
    for below in ["file", "deep/file", "deep/deeper/file", "nothing"] {
        let path = format!("{directory}/{below}");
        println!("{path}: {:?}", fs::metadata(&path).map(|metadata| metadata.len()).map_err(|error| error.kind()));
    }
}

#[expect(deprecated, reason = "the only way to make a link that every target has")]
fn soft_link(target: &str, link: &str) {
    fs::soft_link(target, link).unwrap();
}
