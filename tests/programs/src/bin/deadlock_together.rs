//! Threads that all wait for each other end the program with a message instead of hanging.
//@ threads = true
//@ race = true
//@ native = "a native program hangs"
//@ exit = 135
//@ stdout = "before\n"
//@ stderr = ["deadlock", "thread 'main' waits for a mutex at 0x", "thread 'other' waits for a mutex at 0x", "deadlock_together::main", "deadlock_together::take_left"]

use std::sync::{Arc, Mutex};
use std::thread;

fn main() {
    let (left, right) = (Arc::new(Mutex::new(())), Arc::new(Mutex::new(())));
    println!("before");
    let other = {
        let (left, right) = (Arc::clone(&left), Arc::clone(&right));
        thread::Builder::new().name("other".to_owned()).spawn(move || take_left(&left, &right)).unwrap()
    };
    let _left = left.lock().unwrap();
    thread::yield_now();
    let _right = right.lock().unwrap();
    other.join().unwrap();
    println!("after");
}

#[inline(never)]
fn take_left(left: &Mutex<()>, right: &Mutex<()>) {
    let _right = right.lock().unwrap();
    thread::yield_now();
    let _left = left.lock().unwrap();
}
