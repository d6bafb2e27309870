//! The futex: who waits, who is woken, in which order, and what becomes of a waiter whose time is up.

mod common;

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

use common::time::{self, Mark};
use common::{JoinHandle, must_panic, spawn};
use component_rt::abi::fake::host::{self, live_handles};
use component_rt::{futex, thread};

/// A word that several threads use.
fn word(value: u32) -> Rc<AtomicU32> {
    Rc::new(AtomicU32::new(value))
}

#[test]
fn word_that_has_changed_already_is_not_waited_for() {
    let word = AtomicU32::new(1);
    futex::wait(&word, 0);
    assert!(futex::wait_until(&word, 0, Mark(100)));
    assert_eq!(host::now(), 0);
}

#[test]
fn wake_without_waiters_is_nobody() {
    assert!(!futex::wake(&AtomicU32::new(0)));
    futex::wake_all(&AtomicU32::new(0));
}

#[test]
fn wake_takes_the_one_that_has_waited_longest() {
    let (word, order) = (word(0), Rc::new(RefCell::new(Vec::new())));
    let all: Vec<JoinHandle<()>> = (0..3)
        .map(|index| {
            let (word, order) = (Rc::clone(&word), Rc::clone(&order));
            spawn(move || {
                futex::wait(&word, 0);
                order.borrow_mut().push(index);
            })
        })
        .collect();
    thread::give_way();
    for woken in 1..=3 {
        assert!(futex::wake(&word));
        thread::give_way();
        assert_eq!(order.borrow().len(), woken);
    }
    assert!(!futex::wake(&word));
    all.into_iter().for_each(JoinHandle::join);
    assert_eq!(*order.borrow(), [0, 1, 2]);
}

#[test]
fn handing_on_gives_those_it_wakes_their_turn_first() {
    for all in [false, true] {
        let (word, turns) = (word(0), Rc::new(Cell::new(0)));
        let waiters: Vec<JoinHandle<()>> = (0..2)
            .map(|_| {
                let (word, turns) = (Rc::clone(&word), Rc::clone(&turns));
                spawn(move || {
                    futex::wait(&word, 0);
                    turns.set(turns.get() + 1);
                })
            })
            .collect();
        thread::give_way();
        if all {
            futex::hand_on_all(&word);
        } else {
            assert!(futex::hand_on(&word));
            assert_eq!(turns.get(), 1);
            assert!(futex::hand_on(&word));
            assert!(!futex::hand_on(&word));
        }
        assert_eq!(turns.get(), 2);
        waiters.into_iter().for_each(JoinHandle::join);
    }
}

#[test]
fn wake_all_wakes_the_waiters_of_that_word_only() {
    let words = [word(0), word(0)];
    let woken = Rc::new(Cell::new(0));
    let all: Vec<JoinHandle<()>> = (0..6)
        .map(|index| {
            let (word, woken) = (Rc::clone(&words[index % 2]), Rc::clone(&woken));
            spawn(move || {
                futex::wait(&word, 0);
                woken.set(woken.get() + 1);
            })
        })
        .collect();
    thread::give_way();
    futex::wake_all(&words[0]);
    thread::give_way();
    assert_eq!(woken.get(), 3);
    futex::wake_all(&words[1]);
    all.into_iter().for_each(JoinHandle::join);
    assert_eq!(woken.get(), 6);
}

/// So many words that several share a queue whatever the hash is.
#[test]
fn waiters_of_different_words_in_one_queue_keep_apart() {
    let words: Rc<Vec<AtomicU32>> = Rc::new((0..200).map(AtomicU32::new).collect());
    let all: Vec<JoinHandle<()>> = (0..200)
        .map(|index| {
            let words = Rc::clone(&words);
            spawn(move || {
                futex::wait(&words[index], index as u32);
                assert_eq!(words[index].load(Relaxed), u32::MAX, "word {index} woke its own waiter");
            })
        })
        .collect();
    thread::give_way();
    for word in words.iter().rev() {
        word.store(u32::MAX, Relaxed);
        assert!(futex::wake(word));
        assert!(!futex::wake(word));
        thread::give_way();
    }
    all.into_iter().for_each(JoinHandle::join);
}

#[test]
fn wait_until_gives_up_and_leaves_the_queue() {
    let word = word(0);
    assert!(!futex::wait_until(&word, 0, Mark(1_000)));
    assert_eq!(host::now(), 1_000);
    assert!(!futex::wake(&word), "the waiter's stack frame is gone, and so is the waiter");
    assert_eq!(live_handles(), ["waitable-set"], "the future by which it could be woken is dropped");
}

#[test]
fn wait_until_is_woken_before_the_deadline() {
    let word = word(0);
    let theirs = Rc::clone(&word);
    let waker = spawn(move || {
        time::sleep(300);
        theirs.store(1, Relaxed);
        futex::wake(&theirs)
    });
    assert!(futex::wait_until(&word, 0, Mark(1_000)));
    assert_eq!(host::now(), 300);
    assert!(waker.join());
    assert_eq!(live_handles(), ["waitable-set"]);
}

#[test]
fn wake_at_the_deadline_itself_is_not_lost() {
    let word = word(0);
    let theirs = Rc::clone(&word);
    // Ready before the waiter is: its clock rings at the same time.
    let waker = spawn(move || {
        time::sleep_until(Mark(100));
        futex::wake(&theirs)
    });
    thread::give_way();
    let woken = futex::wait_until(&word, 0, Mark(100));
    assert_eq!(waker.join(), woken, "whoever woke somebody woke this thread, and it knows");
    assert_eq!(live_handles(), ["waitable-set"]);
}

#[test]
fn waiter_that_gives_up_in_the_middle_of_the_queue_leaves_its_neighbours() {
    let (word, order) = (word(0), Rc::new(RefCell::new(Vec::new())));
    let all: Vec<JoinHandle<()>> = [1_000, 10, 1_000]
        .into_iter()
        .enumerate()
        .map(|(index, deadline)| {
            let (word, order) = (Rc::clone(&word), Rc::clone(&order));
            spawn(move || {
                let woken = futex::wait_until(&word, 0, Mark(deadline));
                order.borrow_mut().push((index, woken));
            })
        })
        .collect();
    time::sleep_until(Mark(50));
    futex::wake_all(&word);
    all.into_iter().for_each(JoinHandle::join);
    assert_eq!(*order.borrow(), [(1, false), (0, true), (2, true)]);
}

#[test]
fn woken_thread_sees_what_was_written_before() {
    let word = word(0);
    let theirs = Rc::clone(&word);
    let reader = spawn(move || {
        futex::wait(&theirs, 0);
        theirs.load(Relaxed)
    });
    thread::give_way();
    word.store(42, Relaxed);
    futex::wake(&word);
    assert_eq!(reader.join(), 42);
}

#[test]
fn lock_made_of_a_word_excludes_and_lets_everybody_in() {
    const FREE: u32 = 0;
    const HELD: u32 = 1;
    let (word, inside, entered) = (word(FREE), Rc::new(Cell::new(0)), Rc::new(Cell::new(0)));
    let all: Vec<JoinHandle<()>> = (0..10)
        .map(|_| {
            let (word, inside, entered) = (Rc::clone(&word), Rc::clone(&inside), Rc::clone(&entered));
            spawn(move || {
                for _ in 0..20 {
                    while word.swap(HELD, Relaxed) == HELD {
                        futex::wait(&word, HELD);
                    }
                    inside.set(inside.get() + 1);
                    thread::give_way();
                    assert_eq!(inside.get(), 1);
                    inside.set(0);
                    entered.set(entered.get() + 1);
                    word.store(FREE, Relaxed);
                    futex::wake(&word);
                }
            })
        })
        .collect();
    all.into_iter().for_each(JoinHandle::join);
    assert_eq!(entered.get(), 200);
}

#[test]
fn wait_that_nobody_can_end_is_a_deadlock() {
    let message = must_panic(|| futex::wait(&AtomicU32::new(0), 0));
    assert!(message.contains("deadlock"), "{message}");
}
