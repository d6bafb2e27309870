//! What the benchmark programs share: arguments, a clock, repeatable noise, and the line in which a figure is reported.
//!
//! A figure goes to standard error, `figure NAME VALUE`, so that standard output stays free for what is measured.

use std::str::FromStr;
use std::time::Instant;

/// The argument at `index` (the first after the program's name is 1), or `default` if there is none.
///
/// # Panics
/// An argument that cannot be read as a `T`.
pub fn argument<T: FromStr>(index: usize, default: T) -> T {
    match std::env::args().nth(index) {
        Some(text) => text.parse().unwrap_or_else(|_| panic!("argument {index} ({text}) has the wrong form")),
        None => default,
    }
}

/// Reports one figure to the driver.
pub fn figure(name: &str, value: f64) {
    eprintln!("figure {name} {value:.6}");
}

/// Seconds that `work` takes.
pub fn seconds(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64()
}

/// Reports the time of one of `count` repetitions of `work`, in nanoseconds.
pub fn nanoseconds_each(name: &str, count: u64, work: impl FnOnce()) {
    figure(name, seconds(work) * 1e9 / count as f64);
}

/// Reports the time of one of `count` repetitions of `work`, in microseconds.
pub fn microseconds_each(name: &str, count: u64, work: impl FnOnce()) {
    figure(name, seconds(work) * 1e6 / count as f64);
}

/// A repeatable sequence of numbers without pattern (xorshift).
pub struct Noise(u64);

impl Noise {
    /// The same sequence each time.
    pub fn new() -> Noise {
        Noise(0x2545_F491_4F6C_DD1D)
    }
}

impl Default for Noise {
    fn default() -> Noise {
        Noise::new()
    }
}

impl Iterator for Noise {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        Some(self.0)
    }
}
