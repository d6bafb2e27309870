//! Threads that share sockets, against the fake host: turns, patience, and shutting down under somebody's wait.

#[path = "../../component/tests/common/mod.rs"]
mod common;

use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use common::spawn;
use component_rt::abi::fake::host;
use wasi_rt::Error;
use wasi_rt::abi::fake::sockets as network;
use wasi_rt::net::{TcpListener, TcpStream, UdpSocket};
use wasi_rt::time;

const MILLISECOND: u64 = 1_000_000;

fn listener() -> Rc<TcpListener> {
    Rc::new(TcpListener::bind(&"127.0.0.1:0".parse().unwrap()).unwrap())
}

fn pair(listener: &TcpListener) -> (Rc<TcpStream>, Rc<TcpStream>) {
    let client = TcpStream::connect(&listener.local_addr().unwrap()).unwrap();
    (Rc::new(client), Rc::new(listener.accept().unwrap().0))
}

/// Handles of the instance, but for the waitable sets that are kept for the next wait.
fn handles() -> Vec<String> {
    host::live_handles().into_iter().filter(|kind| kind != "waitable-set").collect()
}

#[test]
fn readers_of_one_connection_take_turns() {
    let (client, server) = pair(&listener());
    let readers: Vec<_> = (0..3)
        .map(|_| {
            let client = Rc::clone(&client);
            spawn(move || {
                let mut byte = [0];
                client.read(&mut byte).map(|count| (count, byte[0]))
            })
        })
        .collect();
    for n in 0..3 {
        time::sleep(MILLISECOND);
        server.write(&[n]).unwrap();
    }
    let read: Vec<_> = readers.into_iter().map(|reader| reader.join()).collect();
    assert_eq!(read, [Ok((1, 0)), Ok((1, 1)), Ok((1, 2))], "who came first reads first");
}

#[test]
fn patience_holds_for_the_wait_for_a_turn() {
    let (client, server) = pair(&listener());
    let reader = spawn({
        let client = Rc::clone(&client);
        move || client.read(&mut [0; 4])
    });
    time::sleep(MILLISECOND);
    let begun = host::now();
    client.modes().set_read_timeout(Some(Duration::from_millis(3)));
    assert_eq!(client.read(&mut [0; 4]), Err(Error::AGAIN));
    assert_eq!(host::now(), begun + 3 * MILLISECOND);
    client.modes().set_nonblocking(true);
    assert_eq!(client.read(&mut [0; 4]), Err(Error::AGAIN));
    assert_eq!(client.take_error(), None);
    assert_eq!(host::now(), begun + 3 * MILLISECOND, "nonblocking means not waiting for a turn either");
    server.write(b"!").unwrap();
    assert_eq!(reader.join(), Ok(1));
}

#[test]
fn shutting_down_ends_every_wait_in_that_direction() {
    for timeout in [None, Some(Duration::from_secs(9))] {
        let (client, server) = pair(&listener());
        client.modes().set_read_timeout(timeout);
        let readers: Vec<_> = (0..2)
            .map(|_| {
                let client = Rc::clone(&client);
                spawn(move || client.read(&mut [0; 4]))
            })
            .collect();
        time::sleep(MILLISECOND);
        let begun = host::now();
        client.shutdown_read();
        assert!(readers.into_iter().all(|reader| reader.join() == Ok(0)));
        assert_eq!((client.peek(&mut [0; 4]), host::now()), (Ok(0), begun));

        let writer = spawn({
            let client = Rc::clone(&client);
            move || {
                let written = client.write(&[7; 100_000]).unwrap();
                (written, client.write(&[7; 100_000]))
            }
        });
        time::sleep(MILLISECOND);
        client.shutdown_write().unwrap();
        let (written, refused) = writer.join();
        assert_eq!((written, refused), (network::CAPACITY, Err(Error::PIPE)));
        let (mut all, mut buffer) = (0, [0; 10_000]);
        loop {
            match server.read(&mut buffer).unwrap() {
                0 => break,
                count => all += count,
            }
        }
        assert_eq!(all, written, "what was counted arrives before the end");
    }
    assert_eq!(handles(), [""; 0]);
}

#[test]
fn an_interruption_that_comes_with_the_bytes_loses_neither() {
    let (client, server) = pair(&listener());
    let reader = spawn({
        let client = Rc::clone(&client);
        move || {
            let mut buffer = [0; 4];
            [client.read(&mut buffer), client.read(&mut buffer)]
        }
    });
    time::sleep(MILLISECOND);
    // Both happen before the reader runs again.
    server.write(b"abc").unwrap();
    host::advance_to(host::now());
    client.shutdown_read();
    let [first, second] = reader.join();
    assert!(matches!(first, Ok(0 | 3)), "{first:?}");
    assert_eq!(second, Ok(0));
    drop((client, server));
    assert_eq!(handles(), [""; 0]);
}

#[test]
fn a_listener_serves_threads_that_accept() {
    let listener = listener();
    let acceptors: Vec<_> = (0..2)
        .map(|_| {
            let listener = Rc::clone(&listener);
            spawn(move || listener.accept().unwrap().1)
        })
        .collect();
    time::sleep(MILLISECOND);
    let address = listener.local_addr().unwrap();
    let clients = [(); 2].map(|()| TcpStream::connect(&address).unwrap());
    let peers: Vec<SocketAddr> = acceptors.into_iter().map(|acceptor| acceptor.join()).collect();
    assert_eq!(peers, clients.map(|client| client.local_addr().unwrap()));
}

#[test]
fn receivers_of_one_socket_take_turns() {
    let socket = Rc::new(UdpSocket::bind(&"127.0.0.1:0".parse().unwrap()).unwrap());
    let address = socket.local_addr().unwrap();
    socket.modes().set_read_timeout(Some(Duration::from_secs(9)));
    let receivers: Vec<_> = (0..2)
        .map(|_| {
            let socket = Rc::clone(&socket);
            spawn(move || socket.receive(&mut [0; 8]).unwrap().0)
        })
        .collect();
    time::sleep(MILLISECOND);
    socket.send_to(b"one", &address).unwrap();
    socket.send_to(b"three", &address).unwrap();
    assert_eq!(receivers.into_iter().map(|receiver| receiver.join()).collect::<Vec<_>>(), [3, 5]);
    drop(socket);
    assert_eq!(handles(), [""; 0]);
}
