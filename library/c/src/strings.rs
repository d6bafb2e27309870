//! Strings and memory. `memcpy`, `memmove`, `memset`, `memcmp`, `bcmp` and `strlen` are in `compiler_builtins`, because the compiler calls them.

use core::cmp::Ordering;
use core::ffi::{CStr, c_char, c_int, c_void};
use core::ptr;

use alloc_crate::ffi::CString;
use alloc_crate::vec::Vec;
use wasi_rt::Error;

use crate::abi::size_t;
use crate::answer::copy;
#[cfg(target_family = "wasm")]
use crate::memory::malloc;

c! {
    "memchr" "(i32, i32, i32) -> (i32)" 0 1 2 = memchr;
    "memrchr" "(i32, i32, i32) -> (i32)" 0 1 2 = memrchr;
    "memmem" "(i32, i32, i32, i32) -> (i32)" 0 1 2 3 = memmem;
    "strnlen" "(i32, i32) -> (i32)" 0 1 = strnlen;
    "strcmp" "(i32, i32) -> (i32)" 0 1 = strcmp;
    "strcoll" "(i32, i32) -> (i32)" 0 1 = strcmp;
    "strncmp" "(i32, i32, i32) -> (i32)" 0 1 2 = strncmp;
    "strcasecmp" "(i32, i32) -> (i32)" 0 1 = strcasecmp;
    "strncasecmp" "(i32, i32, i32) -> (i32)" 0 1 2 = strncasecmp;
    "strcpy" "(i32, i32) -> (i32)" 0 1 = strcpy;
    "stpcpy" "(i32, i32) -> (i32)" 0 1 = stpcpy;
    "strncpy" "(i32, i32, i32) -> (i32)" 0 1 2 = strncpy;
    "strcat" "(i32, i32) -> (i32)" 0 1 = strcat;
    "strncat" "(i32, i32, i32) -> (i32)" 0 1 2 = strncat;
    "strchr" "(i32, i32) -> (i32)" 0 1 = strchr;
    "strchrnul" "(i32, i32) -> (i32)" 0 1 = strchrnul;
    "strrchr" "(i32, i32) -> (i32)" 0 1 = strrchr;
    "strstr" "(i32, i32) -> (i32)" 0 1 = strstr;
    "strspn" "(i32, i32) -> (i32)" 0 1 = strspn;
    "strcspn" "(i32, i32) -> (i32)" 0 1 = strcspn;
    "strpbrk" "(i32, i32) -> (i32)" 0 1 = strpbrk;
    "strdup" "(i32) -> (i32)" 0 = strdup;
    "strndup" "(i32, i32) -> (i32)" 0 1 = strndup;
    "strtok_r" "(i32, i32, i32) -> (i32)" 0 1 2 = strtok_r;
    "strerror" "(i32) -> (i32)" 0 = strerror;
    "strerror_r" "(i32, i32, i32) -> (i32)" 0 1 2 = strerror_r;
}

/// # Safety
///
/// It ends with a zero byte.
unsafe fn bytes<'a>(string: *const c_char) -> &'a [u8] {
    // SAFETY: the caller's promise.
    unsafe { CStr::from_ptr(string) }.to_bytes()
}

/// # Safety
///
/// There are so many bytes.
unsafe fn block<'a>(at: *const c_void, length: size_t) -> &'a [u8] {
    // SAFETY: the caller's promise.
    unsafe { crate::descriptors::bytes(at, length) }
}

/// The beginning of a string, up to `most` bytes.
///
/// # Safety
///
/// So many are there, or a zero byte before.
unsafe fn beginning<'a>(string: *const c_char, most: size_t) -> &'a [u8] {
    // SAFETY: the caller's promise.
    unsafe { core::slice::from_raw_parts(string.cast(), strnlen(string, most)) }
}

/// The place of a byte, or null.
fn at<T>(start: *const T, offset: Option<usize>) -> *mut T {
    offset.map_or(ptr::null_mut(), |offset| start.wrapping_byte_add(offset).cast_mut())
}

/// C: `memchr`.
pub unsafe extern "C" fn memchr(start: *const c_void, byte: c_int, length: size_t) -> *mut c_void {
    // C reads no further than to the byte, so there may be less.
    // SAFETY: the caller's promise.
    at(start, (0..length).find(|offset| unsafe { start.cast::<u8>().add(*offset).read() } == byte as u8))
}

/// `memrchr`, of glibc.
pub unsafe extern "C" fn memrchr(start: *const c_void, byte: c_int, length: size_t) -> *mut c_void {
    // SAFETY: the caller's promise.
    at(start, unsafe { block(start, length) }.iter().rposition(|here| *here == byte as u8))
}

/// POSIX: `memmem`.
pub unsafe extern "C" fn memmem(
    start: *const c_void,
    length: size_t,
    wanted: *const c_void,
    wanted_length: size_t,
) -> *mut c_void {
    // SAFETY: the caller's promise.
    let (all, wanted) = unsafe { (block(start, length), block(wanted, wanted_length)) };
    at(start, find(all, wanted))
}

fn find(all: &[u8], wanted: &[u8]) -> Option<usize> {
    if wanted.is_empty() { Some(0) } else { all.windows(wanted.len()).position(|here| here == wanted) }
}

/// POSIX: `strnlen`.
pub unsafe extern "C" fn strnlen(string: *const c_char, most: size_t) -> size_t {
    // SAFETY: the caller's promise.
    (0..most).find(|offset| unsafe { string.add(*offset).read() } == 0).unwrap_or(most)
}

fn order(ordering: Ordering) -> c_int {
    ordering as c_int
}

/// C: `strcmp`, and `strcoll`, which in the locale "C" is the same.
pub unsafe extern "C" fn strcmp(one: *const c_char, other: *const c_char) -> c_int {
    // SAFETY: the caller's promise.
    order(unsafe { bytes(one).cmp(bytes(other)) })
}

/// C: `strncmp`.
pub unsafe extern "C" fn strncmp(one: *const c_char, other: *const c_char, most: size_t) -> c_int {
    // SAFETY: the caller's promise.
    order(unsafe { beginning(one, most).cmp(beginning(other, most)) })
}

fn order_ignoring_case(one: &[u8], other: &[u8]) -> c_int {
    order(one.iter().map(u8::to_ascii_lowercase).cmp(other.iter().map(u8::to_ascii_lowercase)))
}

/// POSIX: `strcasecmp`.
pub unsafe extern "C" fn strcasecmp(one: *const c_char, other: *const c_char) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { order_ignoring_case(bytes(one), bytes(other)) }
}

/// POSIX: `strncasecmp`.
pub unsafe extern "C" fn strncasecmp(one: *const c_char, other: *const c_char, most: size_t) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { order_ignoring_case(beginning(one, most), beginning(other, most)) }
}

/// Stores a string with its zero byte; where that is.
///
/// # Safety
///
/// There is room.
unsafe fn store(string: &[u8], to: *mut c_char) -> *mut c_char {
    // SAFETY: the caller's promise.
    unsafe {
        to.cast::<u8>().copy_from_nonoverlapping(string.as_ptr(), string.len());
        to.add(string.len()).write(0);
        to.add(string.len())
    }
}

/// C: `strcpy`.
pub unsafe extern "C" fn strcpy(to: *mut c_char, string: *const c_char) -> *mut c_char {
    // SAFETY: the caller's promise.
    unsafe { store(bytes(string), to) };
    to
}

/// POSIX: `stpcpy`.
pub unsafe extern "C" fn stpcpy(to: *mut c_char, string: *const c_char) -> *mut c_char {
    // SAFETY: the caller's promise.
    unsafe { store(bytes(string), to) }
}

/// C: `strncpy`: the rest of the room is filled with zero bytes, and there may be none.
pub unsafe extern "C" fn strncpy(to: *mut c_char, string: *const c_char, room: size_t) -> *mut c_char {
    // SAFETY: the caller's promise.
    unsafe {
        let string = beginning(string, room);
        to.cast::<u8>().copy_from_nonoverlapping(string.as_ptr(), string.len());
        to.add(string.len()).write_bytes(0, room - string.len());
    }
    to
}

/// C: `strcat`.
pub unsafe extern "C" fn strcat(to: *mut c_char, string: *const c_char) -> *mut c_char {
    // SAFETY: the caller's promise.
    unsafe { store(bytes(string), to.add(bytes(to).len())) };
    to
}

/// C: `strncat`.
pub unsafe extern "C" fn strncat(to: *mut c_char, string: *const c_char, most: size_t) -> *mut c_char {
    // SAFETY: the caller's promise.
    unsafe { store(beginning(string, most), to.add(bytes(to).len())) };
    to
}

/// The place of a character, the zero byte at the end among them.
///
/// # Safety
///
/// The string ends with a zero byte.
unsafe fn place(string: *const c_char, character: c_int) -> Option<usize> {
    // SAFETY: the caller's promise.
    unsafe { CStr::from_ptr(string) }.to_bytes_with_nul().iter().position(|byte| *byte == character as u8)
}

/// C: `strchr`.
pub unsafe extern "C" fn strchr(string: *const c_char, character: c_int) -> *mut c_char {
    // SAFETY: the caller's promise.
    at(string, unsafe { place(string, character) })
}

/// `strchrnul`, of glibc: where the string ends, if the character is not in it.
pub unsafe extern "C" fn strchrnul(string: *const c_char, character: c_int) -> *mut c_char {
    // SAFETY: the caller's promise.
    at(string, unsafe { place(string, character).or_else(|| place(string, 0)) })
}

/// C: `strrchr`.
pub unsafe extern "C" fn strrchr(string: *const c_char, character: c_int) -> *mut c_char {
    // SAFETY: the caller's promise.
    let all = unsafe { CStr::from_ptr(string) }.to_bytes_with_nul();
    at(string, all.iter().rposition(|byte| *byte == character as u8))
}

/// C: `strstr`.
pub unsafe extern "C" fn strstr(string: *const c_char, wanted: *const c_char) -> *mut c_char {
    // SAFETY: the caller's promise.
    at(string, unsafe { find(bytes(string), bytes(wanted)) })
}

/// How long the beginning is that has bytes of `set` only, or none of them.
fn span(string: &[u8], set: &[u8], only: bool) -> usize {
    string.iter().position(|byte| set.contains(byte) != only).unwrap_or(string.len())
}

/// C: `strspn`.
pub unsafe extern "C" fn strspn(string: *const c_char, set: *const c_char) -> size_t {
    // SAFETY: the caller's promise.
    unsafe { span(bytes(string), bytes(set), true) }
}

/// C: `strcspn`.
pub unsafe extern "C" fn strcspn(string: *const c_char, set: *const c_char) -> size_t {
    // SAFETY: the caller's promise.
    unsafe { span(bytes(string), bytes(set), false) }
}

/// C: `strpbrk`.
pub unsafe extern "C" fn strpbrk(string: *const c_char, set: *const c_char) -> *mut c_char {
    // SAFETY: the caller's promise.
    let (string_bytes, set) = unsafe { (bytes(string), bytes(set)) };
    at(string, string_bytes.iter().position(|byte| set.contains(byte)))
}

/// A copy in memory of `malloc`'s.
pub(crate) fn duplicate(string: &[u8]) -> Result<*mut c_char, Error> {
    let copy: *mut c_char = malloc(string.len() + 1).cast();
    if copy.is_null() {
        return Err(Error::NOMEM);
    }
    // SAFETY: allocated for it just now.
    unsafe { store(string, copy) };
    Ok(copy)
}

/// The tests of the host have the heap of their own system.
#[cfg(not(target_family = "wasm"))]
fn malloc(size: size_t) -> *mut c_void {
    let memory: Vec<u8> = alloc_crate::vec![0; size];
    memory.leak().as_mut_ptr().cast()
}

/// POSIX: `strdup`.
pub unsafe extern "C" fn strdup(string: *const c_char) -> *mut c_char {
    // SAFETY: the caller's promise.
    crate::files::pointer(duplicate(unsafe { bytes(string) }))
}

/// POSIX: `strndup`.
pub unsafe extern "C" fn strndup(string: *const c_char, most: size_t) -> *mut c_char {
    // SAFETY: the caller's promise.
    crate::files::pointer(duplicate(unsafe { beginning(string, most) }))
}

/// POSIX: `strtok_r`.
pub unsafe extern "C" fn strtok_r(
    string: *mut c_char,
    separators: *const c_char,
    rest: *mut *mut c_char,
) -> *mut c_char {
    // SAFETY: the caller's promise: the string can be written, and `rest` is what the last call has left.
    unsafe {
        let string = if string.is_null() { rest.read() } else { string };
        if string.is_null() {
            return ptr::null_mut();
        }
        let start = string.add(strspn(string, separators));
        if start.read() == 0 {
            rest.write(ptr::null_mut());
            return ptr::null_mut();
        }
        let end = start.add(strcspn(start, separators));
        if end.read() == 0 {
            rest.write(ptr::null_mut());
        } else {
            end.write(0);
            rest.write(end.add(1));
        }
        start
    }
}

component_rt::instance_state! {
    /// What `strerror` has handed out. There are not many.
    static MESSAGES: Vec<(c_int, &'static CStr)> = Vec::new();
}

/// C: `strerror`.
pub extern "C" fn strerror(error: c_int) -> *mut c_char {
    MESSAGES.with(|messages| {
        if let Some((_, message)) = messages.iter().find(|(known, _)| *known == error) {
            return message.as_ptr().cast_mut();
        }
        let message: &'static CStr =
            crate::environment::leak(CString::new(Error::from_raw(error).message()).unwrap_or_default());
        messages.push((error, message));
        message.as_ptr().cast_mut()
    })
}

/// POSIX: `strerror_r`, which gives its error.
pub unsafe extern "C" fn strerror_r(error: c_int, to: *mut c_char, room: size_t) -> c_int {
    let message = Error::from_raw(error).message().as_bytes();
    // SAFETY: the caller's promise.
    match unsafe { copy(message, to, room) } {
        Ok(()) => 0,
        Err(short) => {
            if room > 0 {
                // SAFETY: as above.
                let _ = unsafe { copy(&message[..room - 1], to, room) };
            }
            short.raw()
        }
    }
}
