//! The code of `library/faster` that looks at bytes does what the plain code would: compared with it on this machine, at
//! every length and every place where pieces begin and end. Its vectors are arrays here.
#![allow(unsafe_code)]

use std::cmp::Ordering;

#[path = "../../faster/compiler-builtins/compiler-builtins/src/mem/impls/pieces.rs"]
mod pieces;
#[path = "../../faster/std/src/io/buffered/bufwriter/short.rs"]
mod short_copy;
#[path = "../../faster/core/src/slice/memchr/short.rs"]
mod short_text;
#[path = "../../faster/core/src/slice/memchr/vector.rs"]
mod vector;

/// The vector instructions, as the specification of WebAssembly has them.
mod arch {
    #[allow(non_camel_case_types)]
    pub(super) mod wasm32 {
        pub(crate) type v128 = [u8; 16];

        pub(crate) unsafe fn v128_load(from: *const v128) -> v128 {
            // SAFETY: the caller's sixteen bytes, at any alignment.
            unsafe { from.read_unaligned() }
        }

        pub(crate) fn v128_or(a: v128, b: v128) -> v128 {
            std::array::from_fn(|lane| a[lane] | b[lane])
        }

        pub(crate) fn v128_any_true(a: v128) -> bool {
            a != [0; 16]
        }

        pub(crate) fn u8x16_splat(x: u8) -> v128 {
            [x; 16]
        }

        pub(crate) fn u8x16_eq(a: v128, b: v128) -> v128 {
            std::array::from_fn(|lane| if a[lane] == b[lane] { 0xff } else { 0 })
        }

        pub(crate) fn u8x16_bitmask(a: v128) -> u16 {
            a.iter().rev().fold(0, |mask, lane| mask << 1 | u16::from(lane >> 7))
        }
    }
}

/// What no text here consists of, its neighbours, and bytes whose bits carry when words are subtracted.
const BYTES: [u8; 7] = [0, 1, 0x7f, 0x80, 0x81, 0xfe, 0xff];

/// Texts of this length: all equal, and each with one other byte at each place.
fn texts(length: usize, filler: u8, other: u8) -> impl Iterator<Item = Vec<u8>> {
    (0..=length).map(move |place| {
        let mut text = vec![filler; length];
        if let Some(byte) = text.get_mut(place) {
            *byte = other;
        }
        text
    })
}

#[test]
fn the_first_index_of_a_byte() {
    for length in 0..=150 {
        for text in texts(length, b'x', b'\n') {
            // A second one behind the first, too.
            for last in [b'x', b'\n'] {
                let mut text = text.clone();
                text.extend((length > 0).then_some(last));
                let wanted = text.iter().position(|byte| *byte == b'\n');
                match vector::memchr(b'\n', &text) {
                    Some(found) => assert_eq!(found, wanted, "{text:?}"),
                    None => assert!(text.len() < 16, "{text:?}"),
                }
            }
        }
    }
}

#[test]
fn whether_a_byte_is_in_a_short_text() {
    for length in 4..=16 {
        for (filler, other) in BYTES.into_iter().flat_map(|filler| BYTES.map(|other| (filler, other))) {
            for text in texts(length, filler, other) {
                for wanted in BYTES {
                    assert_eq!(short_text::has(wanted, &text), text.contains(&wanted), "{wanted} in {text:?}");
                }
            }
        }
    }
}

#[test]
fn the_order_of_two_texts() {
    let compare = |a: &[u8], b: &[u8]| {
        assert_eq!(a.len(), b.len());
        // SAFETY: both have so many bytes.
        unsafe { pieces::compare(a.as_ptr(), b.as_ptr(), a.len()) }.cmp(&0)
    };
    for length in 0..=100 {
        for (filler, other) in [(0x7f, 0x80), (0, 0xff), (0x80, 0x7f)] {
            let equal = vec![filler; length];
            for mut text in texts(length, filler, other) {
                assert_eq!(compare(&text, &equal), text.cmp(&equal), "{text:?}");
                assert_eq!(compare(&equal, &text), equal.cmp(&text), "{text:?}");
                assert_eq!(compare(&text, &text), Ordering::Equal);
                // What comes after the first difference does not count.
                let mut last = equal.clone();
                if let (Some(one), Some(two)) = (text.last_mut(), last.last_mut()) {
                    (*one, *two) = (1, 2);
                }
                assert_eq!(compare(&text, &last), text.cmp(&last), "{text:?} and {last:?}");
            }
        }
    }
}

#[test]
fn copies_of_up_to_sixteen_bytes() {
    let from: Vec<u8> = (1..=16).collect();
    for count in 0..=16 {
        let mut to = [0; 18];
        // SAFETY: both have sixteen bytes from there on, and are two.
        unsafe { short_copy::copy(from.as_ptr(), to[1..].as_mut_ptr(), count) };
        assert_eq!(&to[1..=count], &from[..count]);
        assert!(to[0] == 0 && to[1 + count..].iter().all(|byte| *byte == 0), "{count}: {to:?}");
    }
}
