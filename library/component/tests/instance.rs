//! Shared state: one borrow at a time, none across a wait, and a set of values for each instance.

mod common;

use common::must_panic;
use common::time::{self, Mark};
use component_rt::{block, instance_state};

instance_state! {
    static COUNT: u32 = 10;
    static NAME: String = String::new();
}

#[test]
fn state_begins_with_its_value_and_keeps_changes() {
    assert_eq!(COUNT.with(|count| *count), 10);
    COUNT.with(|count| *count += 1);
    assert_eq!(COUNT.with(|count| *count), 11);
}

#[test]
fn every_instance_has_its_own() {
    COUNT.with(|count| *count = 99);
    let other = std::thread::spawn(|| COUNT.with(|count| *count));
    assert_eq!(other.join().unwrap(), 10);
}

#[test]
fn cells_can_be_borrowed_within_each_other() {
    let both = COUNT.with(|count| NAME.with(|name| format!("{name}{count}")));
    assert_eq!(both, "10");
}

#[test]
fn second_borrow_of_a_cell_is_refused() {
    let message = must_panic(|| COUNT.with(|_| COUNT.with(|_| ())));
    assert!(message.contains("one closure at a time"), "{message}");
}

#[test]
fn borrow_is_given_back_by_a_closure_that_panics() {
    must_panic(|| {
        COUNT.with(|count| {
            *count = 3;
            panic!("in the closure")
        })
    });
    assert_eq!(COUNT.with(|count| *count), 3);
}

#[test]
fn borrow_across_a_wait_is_refused() {
    let message = must_panic(|| COUNT.with(|_| block::give_way()));
    assert!(message.contains("crosses a blocking call"), "{message}");
}

#[test]
fn borrow_across_a_sleep_is_refused() {
    let message = must_panic(|| COUNT.with(|_| time::sleep_until(Mark(1))));
    assert!(message.contains("crosses a blocking call"), "{message}");
}
