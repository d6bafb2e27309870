//! `async` with nothing but std.

use std::os::component::{race, sleep, spawn, spawn_blocking, timeout};
use std::time::{Duration, Instant};

#[std::os::component::main]
async fn main() {
    let start = Instant::now();
    let tasks: Vec<_> = [150, 50, 100]
        .map(|milliseconds| {
            spawn(async move {
                sleep(Duration::from_millis(milliseconds)).await;
                println!("after {milliseconds}");
                milliseconds
            })
        })
        .into_iter()
        .collect();
    let mut sum = 0;
    for task in tasks {
        sum += task.await.unwrap();
    }
    println!("{sum} {}", start.elapsed() >= Duration::from_millis(150));
    println!("{:?}", timeout(Duration::from_millis(5), std::future::pending::<()>()).await);
    let soon = async {
        sleep(Duration::from_millis(1)).await;
        "soon"
    };
    let late = async {
        sleep(Duration::from_secs(60)).await;
        "late"
    };
    println!("{}", race(late, soon).await);
    println!("{}", spawn_blocking(|| std::thread::spawn(|| 7).join().unwrap()).await.unwrap());
    println!("{}", spawn(async { panic!("in a task") }).await.unwrap_err());
}
