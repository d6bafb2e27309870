//! Classes of characters, in the locale "C": those of ASCII.

use core::ffi::c_int;

c! {
    "isalnum" "(i32) -> (i32)" 0 = isalnum;
    "isalpha" "(i32) -> (i32)" 0 = isalpha;
    "isblank" "(i32) -> (i32)" 0 = isblank;
    "iscntrl" "(i32) -> (i32)" 0 = iscntrl;
    "isdigit" "(i32) -> (i32)" 0 = isdigit;
    "isgraph" "(i32) -> (i32)" 0 = isgraph;
    "islower" "(i32) -> (i32)" 0 = islower;
    "isprint" "(i32) -> (i32)" 0 = isprint;
    "ispunct" "(i32) -> (i32)" 0 = ispunct;
    "isspace" "(i32) -> (i32)" 0 = isspace;
    "isupper" "(i32) -> (i32)" 0 = isupper;
    "isxdigit" "(i32) -> (i32)" 0 = isxdigit;
    "tolower" "(i32) -> (i32)" 0 = tolower;
    "toupper" "(i32) -> (i32)" 0 = toupper;
}

fn is(character: c_int, class: impl FnOnce(&u8) -> bool) -> c_int {
    u8::try_from(character).is_ok_and(|byte| class(&byte)).into()
}

macro_rules! classes {
    ($($name:ident = $class:expr;)+) => {$(
        #[doc = concat!("C: `", stringify!($name), "`.")]
        pub extern "C" fn $name(character: c_int) -> c_int {
            is(character, $class)
        }
    )+};
}

classes! {
    isalnum = u8::is_ascii_alphanumeric;
    isalpha = u8::is_ascii_alphabetic;
    isblank = |byte: &u8| matches!(byte, b' ' | b'\t');
    iscntrl = u8::is_ascii_control;
    isdigit = u8::is_ascii_digit;
    isgraph = u8::is_ascii_graphic;
    islower = u8::is_ascii_lowercase;
    isprint = |byte: &u8| (b' '..=b'~').contains(byte);
    ispunct = u8::is_ascii_punctuation;
    isspace = |byte: &u8| matches!(byte, b' ' | b'\t'..=b'\r');
    isupper = u8::is_ascii_uppercase;
    isxdigit = u8::is_ascii_hexdigit;
}

fn map(character: c_int, map: impl FnOnce(&u8) -> u8) -> c_int {
    u8::try_from(character).map_or(character, |byte| map(&byte).into())
}

/// C: `tolower`.
pub extern "C" fn tolower(character: c_int) -> c_int {
    map(character, u8::to_ascii_lowercase)
}

/// C: `toupper`.
pub extern "C" fn toupper(character: c_int) -> c_int {
    map(character, u8::to_ascii_uppercase)
}
