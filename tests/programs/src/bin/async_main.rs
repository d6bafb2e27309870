//! An `async fn main` with nothing but std: tasks, their values, sleeping, time-outs, panics, and an error at the end.
//@ native = "std has no executor there"
//@ exit = 1
//@ stdout = "(Ok(1), Ok(2))\nTimedOut\ncancelled: true\npanicked: \"on purpose\"\nfirst\nabandoned\n"
//@ stderr = ["on purpose", "Error: \"told\""]

#[cfg(not(target_family = "wasm"))]
fn main() {}

#[cfg(target_family = "wasm")]
#[std::os::component::main]
async fn main() -> Result<(), String> {
    use std::future::pending;
    use std::os::component;
    use std::time::{Duration, Instant};

    let start = Instant::now();
    let slow = component::spawn(async {
        component::sleep(Duration::from_millis(30)).await;
        1
    });
    let quick = component::spawn(async {
        component::sleep_until(Instant::now() + Duration::from_millis(20)).await;
        2
    });
    println!("{:?}", component::join(slow, quick).await);
    // One after the other would take 50 ms; and nobody is early.
    assert!(start.elapsed() >= Duration::from_millis(30));

    let over = component::timeout(Duration::from_millis(1), pending::<()>()).await;
    println!("{}", if over.is_err() { "TimedOut" } else { "ready" });
    assert_eq!(component::timeout(Duration::from_secs(3600), async { 5 }).await, Ok(5));

    let cancelled = component::spawn(pending::<()>());
    cancelled.cancel();
    println!("cancelled: {}", cancelled.await.unwrap_err().is_cancelled());

    let panicked = component::spawn(async {
        component::yield_now().await;
        panic!("on purpose")
    });
    let payload = panicked.await.unwrap_err().into_panic();
    println!("panicked: {:?}", payload.downcast_ref::<&str>().unwrap());

    let race = component::race(async { "first" }, async { "second" }).await;
    println!("{race}");

    // A task that is always ready keeps nobody out: not the host's events, not other threads.
    let spinning = component::spawn(async {
        loop {
            component::yield_now().await;
        }
    });
    component::sleep(Duration::from_millis(2)).await;
    spinning.cancel();

    struct Told(&'static str);
    impl Drop for Told {
        fn drop(&mut self) {
            println!("{}", self.0);
        }
    }
    let told = Told("abandoned");
    drop(component::spawn(async move {
        let _told = told;
        pending::<()>().await;
    }));
    component::yield_now().await;
    Err("told".into())
}
