//! Links are made, read, followed and not followed; paths are made canonical through them.
//@ plain = true

use std::fs;
use std::io;

fn main() -> io::Result<()> {
    let here = std::env::current_dir()?;
    let canonical = |path: &str| match fs::canonicalize(path) {
        Ok(path) => format!("{:?}", path.strip_prefix(&here).unwrap()),
        Err(error) => format!("{:?}", error.kind()),
    };
    fs::create_dir_all("d/e")?;
    fs::write("d/e/f", "content")?;
    soft_link("d/e", "dir")?;
    soft_link("dir/f", "file")?;
    soft_link("../../dir", "d/e/back")?;
    soft_link("nowhere", "dangling")?;
    soft_link("two", "one")?;
    soft_link("one", "two")?;
    soft_link(".", "self")?;

    println!("{:?} {:?}", fs::read_link("file")?, fs::read_link("d/e/back")?);
    println!("{:?}", fs::read_link("d/e/f").map_err(|error| error.kind()));
    println!("{:?}", fs::read_to_string("file")?);
    println!("{:?}", fs::read_to_string("self/self/d/e/back/back/f")?);
    println!("{:?}", fs::metadata("one").map(drop).map_err(|error| error.raw_os_error().is_some()));
    println!("{:?}", fs::metadata("dangling").map(drop).map_err(|error| error.kind()));
    println!("{} {}", fs::metadata("dir")?.is_dir(), fs::symlink_metadata("dir")?.is_symlink());
    println!("{}", fs::symlink_metadata("file")?.len());
    println!("{:?} {:?}", fs::exists("dangling")?, fs::exists("file")?);
    println!("{:?}", soft_link("x", "file").map_err(|error| error.kind()));

    for path in [
        ".",
        "dir",
        "file",
        "dir/..",
        "d/e/back/back/f",
        "./d/../dir/./f",
        "dangling",
        "one/x",
        "file/x",
        "file/..",
        "file/",
        "dir/",
        "d/e/missing",
    ] {
        println!("{path}: {}", canonical(path).replace("\"\"", "here"));
    }

    fs::hard_link("d/e/f", "hard")?;
    fs::write("hard", "changed")?;
    println!("{:?}", fs::read_to_string("d/e/f")?);
    fs::remove_file("d/e/f")?;
    println!("{:?}", fs::read_to_string("hard")?);
    println!("{:?}", fs::hard_link("hard", "dir").map_err(|error| error.kind()));
    println!("{:?}", fs::hard_link("missing", "new").map_err(|error| error.kind()));
    println!("{:?}", fs::hard_link("d", "new").map_err(|error| error.kind()));
    // That there is no such file is told first.
    for new in ["hard", "hard/", "hard/new", "missing/new", "n\0w"] {
        println!("{:?}", fs::hard_link("missing", new).map_err(|error| error.kind()));
        println!("{:?}", fs::hard_link("hard", new).map_err(|error| error.kind()));
    }
    fs::hard_link("file", "file2")?;
    println!("{}", fs::symlink_metadata("file2")?.is_symlink());

    // Through a link that names an absolute path.
    soft_link(here.join("hard").to_str().unwrap(), "d/e/absolute")?;
    println!("{:?} {}", fs::read_to_string("d/e/absolute")?, canonical("d/e/absolute"));
    fs::write("dangling", "made through the link")?;
    println!("{:?}", fs::read_to_string("nowhere")?);
    fs::remove_file("dangling")?;
    println!("{}", fs::exists("nowhere")?);
    Ok(())
}

#[expect(deprecated, reason = "the only way to make a link that every target has")]
fn soft_link(original: &str, link: &str) -> io::Result<()> {
    fs::soft_link(original, link)
}
