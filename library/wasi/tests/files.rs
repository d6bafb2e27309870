//! `std::fs`'s words against the fake host: what a file holds after reads, writes, seeks and appends through one handle
//! and through several, where paths lead, and what is left behind.

#[path = "../../component/tests/common/mod.rs"]
mod common;

use std::mem::MaybeUninit;
use std::rc::Rc;

use component_rt::abi::fake::host;
use wasi_rt::Error;
use wasi_rt::abi::fake::{self, filesystem as disk};
use wasi_rt::descriptor::{self, Entry};
use wasi_rt::fs::{self, FileType, OpenFile, OpenOptions, SeekFrom, Times, Timestamp};

/// A host with one directory, `/given`, where the program begins.
fn host() {
    disk::give("/given", false);
    fake::cli::configure(|cli| cli.initial_cwd = Some("/given".into()));
}

fn options() -> OpenOptions {
    OpenOptions::default()
}

fn create(path: &str) -> OpenFile {
    let all = OpenOptions { read: true, write: true, create: true, truncate: true, ..options() };
    fs::open(path.as_bytes(), &all).expect("the file is created")
}

fn open(path: &str) -> OpenFile {
    fs::open(path.as_bytes(), &OpenOptions { read: true, ..options() }).expect("the file is there")
}

fn append(path: &str) -> OpenFile {
    fs::open(path.as_bytes(), &OpenOptions { append: true, read: true, ..options() }).expect("the file is there")
}

fn append_to_new(path: &str) -> OpenFile {
    drop(create(path));
    append(path)
}

fn read(file: &OpenFile, most: usize) -> Vec<u8> {
    take(most, |buffer| file.read(buffer)).expect("it can be read")
}

fn take(most: usize, read: impl FnOnce(&mut [MaybeUninit<u8>]) -> Result<usize, Error>) -> Result<Vec<u8>, Error> {
    let mut buffer = vec![MaybeUninit::uninit(); most];
    let count = read(&mut buffer)?;
    // SAFETY: reading has stored that many bytes.
    Ok(buffer[..count].iter().map(|byte| unsafe { byte.assume_init() }).collect())
}

fn write(file: &OpenFile, mut bytes: &[u8]) {
    while !bytes.is_empty() {
        bytes = &bytes[file.write(bytes).expect("it can be written")..];
    }
}

fn names(path: &str) -> Vec<String> {
    fs::read_directory(path.as_bytes()).expect("it is a directory").map(|entry| entry.expect("a name").name).collect()
}

#[test]
fn what_is_written_is_read_back() {
    host();
    let file = create("a.txt");
    write(&file, b"hello ");
    write(&file, b"world");
    assert_eq!(read(&file, 10), b"");
    assert_eq!(file.seek(SeekFrom::Start(0)), Ok(0));
    assert_eq!(read(&file, 5), b"hello");
    assert_eq!(read(&file, 100), b" world");
    assert_eq!(read(&file, 100), b"");
    drop(file);
    assert_eq!(disk::contents("/given", "a.txt").as_deref(), Some(&b"hello world"[..]));
}

#[test]
fn sequential_access_opens_one_stream() {
    host();
    let file = create("a");
    disk::calls();
    for _ in 0..100 {
        write(&file, &[7; 10]);
    }
    assert_eq!(disk::calls(), 1, "one write-via-stream");
    file.flush().expect("nothing is wrong");
    file.seek(SeekFrom::Start(0)).expect("a file can be sought in");
    disk::calls();
    for _ in 0..100 {
        assert_eq!(read(&file, 10), [7; 10]);
    }
    assert_eq!(disk::calls(), 1, "one read-via-stream");
}

#[test]
fn reads_see_writes_through_the_same_handle() {
    host();
    let file = create("a");
    write(&file, b"0123456789");
    file.seek(SeekFrom::Start(2)).unwrap();
    assert_eq!(read(&file, 2), b"23");
    // The host has read ahead by now.
    write(&file, b"ab");
    assert_eq!(read(&file, 2), b"67");
    assert_eq!(take(10, |buffer| file.read_at(buffer, 3)), Ok(b"3ab6789".to_vec()));
    assert_eq!(file.seek(SeekFrom::Current(0)), Ok(8));
}

#[test]
fn reads_see_writes_through_another_handle() {
    host();
    let one = create("a");
    write(&one, b"0123456789");
    let two = open("a");
    assert_eq!(read(&two, 3), b"012");
    one.seek(SeekFrom::Start(3)).unwrap();
    write(&one, b"xyz");
    assert_eq!(read(&two, 3), b"xyz");
    // By a third that is gone when the second reads again.
    let three = append("a");
    write(&three, b"end");
    drop(three);
    assert_eq!(read(&two, 100), b"6789end");
    one.set_len(4).unwrap();
    assert_eq!(read(&two, 100), b"");
    two.seek(SeekFrom::Start(0)).unwrap();
    assert_eq!(read(&two, 100), b"012x");
}

#[test]
fn writing_one_file_does_not_reopen_another() {
    host();
    let from = create("from");
    write(&from, &[1; 1000]);
    from.seek(SeekFrom::Start(0)).unwrap();
    let to = create("to");
    let mut copied = 0;
    disk::calls();
    loop {
        let piece = read(&from, 10);
        if piece.is_empty() {
            break;
        }
        write(&to, &piece);
        copied += piece.len();
    }
    assert_eq!(copied, 1000);
    // A stream each; once: whether the two are one file; and once more the end, because this host ends a stream with
    // its last bytes.
    assert_eq!(disk::calls(), 4);
}

#[test]
fn a_file_that_grows_is_read_on() {
    host();
    let file = create("log");
    write(&file, b"one");
    let reader = open("log");
    assert_eq!(read(&reader, 10), b"one");
    assert_eq!(read(&reader, 10), b"");
    write(&file, b"two");
    assert_eq!(read(&reader, 10), b"two");
}

#[test]
fn appends_go_to_the_end_wherever_the_position_is() {
    host();
    let plain = create("a");
    write(&plain, b"12");
    let first = append("a");
    let second = append("a");
    write(&first, b"a");
    write(&second, b"b");
    write(&first, b"c");
    assert_eq!(first.seek(SeekFrom::Current(0)), Ok(5));
    first.seek(SeekFrom::Start(0)).unwrap();
    assert_eq!(read(&first, 3), b"12a");
    write(&first, b"d");
    assert_eq!(read(&first, 3), b"");
    assert_eq!(disk::contents("/given", "a").unwrap(), b"12abcd");
}

#[test]
fn a_position_behind_an_append_stays_when_others_write() {
    host();
    let first = append_to_new("a");
    let second = append("a");
    write(&first, b"12");
    write(&second, b"345");
    assert_eq!(read(&first, 10), b"345");
    write(&first, b"67");
    second.set_len(100).unwrap();
    assert_eq!(first.seek(SeekFrom::Current(0)), Ok(7));
    write(&first, b"89");
    assert_eq!(first.write_at(b"!", 200), Ok(1));
    assert_eq!(first.seek(SeekFrom::Current(0)), Ok(102));
    write(&first, b"x");
    drop(create("a"));
    assert_eq!(first.seek(SeekFrom::Current(0)), Ok(202), "where it was before the file was emptied");
    write(&first, b"xyz");
    let other = append_to_new("other");
    write(&other, b"y");
    assert_eq!(first.seek(SeekFrom::Current(0)), Ok(3));
    write(&first, b"12");
    assert_eq!(second.write_at(b"!", 20), Ok(1));
    assert_eq!(first.seek(SeekFrom::Current(0)), Ok(5));
    write(&first, b"3");
    first.set_len(50).unwrap();
    assert_eq!(first.seek(SeekFrom::Current(0)), Ok(22), "where it was before it made the file longer");
}

#[test]
fn appending_to_several_files_asks_once_whether_they_are_one() {
    host();
    let (first, second) = (append_to_new("a"), append_to_new("b"));
    write(&first, b"1");
    write(&second, b"2");
    write(&first, b"3");
    disk::calls();
    for _ in 0..100 {
        write(&first, b"4");
        write(&second, b"5");
    }
    assert_eq!(disk::calls(), 0);
}

#[test]
fn a_failed_append_is_told_to_the_one_who_made_it() {
    host();
    let (first, second) = (append_to_new("a"), append("a"));
    disk::set_space(2);
    assert_eq!(first.write(b"123"), Ok(2));
    assert_eq!(second.write(b"45"), Err(Error::NOSPC));
    assert_eq!(second.flush(), Ok(()));
    assert_eq!(first.flush(), Err(Error::NOSPC));
    assert_eq!(first.flush(), Ok(()), "told once");
}

/// Whatever is asked of the file next.
#[test]
fn a_failed_write_is_told_by_the_next_call() {
    type Call = fn(&OpenFile) -> Result<(), Error>;
    let calls: [Call; 8] = [
        |file| file.flush(),
        |file| file.sync_data(),
        |file| file.sync_all(),
        |file| file.set_len(1),
        |file| file.set_times(Times::default()),
        |file| file.stat().map(drop),
        |file| file.seek(SeekFrom::End(0)).map(drop),
        |file| file.read(&mut [MaybeUninit::uninit()]).map(drop),
    ];
    for (number, call) in calls.into_iter().enumerate() {
        std::thread::spawn(move || {
            host();
            let file = create("a");
            disk::set_space(2);
            assert_eq!(file.write(b"123"), Ok(2));
            assert_eq!(call(&file), Err(Error::NOSPC), "call {number}");
            assert_eq!(call(&file), Ok(()), "call {number}: told once");
        })
        .join()
        .expect("the error is told");
    }
}

/// The host may have read ahead.
#[test]
fn reads_see_that_the_file_was_cut() {
    host();
    disk::put("/given", "a", b"0123456789");
    let (reader, all) = (open("a"), OpenOptions { write: true, ..options() });
    assert_eq!(read(&reader, 3), b"012");
    fs::open(b"a", &all).unwrap().set_len(5).unwrap();
    assert_eq!(read(&reader, 10), b"34");
    fs::open(b"a", &all).unwrap().write_at(b"more", 5).unwrap();
    assert_eq!(read(&reader, 1), b"m");
    let _emptied = fs::open(b"a", &OpenOptions { truncate: true, ..all }).unwrap();
    assert_eq!(read(&reader, 10), b"");
}

#[test]
fn writes_at_an_offset_leave_the_position() {
    host();
    let file = create("a");
    write(&file, b"abcdef");
    assert_eq!(file.write_at(b"XY", 1), Ok(2));
    assert_eq!(file.write_at(b"Z", 3), Ok(1));
    write(&file, b"g");
    assert_eq!(file.write_at(b"!", 10), Ok(1));
    drop(file);
    assert_eq!(disk::contents("/given", "a").unwrap(), b"aXYZefg\0\0\0!");
}

#[test]
fn seeks_are_checked() {
    host();
    let file = create("a");
    write(&file, b"12345");
    assert_eq!(file.seek(SeekFrom::End(-2)), Ok(3));
    assert_eq!(file.seek(SeekFrom::Current(-4)), Err(Error::INVAL));
    assert_eq!(file.seek(SeekFrom::Start(1 << 63)), Err(Error::INVAL));
    assert_eq!(file.seek(SeekFrom::Current(0)), Ok(3), "a refused seek moves nothing");
    assert_eq!(file.seek(SeekFrom::End(5)), Ok(10));
    assert_eq!(read(&file, 1), b"");
    write(&file, b"x");
    assert_eq!(file.stat().unwrap().size(), 11);
}

#[test]
fn a_full_disk_is_an_error_of_the_write() {
    host();
    let file = create("a");
    write(&file, b"before");
    disk::set_space(4);
    let file = {
        drop(file);
        append("a")
    };
    assert_eq!(file.write(b"more than fits"), Ok(4));
    assert_eq!(file.write(b"an fits"), Err(Error::NOSPC));
    assert_eq!(disk::contents("/given", "a").unwrap(), b"beforemore");
    disk::set_space(100);
    write(&file, b" later");
    drop(file);
    assert_eq!(disk::contents("/given", "a").unwrap(), b"beforemore later");
}

#[test]
fn access_is_what_was_asked_for() {
    host();
    disk::put("/given", "a", b"1");
    let reader = open("a");
    assert_eq!(reader.write(b"x"), Err(Error::BADF));
    assert_eq!(reader.set_len(0), Err(Error::INVAL));
    let writer = fs::open(b"a", &OpenOptions { write: true, ..options() }).unwrap();
    assert_eq!(take(1, |buffer| writer.read(buffer)), Err(Error::BADF));
}

#[test]
fn access_is_asked_for_though_nothing_is_to_be_moved() {
    host();
    let unwritable = descriptor::insert(Entry::from({
        drop(create("a"));
        open("a")
    }))
    .unwrap();
    let nothing: [&[u8]; 2] = [b"", b""];
    assert_eq!(descriptor::write_vectored(unwritable, &nothing), Err(Error::BADF));
    assert_eq!(descriptor::write_vectored_at(unwritable, &nothing, 5), Err(Error::BADF));
    assert_eq!(descriptor::read_vectored::<Vec<u8>>(unwritable, &mut []), Ok(0));
}

#[test]
fn a_directory_can_be_opened_but_not_read() {
    host();
    fs::create_directory(b"d").unwrap();
    let directory = open("d");
    assert_eq!(take(1, |buffer| directory.read(buffer)), Err(Error::ISDIR));
    assert_eq!(directory.sync_all(), Ok(()));
    assert_eq!(directory.stat().unwrap().kind(), FileType::Directory);
    assert_eq!(fs::open(b"d", &OpenOptions { write: true, ..options() }).err(), Some(Error::ISDIR));
}

#[test]
fn files_are_opened_below_a_directory() {
    host();
    fs::create_directory(b"d").unwrap();
    disk::put("/given", "d/a", b"1");
    disk::put("/given", "b", b"2");
    let directory = open("d");
    fs::rename(b"d", b"e").unwrap();
    let read_only = OpenOptions { read: true, ..options() };
    assert_eq!(read(&directory.open_below(b"a", &read_only).unwrap(), 9), b"1");
    assert_eq!(read(&directory.open_below(b"/given/b", &read_only).unwrap(), 9), b"2");
    assert_eq!(directory.open_below(b"../b", &read_only).err(), Some(Error::PERM));
}

#[test]
fn options_follow_std() {
    host();
    let refused =
        |options: OpenOptions| fs::open(b"a", &options).err() == Some(Error::INVAL) && options.check().is_err();
    assert!(refused(options()));
    assert!(refused(OpenOptions { read: true, create: true, ..options() }));
    assert!(refused(OpenOptions { read: true, truncate: true, ..options() }));
    assert!(refused(OpenOptions { append: true, truncate: true, ..options() }));
    assert!(refused(OpenOptions { read: true, custom_flags: 1, ..options() }));
    let new = OpenOptions { write: true, create_new: true, ..options() };
    assert!(fs::open(b"a", &new).is_ok());
    assert_eq!(fs::open(b"a", &new).err(), Some(Error::EXIST));
    fs::symlink(b"nowhere", b"link").unwrap();
    assert_eq!(fs::open(b"link", &new).err(), Some(Error::EXIST));
    let no_follow = OpenOptions { read: true, custom_flags: fs::O_NOFOLLOW, ..options() };
    fs::symlink(b"a", b"to-a").unwrap();
    assert_eq!(fs::open(b"to-a", &no_follow).err(), Some(Error::LOOP));
    assert!(fs::open(b"to-a", &OpenOptions { read: true, ..options() }).is_ok());
}

#[test]
fn times_are_set_and_told() {
    host();
    let file = create("a");
    let at = |seconds| Some(Timestamp { seconds, nanoseconds: 5 });
    file.set_times(Times { modified: at(100), accessed: None }).unwrap();
    fs::set_times(b"a", Times { modified: None, accessed: at(-7) }).unwrap();
    let metadata = fs::stat(b"a").unwrap();
    assert_eq!((metadata.modified(), metadata.accessed()), (at(100), at(-7)));
}

#[test]
fn files_are_copied_with_their_length() {
    host();
    for length in [0, 1, 4095, 4096, 300_000] {
        let bytes: Vec<u8> = (0..length).map(|index| index as u8).collect();
        disk::put("/given", "from", &bytes);
        disk::put("/given", "to", &[9; 5000]);
        assert_eq!(fs::copy(b"from", b"to"), Ok(Some(length)));
        assert_eq!(disk::contents("/given", "to").unwrap(), bytes);
    }
    assert_eq!(fs::copy(b".", b"to"), Ok(None));
    assert_eq!(fs::copy(b"missing", b"new"), Err(Error::NOENT));
    assert_eq!(disk::contents("/given", "new"), None);
}

#[test]
fn names_of_a_directory_come_with_their_types() {
    host();
    fs::create_directory(b"d").unwrap();
    for index in 0..300 {
        disk::put("/given", &format!("d/{index:03}"), b"");
    }
    fs::create_directory(b"d/sub").unwrap();
    fs::symlink(b"000", b"d/zlink").unwrap();
    let entries: Vec<_> = fs::read_directory(b"d").unwrap().map(|entry| entry.unwrap()).collect();
    assert_eq!(entries.len(), 302);
    assert_eq!(entries[7].name, "007");
    assert_eq!(entries[300].kind, FileType::Directory);
    assert_eq!(entries[301].kind, FileType::SymbolicLink);
    // Names that nobody takes are freed with the iterator.
    assert!(fs::read_directory(b"d").unwrap().nth(3).is_some());
    assert_eq!(fs::read_directory(b"d/000").err(), Some(Error::NOTDIR));
}

#[test]
fn a_name_that_is_no_string_ends_the_listing_with_an_error() {
    host();
    disk::put("/given", "a", b"");
    disk::put("/given", "\u{fffd}", b"");
    let entries: Vec<_> = fs::read_directory(b".").unwrap().map(|entry| entry.map(|entry| entry.name)).collect();
    assert_eq!(entries, [Ok("a".into()), Err(Error::ILSEQ)]);
}

#[test]
fn trees_are_removed_without_following_links() {
    host();
    fs::create_directory(b"keep").unwrap();
    disk::put("/given", "keep/precious", b"!");
    fs::create_directory(b"tree").unwrap();
    fs::create_directory(b"tree/a").unwrap();
    fs::create_directory(b"tree/a/b").unwrap();
    disk::put("/given", "tree/a/b/c", b"");
    fs::symlink(b"../../keep", b"tree/a/link").unwrap();
    assert_eq!(fs::remove_directory(b"tree"), Err(Error::NOTEMPTY));
    assert_eq!(fs::remove_directory_all(b"tree"), Ok(()));
    assert_eq!(names("."), ["keep"]);
    assert_eq!(names("keep"), ["precious"]);
    fs::symlink(b"keep", b"link").unwrap();
    assert_eq!(fs::remove_directory_all(b"link"), Ok(()), "the link, not what it leads to");
    assert_eq!(names("keep"), ["precious"]);
    assert_eq!(fs::remove_directory_all(b"keep/precious"), Err(Error::NOTDIR));
    assert_eq!(fs::remove_directory_all(b"missing"), Err(Error::NOENT));
}

/// At whatever moment somebody exchanges a directory of the tree for a link that leads out of it.
#[test]
fn trees_are_removed_though_directories_are_exchanged_for_links() {
    for moment in 0..40 {
        std::thread::spawn(move || {
            host();
            fs::create_directory(b"keep").unwrap();
            disk::put("/given", "keep/precious", b"!");
            // It leads somewhere only from within the tree.
            fs::symlink(b"../keep", b"link").unwrap();
            fs::create_directory(b"tree").unwrap();
            fs::create_directory(b"tree/a").unwrap();
            disk::put("/given", "tree/a/precious", b"");
            disk::put("/given", "tree/precious", b"");
            disk::before_call(moment, || {
                if disk::contents("/given", "tree/a/precious").is_some() {
                    disk::exchange("/given", "tree/a", "link");
                }
            });
            // It may succeed or find something changed; what it may not is remove what was never in the tree.
            let _ = fs::remove_directory_all(b"tree");
            assert_eq!(names("keep"), ["precious"], "exchanged before call {moment}");
        })
        .join()
        .expect("nothing outside the tree is removed");
    }
}

#[test]
fn one_file_by_two_preopens_is_one_file() {
    host();
    disk::give_again("/given", ".", "/again");
    disk::put("/given", "a", b"0123456789");
    let one = open("/given/a");
    assert_eq!(read(&one, 3), b"012");
    let all = OpenOptions { write: true, ..options() };
    let other = fs::open(b"/again/../again/a", &all).unwrap();
    assert_eq!(other.write_at(b"xyz", 3), Ok(3));
    assert_eq!(read(&one, 4), b"xyz6");
}

#[test]
fn nothing_is_left_open() {
    host();
    fs::stat(b".").unwrap();
    let before = host::live_handles();
    {
        let file = create("a");
        write(&file, b"123");
        file.seek(SeekFrom::Start(0)).unwrap();
        read(&file, 1);
        write(&file, b"4");
        fs::create_directory(b"d").unwrap();
        fs::copy(b"a", b"d/b").unwrap();
        names("d");
        fs::read_directory(b".").unwrap().next();
        fs::remove_directory_all(b"d").unwrap();
        fs::open(b"missing", &OpenOptions { read: true, ..options() }).err().unwrap();
    }
    assert_eq!(host::live_handles(), before);
}

/// Two threads that read one open file, which finds nothing until `written`, if ever.
fn two_readers(written: Option<u64>) -> Vec<usize> {
    disk::give("/", false);
    disk::put("/", "pipe", b"");
    disk::hold_reads();
    let file = Rc::new(fs::open(b"/pipe", &OpenOptions { read: true, ..OpenOptions::default() }).unwrap());
    if let Some(mark) = written {
        host::at(mark, || disk::held_reads()[0].write(b"abc"));
    }
    let readers = [(); 2].map(|()| {
        let file = Rc::clone(&file);
        common::spawn(move || file.read(&mut [MaybeUninit::uninit(); 2]).unwrap())
    });
    readers.into_iter().map(common::JoinHandle::join).collect()
}

#[test]
fn a_second_reader_waits_until_the_first_has_read() {
    assert_eq!(two_readers(Some(500)), [2, 1]);
    assert_eq!(host::now(), 500);
}

#[test]
fn readers_of_what_nobody_writes_are_a_deadlock_and_do_not_spin() {
    let message = common::must_panic(|| drop(two_readers(None)));
    assert!(message.contains("deadlock") && message.contains("waits for another thread"), "{message}");
}
