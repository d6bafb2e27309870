//! The main thread has a name and an id; park with a token, thread locals and their lazy values work without spawning.

use std::cell::{Cell, RefCell};
use std::thread;
use std::time::Duration;

thread_local! {
    static CONSTANT: Cell<u32> = const { Cell::new(5) };
    static LAZY: RefCell<Vec<u32>> = RefCell::new(vec![1, 2, 3]);
}

fn main() {
    println!("{:?}", thread::current().name());
    assert_eq!(thread::current().id(), thread::current().id());
    thread::current().unpark();
    thread::park();
    thread::park_timeout(Duration::from_millis(1));
    thread::yield_now();
    CONSTANT.with(|cell| cell.set(cell.get() + 1));
    LAZY.with_borrow_mut(|list| list.push(4));
    println!("{} {:?}", CONSTANT.get(), LAZY.take());
    println!("{}", thread::available_parallelism().is_ok());
}
