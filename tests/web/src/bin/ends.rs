//! How a program ends, by its argument.

use std::sync::{Arc, Mutex};
use std::thread;

struct Dropped;

impl Drop for Dropped {
    fn drop(&mut self) {
        println!("dropped");
    }
}

fn main() -> Result<(), String> {
    let _dropped = Dropped;
    print!("begun ");
    match std::env::args().nth(1).unwrap_or_default().as_str() {
        "error" => return Err("main says no".into()),
        "exit" => std::process::exit(7),
        "exit in a thread" => thread::spawn(|| std::process::exit(8)).join().unwrap(),
        "panic" => panic!("main panics"),
        "abort" => std::process::abort(),
        "abort in a thread" => thread::spawn(|| std::process::abort()).join().unwrap(),
        "overflow" => println!("{}", deep(std::hint::black_box(1 << 40))),
        "deadlock" => {
            let lock = Mutex::new(());
            let _first = lock.lock();
            drop(lock.lock());
        }
        "deadlock of threads" => {
            let (one, other) = (Arc::new(Mutex::new(())), Arc::new(Mutex::new(())));
            let both = (one.clone(), other.clone());
            let thread = thread::spawn(move || {
                let _other = both.1.lock();
                thread::yield_now();
                drop(both.0.lock());
            });
            let held = one.lock();
            thread::yield_now();
            drop(other.lock());
            drop(held);
            thread.join().unwrap();
        }
        _ => {}
    }
    Ok(())
}

fn deep(depth: u64) -> u64 {
    let room = std::hint::black_box([depth; 64]);
    if depth == 0 { 0 } else { deep(depth - 1) + room[7] }
}
