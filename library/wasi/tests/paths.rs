//! Where paths lead: preopens, the current directory, `..`, links, and what is refused.

use wasi_rt::Error;
use wasi_rt::abi::fake::{self, filesystem as disk};
use wasi_rt::fs::{self, FileType, OpenOptions};

fn begin_in(cwd: &str) {
    fake::cli::configure(|cli| cli.initial_cwd = Some(cwd.into()));
}

fn contents(path: &str) -> Result<Vec<u8>, Error> {
    use std::mem::MaybeUninit;
    let file = fs::open(path.as_bytes(), &OpenOptions { read: true, ..OpenOptions::default() })?;
    let mut buffer = [MaybeUninit::uninit(); 100];
    let count = file.read(&mut buffer)?;
    // SAFETY: reading has stored that many bytes.
    Ok(buffer[..count].iter().map(|byte| unsafe { byte.assume_init() }).collect())
}

#[test]
fn relative_paths_begin_at_the_current_directory() {
    disk::give("/given", false);
    begin_in("/given");
    disk::put("/given", "a", b"1");
    fs::create_directory(b"d").unwrap();
    disk::put("/given", "d/b", b"2");
    assert_eq!(fs::current_dir().unwrap(), "/given");
    assert_eq!(contents("a").unwrap(), b"1");
    assert_eq!(contents("./a").unwrap(), b"1");
    assert_eq!(contents("d/../a").unwrap(), b"1");
    assert_eq!(contents("/given//d/./b").unwrap(), b"2");
    fs::set_current_dir(b"d").unwrap();
    assert_eq!(fs::current_dir().unwrap(), "/given/d");
    assert_eq!(contents("b").unwrap(), b"2");
    assert_eq!(contents("../a").unwrap(), b"1");
    fs::set_current_dir(b"..").unwrap();
    assert_eq!(fs::current_dir().unwrap(), "/given");
    assert_eq!(fs::set_current_dir(b"a"), Err(Error::NOTDIR));
    assert_eq!(fs::set_current_dir(b"missing"), Err(Error::NOENT));
    assert_eq!(fs::set_current_dir(b"/elsewhere"), Err(Error::NOTCAPABLE));
    assert_eq!(fs::current_dir().unwrap(), "/given");
}

#[test]
fn the_program_is_the_component_its_first_argument_leads_to() {
    /// In an instance of its own: arguments are asked for once.
    fn told(argument: &'static str) -> Option<String> {
        let instance = std::thread::spawn(move || {
            disk::give("/given", false);
            begin_in("/given");
            disk::put("/given", "program", b"\0asm\x0d\0\x01\0\0");
            fs::create_directory(b"d").unwrap();
            disk::put("/given", "d/module", b"\0asm\x01\0\0\0");
            fs::set_current_dir(b"d").unwrap();
            fake::cli::configure(|cli| cli.arguments = vec![argument.into()]);
            fs::executable()
        });
        instance.join().unwrap()
    }
    assert_eq!(told("d/../program").as_deref(), Some("/given/program"));
    assert_eq!(told("./program").as_deref(), Some("/given/program"));
    assert_eq!(told("/given/program").as_deref(), Some("/given/program"));
    for elsewhere in ["program", "d/module", "d/missing", "../program", "/elsewhere/program", "./d", ""] {
        assert_eq!(told(elsewhere), None, "{elsewhere}");
    }
}

#[test]
fn a_plain_path_costs_one_call() {
    disk::give("/given", false);
    begin_in("/given");
    disk::put("/given", "a", b"1");
    fs::stat(b"a").unwrap();
    disk::calls();
    fs::stat(b"a").unwrap();
    fs::stat(b"/given/a").unwrap();
    assert_eq!(fs::stat(b"missing").err(), Some(Error::NOENT));
    assert_eq!(disk::calls(), 3);
}

#[test]
fn the_longest_preopen_wins() {
    disk::give("/", false);
    disk::give("/data", false);
    disk::give("/data/deep", true);
    disk::put("/", "f", b"root");
    disk::put("/data", "f", b"data");
    disk::put("/data/deep", "f", b"deep");
    assert_eq!(fs::current_dir().unwrap(), "/");
    assert_eq!(contents("f").unwrap(), b"root");
    assert_eq!(contents("/data/f").unwrap(), b"data");
    assert_eq!(contents("data/deep/f").unwrap(), b"deep");
    assert_eq!(contents("/database"), Err(Error::NOENT), "a name that only begins alike is another");
    assert_eq!(contents("/data/deep/../f").unwrap(), b"data");
    assert_eq!(contents("/data/deep/../../f").unwrap(), b"root");
    assert_eq!(contents("/data/../data/deep/f").unwrap(), b"deep");
    assert_eq!(contents("/../../f").unwrap(), b"root");
    assert!(fs::stat(b"/data/deep/f").unwrap().is_read_only());
    assert!(!fs::stat(b"/data/f").unwrap().is_read_only());
}

#[test]
fn outside_every_preopen_is_its_own_error() {
    disk::give("/given/here", false);
    begin_in("/given/here");
    assert_eq!(fs::stat(b"/etc/passwd").err(), Some(Error::NOTCAPABLE));
    assert_eq!(fs::stat(b"../other").err(), Some(Error::NOTCAPABLE));
    assert_eq!(fs::stat(b"../here").unwrap().kind(), FileType::Directory);
    assert_eq!(fs::create_directory(b"/given/here"), Err(Error::EXIST));
    assert_eq!(fs::stat(b"").err(), Some(Error::NOENT));
}

#[test]
fn the_way_to_a_preopen_is_directories_to_pass_through() {
    disk::give("/given/here", false);
    begin_in("/given/here");
    disk::put("/given/here", "f", b"!");
    for way in [&b"/"[..], b"/given", b"/given/", b"..", b"../.", b"/given/here/../"] {
        assert_eq!(fs::stat(way).unwrap().kind(), FileType::Directory);
        assert_eq!(fs::stat_no_follow(way).unwrap().kind(), FileType::Directory);
        assert_eq!(fs::read_directory(way).err(), Some(Error::ACCES));
        assert_eq!(fs::open(way, &OpenOptions { read: true, ..OpenOptions::default() }).err(), Some(Error::ACCES));
    }
    assert_eq!(fs::canonicalize(b"/given/").unwrap(), "/given");
    assert_eq!(fs::create_directory(b"/given"), Err(Error::EXIST));
    assert_eq!(fs::remove_directory(b"/given/"), Err(Error::BUSY));
    assert_eq!(fs::remove_file(b".."), Err(Error::ISDIR));
    assert_eq!(fs::stat(b"/wor").err(), Some(Error::NOTCAPABLE));
    fs::set_current_dir(b"..").unwrap();
    assert_eq!(fs::current_dir().unwrap(), "/given");
    assert_eq!(contents("here/f").unwrap(), b"!");
}

#[test]
fn names_that_wasi_does_not_have_are_refused() {
    disk::give("/given", false);
    begin_in("/given");
    assert_eq!(fs::stat(b"a\xff").err(), Some(Error::ILSEQ));
    assert_eq!(fs::stat(b"a\0b").err(), Some(Error::INVAL));
    assert_eq!(fs::symlink(b"\xff", b"link"), Err(Error::ILSEQ));
}

#[test]
fn a_relative_preopen_is_relative_to_the_start() {
    disk::give(".", false);
    disk::put(".", "a", b"1");
    assert_eq!(contents("a").unwrap(), b"1");
    assert_eq!(contents("/a").unwrap(), b"1");
    assert_eq!(fs::canonicalize(b"./a").unwrap(), "/a");
}

#[test]
fn the_end_of_a_path_says_what_it_names() {
    disk::give("/given", false);
    begin_in("/given");
    let create = OpenOptions { write: true, create: true, ..OpenOptions::default() };
    assert_eq!(fs::create_directory(b"d/"), Ok(()));
    disk::put("/given", "f", b"");
    assert_eq!(fs::create_directory(b"none/."), Err(Error::NOENT));
    assert_eq!(fs::create_directory(b"d/.."), Err(Error::EXIST));
    assert_eq!(fs::create_directory(b"f/."), Err(Error::NOTDIR));
    assert_eq!(fs::open(b"none/.", &create).err(), Some(Error::NOENT));
    assert_eq!(fs::open(b"d/.", &create).err(), Some(Error::ISDIR));
    assert_eq!(fs::open(b"d/.", &OpenOptions { create_new: true, ..create }).err(), Some(Error::EXIST));
    assert_eq!(fs::symlink(b"f", b"d/"), Err(Error::EXIST));
    assert_eq!(fs::symlink(b"f", b"none/"), Err(Error::NOENT));
    assert_eq!(fs::hard_link(b"f", b"none/"), Err(Error::NOENT));
    assert_eq!(fs::rename(b"f", b"g/"), Err(Error::NOTDIR));
    assert_eq!(fs::rename(b"d/.", b"g"), Err(Error::BUSY));
    assert_eq!(fs::remove_file(b"f/"), Err(Error::NOTDIR));
    assert_eq!(fs::remove_file(b"d/"), Err(Error::ISDIR));
    assert_eq!(fs::remove_directory(b"d/."), Err(Error::INVAL));
    assert_eq!(fs::remove_directory(b"d/.."), Err(Error::NOTEMPTY));
    assert_eq!(fs::remove_directory(b"/"), Err(Error::BUSY));
    assert_eq!(fs::rename(b"d/", b"e/"), Ok(()));
    fs::symlink(b"e", b"link").unwrap();
    assert_eq!(fs::stat_no_follow(b"link").unwrap().kind(), FileType::SymbolicLink);
    assert_eq!(fs::stat_no_follow(b"link/").unwrap().kind(), FileType::Directory);
    assert_eq!(fs::remove_directory_all(b"link/"), Err(Error::NOTDIR));
    disk::put("/given", "e/inside", b"");
    assert_eq!(fs::remove_directory_all(b"e/."), Err(Error::INVAL), "emptied, and still there");
    assert_eq!(fs::remove_directory(b"e//"), Ok(()));
    assert_eq!(fs::canonicalize(b"f/.."), Err(Error::NOTDIR));
    fs::symlink(b"f/.", b"link-to-file").unwrap();
    assert_eq!(fs::canonicalize(b"link-to-file"), Err(Error::NOTDIR));
}

#[test]
fn canonical_paths_have_no_links() {
    disk::give("/given", false);
    begin_in("/given");
    fs::create_directory(b"d").unwrap();
    fs::create_directory(b"d/e").unwrap();
    disk::put("/given", "d/e/f", b"!");
    fs::symlink(b"d/e", b"to-e").unwrap();
    fs::symlink(b"../../to-e", b"d/e/around").unwrap();
    assert_eq!(fs::canonicalize(b"to-e/f").unwrap(), "/given/d/e/f");
    assert_eq!(fs::canonicalize(b"to-e/..").unwrap(), "/given/d");
    assert_eq!(fs::canonicalize(b"d/e/around/around/f").unwrap(), "/given/d/e/f");
    assert_eq!(fs::canonicalize(b".").unwrap(), "/given");
    assert_eq!(fs::canonicalize(b"/given/").unwrap(), "/given");
    assert_eq!(fs::canonicalize(b"to-e/missing"), Err(Error::NOENT));
    assert_eq!(fs::canonicalize(b"d/e/f/"), Err(Error::NOTDIR));
    assert_eq!(fs::canonicalize(b"d/e/f/.."), Err(Error::NOTDIR));
    fs::symlink(b"loop", b"loop").unwrap();
    assert_eq!(fs::canonicalize(b"loop"), Err(Error::LOOP));
    fs::set_current_dir(b"to-e").unwrap();
    assert_eq!(fs::current_dir().unwrap(), "/given/d/e");
}

#[test]
fn links_are_made_read_and_followed() {
    disk::give("/given", false);
    begin_in("/given");
    disk::put("/given", "a", b"12345");
    fs::symlink(b"a", b"link").unwrap();
    assert_eq!(fs::read_link(b"link").unwrap(), "a");
    assert_eq!(fs::read_link(b"a"), Err(Error::INVAL));
    assert_eq!(fs::stat(b"link").unwrap().size(), 5);
    assert_eq!(fs::stat_no_follow(b"link").unwrap().kind(), FileType::SymbolicLink);
    fs::symlink(b"gone", b"dangling").unwrap();
    assert_eq!(fs::stat(b"dangling").err(), Some(Error::NOENT));
    fs::hard_link(b"a", b"b").unwrap();
    assert_eq!(fs::stat(b"a").unwrap().links(), 2);
    fs::remove_file(b"a").unwrap();
    assert_eq!(contents("b").unwrap(), b"12345");
    assert_eq!(fs::stat(b"b").unwrap().links(), 1);
}

#[test]
fn a_link_to_an_absolute_path_becomes_relative() {
    disk::give("/given", false);
    disk::give("/other", false);
    begin_in("/given");
    fs::create_directory(b"d").unwrap();
    fs::create_directory(b"d/e").unwrap();
    disk::put("/given", "a", b"1");
    fs::symlink(b"/given/a", b"/given/d/e/link").unwrap();
    assert_eq!(fs::read_link(b"d/e/link").unwrap(), "../../a");
    assert_eq!(contents("d/e/link").unwrap(), b"1");
    // The directory the link really lies in counts.
    fs::symlink(b"d/e", b"short").unwrap();
    fs::symlink(b"/given/a", b"short/second").unwrap();
    assert_eq!(contents("d/e/second").unwrap(), b"1");
    fs::symlink(b"/given", b"d/up").unwrap();
    assert_eq!(contents("d/up/a").unwrap(), b"1");
    assert_eq!(fs::symlink(b"/other/a", b"x"), Err(Error::PERM));
    assert_eq!(fs::symlink(b"/etc/passwd", b"x"), Err(Error::PERM));
}

#[test]
fn files_move_between_preopens() {
    disk::give("/one", false);
    disk::give("/two", false);
    disk::put("/one", "a", b"1");
    fs::rename(b"/one/a", b"/two/b").unwrap();
    assert_eq!(contents("/two/b").unwrap(), b"1");
    assert_eq!(contents("/one/a"), Err(Error::NOENT));
}

#[test]
fn a_preopen_for_reading_is_not_written() {
    disk::give("/ro", true);
    disk::put("/ro", "a", b"1");
    assert_eq!(contents("/ro/a").unwrap(), b"1");
    let write = OpenOptions { write: true, ..OpenOptions::default() };
    assert_eq!(fs::open(b"/ro/a", &write).err(), Some(Error::ROFS));
    assert_eq!(fs::create_directory(b"/ro/d"), Err(Error::ROFS));
    assert_eq!(fs::remove_file(b"/ro/a"), Err(Error::ROFS));
    assert_eq!(fs::read_directory(b"/ro").unwrap().count(), 1);
    assert_eq!(fs::remove_directory_all(b"/ro"), Err(Error::ROFS));
}
