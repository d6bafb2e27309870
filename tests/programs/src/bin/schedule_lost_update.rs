//! Updates of a counter get lost when another thread comes between the load and the store: on some schedules, with atomics as points.
//@ threads = true
//@ race = true
//@ native = "a race: it may go wrong there, too"
//@ stdout = "8\n"

use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

static COUNTER: AtomicU32 = AtomicU32::new(0);

fn main() {
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                for _ in 0..4 {
                    let before = COUNTER.load(Ordering::Relaxed);
                    COUNTER.store(before + 1, Ordering::Relaxed);
                }
            });
        }
    });
    let count = COUNTER.load(Ordering::Relaxed);
    println!("{count}");
    assert_eq!(count, 8);
}
