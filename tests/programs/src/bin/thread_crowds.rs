//! Threads in crowds: panics among thousands, variables that are dropped while others are, rendezvous, barriers, races of timeouts, spinning, poisoned locks.
//@ threads = true
//@ exit = 7

use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::*};
use std::sync::mpsc::{self, sync_channel};
use std::sync::{Arc, Barrier, Condvar, LazyLock, Mutex, OnceLock, RwLock};
use std::thread::{self, JoinHandle};
use std::time::Duration;

fn main() {
    std::panic::set_hook(Box::new(|_| {}));
    let steps: [(&str, fn()); 9] = [
        ("panics and destructors", panics_and_destructors),
        ("scopes", scopes),
        ("timeouts", timeouts),
        ("rendezvous", rendezvous),
        ("a barrier", barrier),
        ("poison", poison),
        ("spinning", spinning),
        ("initialization", initialization),
        ("readers and writers", readers_and_writers),
    ];
    for (name, step) in steps {
        step();
        println!("{name}");
    }
    for _ in 0..20 {
        thread::spawn(|| {
            loop {
                thread::sleep(Duration::from_millis(1));
            }
        });
    }
    thread::spawn(|| {
        println!("exit beside detached threads");
        std::process::exit(7)
    });
    thread::park();
}

fn all<T>(threads: impl IntoIterator<Item = JoinHandle<T>>) -> Vec<T> {
    threads.into_iter().collect::<Vec<_>>().into_iter().map(|thread| thread.join().unwrap()).collect()
}

static DROPPED: AtomicUsize = AtomicUsize::new(0);

struct First;
struct Second(u32);

impl Drop for First {
    fn drop(&mut self) {
        DROPPED.fetch_add(1, Relaxed);
        // Made while this is dropped.
        SECOND.with(|second| second.borrow_mut().0 += 1);
    }
}

impl Drop for Second {
    fn drop(&mut self) {
        DROPPED.fetch_add(1000 * self.0 as usize, Relaxed);
        assert!(FIRST.try_with(|_| ()).is_err());
    }
}

thread_local! {
    static FIRST: First = const { First };
    static SECOND: RefCell<Second> = const { RefCell::new(Second(0)) };
}

fn panics_and_destructors() {
    let threads: Vec<_> = (0..300)
        .map(|number| {
            thread::spawn(move || {
                FIRST.with(|_| ());
                assert!(number % 3 != 0);
            })
        })
        .collect();
    let failed = threads.into_iter().filter_map(|thread| thread.join().err()).count();
    assert_eq!((failed, DROPPED.load(Relaxed)), (100, 300 + 300 * 1000));
}

fn scopes() {
    let mut numbers = vec![0; 500];
    thread::scope(|scope| {
        for chunk in numbers.chunks_mut(7) {
            scope.spawn(|| {
                for number in chunk {
                    *number += 1;
                    thread::yield_now();
                }
            });
        }
    });
    assert!(numbers.iter().all(|number| *number == 1));
    let panicked = std::panic::catch_unwind(|| thread::scope(|scope| _ = scope.spawn(|| panic!("in a scope"))));
    assert!(panicked.is_err());
}

fn timeouts() {
    let pair = Arc::new((Mutex::new(false), Condvar::new()));
    let waiters: Vec<_> = (0..30)
        .map(|number| {
            let pair = pair.clone();
            thread::spawn(move || {
                let mut done = pair.0.lock().unwrap();
                while !*done {
                    done = pair.1.wait_timeout(done, Duration::from_micros(number * 37 % 500)).unwrap().0;
                }
            })
        })
        .collect();
    for _ in 0..50 {
        pair.1.notify_one();
        thread::yield_now();
    }
    *pair.0.lock().unwrap() = true;
    pair.1.notify_all();
    all(waiters);
    let this = thread::current();
    let other = thread::spawn(move || {
        thread::sleep(Duration::from_millis(2));
        this.unpark();
    });
    thread::park_timeout(Duration::from_secs(600));
    other.join().unwrap();
    thread::current().unpark();
    thread::park();
    thread::park_timeout(Duration::ZERO);
}

fn rendezvous() {
    let (sender, receiver) = sync_channel(0);
    let senders: Vec<_> = (0..10)
        .map(|number| {
            let sender = sender.clone();
            thread::spawn(move || (0..50).for_each(|item| sender.send(number * 50 + item).unwrap()))
        })
        .collect();
    drop(sender);
    let mut items: Vec<u32> = receiver.iter().collect();
    items.sort_unstable();
    assert!(items.into_iter().eq(0..500));
    all(senders);
    let (sender, receiver) = sync_channel(0);
    assert_eq!(receiver.recv_timeout(Duration::from_millis(2)), Err(mpsc::RecvTimeoutError::Timeout));
    assert!(sender.try_send(1).is_err());
    drop(receiver);
    assert!(sender.send(1).is_err());
}

fn barrier() {
    let (barrier, leaders) = (Arc::new(Barrier::new(200)), Arc::new(AtomicUsize::new(0)));
    all((0..200).map(|_| {
        let (barrier, leaders) = (barrier.clone(), leaders.clone());
        thread::spawn(move || (0..3).for_each(|_| _ = leaders.fetch_add(barrier.wait().is_leader().into(), Relaxed)))
    }));
    assert_eq!(leaders.load(Relaxed), 3);
}

fn poison() {
    let mutex = Arc::new(Mutex::new(()));
    let held = mutex.lock().unwrap();
    let waiter = {
        let mutex = mutex.clone();
        thread::spawn(move || {
            let _held = mutex.lock();
            panic!("while it is held");
        })
    };
    thread::yield_now();
    drop(held);
    assert!(waiter.join().is_err() && mutex.is_poisoned());
    mutex.clear_poison();
    drop(mutex.lock().unwrap());
}

fn spinning() {
    for hint in [|| (), std::hint::spin_loop as fn()] {
        let ticket = Arc::new(AtomicUsize::new(0));
        let waiter = |number: usize| {
            let ticket = ticket.clone();
            thread::spawn(move || {
                for round in 0..10 {
                    while ticket.load(Acquire) != round * 4 + number {
                        hint();
                    }
                    ticket.fetch_add(1, Release);
                }
            })
        };
        all((0..4).map(waiter));
        let flag = Arc::new(AtomicBool::new(false));
        let seen = flag.clone();
        let spinner = thread::spawn(move || {
            while !seen.load(Acquire) {
                hint();
            }
        });
        thread::sleep(Duration::from_millis(1));
        flag.store(true, Release);
        spinner.join().unwrap();
    }
}

fn initialization() {
    static SLOW: LazyLock<u32> = LazyLock::new(|| {
        thread::sleep(Duration::from_millis(1));
        9
    });
    static ONCE: OnceLock<u32> = OnceLock::new();
    static FAILS: LazyLock<u32> = LazyLock::new(|| panic!("at first use"));
    let made = |number| {
        thread::spawn(move || {
            assert_eq!(*SLOW, 9);
            *ONCE.get_or_init(|| {
                thread::yield_now();
                number
            })
        })
    };
    let seen = all((0..50).map(made));
    assert!(seen.iter().all(|number| *number == seen[0]));
    assert!((0..3).all(|_| thread::spawn(|| *FAILS).join().is_err()));
}

fn readers_and_writers() {
    let numbers = Arc::new(RwLock::new([0; 4]));
    all((0..20).map(|number| {
        let numbers = numbers.clone();
        thread::spawn(move || {
            for _ in 0..20 {
                if number % 4 == 0 {
                    for number in numbers.write().unwrap().iter_mut() {
                        *number += 1;
                        thread::yield_now();
                    }
                } else {
                    let numbers = numbers.read().unwrap();
                    thread::yield_now();
                    assert!(numbers.windows(2).all(|pair| pair[0] == pair[1]));
                }
            }
        })
    }));
    assert_eq!(*numbers.read().unwrap(), [100; 4]);
}
