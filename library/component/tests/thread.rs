//! Threads: beginning, turns, end, and who frees what when.

mod common;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use common::time::{self, Mark};
use common::{must_panic, spawn};
use component_rt::abi::fake::{host, threads};
use component_rt::{instance_state, thread};

#[test]
fn thread_runs_when_its_turn_comes_and_not_before() {
    let ran = Rc::new(Cell::new(false));
    let theirs = Rc::clone(&ran);
    let thread = spawn(move || theirs.set(true));
    assert!(!ran.get());
    thread::give_way();
    assert!(ran.get());
    thread.join();
}

#[test]
fn thread_join_waits_for_the_end() {
    let thread = spawn(|| {
        time::sleep(500);
        "done"
    });
    assert_eq!(thread.join(), "done");
    assert_eq!(host::now(), 500);
}

#[test]
fn thread_join_after_exit() {
    let thread = spawn(|| 7);
    thread::give_way();
    assert_eq!(threads::live(), 1);
    assert_eq!(thread.join(), 7);
}

#[test]
fn thread_that_nobody_joins_runs_on() {
    let ran = Rc::new(Cell::new(0));
    for _ in 0..3 {
        let theirs = Rc::clone(&ran);
        drop(spawn(move || {
            time::sleep(10);
            theirs.set(theirs.get() + 1);
        }));
    }
    time::sleep(20);
    assert_eq!(ran.get(), 3);
    assert_eq!(threads::live(), 1);
    assert!(!thread::there_are_others());
}

#[test]
fn threads_take_turns_in_the_order_they_were_made() {
    let order = Rc::new(RefCell::new(Vec::new()));
    let all: Vec<_> = (0..3)
        .map(|index| {
            let order = Rc::clone(&order);
            spawn(move || {
                for turn in 0..2 {
                    order.borrow_mut().push((turn, index));
                    thread::give_way();
                }
            })
        })
        .collect();
    all.into_iter().for_each(common::JoinHandle::join);
    assert_eq!(*order.borrow(), [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]);
}

#[test]
fn sleepers_wake_in_the_order_of_their_deadlines() {
    let order = Rc::new(RefCell::new(Vec::new()));
    let all: Vec<_> = [30, 10, 20]
        .map(|deadline| {
            let order = Rc::clone(&order);
            spawn(move || {
                time::sleep_until(Mark(deadline));
                order.borrow_mut().push(deadline);
            })
        })
        .into();
    all.into_iter().for_each(common::JoinHandle::join);
    assert_eq!(*order.borrow(), [10, 20, 30]);
    assert_eq!(host::now(), 30, "they slept at the same time");
}

#[test]
fn thread_may_make_threads() {
    let grandchild = spawn(|| spawn(|| 5).join() + 1);
    assert_eq!(grandchild.join(), 6);
}

#[test]
fn panic_of_a_thread_reaches_who_joins_it() {
    let message = must_panic(|| spawn(|| panic!("on purpose")).join());
    assert_eq!(message, "on purpose");
    assert_eq!(threads::live(), 1);
}

#[test]
fn a_thousand_threads_one_after_another_leave_nothing() {
    for number in 0..1_000 {
        assert_eq!(spawn(move || number).join(), number);
    }
    assert_eq!(threads::live(), 1);
}

instance_state! {
    static SHARED: u32 = 0;
}

#[test]
fn threads_of_an_instance_share_its_state() {
    let all: Vec<_> = (0..10).map(|_| spawn(|| SHARED.with(|shared| *shared += 1))).collect();
    all.into_iter().for_each(common::JoinHandle::join);
    assert_eq!(SHARED.with(|shared| *shared), 10);
}

#[test]
fn join_of_a_thread_that_waits_for_ever_is_a_deadlock() {
    let message = must_panic(|| {
        let word = Box::leak(Box::new(core::sync::atomic::AtomicU32::new(0)));
        spawn(|| component_rt::futex::wait(word, 0)).join();
    });
    assert!(message.contains("deadlock"), "{message}");
}

#[test]
fn a_deadlock_is_described_thread_by_thread() {
    let message = must_panic(|| {
        let word = Box::leak(Box::new(core::sync::atomic::AtomicU32::new(0)));
        spawn(|| ()).join();
        let first = common::spawn_named(Some(c"first"), || component_rt::futex::wait(word, 0));
        let done = common::spawn_named(Some(c"done"), || time::sleep(5));
        drop(spawn(|| component_rt::futex::wait(word, 0)));
        done.join();
        first.join();
    });
    let threads = "main waits for another thread; <unnamed> waits for another thread; first waits for another thread;";
    assert!(message.contains(threads), "{message}");
}
