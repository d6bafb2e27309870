//! Calls that take long, for who cancels them.

use std::os::component;

#[component::wasm(interface = "two:components/calls")]
pub mod calls {
    use std::future::pending;
    use std::os::component;
    use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

    static DROPPED: AtomicU32 = AtomicU32::new(0);

    struct Counted;

    impl Drop for Counted {
        fn drop(&mut self) {
            DROPPED.fetch_add(1, Relaxed);
        }
    }

    pub async extern "wasm" fn long(text: &str) -> String {
        let _counted = Counted;
        for _ in 0..1_000_000 {
            component::yield_now().await;
        }
        text.to_owned()
    }

    pub async extern "wasm" fn forever() -> u32 {
        let _counted = Counted;
        pending().await
    }

    /// What it has spawned goes on.
    pub async extern "wasm" fn detached() -> u32 {
        component::spawn(async {
            for _ in 0..50 {
                component::yield_now().await;
            }
            DROPPED.fetch_add(100, Relaxed);
        });
        pending().await
    }

    pub async extern "wasm" fn fail() -> u32 {
        component::yield_now().await;
        panic!("in an export")
    }

    pub extern "wasm" fn dropped() -> u32 {
        DROPPED.load(Relaxed)
    }
}
