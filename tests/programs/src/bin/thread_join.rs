//! Threads run, end, are joined and give values; panics and their payloads reach whoever joins.
//@ threads = true
//@ saved = true
//@ stderr = ["panicked at src/bin/thread_join.rs"]

use std::panic::resume_unwind;
use std::thread;

fn main() {
    let named = thread::Builder::new().name("worker".into()).spawn(|| thread::current().name().map(str::to_owned));
    println!("{:?}", named.unwrap().join().unwrap());

    let values: Vec<u64> =
        (0..100).map(|n| thread::spawn(move || n * n)).map(|thread| thread.join().unwrap()).collect();
    println!("{}", values.iter().sum::<u64>());

    let panicked = thread::spawn(|| -> u32 { panic!("no result {}", 7) }).join().unwrap_err();
    println!("{:?}", panicked.downcast_ref::<String>());
    let resumed = thread::spawn(|| resume_unwind(Box::new(5_u8))).join().unwrap_err();
    println!("{:?}", resumed.downcast_ref::<u8>());

    let mut words = vec!["a", "b"];
    let length = thread::scope(|scope| {
        let reader = scope.spawn(|| words.len());
        reader.join().unwrap()
    });
    words.push("c");
    println!("{length} {words:?}");

    let finished = thread::spawn(|| ());
    while !finished.is_finished() {
        thread::yield_now();
    }
    finished.join().unwrap();
    println!("{}", thread::available_parallelism().is_ok());
}
