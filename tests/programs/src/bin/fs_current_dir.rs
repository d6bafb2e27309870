//! Relative paths follow the current directory, through links and `..`.

use std::env;
use std::fs;
use std::io;

fn main() -> io::Result<()> {
    let here = env::current_dir()?;
    let shown = || env::current_dir().map(|path| path.strip_prefix(&here).unwrap().display().to_string());
    fs::create_dir_all("a/b")?;
    fs::write("top", "top")?;
    fs::write("a/b/f", "f")?;
    link("a/b", "link")?;
    env::set_current_dir("a")?;
    println!("{:?} {:?}", shown()?, fs::read_to_string("b/f")?);
    println!("{:?}", fs::read_to_string("../top")?);
    env::set_current_dir("../link")?;
    println!("{:?} {:?}", shown()?, fs::read_to_string("f")?);
    println!("{:?}", fs::read_to_string("../../top")?);
    println!("{:?}", env::set_current_dir("f").map_err(|error| error.kind()));
    println!("{:?}", env::set_current_dir("missing").map_err(|error| error.kind()));
    println!("{:?}", shown()?);
    fs::write("new", "new")?;
    println!("{:?}", fs::read_to_string(here.join("a/b/new"))?);
    println!("{}", std::path::absolute("x/../y")?.strip_prefix(&here).unwrap().display());
    println!("{}", fs::canonicalize("..")? == here.join("a"));
    env::set_current_dir(&here)?;
    println!("{:?} {:?}", shown()?, fs::read_to_string("./a/./b//new")?);
    Ok(())
}

#[expect(deprecated, reason = "the only way to make a link that every target has")]
fn link(original: &str, link: &str) -> io::Result<()> {
    fs::soft_link(original, link)
}
