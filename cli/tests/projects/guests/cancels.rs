//! Cancels calls, waits for one that never ends, and calls one that fails.

use std::os::component;

#[component::wasm(import = "two:components/calls")]
extern "wasm" {
    async fn long(text: &str) -> String;
    async fn forever() -> u32;
    async fn detached() -> u32;
    async fn fail() -> u32;
    fn dropped() -> u32;
}

async fn turns(count: u32) -> u32 {
    for _ in 0..count {
        component::yield_now().await;
    }
    0
}

#[component::wasm]
pub async extern "wasm" fn cancel() -> Vec<u32> {
    let mut said = Vec::new();
    let long = async { long("text").await.len() as u32 };
    said.extend([component::race(long, turns(10)).await, dropped()]);
    said.extend([component::race(forever(), turns(10)).await, dropped()]);
    said.push(component::race(detached(), turns(10)).await);
    turns(1000).await;
    said.push(dropped());
    // One that never began.
    drop(forever());
    said.push(dropped());
    said
}

#[component::wasm]
pub async extern "wasm" fn stuck() -> u32 {
    forever().await
}

#[component::wasm]
pub async extern "wasm" fn failed() -> u32 {
    fail().await
}
