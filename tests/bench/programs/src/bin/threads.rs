//! Threads: spawn and join one at a time, the same while a hundred others live, and a message to another thread and back.

use std::sync::mpsc::channel;
use std::thread::{JoinHandle, spawn};

use measure::{argument, microseconds_each};

fn main() {
    let count: u64 = argument(1, 10_000);
    let messages: u64 = argument(2, 100_000);
    microseconds_each("spawn_join", count, || {
        for number in 0..count {
            assert_eq!(spawn(move || number + 1).join().expect("the thread does not panic"), number + 1);
        }
    });
    microseconds_each("spawn_join_100", count, || {
        let mut live: std::collections::VecDeque<JoinHandle<u64>> =
            (0..100).map(|number| spawn(move || number)).collect();
        for number in 100..count {
            let oldest = live.pop_front().expect("a hundred live");
            live.push_back(spawn(move || number));
            assert_eq!(oldest.join().expect("the thread does not panic"), number - 100);
        }
        for last in live {
            last.join().expect("the thread does not panic");
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
