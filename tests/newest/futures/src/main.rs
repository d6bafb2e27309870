//! futures' own executor, its thread pool, and a channel between them.

use futures::channel::mpsc;
use futures::executor::{ThreadPool, block_on};
use futures::{SinkExt, StreamExt};

fn main() {
    let pool = ThreadPool::builder().pool_size(2).create().unwrap();
    let (mut sender, receiver) = mpsc::channel(1);
    pool.spawn_ok(async move {
        for number in 0..10 {
            sender.send(number).await.unwrap();
        }
    });
    let sum = block_on(receiver.fold(0, |sum, number| async move { sum + number }));
    println!("sum: {sum}");
}
