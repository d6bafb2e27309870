//! Standard input is read by lines, by bytes and to its end; the last line may lack its newline.
//@ plain = true
//@ stdin = "first\nsecond\n\nünï\nrest of it\nlast without newline"

use std::io::{BufRead, Read, stdin};

fn main() {
    let mut line = String::new();
    println!("{}", stdin().read_line(&mut line).unwrap());
    print!("{line}");
    let mut byte = [0; 1];
    stdin().lock().read_exact(&mut byte).unwrap();
    println!("{byte:?}");
    for line in stdin().lock().lines().take(3) {
        println!("{:?}", line.unwrap());
    }
    let mut rest = Vec::new();
    println!("{}", stdin().read_to_end(&mut rest).unwrap());
    println!("{:?}", String::from_utf8(rest).unwrap());
    println!("{} at the end", stdin().read(&mut byte).unwrap());
}
