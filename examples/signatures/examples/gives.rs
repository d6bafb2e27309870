//! The component that others use: `two:components/things`, as in the example `two-components`, from Rust signatures alone.

use std::os::component;

#[component::wasm(interface = "two:components/things")]
pub mod things {
    use std::cell::Cell;
    use std::hint::black_box;
    use std::os::component::{self, FutureReader, Stream};
    use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
    use std::thread;

    extern "C" fn construct() {
        CONSTRUCTED.fetch_add(1, Relaxed);
    }

    #[used]
    #[unsafe(link_section = ".init_array")]
    static CONSTRUCT: extern "C" fn() = construct;

    static CONSTRUCTED: AtomicU32 = AtomicU32::new(0);
    static LIVE: AtomicU32 = AtomicU32::new(0);

    /// A number that grows.
    #[repr(wasm(resource))]
    pub struct Counter(Cell<u32>);

    impl Counter {
        /// One whose first number is the next.
        pub extern "wasm" fn new(first: u32) -> Counter {
            LIVE.fetch_add(1, Relaxed);
            Counter(Cell::new(first))
        }

        /// The next number.
        pub extern "wasm" fn next(&self) -> u32 {
            self.0.set(self.0.get() + 1);
            self.0.get()
        }

        pub async extern "wasm" fn wait_for(&self, number: u32) -> u32 {
            while self.0.get() < number {
                component::yield_now().await;
            }
            self.0.get()
        }

        pub extern "wasm" fn merge(one: Counter, other: &Counter) -> Counter {
            let sum = one.0.get() + other.0.get();
            // In the middle of the call.
            drop(one);
            Counter::new(sum)
        }
    }

    impl Drop for Counter {
        fn drop(&mut self) {
            black_box(&mut [1u8; 5000]);
            LIVE.fetch_sub(1, Relaxed);
        }
    }

    thread_local!(static MINE: Cell<u32> = const { Cell::new(0) });

    /// How many counters there are.
    pub extern "wasm" fn live() -> u32 {
        LIVE.load(Relaxed)
    }

    /// How often the static constructor has run.
    pub extern "wasm" fn constructed() -> u32 {
        CONSTRUCTED.load(Relaxed)
    }

    pub async extern "wasm" fn double(text: &str) -> String {
        component::yield_now().await;
        text.repeat(2)
    }

    pub async extern "wasm" fn numbers(upto: u32) -> Stream<u32> {
        let (mut writer, reader) = component::stream();
        // It goes on when this function has returned.
        component::spawn(async move { writer.write_all((0..upto).collect()).await });
        reader
    }

    pub async extern "wasm" fn sum(numbers: Stream<u32>) -> u64 {
        numbers.collect().await.into_iter().map(u64::from).sum()
    }

    pub async extern "wasm" fn later(text: String) -> FutureReader<String> {
        let (writer, reader) = component::future(String::new);
        component::spawn(async move { writer.write(text).await.unwrap() });
        reader
    }

    /// What threads make of a thread-local variable in which `number` is.
    pub async extern "wasm" fn threads(number: u32) -> u32 {
        MINE.set(number);
        let thread = |by| {
            thread::spawn(move || {
                MINE.set(MINE.get() + by);
                thread::yield_now();
                MINE.get()
            })
        };
        let threads: Vec<_> = (1..4).map(thread).collect();
        let others: u32 = threads.into_iter().map(|thread| thread.join().unwrap()).sum();
        MINE.get() * 100 + others
    }

    /// What is in a thread-local variable of this call, once another one has begun.
    pub async extern "wasm" fn apart(number: u32) -> u32 {
        let before = MINE.replace(number);
        component::yield_now().await;
        MINE.get() * 10 + before
    }

    /// Blocks, with something on the stack.
    pub async extern "wasm" fn blocks() -> u32 {
        let mut room = [7u8; 5000];
        black_box(&mut room);
        thread::spawn(|| (0..10).for_each(|_| thread::yield_now())).join().unwrap();
        black_box(&room).iter().map(|byte| u32::from(*byte)).sum()
    }
}
