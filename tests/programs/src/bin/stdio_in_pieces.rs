//! Text that is printed piece by piece comes out whole and in order: pieces of every length, newlines wherever they stand, what prints while it
//! is printed, a value that fails; numbers with and without padding.
//@ plain = true

use std::fmt::{self, Display, Formatter};
use std::io::{self, BufWriter, LineWriter, Write};

fn main() {
    every_length();
    newlines();
    PrintsItself.print();
    numbers();
    println!("{} {}", fails(), io::stdout().flush().is_ok());
}

/// Pieces from nothing to more than two words, in the middle of others and where a buffer ends.
fn every_length() {
    let text = "abcdefghijklmnopqrstuvwxyzäöü€0123456789";
    for (length, _) in text.char_indices() {
        let (piece, rest) = text.split_at(length);
        println!("<{piece}|{rest}>");
        for capacity in [0, 1, 7, 16, 40] {
            let mut buffered = BufWriter::with_capacity(capacity, Vec::new());
            write!(buffered, "({piece}{rest}{piece})").unwrap();
            let mut lines = LineWriter::with_capacity(capacity, Vec::new());
            write!(lines, "({piece}\n{rest}{piece}\n)").unwrap();
            println!("{}", String::from_utf8(buffered.into_inner().unwrap()).unwrap());
            println!("{}", String::from_utf8(lines.into_inner().unwrap()).unwrap());
        }
    }
}

fn newlines() {
    for piece in [
        "",
        "\n",
        "\n\n",
        "a\n",
        "\na",
        "a\nb",
        "0123456\n",
        "\n0123456",
        "0123\n56789abcdef",
        "0123456789abcdefg\nh\n",
    ] {
        print!("[{piece}]");
        print!("{piece}");
        print!("{piece}{piece}{}{piece}", 1);
    }
    let long = "long ".repeat(3000);
    println!("{long}|{long}\n{long}{}", 2);
}

/// Prints lines of its own in the middle of one.
struct PrintsItself;

impl PrintsItself {
    fn print(&self) {
        println!("before {self} after");
        print!("{self}{self}\n{self}");
        println!();
    }
}

impl Display for PrintsItself {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str("(")?;
        print!("in between");
        println!();
        io::stdout().write_all(b"and written\nnot ended").unwrap();
        formatter.write_str(")\n")
    }
}

fn numbers() {
    for number in [0_i64, 7, -7, 10, 99, 100, 12_345, -12_345, i64::MAX, i64::MIN] {
        println!(
            "{number}|{number:+}|{number:8}|{number:<8}|{number:^8}|{number:08}|{number:+08}|{number:*>8}|{number:.3}|{number:#}"
        );
        let byte = number as u8;
        println!("{byte}|{byte:x}|{byte:#x}|{byte:#010b}|{byte:o}|{byte:4}|{byte:?}|{byte:#?}|{:?}", [byte; 2]);
    }
    println!("{}|{:+}|{:40}|{}", u128::MAX, i128::MAX, i128::MIN, -1_i128);
}

/// What happens when a value says that it cannot be formatted.
fn fails() -> bool {
    struct Fails;

    impl Display for Fails {
        fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
            formatter.write_str("so far")?;
            Err(fmt::Error)
        }
    }

    std::panic::catch_unwind(|| print!("fails {Fails}")).is_err()
}
