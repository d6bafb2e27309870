//! `RUST_BACKTRACE=1`: a panic shows where it came from, in main and in threads, and std::backtrace captures the same.
//@ lines = true
//@ threads = true
//@ env = { RUST_BACKTRACE = "1" }
//@ exit = 101
//@ stderr = ["stack backtrace:\n", "panic_backtrace::first_culprit\n", "panic_backtrace::second_culprit\n", "panic_backtrace.rs:13:5\n", "panic_backtrace.rs:18:5\n", "note: Some details are omitted"]

use std::backtrace::{Backtrace, BacktraceStatus};
use std::thread;

#[inline(never)]
fn first_culprit() {
    panic!("in a thread");
}

#[inline(never)]
fn second_culprit() {
    panic!("in main");
}

#[inline(never)]
fn witness() -> Backtrace {
    Backtrace::capture()
}

fn main() {
    let captured = witness();
    println!("{}", captured.status() == BacktraceStatus::Captured);
    let text = captured.to_string();
    let mut functions = text.lines().filter(|line| line.contains("panic_backtrace::"));
    println!("{}", functions.next().is_some_and(|line| line.ends_with("::witness")));
    println!("{}", functions.next().is_some_and(|line| line.ends_with("::main")));
    println!("{}", text.contains("panic_backtrace.rs:22:5"));
    println!("{}", thread::spawn(first_culprit).join().is_err());
    println!("{}", std::env::vars().any(|(name, _)| name.starts_with("COMPONENT_BACKTRACE")));
    second_culprit();
}
