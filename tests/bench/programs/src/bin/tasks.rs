//! Tasks in one thread: spawned, woken, yielding, sleeping, and in conversation over TCP: tasks|sleepers|connections|pingpong COUNT.
//!
//! Native is tokio's current-thread runtime. `pingpong` compares with blocking calls of the same program; its first argument after the count is
//! the address of `tcp_peer`.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::rc::Rc;
use std::task::{Poll, Waker};
use std::time::{Duration, Instant};

use measure::{argument, figure, microseconds_each};

use executor::{Listener, Stream, block_on, sleep, spawn, yield_now};

fn main() {
    let what: String = argument(1, String::new());
    let count: u64 = argument(2, 0);
    match &*what {
        "tasks" => block_on(tasks(count)),
        "sleepers" => block_on(sleepers(count)),
        "connections" => block_on(connections(count)),
        "pingpong" => pingpong(count, &argument(3, String::new())),
        _ => panic!("the first argument says what to do"),
    }
}

/// Nanoseconds for each of `count`.
fn each(name: &str, count: u64, time: Duration) {
    figure(name, time.as_nanos() as f64 / count as f64);
}

async fn tasks(count: u64) {
    for round in [count / 10, count] {
        let start = Instant::now();
        for _ in 0..round {
            spawn(async {}).await;
        }
        if round == count {
            each("spawn_join", count, start.elapsed());
        }
    }

    let start = Instant::now();
    for _ in 0..count {
        yield_now().await;
    }
    each("yield", count, start.elapsed());

    // Two tasks that wake each other in turn.
    let turn = Rc::new(Cell::new(0));
    let wakers: Rc<[RefCell<Option<Waker>>; 2]> = Rc::default();
    let start = Instant::now();
    let players: Vec<_> = (0..2)
        .map(|player| {
            let (turn, wakers) = (turn.clone(), wakers.clone());
            spawn(async move {
                for _ in 0..count / 2 {
                    poll_fn(|context| {
                        if turn.get() == player {
                            return Poll::Ready(());
                        }
                        let mut place = wakers[player].borrow_mut();
                        if !place.as_ref().is_some_and(|waker| waker.will_wake(context.waker())) {
                            *place = Some(context.waker().clone());
                        }
                        Poll::Pending
                    })
                    .await;
                    turn.set(1 - player);
                    if let Some(waker) = &*wakers[1 - player].borrow() {
                        waker.wake_by_ref();
                    }
                }
            })
        })
        .collect();
    for player in players {
        player.await;
    }
    each("wake", count / 2 * 2, start.elapsed());
}

/// How late the latest of many sleepers is.
async fn sleepers(count: u64) {
    let start = Instant::now();
    let tasks: Vec<_> = (0..count)
        .map(|index| {
            spawn(async move {
                let deadline = start + Duration::from_millis(500 + index % 100);
                sleep(deadline.saturating_duration_since(Instant::now())).await;
                Instant::now().saturating_duration_since(deadline)
            })
        })
        .collect();
    let mut latest = Duration::ZERO;
    for task in tasks {
        latest = latest.max(task.await);
    }
    figure("latest", latest.as_secs_f64() * 1e3);
}

/// Many connections, both ends in this program.
async fn connections(count: u64) {
    const ROUNDS: u64 = 20;
    let listener = Listener::bind();
    let address = listener.address();
    let server = spawn(async move {
        let mut conversations = Vec::new();
        for _ in 0..count {
            let mut stream = listener.accept().await;
            conversations.push(spawn(async move {
                let mut buffer = [0; 64];
                loop {
                    let read = stream.read(&mut buffer).await;
                    if read == 0 {
                        break;
                    }
                    stream.write_all(&buffer[..read]).await;
                }
            }));
        }
        for conversation in conversations {
            conversation.await;
        }
    });
    let mut streams = Vec::new();
    for _ in 0..count {
        streams.push(Stream::connect(address).await);
    }
    let start = Instant::now();
    let clients: Vec<_> = streams
        .into_iter()
        .map(|mut stream| {
            spawn(async move {
                let mut buffer = [3; 64];
                for _ in 0..ROUNDS {
                    stream.write_all(&buffer).await;
                    let mut filled = 0;
                    while filled < buffer.len() {
                        filled += stream.read(&mut buffer[filled..]).await;
                    }
                }
            })
        })
        .collect();
    for client in clients {
        client.await;
    }
    figure("round_trip", start.elapsed().as_secs_f64() * 1e6 / (count * ROUNDS) as f64);
    server.await;
}

/// A byte there and back, awaited and blocking.
fn pingpong(count: u64, address: &str) {
    let mut stream = TcpStream::connect(address).expect("the peer listens");
    stream.set_nodelay(true).expect("a connected socket has the option");
    stream.write_all(b"E").expect("the peer reads");
    let mut exchange = |count| {
        let mut byte = [7];
        for _ in 0..count {
            stream.write_all(&byte).expect("the peer reads");
            stream.read_exact(&mut byte).expect("the peer echoes");
        }
    };
    exchange(1000);
    microseconds_each("blocking", count, || exchange(count));
    let address = address.parse().expect("an address");
    block_on(async {
        let mut stream = Stream::connect(address).await;
        stream.write_all(b"E").await;
        let mut byte = [7];
        let mut start = Instant::now();
        for round in 0..count + 1000 {
            if round == 1000 {
                start = Instant::now();
            }
            stream.write_all(&byte).await;
            stream.read(&mut byte).await;
        }
        figure("awaited", start.elapsed().as_secs_f64() * 1e6 / count as f64);
    });
}

#[cfg(target_family = "wasm")]
mod executor {
    use std::net::{SocketAddr, TcpListener, TcpStream};
    use std::os::component::{self, AsyncRead, AsyncWrite, TcpListenerExt, TcpStreamExt};
    pub use std::os::component::{block_on, sleep, yield_now};

    pub async fn joined<T>(handle: component::JoinHandle<T>) -> T {
        handle.await.expect("no task panics")
    }

    pub fn spawn<F: Future<Output: 'static> + 'static>(future: F) -> impl Future<Output = F::Output> {
        joined(component::spawn(future))
    }

    pub struct Listener(TcpListener);

    impl Listener {
        pub fn bind() -> Listener {
            Listener(TcpListener::bind("127.0.0.1:0").expect("loopback has a free port"))
        }

        pub fn address(&self) -> SocketAddr {
            self.0.local_addr().expect("it is bound")
        }

        pub async fn accept(&self) -> Stream {
            Stream(self.0.accept_async().await.expect("somebody connects").0)
        }
    }

    pub struct Stream(TcpStream);

    impl Stream {
        pub async fn connect(address: SocketAddr) -> Stream {
            Stream(TcpStream::connect_async(address).await.expect("somebody listens"))
        }

        pub async fn read(&mut self, buffer: &mut [u8]) -> usize {
            self.0.read_async(buffer).await.expect("it is connected")
        }

        pub async fn write_all(&mut self, bytes: &[u8]) {
            self.0.write_all_async(bytes).await.expect("it is connected");
        }
    }
}

#[cfg(not(target_family = "wasm"))]
mod executor {
    use std::net::SocketAddr;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};
    use tokio::runtime::Builder;
    pub use tokio::task::yield_now;
    use tokio::task::{LocalSet, spawn_local};
    pub use tokio::time::sleep;

    pub fn block_on<F: Future>(future: F) -> F::Output {
        let runtime = Builder::new_current_thread().enable_all().build().expect("the system lets it");
        LocalSet::new().block_on(&runtime, future)
    }

    pub fn spawn<F: Future<Output: 'static> + 'static>(future: F) -> impl Future<Output = F::Output> {
        let handle = spawn_local(future);
        async { handle.await.expect("no task panics") }
    }

    pub struct Listener(TcpListener);

    impl Listener {
        pub fn bind() -> Listener {
            let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
            listener.set_nonblocking(true).expect("the system lets it");
            Listener(TcpListener::from_std(listener).expect("a runtime runs"))
        }

        pub fn address(&self) -> SocketAddr {
            self.0.local_addr().expect("it is bound")
        }

        pub async fn accept(&self) -> Stream {
            Stream(self.0.accept().await.expect("somebody connects").0)
        }
    }

    pub struct Stream(TcpStream);

    impl Stream {
        pub async fn connect(address: SocketAddr) -> Stream {
            Stream(TcpStream::connect(address).await.expect("somebody listens"))
        }

        pub async fn read(&mut self, buffer: &mut [u8]) -> usize {
            self.0.read(buffer).await.expect("it is connected")
        }

        pub async fn write_all(&mut self, bytes: &[u8]) {
            self.0.write_all(bytes).await.expect("it is connected");
        }
    }
}
