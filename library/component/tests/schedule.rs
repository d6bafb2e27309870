//! Schedules by seed, under the fake host: the same seed gives the same interleaving, and every interleaving has a seed.

mod common;

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use common::{SEED, spawn, time};
use component_rt::{futex, schedule, thread};

/// Runs `program` in an instance of its own, with a seed if there is one.
fn with_seed<R: Send + 'static>(seed: Option<u64>, program: impl FnOnce() -> R + Send + 'static) -> R {
    let instance = std::thread::spawn(move || {
        SEED.set(seed);
        program()
    });
    instance.join().expect("the instance does not trap")
}

/// Three threads that write their names at every point.
fn names() -> String {
    let written = Rc::new(RefCell::new(String::new()));
    let threads = ["a", "b", "c"].map(|name| {
        let written = Rc::clone(&written);
        spawn(move || {
            for _ in 0..4 {
                written.borrow_mut().push_str(name);
                schedule::point();
                thread::give_way();
            }
        })
    });
    threads.into_iter().for_each(common::JoinHandle::join);
    written.take()
}

#[test]
fn a_seed_gives_the_same_interleaving_every_time_and_another_seed_another() {
    let all: BTreeSet<String> = (0..20)
        .map(|seed| {
            let first = with_seed(Some(seed), names);
            assert_eq!(with_seed(Some(seed), names), first, "seed {seed}");
            first
        })
        .collect();
    assert!(all.len() > 15, "{all:?}");
}

#[test]
fn without_a_seed_points_change_nothing() {
    assert_eq!(with_seed(None, names), "abcabcabcabc");
}

/// Two threads add one each to a counter, with a point between the load and the store.
fn count_with_a_race() -> u32 {
    let counter = Rc::new(Cell::new(0));
    let threads = [(); 2].map(|()| {
        let counter = Rc::clone(&counter);
        spawn(move || {
            let before = counter.get();
            schedule::point();
            counter.set(before + 1);
        })
    });
    threads.into_iter().for_each(common::JoinHandle::join);
    counter.get()
}

#[test]
fn a_lost_update_is_found_and_found_again() {
    let outcomes: Vec<u32> = (0..20).map(|seed| with_seed(Some(seed), count_with_a_race)).collect();
    assert!(outcomes.contains(&1) && outcomes.contains(&2), "{outcomes:?}");
    let again: Vec<u32> = (0..20).map(|seed| with_seed(Some(seed), count_with_a_race)).collect();
    assert_eq!(again, outcomes);
}

/// Locks, sleeps and waits with a deadline, all at once.
fn a_bit_of_everything() -> u32 {
    let lock: &'static AtomicU32 = Box::leak(Box::default());
    let never: &'static AtomicU32 = Box::leak(Box::default());
    let counter = Rc::new(Cell::new(0));
    let threads: Vec<_> = (0..5)
        .map(|number| {
            let counter = Rc::clone(&counter);
            spawn(move || {
                for _ in 0..3 {
                    while lock.swap(1, Relaxed) == 1 {
                        futex::wait(lock, 1);
                    }
                    let before = counter.get();
                    schedule::point();
                    time::sleep(number);
                    counter.set(before + 1);
                    lock.store(0, Relaxed);
                    futex::wake(lock);
                    schedule::point();
                    assert!(!futex::wait_until(never, 0, time::Mark::after(number)));
                }
            })
        })
        .collect();
    threads.into_iter().for_each(common::JoinHandle::join);
    counter.get()
}

#[test]
fn no_schedule_loses_a_thread() {
    for seed in 0..100 {
        assert_eq!(with_seed(Some(seed), a_bit_of_everything), 15, "seed {seed}");
    }
}
