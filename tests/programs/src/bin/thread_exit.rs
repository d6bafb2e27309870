//! `exit` in any thread ends the program with its code, whatever the others do.
//@ threads = true

use std::process::exit;
use std::thread;
use std::time::Duration;

fn main() {
    thread::spawn(|| thread::sleep(Duration::from_secs(100)));
    thread::spawn(|| {
        loop {
            thread::yield_now();
        }
    });
    print!("written before the end");
    thread::spawn(|| exit(9)).join().unwrap();
}
