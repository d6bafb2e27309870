//! Datagram sockets and name lookup against the fake host.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use component_rt::abi::fake::host;
use wasi_rt::Error;
use wasi_rt::abi::fake::sockets as network;
use wasi_rt::net::{UdpSocket, resolve};

const MILLISECOND: u64 = 1_000_000;

fn socket() -> (UdpSocket, SocketAddr) {
    let socket = UdpSocket::bind(&"127.0.0.1:0".parse().unwrap()).unwrap();
    let address = socket.local_addr().unwrap();
    (socket, address)
}

#[test]
fn datagrams_arrive_whole_in_order_and_from_whom_they_say() {
    let ((a, a_address), (b, b_address)) = (socket(), socket());
    let mut buffer = [0; 16];
    assert_eq!(a.send_to(b"one", &b_address), Ok(3));
    assert_eq!(a.send_to(b"", &b_address), Ok(0));
    assert_eq!(a.send_to(b"a longer one", &b_address), Ok(12));
    assert_eq!(b.receive(&mut buffer), Ok((3, a_address)));
    assert_eq!(b.receive(&mut buffer), Ok((0, a_address)));
    assert_eq!(b.receive(&mut buffer[..4]), Ok((4, a_address)), "the rest of a datagram is lost");
    assert_eq!(&buffer[..4], b"a lo");
    b.modes().set_nonblocking(true);
    assert_eq!(b.receive(&mut buffer), Err(Error::AGAIN));
}

#[test]
fn a_peek_leaves_the_datagram() {
    let ((a, a_address), (b, b_address)) = (socket(), socket());
    a.send_to(b"hello", &b_address).unwrap();
    let mut buffer = [0; 16];
    assert_eq!(b.peek(&mut buffer[..2]), Ok((2, a_address)));
    assert_eq!(b.peek(&mut buffer), Ok((5, a_address)));
    assert_eq!(b.receive(&mut buffer), Ok((5, a_address)));
    assert_eq!(&buffer[..5], b"hello");
}

#[test]
fn a_receive_that_gave_up_goes_on_and_loses_nothing() {
    let ((a, a_address), (b, b_address)) = (socket(), socket());
    let mut buffer = [0; 16];
    b.modes().set_read_timeout(Some(Duration::from_millis(10)));
    for (n, latency) in [9, 10, 11, 35].into_iter().enumerate() {
        network::set_latency(latency * MILLISECOND);
        a.send_to(&[n as u8], &b_address).unwrap();
        let begun = host::now();
        let mut refused = 0;
        while let Err(error) = b.receive(&mut buffer) {
            assert_eq!(error, Error::AGAIN);
            refused += 1;
            assert_eq!(host::now(), begun + refused * 10 * MILLISECOND);
        }
        assert_eq!(buffer[0], n as u8, "after {refused} refusals");
        assert_eq!(host::now(), begun + latency * MILLISECOND);
    }
    // A call in flight serves whoever comes next: nonblocking, blocking, peeking.
    assert_eq!(b.receive(&mut buffer), Err(Error::AGAIN));
    a.send_to(b"later", &b_address).unwrap();
    b.modes().set_nonblocking(true);
    assert_eq!(b.peek(&mut buffer), Err(Error::AGAIN));
    b.modes().set_nonblocking(false);
    b.modes().set_read_timeout(None);
    assert_eq!(b.peek(&mut buffer), Ok((5, a_address)));
    assert_eq!(b.receive(&mut buffer), Ok((5, a_address)));
}

#[test]
fn a_socket_closes_under_its_call_in_flight() {
    let ((a, _), (b, b_address)) = (socket(), socket());
    b.modes().set_nonblocking(true);
    assert_eq!(b.receive(&mut [0; 4]), Err(Error::AGAIN));
    drop(b);
    a.send_to(b"to nobody", &b_address).unwrap();
    host::advance_to(MILLISECOND);
    drop(a);
    let left: Vec<_> = host::live_handles().into_iter().filter(|kind| kind != "waitable-set").collect();
    assert_eq!(left, [""; 0]);
}

#[test]
fn a_connected_socket_knows_one_peer() {
    let ((a, a_address), (b, b_address), (stranger, _)) = (socket(), socket(), socket());
    assert_eq!((a.peer_addr(), a.send(b"to whom?")), (Err(Error::NOTCONN), Err(Error::DESTADDRREQ)));
    a.connect(&b_address).unwrap();
    assert_eq!(a.peer_addr(), Ok(b_address));
    assert_eq!(a.send(b"hello"), Ok(5));
    let mut buffer = [0; 16];
    assert_eq!(b.receive(&mut buffer), Ok((5, a_address)));
    stranger.send_to(b"psst", &a_address).unwrap();
    b.send_to(b"hello yourself", &a_address).unwrap();
    assert_eq!(a.receive(&mut buffer), Ok((14, b_address)));
    assert_eq!(a.connect(&"127.0.0.1:0".parse().unwrap()), Err(Error::INVAL));
    assert_eq!(a.send(b"still"), Ok(5), "a connect that failed leaves the peer it had");
}

#[test]
fn a_refusal_is_told_once() {
    let (a, _) = socket();
    a.connect(&"127.0.0.1:9".parse().unwrap()).unwrap();
    assert_eq!(a.take_error(), None);
    a.send(b"anybody?").unwrap();
    host::advance_to(MILLISECOND);
    assert_eq!(a.take_error(), Some(Error::CONNREFUSED));
    assert_eq!(a.take_error(), None);
    a.send(b"anybody?").unwrap();
    a.modes().set_read_timeout(Some(Duration::from_millis(1)));
    assert_eq!(a.peek(&mut [0; 4]), Err(Error::CONNREFUSED));
    // Nobody waits for this receive any more: whoever sends is told what it has come to, and sends nothing.
    assert_eq!(a.receive(&mut [0; 4]), Err(Error::AGAIN));
    a.send(b"anybody?").unwrap();
    host::advance_to(host::now() + MILLISECOND);
    assert_eq!(a.send(b"anybody?"), Err(Error::CONNREFUSED));
    assert_eq!(a.receive(&mut [0; 4]), Err(Error::AGAIN));
    let (b, b_address) = socket();
    b.send_to(b"I am", &a.local_addr().unwrap()).unwrap();
    a.connect(&b_address).unwrap();
    b.send_to(b"I am", &a.local_addr().unwrap()).unwrap();
    host::advance_to(host::now() + MILLISECOND);
    assert_eq!(a.send(b"who?"), Ok(4), "a datagram that waits is no error");
    assert_eq!(a.receive(&mut [0; 4]), Ok((4, b_address)));
}

#[test]
fn what_cannot_be_sent_whole_is_refused() {
    let ((a, _), (_b, b_address)) = (socket(), socket());
    assert_eq!(a.send_to(&vec![0; 65_536], &b_address), Err(Error::MSGSIZE));
    assert_eq!(a.send_to(&vec![0; 65_508], &b_address), Err(Error::MSGSIZE));
    assert_eq!(a.send_to(&vec![0; 65_507], &b_address), Ok(65_507));
    a.modes().set_write_timeout(Some(Duration::from_millis(1)));
    assert_eq!(a.send_to(b"x", &b_address), Ok(1));
    a.modes().set_nonblocking(true);
    assert_eq!(a.send_to(b"x", &b_address), Ok(1));
}

#[test]
fn names_have_addresses() {
    let addresses: [IpAddr; 2] = ["::1".parse().unwrap(), "192.0.2.7".parse().unwrap()];
    network::set_name("here.test", &addresses);
    assert_eq!(resolve("here.test"), Ok(addresses.to_vec()));
    assert_eq!(resolve("nowhere.test"), Err(Error::NOENT));
    assert_eq!(resolve("no name"), Err(Error::INVAL));
}
