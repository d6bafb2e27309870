//! Numbers: read out of strings, sorted, searched for, made at random.

use core::ffi::{CStr, c_char, c_double, c_float, c_int, c_long, c_longlong, c_uint, c_ulong, c_ulonglong, c_void};
use core::ptr;

use alloc_crate::vec::Vec;
use wasi_rt::{Error, errno};

use crate::abi::size_t;

c! {
    "abs" "(i32) -> (i32)" 0 = abs;
    "labs" "(i32) -> (i32)" 0 = labs;
    "atoi" "(i32) -> (i32)" 0 = atoi;
    "atol" "(i32) -> (i32)" 0 = atol;
    "atoll" "(i32) -> (i64)" 0 = atoll;
    "atof" "(i32) -> (f64)" 0 = atof;
    "strtol" "(i32, i32, i32) -> (i32)" 0 1 2 = strtol;
    "strtoll" "(i32, i32, i32) -> (i64)" 0 1 2 = strtoll;
    "strtoul" "(i32, i32, i32) -> (i32)" 0 1 2 = strtoul;
    "strtoull" "(i32, i32, i32) -> (i64)" 0 1 2 = strtoull;
    "strtod" "(i32, i32) -> (f64)" 0 1 = strtod;
    "strtof" "(i32, i32) -> (f32)" 0 1 = strtof;
    "qsort" "(i32, i32, i32, i32) -> ()" 0 1 2 3 = qsort;
    "bsearch" "(i32, i32, i32, i32, i32) -> (i32)" 0 1 2 3 4 = bsearch;
    "rand" "() -> (i32)" = rand;
    "srand" "(i32) -> ()" 0 = srand;
    "rand_r" "(i32) -> (i32)" 0 = rand_r;
}

/// C: `abs`.
pub extern "C" fn abs(number: c_int) -> c_int {
    number.wrapping_abs()
}

/// C: `labs`.
pub extern "C" fn labs(number: c_long) -> c_long {
    number.wrapping_abs()
}

/// A whole number at the beginning of a string.
struct Whole {
    /// Without its sign. `None`: it is too large for 64 bits.
    magnitude: Option<u64>,
    negative: bool,
    /// How many bytes it has, what is passed over before it among them; 0: there is none.
    length: usize,
}

/// Reads one in the base, 2 to 36, or 0 for the one that its beginning says.
fn whole(text: &[u8], base: u32) -> Whole {
    let blank = text.iter().take_while(|byte| matches!(byte, b' ' | b'\t'..=b'\r')).count();
    let mut at = blank;
    let negative = text.get(at) == Some(&b'-');
    if matches!(text.get(at), Some(b'+' | b'-')) {
        at += 1;
    }
    let prefixed = text.get(at) == Some(&b'0')
        && matches!(text.get(at + 1), Some(b'x' | b'X'))
        && text.get(at + 2).is_some_and(u8::is_ascii_hexdigit);
    let base = match base {
        0 if prefixed => 16,
        0 if text.get(at) == Some(&b'0') => 8,
        0 => 10,
        base => base,
    };
    if base == 16 && prefixed {
        at += 2;
    }
    let digits = at;
    let mut magnitude = Some(0_u64);
    while let Some(digit) = text.get(at).and_then(|byte| char::from(*byte).to_digit(base)) {
        magnitude = magnitude.and_then(|so_far| so_far.checked_mul(base.into())?.checked_add(digit.into()));
        at += 1;
    }
    Whole { magnitude, negative, length: if at == digits { 0 } else { at } }
}

/// Reads one, and says where it ends.
///
/// # Safety
///
/// The string ends with a zero byte; the end may be written, or is null.
unsafe fn read_whole(string: *const c_char, end: *mut *mut c_char, base: c_int) -> Whole {
    let valid = u32::try_from(base).ok().filter(|base| *base == 0 || (2..=36).contains(base));
    let number = match valid {
        // SAFETY: the caller's promise.
        Some(base) => whole(unsafe { CStr::from_ptr(string) }.to_bytes(), base),
        None => {
            errno::set(Error::INVAL);
            Whole { magnitude: Some(0), negative: false, length: 0 }
        }
    };
    // SAFETY: the caller's promise.
    unsafe { end.as_mut() }.into_iter().for_each(|end| *end = string.wrapping_add(number.length).cast_mut());
    number
}

fn out_of_range<T>(bound: T) -> T {
    errno::set(Error::RANGE);
    bound
}

fn signed(number: &Whole, least: i64, most: i64) -> i64 {
    let value = number.magnitude.map(i128::from).map(|value| if number.negative { -value } else { value });
    let bound = if number.negative { least } else { most };
    match value.and_then(|value| i64::try_from(value).ok()) {
        Some(value) if (least..=most).contains(&value) => value,
        _ => out_of_range(bound),
    }
}

fn unsigned(number: &Whole, most: u64) -> u64 {
    match number.magnitude {
        // A sign in front wraps, as C has it.
        Some(value) if value <= most => {
            if number.negative {
                value.wrapping_neg() & most
            } else {
                value
            }
        }
        _ => out_of_range(most),
    }
}

/// C: `strtol`.
pub unsafe extern "C" fn strtol(string: *const c_char, end: *mut *mut c_char, base: c_int) -> c_long {
    // SAFETY: the caller's promise.
    let number = unsafe { read_whole(string, end, base) };
    signed(&number, i64::from(c_long::MIN), i64::from(c_long::MAX)) as c_long
}

/// C: `strtoll`.
pub unsafe extern "C" fn strtoll(string: *const c_char, end: *mut *mut c_char, base: c_int) -> c_longlong {
    // SAFETY: the caller's promise.
    signed(&unsafe { read_whole(string, end, base) }, i64::MIN, i64::MAX)
}

/// C: `strtoul`.
pub unsafe extern "C" fn strtoul(string: *const c_char, end: *mut *mut c_char, base: c_int) -> c_ulong {
    // SAFETY: the caller's promise.
    unsigned(&unsafe { read_whole(string, end, base) }, u64::from(c_ulong::MAX)) as c_ulong
}

/// C: `strtoull`.
pub unsafe extern "C" fn strtoull(string: *const c_char, end: *mut *mut c_char, base: c_int) -> c_ulonglong {
    // SAFETY: the caller's promise.
    unsigned(&unsafe { read_whole(string, end, base) }, u64::MAX)
}

/// C: `atoi`.
pub unsafe extern "C" fn atoi(string: *const c_char) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { strtoll(string, ptr::null_mut(), 10) as c_int }
}

/// C: `atol`.
pub unsafe extern "C" fn atol(string: *const c_char) -> c_long {
    // SAFETY: the caller's promise.
    unsafe { strtoll(string, ptr::null_mut(), 10) as c_long }
}

/// C: `atoll`.
pub unsafe extern "C" fn atoll(string: *const c_char) -> c_longlong {
    // SAFETY: the caller's promise.
    unsafe { strtoll(string, ptr::null_mut(), 10) }
}

/// Where a decimal number, `inf` or `nan` begins and ends. Empty: there is none. Hexadecimal ones are not read beyond their first 0.
fn decimal(text: &[u8]) -> (usize, usize) {
    let start = text.iter().take_while(|byte| matches!(byte, b' ' | b'\t'..=b'\r')).count();
    let mut at = start + usize::from(matches!(text.get(start), Some(b'+' | b'-')));
    for word in [&b"infinity"[..], b"inf", b"nan"] {
        if text.get(at..at + word.len()).is_some_and(|here| here.eq_ignore_ascii_case(word)) {
            return (start, at + word.len());
        }
    }
    let digits = |at: usize| text[at.min(text.len())..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let whole = digits(at);
    at += whole;
    let mut fraction = 0;
    if text.get(at) == Some(&b'.') {
        fraction = digits(at + 1);
        at += usize::from(whole + fraction > 0) + fraction;
    }
    if whole + fraction == 0 {
        return (0, 0);
    }
    if matches!(text.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(text.get(at + 1), Some(b'+' | b'-')));
        let exponent = digits(at + 1 + sign);
        if exponent > 0 {
            at += 1 + sign + exponent;
        }
    }
    (start, at)
}

/// # Safety
///
/// As for [`read_whole`].
unsafe fn read_decimal<T: core::str::FromStr + Default>(string: *const c_char, end: *mut *mut c_char) -> (T, bool) {
    // SAFETY: the caller's promise.
    let text = unsafe { CStr::from_ptr(string) }.to_bytes();
    let (start, stop) = decimal(text);
    let text = &text[start..stop];
    // SAFETY: the caller's promise.
    unsafe { end.as_mut() }.into_iter().for_each(|end| *end = string.wrapping_add(stop).cast_mut());
    let says_infinity = text.iter().any(|byte| matches!(byte, b'i' | b'I'));
    (str::from_utf8(text).ok().and_then(|text| text.parse().ok()).unwrap_or_default(), says_infinity)
}

/// C: `strtod`.
pub unsafe extern "C" fn strtod(string: *const c_char, end: *mut *mut c_char) -> c_double {
    // SAFETY: the caller's promise.
    let (number, says_infinity): (f64, bool) = unsafe { read_decimal(string, end) };
    if number.is_infinite() && !says_infinity { out_of_range(number) } else { number }
}

/// C: `strtof`.
pub unsafe extern "C" fn strtof(string: *const c_char, end: *mut *mut c_char) -> c_float {
    // SAFETY: the caller's promise.
    let (number, says_infinity): (f32, bool) = unsafe { read_decimal(string, end) };
    if number.is_infinite() && !says_infinity { out_of_range(number) } else { number }
}

/// C: `atof`.
pub unsafe extern "C" fn atof(string: *const c_char) -> c_double {
    // SAFETY: the caller's promise.
    unsafe { strtod(string, ptr::null_mut()) }
}

/// How `qsort` and `bsearch` compare.
type Compare = unsafe extern "C" fn(*const c_void, *const c_void) -> c_int;

/// C: `qsort`. What is equal keeps its order.
pub unsafe extern "C" fn qsort(first: *mut c_void, count: size_t, size: size_t, compare: Compare) {
    if count < 2 || size == 0 {
        return;
    }
    // SAFETY: the caller's promise: there are so many, of that size each.
    let all = unsafe { core::slice::from_raw_parts_mut(first.cast::<u8>(), count * size) };
    let before = all.to_vec();
    let mut order: Vec<&[u8]> = before.chunks_exact(size).collect();
    // SAFETY: two of the elements, as the caller wants them compared.
    order.sort_by(|one, other| unsafe { compare(one.as_ptr().cast(), other.as_ptr().cast()) }.cmp(&0));
    for (place, element) in all.chunks_exact_mut(size).zip(order) {
        place.copy_from_slice(element);
    }
}

/// C: `bsearch`.
pub unsafe extern "C" fn bsearch(
    wanted: *const c_void,
    first: *const c_void,
    count: size_t,
    size: size_t,
    compare: Compare,
) -> *mut c_void {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low + (high - low) / 2;
        let element = first.wrapping_byte_add(middle * size);
        // SAFETY: an element among those that the caller promises.
        match unsafe { compare(wanted, element) } {
            0 => return element.cast_mut(),
            1.. => low = middle + 1,
            _ => high = middle,
        }
    }
    ptr::null_mut()
}

component_rt::instance_state! {
    static SEED: c_uint = 1;
}

/// C: `rand`: the same numbers in every run, until somebody gives a seed.
pub extern "C" fn rand() -> c_int {
    SEED.with(next)
}

/// C: `srand`.
pub extern "C" fn srand(seed: c_uint) {
    SEED.with(|current| *current = seed);
}

/// POSIX: `rand_r`.
pub unsafe extern "C" fn rand_r(seed: *mut c_uint) -> c_int {
    // SAFETY: the caller's promise.
    next(unsafe { &mut *seed })
}

/// A Weyl sequence, mixed as SplitMix does it; 31 bits of it.
fn next(seed: &mut c_uint) -> c_int {
    *seed = seed.wrapping_add(0x9e37_79b9);
    let mut number = *seed;
    number = (number ^ (number >> 16)).wrapping_mul(0x85eb_ca6b);
    number = (number ^ (number >> 13)).wrapping_mul(0xc2b2_ae35);
    ((number ^ (number >> 16)) >> 1) as c_int
}
