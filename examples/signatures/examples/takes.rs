//! The component that uses the other, from Rust signatures alone.

use std::os::component;

#[component::wasm(import = "two:components/things")]
mod things {
    use std::os::component::{FutureReader, Stream};

    extern "wasm" {
        /// A number that grows.
        pub type Counter;
        pub fn live() -> u32;
        pub fn constructed() -> u32;
        pub async fn double(text: &str) -> String;
        pub async fn numbers(upto: u32) -> Stream<u32>;
        pub async fn sum(numbers: Stream<u32>) -> u64;
        pub async fn later(text: &str) -> FutureReader<String>;
        pub async fn threads(number: u32) -> u32;
        pub async fn apart(number: u32) -> u32;
        pub async fn blocks() -> u32;
    }

    impl Counter {
        pub extern "wasm" fn new(first: u32) -> Counter;
        pub extern "wasm" fn next(&self) -> u32;
        pub async extern "wasm" fn wait_for(&self, number: u32) -> u32;
        pub extern "wasm" fn merge(one: Counter, other: &Counter) -> Counter;
    }
}

use things::Counter;

#[component::wasm]
pub async extern "wasm" fn everything() -> String {
    let mut said = vec![format!("constructed {}", things::constructed())];
    let (one, other) = (Counter::new(1), Counter::new(10));
    said.push(format!("next {} {}", one.next(), other.next()));
    let merged = Counter::merge(one, &other);
    said.push(format!("merged {} of {}", merged.next(), things::live()));
    drop((merged, other));
    said.push(format!("live {}", things::live()));
    said.push(things::double("ab").await);
    said.push(format!("{:?}", things::numbers(5).await.collect().await));
    let (mut writer, reader) = component::stream();
    let write = async move {
        writer.write_all((0..1000).collect()).await;
    };
    said.push(format!("sum {}", component::join(things::sum(reader), write).await.0));
    said.push(things::later("late").await.await.unwrap());
    said.join(", ")
}

#[component::wasm]
pub async extern "wasm" fn at_once() -> String {
    let counter = Counter::new(0);
    let count = async {
        for _ in 0..3 {
            counter.next();
            component::yield_now().await;
        }
    };
    let (waited, ()) = component::join(counter.wait_for(3), count).await;
    let threads = component::join(things::threads(1), things::threads(2)).await;
    let apart = component::join(things::apart(1), things::apart(2)).await;
    // The other component drops it while a call there blocks.
    let (blocked, ()) = component::join(things::blocks(), async { drop(counter) }).await;
    format!("waited {waited}, threads {threads:?}, apart {apart:?}, blocked {blocked}")
}
