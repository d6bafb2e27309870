//! Every method of std::fs and of files in std::os::fd answers as on Linux, except where WASI 0.3.0 has no word for it:
//! each exception is named.

use std::fmt::Debug;
use std::fs::{self, DirBuilder, File, FileTimes, OpenOptions, TryLockError};
use std::io::{self, IoSlice, IoSliceMut, IsTerminal, Read, Seek, SeekFrom, Write};
use std::os::fd::{AsFd, AsRawFd, FromRawFd, IntoRawFd, OwnedFd};
use std::path::Path;
use std::time::{Duration, SystemTime};

/// What a call answers, in a word: its value, or the kind of its error.
fn outcome<T: Debug>(result: io::Result<T>) -> String {
    match result {
        Ok(value) => format!("{value:?}"),
        Err(error) => format!("{:?}", error.kind()),
    }
}

/// A call that answers the same everywhere.
#[track_caller]
fn same<T: Debug>(name: &str, result: io::Result<T>, expected: &str) {
    assert_eq!(outcome(result), expected, "{name}");
    println!("{name}: same");
}

/// A call that answers differently on WASI, and why.
#[track_caller]
fn differs<T: Debug>(name: &str, result: io::Result<T>, native: &str, wasi: &str, why: &str) {
    let expected = if cfg!(target_os = "wasi") { wasi } else { native };
    assert_eq!(outcome(result), expected, "{name}");
    println!("{name}: {native} on Linux, {wasi} here: {why}");
}

fn main() -> io::Result<()> {
    opening()?;
    contents()?;
    about_a_file()?;
    locks()?;
    names()?;
    directories()?;
    descriptors()
}

fn opening() -> io::Result<()> {
    same("File::create", File::create("a").map(drop), "()");
    same("File::create_new", File::create_new("a").map(drop), "AlreadyExists");
    same("File::open", File::open("missing").map(drop), "NotFound");
    same("File::options", File::options().append(true).open("a").map(drop), "()");
    let open = |options: &mut OpenOptions| options.open("a").map(drop);
    same("OpenOptions::read", open(OpenOptions::new().read(true)), "()");
    same("OpenOptions::write", open(OpenOptions::new().write(true)), "()");
    same("OpenOptions::append", open(OpenOptions::new().append(true)), "()");
    same("OpenOptions::truncate", open(OpenOptions::new().append(true).truncate(true)), "InvalidInput");
    same("OpenOptions::create", open(OpenOptions::new().read(true).create(true)), "InvalidInput");
    same("OpenOptions::create_new", open(OpenOptions::new().write(true).create_new(true)), "AlreadyExists");
    same("fs::write", fs::write("a", "0123456789"), "()");
    same("fs::read", fs::read("a").map(|bytes| bytes.len()), "10");
    same("fs::read_to_string", fs::read_to_string("a"), "\"0123456789\"");
    Ok(())
}

fn contents() -> io::Result<()> {
    let mut file = OpenOptions::new().read(true).write(true).open("a")?;
    let (mut one, mut two) = ([0; 2], [0; 3]);
    same("File::read", file.read(&mut one), "2");
    same("File::read_vectored", file.read_vectored(&mut [IoSliceMut::new(&mut one), IoSliceMut::new(&mut two)]), "5");
    same("File::read_exact", file.read_exact(&mut two), "()");
    same("File::read_exact at the end", file.read_exact(&mut two), "UnexpectedEof");
    same("File::seek", file.seek(SeekFrom::End(-4)), "6");
    same("File::stream_position", file.stream_position(), "6");
    same("File::rewind", file.rewind(), "()");
    same("File::read_to_end", file.read_to_end(&mut Vec::new()), "10");
    same("File::read_to_string", file.read_to_string(&mut String::new()), "0");
    same("File::write", file.write(b"ab"), "2");
    same("File::write_vectored", file.write_vectored(&[IoSlice::new(b"c"), IoSlice::new(b"de")]), "3");
    same("File::flush", file.flush(), "()");
    same("File::sync_all", file.sync_all(), "()");
    same("File::sync_data", file.sync_data(), "()");
    same("File::set_len", file.set_len(4), "()");
    same("io::copy", io::copy(&mut File::open("a")?, &mut File::create("b")?), "4");
    same("fs::copy", fs::copy("a", "b"), "4");

    // The position of a handle in append mode, after another has appended.
    let append = || OpenOptions::new().append(true).open("a");
    let (mut first, mut second) = (append()?, append()?);
    first.write_all(b"1")?;
    second.write_all(b"2")?;
    same("File::stream_position after another's append", first.stream_position(), "5");
    Ok(())
}

fn about_a_file() -> io::Result<()> {
    let file = File::create("c")?;
    same("File::metadata", file.metadata().map(|metadata| metadata.is_file()), "true");
    same("fs::metadata", fs::metadata("c").map(|metadata| metadata.len()), "0");
    same("fs::symlink_metadata", fs::symlink_metadata("c").map(|metadata| metadata.is_symlink()), "false");
    let metadata = fs::metadata("c")?;
    same("Metadata::file_type", Ok(metadata.file_type().is_file()), "true");
    same("Metadata::is_dir", Ok(metadata.is_dir()), "false");
    same("Metadata::modified", metadata.modified().map(|time| time > SystemTime::UNIX_EPOCH), "true");
    same("Metadata::accessed", metadata.accessed().map(|time| time > SystemTime::UNIX_EPOCH), "true");
    differs(
        "Metadata::created",
        metadata.created().map(drop),
        "()",
        "Unsupported",
        "WASI 0.3.0 has no time of creation",
    );
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1000);
    same("File::set_times", file.set_times(FileTimes::new().set_accessed(time).set_modified(time)), "()");
    same("File::set_modified", file.set_modified(time), "()");
    same("Metadata::modified, set", fs::metadata("c")?.modified().map(|set| set == time), "true");
    let mut permissions = metadata.permissions();
    same("Permissions::readonly", Ok(permissions.readonly()), "false");
    same("fs::set_permissions, unchanged", fs::set_permissions("c", permissions.clone()), "()");
    permissions.set_readonly(true);
    differs(
        "fs::set_permissions",
        fs::set_permissions("c", permissions.clone()),
        "()",
        "Unsupported",
        "WASI 0.3.0 cannot change permissions",
    );
    differs(
        "File::set_permissions",
        file.set_permissions(permissions),
        "()",
        "Unsupported",
        "WASI 0.3.0 cannot change permissions",
    );
    Ok(())
}

fn locks() -> io::Result<()> {
    let file = File::create("d")?;
    let tried = |result: Result<(), TryLockError>| result.map_err(io::Error::from);
    differs("File::lock", file.lock(), "()", "Unsupported", "WASI 0.3.0 has no file locks");
    differs("File::unlock", file.unlock(), "()", "Unsupported", "WASI 0.3.0 has no file locks");
    differs("File::lock_shared", file.lock_shared(), "()", "Unsupported", "WASI 0.3.0 has no file locks");
    differs("File::try_lock", tried(file.try_lock()), "()", "Unsupported", "WASI 0.3.0 has no file locks");
    differs(
        "File::try_lock_shared",
        tried(file.try_lock_shared()),
        "()",
        "Unsupported",
        "WASI 0.3.0 has no file locks",
    );
    Ok(())
}

#[expect(deprecated, reason = "the only way to make a link that every target has")]
fn soft_link(original: impl AsRef<Path>, link: &str) -> io::Result<()> {
    fs::soft_link(original, link)
}

fn names() -> io::Result<()> {
    let here = std::env::current_dir()?;
    same("fs::rename", fs::rename("d", "e"), "()");
    same("fs::exists", fs::exists("d"), "false");
    same("Path::exists", Ok(Path::new("e").exists()), "true");
    same("Path::try_exists", Path::new("e/x").try_exists(), "NotADirectory");
    same("fs::hard_link", fs::hard_link("e", "f"), "()");
    same("fs::soft_link", soft_link("e", "link"), "()");
    same("fs::read_link", fs::read_link("link"), "\"e\"");
    soft_link(here.join("e"), "absolute")?;
    let text = fs::read_link("absolute").map(|path| path.is_absolute());
    differs(
        "fs::read_link of a link made to an absolute path",
        text,
        "true",
        "false",
        "WASI 0.3.0 refuses absolute links, so it becomes a relative one",
    );
    same("fs::canonicalize", fs::canonicalize("absolute").map(|path| path == here.join("e")), "true");
    same("fs::remove_file", fs::remove_file("link"), "()");
    same("std::path::absolute", std::path::absolute("x").map(|path| path == here.join("x")), "true");
    // SAFETY: every byte string is one of `OsStr` on these platforms.
    let not_utf8 = unsafe { std::ffi::OsStr::from_encoded_bytes_unchecked(b"a\xff") };
    differs(
        "a name that is not UTF-8",
        fs::metadata(not_utf8).map(drop),
        "NotFound",
        "InvalidFilename",
        "names are Unicode strings in WASI 0.3.0",
    );
    same("a name with a NUL", fs::metadata("a\0").map(drop), "InvalidInput");
    same("a name that is too long", fs::metadata("x".repeat(256)).map(drop), "InvalidFilename");
    differs(
        "a path outside every preopen",
        fs::read_dir("/etc").map(drop),
        "()",
        "NotFound",
        "the program sees what it was given",
    );
    Ok(())
}

fn directories() -> io::Result<()> {
    same("fs::create_dir", fs::create_dir("dir"), "()");
    same("fs::create_dir_all", fs::create_dir_all("dir/x/y"), "()");
    same("DirBuilder::create", DirBuilder::new().recursive(true).create("dir/x/z"), "()");
    fs::write("dir/file", "12")?;
    same("fs::read_dir", fs::read_dir("dir").map(Iterator::count), "2");
    let entry = fs::read_dir("dir")?.map(Result::unwrap).find(|entry| entry.file_name() == "file").unwrap();
    same("DirEntry::path", Ok(entry.path()), "\"dir/file\"");
    same("DirEntry::file_name", Ok(entry.file_name()), "\"file\"");
    same("DirEntry::file_type", entry.file_type().map(|kind| kind.is_file()), "true");
    same("DirEntry::metadata", entry.metadata().map(|metadata| metadata.len()), "2");
    same("fs::remove_dir", fs::remove_dir("dir"), "DirectoryNotEmpty");
    same("fs::remove_dir_all", fs::remove_dir_all("dir"), "()");
    same("env::set_current_dir", fs::create_dir("in").and_then(|()| std::env::set_current_dir("in")), "()");
    same("env::current_dir", std::env::current_dir().map(|path| path.ends_with("in")), "true");
    fs::rename("../in", "../renamed")?;
    differs(
        "env::current_dir, renamed meanwhile",
        std::env::current_dir().map(|path| path.ends_with("renamed")),
        "true",
        "false",
        "the current directory is kept by its name",
    );
    std::env::set_current_dir(std::env::current_dir()?.with_file_name("renamed"))?;
    Ok(())
}

fn descriptors() -> io::Result<()> {
    let mut file = File::create_new("shared")?;
    same("File::try_clone", file.try_clone().and_then(|mut clone| clone.write(b"12")), "2");
    same("File::try_clone shares the position", file.stream_position(), "2");
    same("File::as_fd", file.as_fd().try_clone_to_owned().map(drop), "()");
    same("File::as_raw_fd", Ok(file.as_raw_fd() > 2), "true");
    same("File::is_terminal", Ok(file.is_terminal()), "false");
    let owned = OwnedFd::from(file);
    same("OwnedFd::try_clone", owned.try_clone().map(drop), "()");
    let raw = owned.into_raw_fd();
    // SAFETY: the number was given up just now, by its only owner.
    let mut file = unsafe { File::from_raw_fd(raw) };
    same("File::from_raw_fd", file.write(b"34"), "2");
    same("all of it", fs::read_to_string("shared"), "\"1234\"");
    Ok(())
}
