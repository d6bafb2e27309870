//! Rayon's parallel sorts and iterators beside the sequential ones, on one core: what parallel code costs where there is nothing to gain.

use measure::{Noise, argument, nanoseconds_each};
use rayon::prelude::*;

fn main() {
    let count: u64 = argument(1, 10_000_000);
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global().expect("nobody made the pool before");
    let noise: Vec<u64> = Noise::new().take(count as usize).collect();

    let sorted = |name: &str, sort: fn(&mut [u64])| {
        let mut numbers = noise.clone();
        nanoseconds_each(name, count, || sort(&mut numbers));
        assert!(numbers.is_sorted());
    };
    sorted("sort_unstable", |numbers| numbers.sort_unstable());
    sorted("par_sort_unstable", |numbers| numbers.par_sort_unstable());
    sorted("sort", |numbers| numbers.sort());
    sorted("par_sort", |numbers| numbers.par_sort());

    let work = |number: &u64| number.rotate_left(7).wrapping_mul(0x9E37_79B9) % 1_000_003;
    let (mut sum, mut par_sum) = (0, 0);
    nanoseconds_each("sum", count, || sum = noise.iter().map(work).sum::<u64>());
    nanoseconds_each("par_sum", count, || par_sum = noise.par_iter().map(work).sum());
    assert_eq!(sum, par_sum);

    let (mut kept, mut par_kept) = (Vec::new(), Vec::new());
    let odd = |number: &u64| (number % 3 == 1).then(|| number / 3);
    nanoseconds_each("collect", count, || kept = noise.iter().filter_map(odd).collect());
    nanoseconds_each("par_collect", count, || par_kept = noise.par_iter().filter_map(odd).collect());
    assert_eq!(kept, par_kept);
}
