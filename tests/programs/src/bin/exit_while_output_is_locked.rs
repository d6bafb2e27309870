//! A thread exits while another one holds standard output and waits: what was written before arrives, and nobody hangs.
//@ threads = true

use std::io::{self, Write};
use std::{process, thread};

fn main() {
    let mut locked = io::stdout().lock();
    write!(locked, "no line yet").unwrap();
    locked.flush().unwrap();
    let exiting = thread::spawn(|| process::exit(5));
    exiting.join().unwrap();
}
