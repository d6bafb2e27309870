//! Names of every length and script; the empty one, one with a NUL and one that is too long are errors.

use std::fs;
use std::io;

fn main() -> io::Result<()> {
    for name in ["ä", "日本語", "🦀", " ", "a b", "-", "...", "new\nline", "quote\"", "back\\slash", &"x".repeat(255)]
    {
        fs::write(name, name)?;
        assert_eq!(fs::read_to_string(name)?, name);
    }
    let mut names = fs::read_dir(".")?.map(|entry| Ok(entry?.file_name())).collect::<io::Result<Vec<_>>>()?;
    names.sort();
    println!("{names:?}");
    let kind = |path: &str| fs::write(path, "").map_err(|error| error.kind());
    println!("{:?} {:?} {:?}", kind(""), kind("a\0b"), kind(&"x".repeat(256)));
    println!("{:?}", kind("."));
    println!("{:?}", fs::metadata("").map(drop).map_err(|error| error.kind()));
    println!("{:?}", fs::metadata("a\0b").map(drop).map_err(|error| error.kind()));
    println!("{:?}", fs::metadata(" ")?.len());
    Ok(())
}
