//! What a slash, `.` or `..` at the end of a path means to each call that makes, removes, moves or opens a name.

use std::env;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

type Call = fn(&str) -> io::Result<()>;

const CALLS: [(&str, Call); 17] = [
    ("create_dir", |path| fs::create_dir(path)),
    ("create_dir_all", |path| fs::create_dir_all(path)),
    ("write", |path| fs::write(path, "new")),
    ("create_new", |path| File::create_new(path).map(drop)),
    ("append", |path| OpenOptions::new().append(true).create(true).open(path).map(drop)),
    ("open", |path| File::open(path).map(drop)),
    ("metadata", |path| fs::metadata(path).map(drop)),
    ("symlink_metadata", |path| fs::symlink_metadata(path).map(drop)),
    ("canonicalize", |path| fs::canonicalize(path).map(drop)),
    ("read_dir", |path| fs::read_dir(path).map(drop)),
    ("hard_link", |path| fs::hard_link("original", path)),
    ("soft_link", |path| soft_link("original", path)),
    ("rename from", |path| fs::rename(path, "renamed")),
    ("rename to", |path| fs::rename("moved", path)),
    ("remove_file", |path| fs::remove_file(path)),
    ("remove_dir", |path| fs::remove_dir(path)),
    ("remove_dir_all", |path| fs::remove_dir_all(path)),
];

const PATHS: &str = "dir/ dir// dir/. dir/./ dir/.. full/ full/. full/.. file/ file/. file/.. none/ none/. none/.. to-dir/ \
                     to-full/ to-file/ to-file/. to-itself/ . ..";

fn main() -> io::Result<()> {
    let top = env::current_dir()?;
    for (name, call) in CALLS {
        for path in PATHS.split(' ') {
            let here = prepare(&top)?;
            let outcome = call(path).map_err(|error| error.kind());
            println!("{name} {path:?} {outcome:?} {:?} {:?}", names(&here)?, names(&here.join("full"))?);
            env::set_current_dir(&top)?;
            fs::remove_dir_all(top.join("above"))?;
        }
    }
    Ok(())
}

/// A directory below another, with one of each kind in it, and the current one.
fn prepare(top: &Path) -> io::Result<PathBuf> {
    let here = top.join("above/here");
    fs::create_dir_all(&here)?;
    env::set_current_dir(&here)?;
    fs::create_dir("dir")?;
    fs::create_dir("moved")?;
    fs::create_dir("full")?;
    fs::write("full/entry", "")?;
    fs::write("file", "text")?;
    fs::write("original", "text")?;
    soft_link("dir", "to-dir")?;
    soft_link("full", "to-full")?;
    soft_link("to-itself", "to-itself")?;
    soft_link("file", "to-file")?;
    Ok(here)
}

fn names(directory: &Path) -> io::Result<Vec<String>> {
    let entries = match fs::read_dir(directory) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut names =
        entries.map(|entry| Ok(entry?.file_name().into_string().unwrap())).collect::<io::Result<Vec<_>>>()?;
    names.sort();
    Ok(names)
}

#[expect(deprecated, reason = "the only way to make a link that every target has")]
fn soft_link(original: &str, link: &str) -> io::Result<()> {
    fs::soft_link(original, link)
}
