//! Locks, cells, channels and barriers work in a program that never spawns.
//@ plain = true

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, LazyLock, Mutex, OnceLock, RwLock, mpsc};
use std::time::Duration;

static COUNT: AtomicU64 = AtomicU64::new(0);
static LAZY: LazyLock<String> = LazyLock::new(|| "made once".to_owned());
static ONCE: OnceLock<u8> = OnceLock::new();

fn main() {
    let mutex = Arc::new(Mutex::new(1));
    *mutex.lock().unwrap() += 1;
    let held = mutex.lock().unwrap();
    println!("{:?}", mutex.try_lock().is_err());
    let (held, timeout) = Condvar::new().wait_timeout(held, Duration::from_millis(1)).unwrap();
    println!("{} {}", *held, timeout.timed_out());
    let lock = RwLock::new(7);
    {
        let (one, two) = (lock.read().unwrap(), lock.read().unwrap());
        println!("{} {}", *one + *two, lock.try_write().is_err());
    }
    *lock.write().unwrap() = 8;
    println!("{} {} {}", lock.into_inner().unwrap(), *LAZY, ONCE.get_or_init(|| 3));
    let (sender, receiver) = mpsc::channel();
    sender.send(COUNT.fetch_add(5, Ordering::SeqCst)).unwrap();
    println!("{:?} {:?}", receiver.recv(), receiver.recv_timeout(Duration::from_millis(1)));
    drop(sender);
    println!("{:?} {}", receiver.recv(), COUNT.load(Ordering::SeqCst));
}
