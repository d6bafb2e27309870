//! Threads that sleep, send, lock and panic.

use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

fn main() {
    let (sender, receiver) = mpsc::channel();
    for number in [3, 1, 2] {
        let sender = sender.clone();
        thread::spawn(move || {
            thread::sleep(Duration::from_millis(50 * number));
            sender.send(number).unwrap();
        });
    }
    drop(sender);
    println!("{:?}", receiver.iter().collect::<Vec<_>>());

    let counted = Arc::new(Mutex::new(HashMap::new()));
    thread::scope(|scope| {
        for name in ["a", "b", "c"] {
            let counted = &counted;
            scope.spawn(move || {
                for _ in 0..100 {
                    *counted.lock().unwrap().entry(name).or_insert(0) += 1;
                    thread::yield_now();
                }
            });
        }
    });
    println!("{}", counted.lock().unwrap().values().sum::<i32>());

    let panicked = thread::Builder::new().name("unlucky".into()).spawn(|| panic!("in a thread")).unwrap().join();
    println!("{:?}", panicked.unwrap_err().downcast_ref::<&str>());

    let start = Instant::now();
    let (lock, woken) = (Mutex::new(()), Condvar::new());
    let (_guard, result) = woken.wait_timeout(lock.lock().unwrap(), Duration::from_millis(5)).unwrap();
    println!("{} {}", result.timed_out(), start.elapsed() >= Duration::from_millis(5));

    // More than one at a time is waiting, and each is woken: no wait is a poll of ten milliseconds.
    let start = Instant::now();
    for _ in 0..200 {
        thread::spawn(|| {}).join().unwrap();
    }
    eprintln!("200 threads: {:?}", start.elapsed());
}
