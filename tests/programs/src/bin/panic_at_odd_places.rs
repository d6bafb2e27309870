//! Panics in destructors, in comparisons, in what is initialised once, through calls of C's ABI: they are caught with what they carry, all is dropped.
//@ threads = true

use std::panic::{AssertUnwindSafe, catch_unwind, panic_any, resume_unwind, set_hook, take_hook};
use std::sync::{Arc, LazyLock, Mutex, Once, OnceLock, RwLock};
use std::thread;

/// Says that it is dropped, and maybe panics then.
struct Dropped(&'static str, bool);

impl Drop for Dropped {
    fn drop(&mut self) {
        println!("drop {} {}", self.0, thread::panicking());
        if self.1 {
            panic!("in drop");
        }
    }
}

/// What `f` panics with.
fn caught<R>(f: impl FnOnce() -> R) -> Option<&'static str> {
    catch_unwind(AssertUnwindSafe(f))
        .err()
        .map(|payload| *payload.downcast::<&'static str>().unwrap_or(Box::new("else")))
}

fn main() {
    set_hook(Box::new(|info| println!("hook {:?} {:?}", thread::current().name(), info.payload_as_str())));
    destructors();
    initialised_once();
    in_the_middle_of_std();
    calls_of_c();
    threads();
    let ours = take_hook();
    set_hook(Box::new(move |info| {
        println!("around");
        ours(info);
        // The panic is not over, and the program ends all the same.
        std::process::exit(7);
    }));
    let _dropped = Dropped("never", false);
    panic!("last");
}

fn destructors() {
    println!(
        "{:?}",
        caught(|| {
            let _first = Dropped("first", false);
            let _second = Dropped("second", true);
            let _third = Dropped("third", false);
        })
    );
    /// Catches a panic of its own while another one is on its way.
    struct Careful;
    impl Drop for Careful {
        fn drop(&mut self) {
            let inner = caught(|| {
                let _inside = Dropped("inside", false);
                panic!("inner");
            });
            println!("{inner:?} {}", thread::panicking());
        }
    }
    println!(
        "{:?}",
        caught(|| {
            let _careful = Careful;
            panic!("outer");
        })
    );
    // What a panic carries is dropped by whoever catches it, and may panic in turn.
    let payload = catch_unwind(|| panic_any(Dropped("payload", true))).unwrap_err();
    println!("{:?}", caught(|| drop(payload)));
}

fn initialised_once() {
    let once = Once::new();
    println!("{:?}", caught(|| once.call_once(|| panic!("once"))));
    println!("{} {}", once.is_completed(), caught(|| once.call_once(|| ())).is_some());
    once.call_once_force(|state| println!("{}", state.is_poisoned()));
    let cell = OnceLock::new();
    println!("{:?} {:?}", caught(|| *cell.get_or_init(|| panic!("cell"))), cell.get_or_init(|| 5));
    let lazy = LazyLock::<u8>::new(|| panic!("lazy"));
    println!("{:?} {}", caught(|| *lazy), caught(|| *lazy).is_some());
}

fn in_the_middle_of_std() {
    let mut numbers: Vec<u32> = (0..100).rev().collect();
    let mut left = 50;
    println!(
        "{:?}",
        caught(|| numbers.sort_by(|a, b| {
            left -= 1;
            if left == 0 {
                panic!("comparison");
            }
            a.cmp(b)
        }))
    );
    println!("{} {}", numbers.len(), numbers.iter().sum::<u32>());
    println!(
        "{:?}",
        caught(|| numbers.retain(|number| if *number == 30 { panic!("retain") } else { number % 2 == 0 }))
    );
    println!(
        "{:?}",
        caught(|| (0..3).map(|n| if n == 2 { panic!("map") } else { Dropped("item", false) }).collect::<Vec<_>>())
    );
    println!("{:?}", caught(|| [1, 2, 3].map(|n| if n == 3 { panic!("array") } else { Dropped("element", false) })));
}

extern "C-unwind" fn through(callback: extern "C-unwind" fn(i32) -> i32, value: i32) -> i32 {
    let _frame = Dropped("frame", false);
    callback(value) + 1
}

extern "C-unwind" fn may_panic(value: i32) -> i32 {
    if value > 1 { panic!("through C") } else { value }
}

fn calls_of_c() {
    println!("{}", through(may_panic, 1));
    println!("{:?}", caught(|| through(may_panic, 2)));
}

fn threads() {
    let (mutex, lock) = (Arc::new(Mutex::new(1)), Arc::new(RwLock::new(1)));
    let (theirs, their_lock) = (Arc::clone(&mutex), Arc::clone(&lock));
    let panicked = thread::Builder::new().name("one".into()).spawn(move || {
        let _held = (theirs.lock().unwrap(), their_lock.write().unwrap());
        let _dropped = Dropped("in thread", false);
        panic!("thread");
    });
    let payload = panicked.unwrap().join().unwrap_err();
    println!("{} {} {}", mutex.is_poisoned(), lock.is_poisoned(), *mutex.lock().unwrap_err().into_inner());
    println!("{:?}", caught(|| resume_unwind(payload)));
    println!(
        "{:?}",
        caught(|| thread::scope(|scope| {
            scope.spawn(|| panic!("scoped"));
        }))
    );
}
