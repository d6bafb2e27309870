//! The same parallel sorts and iterators in three pools of rayon: of the current thread alone, which is rayon's own sequential run; of the default
//! number of workers; and of four. What threads cost where there is one core.

use measure::{Noise, argument, nanoseconds_each};
use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

fn main() {
    let count: u64 = argument(1, 10_000_000);
    let noise: Vec<u64> = Noise::new().take(count as usize).collect();
    // The first belongs to this thread for good; the others' work is handed to them.
    let alone = ThreadPoolBuilder::new().num_threads(1).use_current_thread().build().expect("a pool of this thread");
    let default = ThreadPoolBuilder::new().build().expect("a pool");
    let four = ThreadPoolBuilder::new().num_threads(4).build().expect("a pool of four");

    // Who comes first gets the memory from the host, and is not counted.
    let expected = measure_all("first", &alone, &noise);
    assert_eq!(measure_all("alone", &alone, &noise), expected);
    assert_eq!(measure_all("default", &default, &noise), expected);
    assert_eq!(measure_all("four", &four, &noise), expected);
}

/// Takes the time of each, and gives what came out.
fn measure_all(pool_name: &str, pool: &ThreadPool, noise: &[u64]) -> (u64, Vec<u64>) {
    let each = |name: &str, times: u64, work: &mut (dyn FnMut() + Send)| {
        let count = noise.len() as u64 * times;
        nanoseconds_each(&format!("{pool_name}_{name}"), count, || (0..times).for_each(|_| pool.install(&mut *work)));
    };
    let mut numbers = noise.to_vec();
    each("sort_unstable", 1, &mut || numbers.par_sort_unstable());
    assert!(numbers.is_sorted());
    numbers.copy_from_slice(noise);
    each("sort", 1, &mut || numbers.par_sort());
    assert!(numbers.is_sorted());

    let (mut sum, mut kept) = (0, Vec::new());
    let work = |number: &u64| number.rotate_left(7).wrapping_mul(0x9E37_79B9) % 1_000_003;
    each("sum", 20, &mut || sum = noise.par_iter().map(work).sum());
    let odd = |number: &u64| (number % 3 == 1).then(|| number / 3);
    each("collect", 20, &mut || kept = noise.par_iter().filter_map(odd).collect());
    (sum, kept)
}
