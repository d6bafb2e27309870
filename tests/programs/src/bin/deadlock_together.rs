//! Threads that all wait for each other end the program with a message instead of hanging.
//@ threads = true
//@ native = "a native program hangs"
//@ exit = 135
//@ stdout = "before\n"
//@ stderr = ["deadlock"]

use std::sync::{Arc, Mutex};
use std::thread;

fn main() {
    let (left, right) = (Arc::new(Mutex::new(())), Arc::new(Mutex::new(())));
    println!("before");
    let other = {
        let (left, right) = (Arc::clone(&left), Arc::clone(&right));
        thread::spawn(move || {
            let _right = right.lock().unwrap();
            thread::yield_now();
            let _left = left.lock().unwrap();
        })
    };
    let _left = left.lock().unwrap();
    thread::yield_now();
    let _right = right.lock().unwrap();
    other.join().unwrap();
    println!("after");
}
