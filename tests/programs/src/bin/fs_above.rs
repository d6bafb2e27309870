//! The directories above the given one are there: a program that comes down from the root, or makes all of a path, finds its way.

use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let here = env::current_dir()?;
    fs::write("file", "text")?;
    let root = here.ancestors().last().unwrap();
    let mut place = root.to_owned();
    for name in here.strip_prefix(root).unwrap() {
        println!("{} {}", place.is_dir(), fs::symlink_metadata(&place)?.is_dir());
        fs::create_dir_all(&place)?;
        assert_eq!(fs::canonicalize(&place)?, place);
        place.push(name);
    }
    println!("{}", fs::read_to_string(place.join("file"))?);
    env::set_current_dir("..")?;
    assert_eq!(Some(&*env::current_dir()?), here.parent());
    println!("{}", fs::read_to_string(Path::new(here.file_name().unwrap()).join("file"))?);
    let beside = here.with_extension("not there");
    println!("{:?}", fs::metadata(beside).map(drop).map_err(|error| error.kind()));
    println!("{:?}", fs::metadata(Path::new("/").join("not there")).map(drop).map_err(|error| error.kind()));
    Ok(())
}
