//! Rust and C call each other with every type of the list; a line each says whether they agree.
//!
//! `build/` wrote both sides. A value is a function of a seed, and each side sums what it was given, so that a byte that was lost, a sign that was
//! not extended or an argument that slipped changes the sum.
#![cfg_attr(feature = "c-variadic", feature(c_variadic))]

use std::mem::zeroed;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};

mod peer {
    //! What `build/` wrote.
    #![allow(
        unused_mut,
        unused_assignments,
        unused_variables,
        unused_unsafe,
        unused_parens,
        clippy::all,
        reason = "one form serves every type"
    )]
    #![allow(improper_ctypes, improper_ctypes_definitions, reason = "C compilers have 128-bit integers too")]

    use super::{Check, add, fold, mix, say, wide, zeroed};

    include!(concat!(env!("OUT_DIR"), "/peer.rs"));

    pub(super) fn run() {
        all();
    }
}

static WRONG: AtomicUsize = AtomicUsize::new(0);

fn main() -> ExitCode {
    peer::run();
    #[cfg(feature = "c-variadic")]
    say("variadic function in Rust, called by C", variadic::called_by_c());
    match WRONG.load(Ordering::Relaxed) {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

/// What was compared for one type, and what differed.
#[derive(Default)]
struct Check {
    compared: Vec<&'static str>,
    wrong: Vec<String>,
}

impl Check {
    fn same(&mut self, what: &'static str, c: u64, rust: u64) {
        if !self.compared.contains(&what) {
            self.compared.push(what);
        }
        if c != rust {
            self.wrong.push(format!("{what} (C {c:#x}, Rust {rust:#x})"));
        }
    }

    fn done(self) -> Result<String, String> {
        if self.wrong.is_empty() { Ok(self.compared.join(", ")) } else { Err(self.wrong.join(", ")) }
    }
}

fn say(what: &str, outcome: Result<String, String>) {
    match outcome {
        Ok(compared) => println!("{what}: {compared}: ok"),
        Err(wrong) => {
            WRONG.fetch_add(1, Ordering::Relaxed);
            println!("{what}: DIFFERS: {wrong}");
        }
    }
}

fn mix(seed: u32, leaf: u32) -> u64 {
    let x = (u64::from(seed) << 32 | u64::from(leaf)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ x >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x ^ x >> 32
}

fn add(sum: u64, value: u64) -> u64 {
    (sum ^ value).wrapping_mul(0x100_0000_01b3).wrapping_add(1)
}

fn fold(value: u128) -> u64 {
    value as u64 ^ ((value >> 64) as u64).wrapping_mul(3)
}

fn wide(value: u64) -> u128 {
    u128::from(value).wrapping_mul(0x1234_5678_8765_4321) ^ u128::from(value) << 64
}

#[cfg(feature = "c-variadic")]
mod variadic {
    //! A variadic function in Rust.

    use std::ffi::c_int;

    #[repr(C)]
    struct Pair {
        a: i32,
        b: f64,
    }

    unsafe extern "C" {
        fn c_call_variadic(f: unsafe extern "C" fn(i32, ...) -> f64, count: i32) -> f64;
    }

    unsafe extern "C" fn sum(count: i32, mut list: ...) -> f64 {
        // SAFETY: these are the types that c/variadic.c passes, after C's promotions, in this order.
        unsafe {
            let mut sum = f64::from(count);
            sum += f64::from(list.arg::<c_int>());
            sum += f64::from(list.arg::<u32>());
            sum += list.arg::<i64>() as f64;
            sum += list.arg::<f64>() + list.arg::<f64>();
            sum += *list.arg::<*const i64>() as f64;
            let pair = list.arg::<*const Pair>();
            sum += f64::from((*pair).a) + (*pair).b;
            sum + f64::from(list.arg::<c_int>())
        }
    }

    pub(super) fn called_by_c() -> Result<String, String> {
        let expected = 8.0 - 1.0 + 2.0 - 8_000_000_000.0 + 3.25 + 4.5 + 5.5 + 65535.0;
        // SAFETY: `sum` reads what C passes.
        let found = unsafe { c_call_variadic(sum, 8) };
        if found == expected { Ok("eight arguments".to_owned()) } else { Err(format!("{found} instead of {expected}")) }
    }
}
