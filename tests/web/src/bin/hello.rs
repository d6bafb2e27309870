//! Standard output in parts that are no lines, and what is not UTF-8.

use std::io::Write;

fn main() {
    print!("Hello, ");
    println!("web! é");
    eprintln!("to standard error");
    std::io::stdout().write_all(b"\xff\n").unwrap();
    print!("no end of line");
}
