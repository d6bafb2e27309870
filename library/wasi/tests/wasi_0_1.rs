//! What this crate serves to crates that look for other platforms: functions of WASI 0.1, and a source for getrandom 0.3.

use std::ffi::CStr;
use std::ptr::null_mut;

use wasi_rt::abi::fake::{cli, clocks};
use wasi_rt::wasi_0_1::*;
use wasi_rt::{Error, descriptor, getrandom};

#[test]
fn arguments_and_variables_arrive_as_c_strings() {
    cli::configure(|process| {
        process.arguments = ["program", "", "ein Wort ä"].map(String::from).into();
        process.variables = vec![("A".into(), "1".into()), ("EMPTY".into(), String::new())];
    });
    assert_eq!(strings(args_sizes_get, args_get), ["program", "", "ein Wort ä"]);
    assert_eq!(strings(environ_sizes_get, environ_get), ["A=1", "EMPTY="]);
}

fn strings(
    sizes: unsafe extern "C" fn(*mut usize, *mut usize) -> i32,
    get: unsafe extern "C" fn(*mut *mut u8, *mut u8) -> i32,
) -> Vec<String> {
    let (mut count, mut length) = (0, 0);
    // SAFETY: both are writable.
    assert_eq!(unsafe { sizes(&mut count, &mut length) }, 0);
    let (mut pointers, mut bytes) = (vec![null_mut(); count], vec![0xff; length]);
    // SAFETY: both have the room that was asked for.
    assert_eq!(unsafe { get(pointers.as_mut_ptr(), bytes.as_mut_ptr()) }, 0);
    assert!(bytes.last().is_none_or(|last| *last == 0), "the room is used up");
    // SAFETY: each pointer is to a string in `bytes` that a zero byte ends.
    pointers.into_iter().map(|first| unsafe { CStr::from_ptr(first.cast()) }.to_str().unwrap().to_owned()).collect()
}

#[test]
fn clocks_answer_in_nanoseconds() {
    let now = |clock| {
        let mut now = 0;
        // SAFETY: `now` is writable.
        (unsafe { clock_time_get(clock, 0, &mut now) }, now)
    };
    clocks::system::set(1_500_000_000_000_000_007);
    assert_eq!(now(0), (0, 1_500_000_000_000_000_007));
    assert_eq!(now(1), (0, 0));
    clocks::system::set(-1);
    assert_eq!(now(0), (Error::OVERFLOW.raw(), 0));
    assert_eq!((now(2).0, now(9).0), (Error::NOTSUP.raw(), Error::INVAL.raw()));
    assert_eq!(sched_yield(), 0);
}

#[test]
fn random_bytes_fill_what_they_are_asked_to() {
    let mut bytes = [0; 64];
    // SAFETY: as many bytes are there.
    assert_eq!(unsafe { random_get(bytes.as_mut_ptr(), 60) }, 0);
    assert!(bytes[..60].iter().any(|byte| *byte != 0) && bytes[60..] == [0; 4]);
    // SAFETY: no byte is asked for.
    assert_eq!(unsafe { random_get(null_mut(), 0) }, 0);

    let mut bytes = [0; 64];
    // SAFETY: as many bytes are there; and none is asked for.
    let results = unsafe { [getrandom::fill(bytes.as_mut_ptr(), 60), getrandom::fill(null_mut(), 0)] };
    assert_eq!(results, [0, 0]);
    assert!(bytes[..60].iter().any(|byte| *byte != 0) && bytes[60..] == [0; 4]);
}

#[test]
fn standard_streams_read_and_write_in_pieces() {
    cli::configure(|process| process.input = b"input".into());
    let (mut a, mut b, mut count) = ([0; 2], [0; 8], 0);
    let slice = |bytes: &mut [u8]| Slice { first: bytes.as_mut_ptr(), length: bytes.len() };
    let nothing = Slice { first: null_mut(), length: 0 };
    let buffers = [slice(&mut a), nothing, slice(&mut b)];
    // SAFETY: the buffers and the count are writable.
    assert_eq!(unsafe { fd_read(0, buffers.as_ptr(), buffers.len(), &mut count) }, 0);
    assert!(count >= 2 && a == *b"in", "{count}");

    let (mut one, mut two) = (*b"one ", *b"two");
    let slices = [slice(&mut one), nothing, slice(&mut two)];
    // SAFETY: the slices are readable and the count writable.
    assert_eq!(unsafe { fd_write(1, slices.as_ptr(), slices.len(), &mut count) }, 0);
    assert_eq!((count, cli::configure(|process| process.outputs[0].0.bytes())), (7, b"one two".to_vec()));
    // SAFETY: as above.
    assert_eq!(unsafe { fd_write(99, slices.as_ptr(), slices.len(), &mut count) }, Error::BADF.raw());
    // SAFETY: no slice is there, and none is counted.
    assert_eq!(unsafe { fd_write(1, std::ptr::null(), 0, &mut count) }, 0);
    assert_eq!(count, 0);
}

#[test]
fn descriptors_are_those_of_std() {
    let copy = descriptor::duplicate(1).unwrap();
    assert_eq!((fd_close(copy), fd_close(copy)), (0, Error::BADF.raw()));
    let mut stat = FdStat { kind: 9, flags: 9, rights: 0, inheriting: 0 };
    // SAFETY: `stat` is writable.
    assert_eq!(unsafe { fd_fdstat_get(0, &mut stat) }, 0);
    assert_eq!((stat.kind, stat.flags), (0, 0), "not a terminal");
    let mut position = 0;
    // SAFETY: `position` is writable.
    let seek = |whence| unsafe { fd_seek(0, 0, whence, &mut position) };
    assert_eq!([0, 1, 2].map(seek), [Error::SPIPE.raw(); 3]);
    assert_eq!((fd_sync(0), fd_datasync(99)), (Error::SPIPE.raw(), Error::BADF.raw()));
}
