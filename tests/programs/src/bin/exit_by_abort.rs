//! abort ends the program at once as a trap; what was flushed before has arrived.
//@ exit = 134

use std::io::Write;

fn main() {
    println!("a whole line");
    print!("flushed");
    std::io::stdout().flush().unwrap();
    std::process::abort();
}
