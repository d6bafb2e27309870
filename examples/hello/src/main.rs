//! Greets whoever the first argument names. An ordinary program: nothing in it knows about components.
//!
//! `--panic` and `--exit CODE` show the other two ways a program ends.

use std::process::exit;

fn main() {
    let mut arguments = std::env::args().skip(1);
    match arguments.next().as_deref() {
        None => println!("Hello, world!"),
        Some("--panic") => panic!("asked to"),
        Some("--exit") => exit(arguments.next().and_then(|code| code.parse().ok()).expect("--exit CODE")),
        Some(name) => println!("Hello, {name}!"),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn arithmetic_is_the_same_everywhere() {
        assert_eq!(i32::MAX.wrapping_add(1), i32::MIN);
    }

    #[test]
    #[should_panic(expected = "index out of bounds")]
    fn a_wrong_index_panics() {
        let numbers = vec![1, 2, 3];
        let _ = numbers[std::hint::black_box(3)];
    }
}
