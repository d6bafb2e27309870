//! Copies of every short length arrive whole, also where the places overlap, texts have the order of their first different byte, and are
//! valid up to the first that is none of UTF-8.
//@ plain = true

use std::hint::black_box;

const LONGEST: usize = 80;

fn main() {
    let source: Vec<u8> = (1..=2 * LONGEST as u8).collect();
    let mut compared = 0;
    for length in 0..=LONGEST {
        for distance in 0..=LONGEST {
            let mut bytes = source.clone();
            bytes.copy_within(black_box(distance..distance + length), 7);
            assert!(is_copied(&source, &bytes, distance, 7, length), "{length} bytes from {distance} down to 7");
            let mut bytes = source.clone();
            bytes.copy_within(black_box(7..7 + length), distance);
            assert!(is_copied(&source, &bytes, 7, distance, length), "{length} bytes from 7 up to {distance}");
        }
        let one = source[..black_box(length)].to_vec();
        assert!(one.iter().eq(&source[..length]));
        for different in 0..length {
            let mut other = one.clone();
            other[different] = 0xff;
            // What comes behind the first difference does not count.
            other[different + 1..].fill(0);
            assert!(black_box(&one) != black_box(&other) && one < other && other > one, "{different} of {length}");
            compared += 1;
        }
        assert!(black_box(&one) == black_box(&source[..length]));
        let mut text = vec![b'a'; length];
        assert!(std::str::from_utf8(black_box(&text)).is_ok());
        for wrong in 0..length {
            text[wrong] = 0xff;
            assert_eq!(std::str::from_utf8(black_box(&text)).unwrap_err().valid_up_to(), wrong, "of {length}");
            text[wrong] = b'a';
        }
    }
    println!("{compared} compared");
}

fn is_copied(before: &[u8], after: &[u8], from: usize, to: usize, length: usize) -> bool {
    after.iter().enumerate().all(|(at, byte)| {
        let origin = if (to..to + length).contains(&at) { from + (at - to) } else { at };
        *byte == before[origin]
    })
}
