//! Threads: spawn and join one at a time, and a message to another thread and back.

use std::sync::mpsc::channel;
use std::thread::spawn;

use measure::{argument, microseconds_each};

fn main() {
    let count: u64 = argument(1, 10_000);
    let messages: u64 = argument(2, 100_000);
    microseconds_each("spawn_join", count, || {
        for number in 0..count {
            assert_eq!(spawn(move || number + 1).join().expect("the thread does not panic"), number + 1);
        }
    });
    let (to_other, at_other) = channel();
    let (to_us, at_us) = channel();
    let other = spawn(move || at_other.iter().for_each(|number: u64| to_us.send(number + 1).expect("we listen")));
    microseconds_each("message", messages, || {
        for number in 0..messages {
            to_other.send(number).expect("the other thread listens");
            assert_eq!(at_us.recv().expect("the other thread answers"), number + 1);
        }
    });
    drop(to_other);
    other.join().expect("the thread does not panic");
}
