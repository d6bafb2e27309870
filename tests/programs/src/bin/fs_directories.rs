//! Directories are made, listed with the types of what is in them, and removed, one by one or with all that is in them.
//@ plain = true

use std::fs::{self, DirBuilder};
use std::io;

fn main() -> io::Result<()> {
    println!("{:?}", fs::create_dir("a/b").map_err(|error| error.kind()));
    fs::create_dir("a")?;
    println!("{:?}", fs::create_dir("a").map_err(|error| error.kind()));
    fs::create_dir_all("a/b/c/d")?;
    fs::create_dir_all("a/b/c/d")?;
    DirBuilder::new().recursive(true).create(std::env::current_dir()?.join("a/e/f"))?;
    fs::write("a/file", "12345")?;
    println!("{:?}", fs::create_dir("a/file").map_err(|error| error.kind()));
    println!("{:?}", fs::create_dir_all("a/file/x").map_err(|error| error.kind()));
    soft_link("b", "a/link")?;

    let mut seen = Vec::new();
    for entry in fs::read_dir("a")? {
        let entry = entry?;
        let kind = entry.file_type()?;
        let kind = (kind.is_dir(), kind.is_file(), kind.is_symlink());
        let length = if kind.1 { entry.metadata()?.len() } else { 0 };
        assert_eq!(entry.metadata()?.file_type(), entry.file_type()?);
        seen.push((entry.path(), entry.file_name(), kind, length));
    }
    seen.sort();
    println!("{seen:#?}");
    println!("{:?}", fs::read_dir("a/file").map(drop).map_err(|error| error.kind()));
    println!("{:?}", fs::read_dir("missing").map(drop).map_err(|error| error.kind()));
    println!("{:?}", fs::read_dir("a/link")?.count());
    println!("{:?}", fs::read_dir("a/").map(|entries| entries.count())?);

    fs::create_dir("many")?;
    for n in 0..1000 {
        fs::write(format!("many/{n:04}"), "")?;
    }
    let mut names = fs::read_dir("many")?.map(|entry| Ok(entry?.file_name())).collect::<io::Result<Vec<_>>>()?;
    names.sort();
    println!("{} {:?} {:?}", names.len(), names[0], names[999]);
    // An entry stays good while its directory is renamed.
    let entry = fs::read_dir("many")?.next().unwrap()?;
    fs::rename("many", "moved")?;
    println!("{}", entry.metadata()?.is_file());

    println!("{:?}", fs::remove_dir("a").map_err(|error| error.kind()));
    println!("{:?}", fs::remove_dir("a/file").map_err(|error| error.kind()));
    println!("{:?}", fs::remove_file("a/b").map_err(|error| error.kind() == io::ErrorKind::IsADirectory));
    fs::remove_dir("a/e/f")?;
    println!("{:?}", fs::remove_dir_all("a/file").map_err(|error| error.kind()));
    println!("{:?}", fs::remove_dir_all("missing").map_err(|error| error.kind()));
    fs::remove_dir_all("a/link")?;
    println!("{} {}", fs::exists("a/link")?, fs::exists("a/b/c")?);
    soft_link("../../moved", "a/b/out")?;
    fs::remove_dir_all("a")?;
    println!("{} {}", fs::exists("a")?, fs::read_dir("moved")?.count());
    Ok(())
}

#[expect(deprecated, reason = "the only way to make a link that every target has")]
fn soft_link(original: &str, link: &str) -> io::Result<()> {
    fs::soft_link(original, link)
}
