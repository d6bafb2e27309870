//! Waiting for ever, with no other thread to end it, ends the program with a message instead of hanging.
//@ native = "a native program hangs"
//@ exit = 135
//@ stdout = "before\n"
//@ stderr = ["deadlock: the only thread waits", "thread 'main' waits for a mutex", "deadlock_alone::main"]

use std::sync::Mutex;

fn main() {
    let mutex = Mutex::new(());
    let _held = mutex.lock().unwrap();
    println!("before");
    let _never = mutex.lock().unwrap();
    println!("after");
}
