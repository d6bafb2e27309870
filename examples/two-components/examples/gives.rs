//! The component that others use.

use std::cell::Cell;
use std::hint::black_box;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::thread;

wit_bindgen::generate!({ path: "wit", world: "gives" });

use exports::two::components::things::{Counter, CounterBorrow, Guest, GuestCounter};
use wit_bindgen::{FutureReader, StreamReader, spawn_local, yield_async};

struct Gives;

export!(Gives);

static CONSTRUCTED: AtomicU32 = AtomicU32::new(0);

extern "C" fn construct() {
    CONSTRUCTED.fetch_add(1, Relaxed);
}

#[used]
#[unsafe(link_section = ".init_array")]
static CONSTRUCT: extern "C" fn() = construct;

static LIVE: AtomicU32 = AtomicU32::new(0);

struct Number(Cell<u32>);

impl Drop for Number {
    fn drop(&mut self) {
        black_box(&mut [1u8; 5000]);
        LIVE.fetch_sub(1, Relaxed);
    }
}

impl GuestCounter for Number {
    fn new(first: u32) -> Number {
        LIVE.fetch_add(1, Relaxed);
        Number(Cell::new(first))
    }

    fn next(&self) -> u32 {
        self.0.set(self.0.get() + 1);
        self.0.get()
    }

    async fn wait_for(&self, number: u32) -> u32 {
        while self.0.get() < number {
            yield_async().await;
        }
        self.0.get()
    }

    fn merge(one: Counter, other: CounterBorrow<'_>) -> Counter {
        let sum = one.get::<Number>().0.get() + other.get::<Number>().0.get();
        // Drops what it owns, in the middle of the call.
        drop(one);
        Counter::new(<Number as GuestCounter>::new(sum))
    }
}

thread_local!(static MINE: Cell<u32> = const { Cell::new(0) });

impl Guest for Gives {
    type Counter = Number;

    fn live() -> u32 {
        LIVE.load(Relaxed)
    }

    fn constructed() -> u32 {
        CONSTRUCTED.load(Relaxed)
    }

    async fn double(text: String) -> String {
        yield_async().await;
        text.repeat(2)
    }

    async fn numbers(upto: u32) -> StreamReader<u32> {
        let (mut writer, reader) = wit_stream::new();
        spawn_local(async move {
            writer.write_all((0..upto).collect()).await;
        });
        reader
    }

    async fn sum(mut numbers: StreamReader<u32>) -> u64 {
        let mut sum = 0;
        while let Some(number) = numbers.next().await {
            sum += u64::from(number);
        }
        sum
    }

    async fn later(text: String) -> FutureReader<String> {
        let (writer, reader) = wit_future::new(String::new);
        spawn_local(async move { writer.write(text).await.unwrap() });
        reader
    }

    async fn threads(number: u32) -> u32 {
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

    async fn apart(number: u32) -> u32 {
        let before = MINE.replace(number);
        yield_async().await;
        MINE.get() * 10 + before
    }

    async fn blocks() -> u32 {
        let mut room = [7u8; 5000];
        black_box(&mut room);
        thread::spawn(|| (0..10).for_each(|_| thread::yield_now())).join().unwrap();
        black_box(&room).iter().map(|byte| u32::from(*byte)).sum()
    }
}
