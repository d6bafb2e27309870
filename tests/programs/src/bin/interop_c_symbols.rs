//! Functions of a C library that a program names itself are served: descriptors, names, memory, strings, numbers, the environment, poll.
//@ stdin = "line\n"

use std::ffi::{CStr, CString, c_char, c_int, c_long, c_short, c_void};
use std::io::{Error, ErrorKind, Write};
use std::os::fd::AsRawFd;

#[repr(C)]
struct PollFd {
    fd: c_int,
    events: c_short,
    revents: c_short,
}

unsafe extern "C" {
    fn read(fd: c_int, buffer: *mut c_void, length: usize) -> isize;
    fn write(fd: c_int, buffer: *const c_void, length: usize) -> isize;
    fn pread(fd: c_int, buffer: *mut c_void, length: usize, offset: i64) -> isize;
    fn lseek(fd: c_int, offset: i64, whence: c_int) -> i64;
    fn close(fd: c_int) -> c_int;
    fn dup(fd: c_int) -> c_int;
    fn isatty(fd: c_int) -> c_int;
    fn ftruncate(fd: c_int, length: i64) -> c_int;
    fn mkdir(path: *const c_char, mode: u32) -> c_int;
    fn rmdir(path: *const c_char) -> c_int;
    fn unlink(path: *const c_char) -> c_int;
    fn rename(old: *const c_char, new: *const c_char) -> c_int;
    fn access(path: *const c_char, mode: c_int) -> c_int;
    fn symlink(target: *const c_char, path: *const c_char) -> c_int;
    fn readlink(path: *const c_char, to: *mut c_char, room: usize) -> isize;
    fn getcwd(to: *mut c_char, room: usize) -> *mut c_char;
    fn getenv(name: *const c_char) -> *const c_char;
    fn setenv(name: *const c_char, value: *const c_char, overwrite: c_int) -> c_int;
    fn malloc(size: usize) -> *mut c_void;
    fn calloc(count: usize, size: usize) -> *mut c_void;
    fn realloc(block: *mut c_void, size: usize) -> *mut c_void;
    fn free(block: *mut c_void);
    fn posix_memalign(to: *mut *mut c_void, alignment: usize, size: usize) -> c_int;
    fn strlen(string: *const c_char) -> usize;
    fn strcmp(one: *const c_char, other: *const c_char) -> c_int;
    fn strncmp(one: *const c_char, other: *const c_char, most: usize) -> c_int;
    fn strchr(string: *const c_char, character: c_int) -> *mut c_char;
    fn strstr(string: *const c_char, wanted: *const c_char) -> *mut c_char;
    fn strspn(string: *const c_char, set: *const c_char) -> usize;
    fn strtok_r(string: *mut c_char, separators: *const c_char, rest: *mut *mut c_char) -> *mut c_char;
    fn memchr(start: *const c_void, byte: c_int, length: usize) -> *mut c_void;
    fn strtol(string: *const c_char, end: *mut *mut c_char, base: c_int) -> c_long;
    fn strtoull(string: *const c_char, end: *mut *mut c_char, base: c_int) -> u64;
    fn strtod(string: *const c_char, end: *mut *mut c_char) -> f64;
    fn qsort(
        first: *mut c_void,
        count: usize,
        size: usize,
        compare: unsafe extern "C" fn(*const c_void, *const c_void) -> c_int,
    );
    fn isalpha(character: c_int) -> c_int;
    fn toupper(character: c_int) -> c_int;
    fn poll(fds: *mut PollFd, count: std::ffi::c_ulong, timeout: c_int) -> c_int;
    fn sched_yield() -> c_int;
}

/// The error of the last call, if it failed.
fn outcome(answer: impl Into<i64>) -> Result<i64, ErrorKind> {
    match answer.into() {
        -1 => Err(Error::last_os_error().kind()),
        answer => Ok(answer),
    }
}

fn main() {
    descriptors();
    names();
    memory();
    strings();
    numbers();
    polls();
    // SAFETY: a string of C; the last one is kept.
    unsafe {
        assert!(getenv(c"NOT_SET_ANYWHERE".as_ptr()).is_null());
        assert_eq!(setenv(c"SET".as_ptr(), c"here".as_ptr(), 1), 0);
        assert_eq!(setenv(c"SET".as_ptr(), c"there".as_ptr(), 0), 0);
        println!("{:?} {:?}", CStr::from_ptr(getenv(c"SET".as_ptr())), std::env::var("SET"));
        println!("{}", sched_yield());
    }
}

fn descriptors() {
    let mut buffer = [0_u8; 16];
    let at = buffer.as_mut_ptr().cast();
    let file = std::fs::File::options().read(true).write(true).create(true).truncate(true).open("file").unwrap();
    let fd = file.as_raw_fd();
    // SAFETY: the buffers have the lengths that are said, and the descriptors are open, or meant not to be.
    unsafe {
        println!("read {:?}", outcome(read(0, at, 16) as i64));
        println!("written {:?}", outcome(write(fd, c"abcdef".as_ptr().cast(), 6) as i64));
        println!("sought {:?} {:?}", outcome(lseek(fd, -2, 1)), outcome(lseek(fd, -1, 0)));
        println!("pread {:?} {:?}", outcome(pread(fd, at, 3, 1) as i64), &buffer[..3]);
        println!("pread {:?}", outcome(pread(fd, at, 3, -1) as i64));
        let twin = dup(fd);
        println!("duplicate {:?} {:?}", outcome(read(twin, at, 16) as i64), &buffer[..2]);
        println!("closed {:?} {:?}", outcome(close(twin)), outcome(close(9999)).is_err());
        println!("cut {:?} {:?}", outcome(ftruncate(fd, 3)), file.metadata().unwrap().len());
        println!("terminal {}", isatty(fd));
        println!("seek of a stream {:?}", outcome(lseek(std::io::pipe().unwrap().0.as_raw_fd(), 0, 1)));
    }
}

fn names() {
    let mut text = [0 as c_char; 512];
    // SAFETY: strings of C, and room for the answers.
    unsafe {
        println!("made {:?} {:?}", outcome(mkdir(c"d".as_ptr(), 0o777)), outcome(mkdir(c"d".as_ptr(), 0o777)));
        println!("renamed {:?}", outcome(rename(c"file".as_ptr(), c"d/file".as_ptr())));
        println!("there {:?} {:?}", outcome(access(c"d/file".as_ptr(), 4)), outcome(access(c"file".as_ptr(), 0)));
        println!("not empty {:?}", outcome(rmdir(c"d".as_ptr())));
        println!("linked {:?}", outcome(symlink(c"file".as_ptr(), c"d/link".as_ptr())));
        println!(
            "link {:?} {:?}",
            outcome(readlink(c"d/link".as_ptr(), text.as_mut_ptr(), 2) as i64),
            text[1] as u8 as char
        );
        println!("gone {:?} {:?}", outcome(unlink(c"d/link".as_ptr())), outcome(unlink(c"d/file".as_ptr())));
        println!("removed {:?}", outcome(rmdir(c"d".as_ptr())));
        println!("here {}", !getcwd(text.as_mut_ptr(), text.len()).is_null());
        println!("too short {}", getcwd(text.as_mut_ptr(), 1).is_null());
    }
}

fn memory() {
    // SAFETY: blocks are used within their sizes, and freed once.
    unsafe {
        let block: *mut u8 = malloc(10).cast();
        block.write_bytes(7, 10);
        let block: *mut u8 = realloc(block.cast(), 100_000).cast();
        println!("kept {}", (0..10).all(|at| *block.add(at) == 7));
        free(block.cast());
        let zeroed: *mut u8 = calloc(30, 30).cast();
        println!("zero {}", (0..900).all(|at| *zeroed.add(at) == 0));
        free(zeroed.cast());
        let mut aligned = std::ptr::null_mut();
        println!("aligned {} {}", posix_memalign(&mut aligned, 256, 3), aligned.addr() % 256);
        free(aligned);
        println!("too much {}", std::hint::black_box(calloc(usize::MAX, 2)).is_null());
        free(std::ptr::null_mut());
    }
}

fn strings() {
    let text = c"one, two,,three";
    let at = |place: *const c_char| (!place.is_null()).then(|| place.addr() - text.as_ptr().addr());
    // SAFETY: strings of C.
    unsafe {
        println!("{} {:?}", strlen(text.as_ptr()), at(strchr(text.as_ptr(), c_int::from(b't'))));
        println!(
            "{:?} {:?}",
            at(strstr(text.as_ptr(), c"three".as_ptr())),
            at(strstr(text.as_ptr(), c"four".as_ptr()))
        );
        println!("{} {}", strcmp(text.as_ptr(), c"one".as_ptr()) > 0, strncmp(text.as_ptr(), c"one".as_ptr(), 3));
        println!("{} {:?}", strspn(text.as_ptr(), c"eno".as_ptr()), at(memchr(text.as_ptr().cast(), 0, 99).cast()));
        let mut copy = CString::from(text).into_bytes_with_nul();
        let (mut rest, mut next) = (std::ptr::null_mut(), copy.as_mut_ptr().cast());
        loop {
            let token = strtok_r(next, c", ".as_ptr(), &mut rest);
            if token.is_null() {
                break;
            }
            print!("{:?} ", CStr::from_ptr(token));
            next = std::ptr::null_mut();
        }
        println!();
        println!("{} {} {}", isalpha(0x61) != 0, isalpha(0x31) != 0, toupper(0x61));
    }
}

unsafe extern "C" fn compare(one: *const c_void, other: *const c_void) -> c_int {
    // SAFETY: both are numbers of the array that is sorted.
    unsafe { (*one.cast::<i32>()).cmp(&*other.cast()) as c_int }
}

fn numbers() {
    let mut end = std::ptr::null_mut();
    let mut read = |text: &CStr, base| {
        // SAFETY: a string of C.
        let number = unsafe { strtol(text.as_ptr(), &mut end, base) };
        (number as i32, end.addr() - text.as_ptr().addr())
    };
    println!("{:?} {:?} {:?} {:?}", read(c"  -42x", 10), read(c"0x1f", 0), read(c"017", 0), read(c"zz", 36));
    println!("{:?} {:?}", read(c"", 10), read(c"0x", 16));
    // SAFETY: strings of C, and an array.
    unsafe {
        println!("{}", strtoull(c"18446744073709551615".as_ptr(), std::ptr::null_mut(), 10));
        println!(
            "{} {}",
            strtod(c"-1.5e3z".as_ptr(), std::ptr::null_mut()),
            strtod(c".5".as_ptr(), std::ptr::null_mut())
        );
        let mut all = [3, -1, 2, 9, 0];
        qsort(all.as_mut_ptr().cast(), all.len(), 4, compare);
        println!("{all:?}");
    }
}

fn polls() {
    const IN: c_short = 1;
    const OUT: c_short = if cfg!(target_os = "wasi") { 2 } else { 4 };
    const HUP: c_short = if cfg!(target_os = "wasi") { 0x2000 } else { 0x10 };
    const NVAL: c_short = if cfg!(target_os = "wasi") { 0x4000 } else { 0x20 };
    let (reader, mut writer) = std::io::pipe().unwrap();
    let mut fds = [
        PollFd { fd: reader.as_raw_fd(), events: IN, revents: 0 },
        PollFd { fd: writer.as_raw_fd(), events: OUT, revents: 0 },
        PollFd { fd: -1, events: IN, revents: 7 },
        PollFd { fd: 9999, events: IN, revents: 0 },
    ];
    let mut poll = |count: usize, timeout| {
        // SAFETY: there are that many.
        let found = unsafe { poll(fds.as_mut_ptr(), count as _, timeout) };
        let names = fds[..count].iter().map(|fd| {
            let bits = [(IN, "in"), (OUT, "out"), (HUP, "hang-up"), (NVAL, "invalid")];
            bits.into_iter().filter(|(bit, _)| fd.revents & bit != 0).map(|(_, name)| name).collect::<Vec<_>>()
        });
        (found, names.collect::<Vec<_>>())
    };
    println!("{:?}", poll(1, 0));
    println!("{:?}", poll(1, 20));
    println!("{:?}", poll(2, -1));
    println!("{:?}", poll(4, 0));
    writer.write_all(b"x").unwrap();
    println!("{:?}", poll(2, -1));
    println!("{:?}", poll(2, -1));
    drop(writer);
    println!("{:?}", poll(1, -1));
    drop(reader);
}
