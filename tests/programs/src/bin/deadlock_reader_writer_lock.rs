//! Writing twice at the same time, in one thread, is a deadlock that says what is waited for.
//@ native = "a native program hangs"
//@ exit = 135
//@ stdout = "before\n"
//@ stderr = ["deadlock: the only thread waits", "thread 'main' waits for a reader-writer lock, to write,", "deadlock_reader_writer_lock::main"]

use std::sync::RwLock;

fn main() {
    let table = RwLock::new(1);
    let _first = table.write().unwrap();
    println!("before");
    let _second = table.write().unwrap();
    println!("after");
}
