//! Each thread has thread-local variables of its own, with first values, and their destructors run when it ends.
//@ plain = true
//@ threads = true
//@ saved = true

use std::cell::{Cell, RefCell};
use std::thread;

struct Loud(&'static str);

impl Drop for Loud {
    fn drop(&mut self) {
        println!("{} is gone", self.0);
    }
}

thread_local! {
    static COUNT: Cell<u32> = const { Cell::new(7) };
    static LAZY: RefCell<Vec<u32>> = RefCell::new(vec![1, 2]);
    static LOUD: RefCell<Option<Loud>> = const { RefCell::new(None) };
}

fn main() {
    COUNT.set(100);
    LAZY.with_borrow_mut(|numbers| numbers.push(3));
    let threads: Vec<_> = (0..10)
        .map(|n| {
            thread::spawn(move || {
                for _ in 0..n {
                    COUNT.set(COUNT.get() + 1);
                    thread::yield_now();
                    LAZY.with_borrow_mut(|numbers| numbers.push(n));
                }
                (COUNT.get(), LAZY.with_borrow(Vec::len))
            })
        })
        .collect();
    println!("{:?}", threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>());
    println!("{} {:?}", COUNT.get(), LAZY.take());

    thread::spawn(|| LOUD.set(Some(Loud("a thread's variable")))).join().unwrap();
    LOUD.set(Some(Loud("the main thread's variable")));
    println!("main ends");
}
