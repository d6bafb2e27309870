//! What a lock nobody waits for and a thread-local variable cost, each beside the same with neither, in a program that makes threads.

use std::cell::{Cell, RefCell};
use std::hint::black_box;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use measure::{argument, nanoseconds_each};

static PLAIN: AtomicU64 = AtomicU64::new(0);

thread_local! {
    static CONST: Cell<u64> = const { Cell::new(0) };
    static LAZY: Cell<u64> = Cell::new(first());
    static DROPPED: RefCell<Box<u64>> = RefCell::new(Box::new(first()));
}

/// Not known when compiled.
fn first() -> u64 {
    black_box(0)
}

fn main() {
    let count: u64 = argument(1, 100_000_000);
    // Without threads there would be no lock to take and one of each variable.
    std::thread::spawn(|| black_box(())).join().expect("the thread does not panic");

    // What happens inside is hidden, so that "borrowed" and "locked" have to be written down.
    let (mutex, cell, refcell) = (Mutex::new(0), CellMutex::default(), RefCell::new(0));
    nanoseconds_each("refcell", count, || {
        (0..count).for_each(|n| *black_box(&mut *black_box(&refcell).borrow_mut()) += n);
    });
    nanoseconds_each("cell", count, || {
        (0..count).for_each(|n| {
            let guard = black_box(&cell).lock();
            let value = black_box(&guard.mutex.value);
            value.set(value.get() + n);
        });
    });
    nanoseconds_each("mutex", count, || {
        (0..count).for_each(|n| *black_box(&mut *black_box(&mutex).lock().expect("nobody panics")) += n);
    });
    assert!(mutex.into_inner().expect("nobody panics") == refcell.into_inner() && !cell.locked.get());

    nanoseconds_each("plain", count, || (0..count).for_each(|n| _ = black_box(plain(n))));
    nanoseconds_each("local_const", count, || (0..count).for_each(|n| _ = black_box(local_const(n))));
    nanoseconds_each("local_lazy", count, || (0..count).for_each(|n| _ = black_box(local_lazy(n))));
    nanoseconds_each("local_dropped", count, || (0..count).for_each(|n| _ = black_box(local_dropped(n))));
    assert!(plain(0) == local_const(0) && local_const(0) == local_lazy(0) && local_lazy(0) == local_dropped(0));
}

/// A mutex as std has it where there are no threads: a flag in a cell, and the same care for a panic while it is locked.
#[derive(Default)]
struct CellMutex {
    locked: Cell<bool>,
    poisoned: Cell<bool>,
    value: Cell<u64>,
}

struct CellGuard<'a> {
    mutex: &'a CellMutex,
    panicking: bool,
}

impl CellMutex {
    #[inline]
    fn lock(&self) -> CellGuard<'_> {
        assert!(!self.locked.replace(true), "cannot lock recursively");
        let panicking = std::thread::panicking();
        assert!(!self.poisoned.get(), "poisoned");
        CellGuard { mutex: self, panicking }
    }
}

impl Drop for CellGuard<'_> {
    #[inline]
    fn drop(&mut self) {
        if !self.panicking && std::thread::panicking() {
            self.mutex.poisoned.set(true);
        }
        self.mutex.locked.set(false);
    }
}

// Functions of their own: within one loop the compiler keeps the variable in a register, and nothing would be accessed.

#[inline(never)]
fn plain(n: u64) -> u64 {
    let before = PLAIN.load(Relaxed);
    PLAIN.store(before ^ n, Relaxed);
    before
}

#[inline(never)]
fn local_const(n: u64) -> u64 {
    CONST.with(|number| number.replace(number.get() ^ n))
}

#[inline(never)]
fn local_lazy(n: u64) -> u64 {
    LAZY.with(|number| number.replace(number.get() ^ n))
}

#[inline(never)]
fn local_dropped(n: u64) -> u64 {
    DROPPED.with_borrow_mut(|number| {
        let changed = **number ^ n;
        std::mem::replace(&mut **number, changed)
    })
}
