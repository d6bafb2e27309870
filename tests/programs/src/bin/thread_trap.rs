//! A trap names the thread it happened in, while others wait.
//@ threads = true
//@ native = "a trap is the target's"
//@ exit = 134
//@ stdout = "before\n"
//@ stderr = ["the guest trapped", "guest backtrace of thread 'culprit':", "thread_trap::traps"]

use std::sync::Barrier;
use std::thread;

fn main() {
    println!("before");
    let begun = Barrier::new(2);
    thread::scope(|scope| {
        let bystander = || {
            begun.wait();
            thread::park();
        };
        thread::Builder::new().name("bystander".to_owned()).spawn_scoped(scope, bystander).unwrap();
        let culprit = || traps(&begun);
        thread::Builder::new().name("culprit".to_owned()).spawn_scoped(scope, culprit).unwrap();
    });
}

#[inline(never)]
fn traps(begun: &Barrier) {
    begun.wait();
    #[cfg(target_family = "wasm")]
    core::arch::wasm32::unreachable()
}
