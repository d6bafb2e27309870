//! Wakers between tasks, threads and executors: channels of our own making, a thread that wakes a task, a task in each thread, executors in executors.
//@ native = "std has no executor there"
//@ threads = true
//@ stdout = "ping-pong 500\nfrom a thread 3\nthreads [0, 10, 20, 30]\nblocking [1, 4, 9]\nnested 6\nhandle from elsewhere 8\nmany 1000\n"

#[cfg(not(target_family = "wasm"))]
fn main() {}

#[cfg(target_family = "wasm")]
fn main() {
    wasm::run();
}

#[cfg(target_family = "wasm")]
mod wasm {
    use std::collections::VecDeque;
    use std::future::poll_fn;
    use std::os::component::{block_on, join, sleep, spawn, spawn_blocking, yield_now};
    use std::sync::{Arc, Mutex};
    use std::task::{Poll, Waker};
    use std::time::Duration;
    use std::{mem, thread};

    /// A channel that waits by wakers.
    struct Channel<T>(Arc<Mutex<(VecDeque<T>, Option<Waker>)>>);

    impl<T> Clone for Channel<T> {
        fn clone(&self) -> Self {
            Channel(self.0.clone())
        }
    }

    impl<T> Channel<T> {
        fn new() -> Self {
            Channel(Arc::new(Mutex::new((VecDeque::new(), None))))
        }

        fn send(&self, value: T) {
            let waker = {
                let mut inner = self.0.lock().unwrap();
                inner.0.push_back(value);
                mem::take(&mut inner.1)
            };
            if let Some(waker) = waker {
                waker.wake();
            }
        }

        async fn receive(&self) -> T {
            poll_fn(|context| {
                let mut inner = self.0.lock().unwrap();
                match inner.0.pop_front() {
                    Some(value) => Poll::Ready(value),
                    None => {
                        inner.1 = Some(context.waker().clone());
                        Poll::Pending
                    }
                }
            })
            .await
        }
    }

    pub fn run() {
        block_on(async {
            let (there, back) = (Channel::new(), Channel::new());
            let (from, to) = (there.clone(), back.clone());
            let echo = spawn(async move {
                for _ in 0..500 {
                    to.send(from.receive().await + 1);
                }
            });
            let mut value = 0;
            for _ in 0..500 {
                there.send(value);
                value = back.receive().await;
            }
            echo.await.unwrap();
            println!("ping-pong {value}");

            let channel = Channel::new();
            let sender = channel.clone();
            let thread = thread::spawn(move || {
                for value in 1..=3 {
                    thread::sleep(Duration::from_millis(1));
                    sender.send(value);
                }
            });
            let mut last = 0;
            while last < 3 {
                last = channel.receive().await;
            }
            thread.join().unwrap();
            println!("from a thread {last}");
        });

        let values = thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|index| {
                    scope.spawn(move || {
                        block_on(async move {
                            let task = spawn(async move {
                                sleep(Duration::from_millis(index)).await;
                                index * 10
                            });
                            yield_now().await;
                            task.await.unwrap()
                        })
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
        });
        println!("threads {values:?}");

        block_on(async {
            let tasks: Vec<_> = (1..4_u64)
                .map(|value| {
                    spawn_blocking(move || {
                        thread::sleep(Duration::from_millis(4 - value));
                        value * value
                    })
                })
                .collect();
            let mut values = Vec::new();
            for task in tasks {
                values.push(task.await.unwrap());
            }
            println!("blocking {values:?}");
            let panicked = spawn_blocking(|| panic!("in a thread of its own")).await;
            assert!(panicked.unwrap_err().is_panic());

            let outer = spawn(async {
                sleep(Duration::from_millis(1)).await;
                1
            });
            let inner = block_on(async {
                let task = spawn(async { 2 });
                sleep(Duration::from_millis(1)).await;
                task.await.unwrap() + block_on(async { 3 })
            });
            println!("nested {}", outer.await.unwrap() + inner);

            // A handle is awaited in another thread than its task runs in.
            let task = spawn(async {
                sleep(Duration::from_millis(2)).await;
                8
            });
            let other = spawn_blocking(move || block_on(task).unwrap());
            println!("handle from elsewhere {}", other.await.unwrap());

            let many: Vec<_> = (0..1000)
                .map(|index| {
                    spawn(async move {
                        let (a, b) = join(yield_now(), async { index % 2 }).await;
                        let () = a;
                        b + (index + 1) % 2
                    })
                })
                .collect();
            let mut sum = 0;
            for task in many {
                sum += task.await.unwrap();
            }
            println!("many {sum}");
        });
    }
}
