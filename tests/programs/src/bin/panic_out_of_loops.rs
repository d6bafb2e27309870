//! A panic out of a loop destroys each value once, in order, wherever in the loop it comes from and whatever is inlined around it.
//@ plain = true

use std::cell::RefCell;
use std::hint::black_box;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind, set_hook};

thread_local! {
    static EVENTS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

fn happened(event: impl Into<String>) {
    EVENTS.with_borrow_mut(|events| events.push(event.into()));
}

struct Noisy(u32);

impl Drop for Noisy {
    fn drop(&mut self) {
        happened(format!("-{}", self.0));
    }
}

/// Its destructor panics, unless one is under way.
struct Bomb(u32);

impl Drop for Bomb {
    fn drop(&mut self) {
        happened(format!("boom {}", self.0));
        if !std::thread::panicking() {
            panic!("{}", self.0);
        }
    }
}

#[inline(never)]
fn may_panic(number: u32, at: u32) -> u32 {
    if number == at {
        panic!("{number}");
    }
    number + 1
}

/// A vector that grows, and a value of each round.
fn growing(at: u32) -> u32 {
    let mut all = Vec::new();
    for number in 0..6 {
        let of_round = Noisy(100 + number);
        all.push(Noisy(number));
        may_panic(number, at);
        drop(of_round);
    }
    all.len() as u32
}

/// An index out of bounds, in a loop within a loop, whose locals the handlers of both read.
fn indexing(at: u32) -> u32 {
    let outer = Noisy(1);
    let table = [3_u32, 1, 4, 1, 5];
    let mut sum = 0;
    for row in 0..3_u32 {
        let middle = Noisy(10 + row);
        for column in 0..3_u32 {
            let _inner = Noisy(20 + column);
            sum += table[black_box(row * column + if row == at { 3 } else { 0 }) as usize];
        }
        sum += middle.0;
    }
    sum + outer.0
}

/// Values that are given away in some rounds: whether they are still to be destroyed is known when the program runs.
fn moving(at: u32) -> u32 {
    let mut kept = Vec::new();
    let mut last = None;
    for number in 0..6 {
        let value = Noisy(number);
        if number % 3 == 0 {
            kept.push(value);
        } else if number % 3 == 1 {
            last = Some(value);
        }
        may_panic(number, at);
    }
    kept.len() as u32 + last.map_or(0, |last: Noisy| last.0)
}

/// Calls through a table of functions, with results.
fn indirect(at: u32) -> u32 {
    let first = Noisy(7);
    let add = |number| may_panic(number, at);
    let double = |number| may_panic(number, at + 1) * 2;
    let functions: [&dyn Fn(u32) -> u32; 2] = [&add, &double];
    let mut sum = first.0;
    for number in 0..5_u32 {
        let _guard = Noisy(30 + number);
        sum += black_box(functions)[number as usize % 2](number);
    }
    sum
}

/// A loop around what catches, with something to destroy on both sides.
fn catching(at: u32) -> u32 {
    let _outside = Noisy(1);
    let mut sum = 0;
    for number in 0..4 {
        let _around = Noisy(40 + number);
        let caught = catch_unwind(AssertUnwindSafe(|| {
            let _inside = Noisy(50 + number);
            for step in 0..3 {
                let _step = Noisy(60 + step);
                sum += may_panic(number * 3 + step, at);
            }
        }));
        if let Err(payload) = caught {
            happened("caught");
            if number == 2 {
                resume_unwind(payload);
            }
        }
    }
    sum
}

/// A destructor that panics while nothing else does: what else there is is destroyed all the same.
fn exploding(at: u32) -> u32 {
    let before = Noisy(1);
    let mut sum = before.0;
    for number in 0..4 {
        let _first = Noisy(70 + number);
        let bomb = (number == at).then(|| Bomb(number));
        let _last = Noisy(80 + number);
        sum += may_panic(number, 9);
        drop(bomb);
    }
    sum
}

/// A panic while a destructor runs a loop of its own.
fn handling(at: u32) -> u32 {
    struct Many(Vec<Noisy>);
    impl Drop for Many {
        fn drop(&mut self) {
            while let Some(one) = self.0.pop() {
                happened(format!("pop {}", one.0));
                let _ = catch_unwind(|| may_panic(one.0, 2));
            }
        }
    }
    let mut many = Many(Vec::new());
    let mut sum = 0;
    for number in 0..5 {
        many.0.push(Noisy(number));
        sum += may_panic(number, at);
    }
    sum
}

fn main() {
    set_hook(Box::new(|_| {}));
    let functions: [(&str, fn(u32) -> u32); 7] = [
        ("growing", growing),
        ("indexing", indexing),
        ("moving", moving),
        ("indirect", indirect),
        ("catching", catching),
        ("exploding", exploding),
        ("handling", handling),
    ];
    for (name, function) in functions {
        for at in 0..8 {
            let result = catch_unwind(|| black_box(function)(at)).ok();
            println!("{name} {at}: {result:?} {}", EVENTS.take().join(" "));
        }
    }
}
