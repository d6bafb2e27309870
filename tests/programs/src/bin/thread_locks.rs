//! Locks, conditions, channels, barriers and parking let threads wait for each other, with and without time-outs.
//@ plain = true
//@ threads = true
//@ saved = true

use std::sync::mpsc::{RecvTimeoutError, channel, sync_channel};
use std::sync::{Arc, Barrier, Condvar, LazyLock, Mutex, Once, RwLock};
use std::thread;
use std::time::{Duration, Instant};

fn main() {
    let total = Arc::new(Mutex::new(0));
    let threads: Vec<_> = (0..20)
        .map(|_| {
            let total = Arc::clone(&total);
            thread::spawn(move || {
                for _ in 0..100 {
                    let mut total = total.lock().unwrap();
                    let seen = *total;
                    thread::yield_now();
                    *total = seen + 1;
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    println!("{}", total.lock().unwrap());

    let poisoned = Arc::new(Mutex::new(1));
    let other = Arc::clone(&poisoned);
    thread::spawn(move || {
        let _guard = other.lock().unwrap();
        panic!("poison");
    })
    .join()
    .unwrap_err();
    println!("{} {}", poisoned.is_poisoned(), poisoned.lock().is_err());

    let ready = Arc::new((Mutex::new(false), Condvar::new()));
    let other = Arc::clone(&ready);
    let waiter = thread::spawn(move || {
        let guard = other.1.wait_while(other.0.lock().unwrap(), |ready| !*ready).unwrap();
        *guard
    });
    thread::sleep(Duration::from_millis(2));
    *ready.0.lock().unwrap() = true;
    ready.1.notify_all();
    println!("{}", waiter.join().unwrap());
    let (_guard, result) = ready.1.wait_timeout(ready.0.lock().unwrap(), Duration::from_millis(3)).unwrap();
    println!("{}", result.timed_out());

    let table = Arc::new(RwLock::new(vec![1]));
    let writer = {
        let table = Arc::clone(&table);
        let reading = table.read().unwrap();
        let for_writer = Arc::clone(&table);
        let writer = thread::spawn(move || for_writer.write().unwrap().push(2));
        thread::yield_now();
        println!("{}", reading.len());
        writer
    };
    writer.join().unwrap();
    println!("{:?}", table.read().unwrap());

    let (sender, receiver) = sync_channel(1);
    let producer = thread::spawn(move || (0..1000).for_each(|n| sender.send(n).unwrap()));
    println!("{}", receiver.iter().sum::<u32>());
    producer.join().unwrap();
    let (sender, receiver) = channel::<u32>();
    println!("{:?}", receiver.recv_timeout(Duration::from_millis(3)) == Err(RecvTimeoutError::Timeout));
    let late = thread::spawn(move || {
        thread::sleep(Duration::from_millis(3));
        sender.send(9).unwrap();
    });
    println!("{:?}", receiver.recv_timeout(Duration::from_secs(20)));
    late.join().unwrap();

    let barrier = Arc::new(Barrier::new(5));
    let others: Vec<_> =
        (0..4).map(|_| Arc::clone(&barrier)).map(|b| thread::spawn(move || b.wait().is_leader())).collect();
    let leaders = usize::from(barrier.wait().is_leader())
        + others.into_iter().filter(|_| true).map(|thread| usize::from(thread.join().unwrap())).sum::<usize>();
    println!("{leaders}");

    static ONCE: Once = Once::new();
    static LAZY: LazyLock<u32> = LazyLock::new(|| {
        thread::yield_now();
        11
    });
    let racers: Vec<_> = (0..3)
        .map(|_| {
            thread::spawn(|| {
                ONCE.call_once(thread::yield_now);
                *LAZY
            })
        })
        .collect();
    println!("{}", racers.into_iter().map(|thread| thread.join().unwrap()).sum::<u32>());

    let main = thread::current();
    let unparker = thread::spawn(move || main.unpark());
    thread::park();
    unparker.join().unwrap();
    let start = Instant::now();
    thread::park_timeout(Duration::from_millis(4));
    println!("{}", start.elapsed() >= Duration::from_millis(4));
}
