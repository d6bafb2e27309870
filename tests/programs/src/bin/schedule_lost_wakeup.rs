//! A thread that looks at a flag before it takes the lock may wait for a notification that has been: on some schedules, for ever.
//@ threads = true
//@ race = true
//@ native = "a race: it may hang there"
//@ stdout = "awake\n"

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex};
use std::thread;

static READY: AtomicBool = AtomicBool::new(false);
static LOCK: Mutex<()> = Mutex::new(());
static CHANGED: Condvar = Condvar::new();

fn main() {
    let waiter = thread::spawn(|| {
        if !READY.load(Ordering::Relaxed) {
            let lock = LOCK.lock().unwrap();
            drop(CHANGED.wait(lock).unwrap());
        }
    });
    READY.store(true, Ordering::Relaxed);
    CHANGED.notify_one();
    waiter.join().unwrap();
    println!("awake");
}
