//! Threads that want the same thing again and again all get it about as often: nobody waits for ever beside one that never gives way.
//@ plain = true
//@ threads = true
//@ native = "locks of a native host need not be fair"
//@ stdout = """
//@ a mutex: fair
//@ a mutex held across turns: fair
//@ writers: fair
//@ writers and readers: fair
//@ a token and a condition: fair
//@ a bounded queue: fair
//@ a channel's producers: fair
//@ """

use std::collections::VecDeque;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::sync_channel;
use std::sync::{Condvar, Mutex, RwLock};
use std::thread;
use std::time::{Duration, Instant};

/// How long everybody tries.
const TIME: Duration = Duration::from_millis(60);
/// How long one holds what all want.
const HOLD: Duration = Duration::from_micros(200);

/// Says whether no one of four threads that repeat `turn` got four times what another got.
fn compare(name: &str, turn: impl Fn(usize) + Sync) {
    let counts = thread::scope(|scope| {
        let end = Instant::now() + TIME;
        let turn = &turn;
        let repeat = move |me| {
            let mut count = 0;
            while Instant::now() < end {
                turn(me);
                count += 1;
            }
            count
        };
        let threads = [0, 1, 2, 3].map(|me| scope.spawn(move || repeat(me)));
        threads.map(|thread| thread.join().unwrap())
    });
    judge(name, counts);
}

fn judge(name: &str, counts: [u32; 4]) {
    let (least, most) = (counts.iter().min().unwrap(), counts.iter().max().unwrap());
    if least * 4 > *most {
        println!("{name}: fair");
    } else {
        println!("{name}: {counts:?}");
    }
}

fn main() {
    let mutex = Mutex::new(());
    compare("a mutex", |_| {
        let _guard = mutex.lock().unwrap();
        thread::sleep(HOLD);
    });
    compare("a mutex held across turns", |_| {
        let _guard = mutex.lock().unwrap();
        thread::yield_now();
    });

    let lock = RwLock::new(());
    compare("writers", |_| {
        let _guard = lock.write().unwrap();
        thread::sleep(HOLD);
    });
    compare("writers and readers", |me| {
        if me < 2 {
            let _guard = lock.write().unwrap();
            thread::sleep(HOLD);
        } else {
            let _guard = lock.read().unwrap();
            thread::sleep(HOLD);
        }
    });

    let (free, freed) = (Mutex::new(true), Condvar::new());
    compare("a token and a condition", |_| {
        *freed.wait_while(free.lock().unwrap(), |free| !*free).unwrap() = false;
        thread::sleep(HOLD);
        *free.lock().unwrap() = true;
        freed.notify_one();
    });

    let (queue, not_full, not_empty) = (Mutex::new(VecDeque::new()), Condvar::new(), Condvar::new());
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let is_full = |queue: &mut VecDeque<()>| queue.len() == 10 && !over.load(Relaxed);
            while !over.load(Relaxed) {
                not_full.wait_while(queue.lock().unwrap(), is_full).unwrap().push_back(());
                not_empty.notify_one();
            }
        });
        compare("a bounded queue", |_| {
            not_empty.wait_while(queue.lock().unwrap(), |queue| queue.is_empty()).unwrap().pop_front();
            not_full.notify_one();
        });
        over.store(true, Relaxed);
        not_full.notify_one();
    });

    let (sender, receiver) = sync_channel(1);
    thread::scope(|scope| {
        for me in 0..4 {
            let sender = sender.clone();
            scope.spawn(move || while sender.send(me).is_ok() {});
        }
        let end = Instant::now() + TIME;
        let mut counts = [0; 4];
        while Instant::now() < end {
            counts[receiver.recv().unwrap()] += 1;
        }
        drop(receiver);
        judge("a channel's producers", counts);
    });
}
