//! Connections against the fake host: data, modes, races, ends, and what is left behind.

use std::net::SocketAddr;
use std::time::Duration;

use component_rt::abi::fake::host;
use wasi_rt::Error;
use wasi_rt::abi::fake::sockets as network;
use wasi_rt::net::{TcpListener, TcpStream};

const MILLISECOND: u64 = 1_000_000;

fn any_port() -> SocketAddr {
    "127.0.0.1:0".parse().unwrap()
}

fn listener() -> TcpListener {
    TcpListener::bind(&any_port()).unwrap()
}

/// A client and the server's end of its connection.
fn pair(listener: &TcpListener) -> (TcpStream, TcpStream) {
    let client = TcpStream::connect(&listener.local_addr().unwrap()).unwrap();
    let (server, peer) = listener.accept().unwrap();
    assert_eq!(peer, client.local_addr().unwrap());
    assert_eq!(server.local_addr().unwrap(), client.peer_addr().unwrap());
    (client, server)
}

fn read_all(stream: &TcpStream) -> Vec<u8> {
    let mut all = Vec::new();
    let mut buffer = [0; 1_000];
    loop {
        match stream.read(&mut buffer).unwrap() {
            0 => return all,
            count => all.extend_from_slice(&buffer[..count]),
        }
    }
}

/// Handles of the instance, but for the waitable set that is kept for the next wait.
fn handles() -> Vec<String> {
    host::live_handles().into_iter().filter(|kind| kind != "waitable-set").collect()
}

#[test]
fn bytes_travel_both_ways_and_ends_are_seen() {
    let listener = listener();
    let (client, server) = pair(&listener);
    assert_eq!(client.write(b"a question").unwrap(), 10);
    let mut buffer = [0; 4];
    assert_eq!(server.read(&mut buffer).unwrap(), 4);
    assert_eq!(&buffer, b"a qu");
    server.write(b"an answer").unwrap();
    server.shutdown_write().unwrap();
    assert_eq!(read_all(&client), b"an answer");
    assert_eq!(client.read(&mut buffer).unwrap(), 0, "the end stays");
    drop(client);
    assert_eq!(read_all(&server), b"estion", "what was written before the close arrives");
}

#[test]
fn nothing_is_left_behind() {
    for use_it in [false, true] {
        let listener = listener();
        let (client, server) = pair(&listener);
        if use_it {
            client.write(b"x").unwrap();
            server.read(&mut [0; 8]).unwrap();
            server.write(b"y").unwrap();
            client.peek(&mut [0; 8]).unwrap();
        }
        drop((listener, client, server));
        assert_eq!(handles(), [""; 0]);
    }
    assert_eq!(TcpStream::connect(&"127.0.0.1:9".parse().unwrap()).unwrap_err(), Error::CONNREFUSED);
    assert_eq!(handles(), [""; 0]);
}

#[test]
fn a_read_that_times_out_loses_nothing() {
    let listener = listener();
    let (client, server) = pair(&listener);
    client.modes().set_read_timeout(Some(Duration::from_millis(10)));
    let mut buffer = [0; 8];
    // Every distance between the deadline and the bytes: before it, at it, after it.
    for (n, latency) in
        [9 * MILLISECOND, 10 * MILLISECOND - 1, 10 * MILLISECOND, 10 * MILLISECOND + 1, 30 * MILLISECOND]
            .into_iter()
            .enumerate()
    {
        network::set_latency(latency);
        let begun = host::now();
        server.write(&[n as u8; 3]).unwrap();
        let mut refused = 0;
        let count = loop {
            match client.read(&mut buffer) {
                Ok(count) => break count,
                Err(error) => {
                    assert_eq!(error, Error::AGAIN);
                    refused += 1;
                    assert!(host::now() >= begun + refused * 10 * MILLISECOND, "not before its time");
                }
            }
        };
        assert_eq!(&buffer[..count], [n as u8; 3], "after {refused} refusals");
        assert_eq!(host::now(), begun + latency);
    }
}

#[test]
fn a_nonblocking_socket_never_waits() {
    let listener = listener();
    listener.modes().set_nonblocking(true);
    assert_eq!(listener.accept().unwrap_err(), Error::AGAIN);
    network::set_latency(5);
    let client = TcpStream::connect(&listener.local_addr().unwrap()).unwrap();
    assert_eq!(listener.accept().unwrap_err(), Error::AGAIN, "it has not arrived");
    host::advance_to(host::now() + 5);
    let (server, _) = listener.accept().unwrap();
    assert_eq!(listener.accept().unwrap_err(), Error::AGAIN);

    client.modes().set_nonblocking(true);
    assert_eq!(client.read(&mut [0; 1]).unwrap_err(), Error::AGAIN);
    assert_eq!(client.peek(&mut [0; 1]).unwrap_err(), Error::AGAIN);
    let before = host::now();
    let mut written = 0;
    let refused = loop {
        match client.write(&[7; 10_000]) {
            Ok(count) => written += count,
            Err(error) => break error,
        }
    };
    assert_eq!((refused, written, host::now()), (Error::AGAIN, network::CAPACITY, before));
    drop(client);
    assert_eq!(read_all(&server).len(), written, "what was counted arrives, and no more");
}

#[test]
fn a_write_that_times_out_loses_nothing() {
    let listener = listener();
    let (client, server) = pair(&listener);
    client.modes().set_write_timeout(Some(Duration::from_millis(10)));
    let bytes: Vec<u8> = (0..network::CAPACITY + 5_000).map(|n| (n % 251) as u8).collect();
    let written = client.write(&bytes).unwrap();
    assert_eq!(written, network::CAPACITY);
    let begun = host::now();
    assert_eq!(client.write(&bytes[written..]).unwrap_err(), Error::AGAIN);
    assert_eq!(host::now(), begun + 10 * MILLISECOND);
    let mut all = vec![0; 2_000];
    assert_eq!(server.read(&mut all).unwrap(), 2_000);
    assert_eq!(client.write(&bytes[written..]).unwrap(), 2_000);
    client.shutdown_write().unwrap();
    all.extend(read_all(&server));
    assert!(all == bytes[..written + 2_000]);
}

#[test]
fn a_peek_leaves_bytes_for_reads_of_any_length() {
    let listener = listener();
    let (client, server) = pair(&listener);
    client.write(b"abcdefgh").unwrap();
    let mut buffer = [0; 32];
    assert_eq!(server.peek(&mut buffer[..3]).unwrap(), 3);
    assert_eq!(server.peek(&mut buffer).unwrap(), 8, "a longer peek shows more");
    assert_eq!(server.read(&mut buffer[..5]).unwrap(), 5);
    assert_eq!(&buffer[..5], b"abcde");
    client.write(b"ij").unwrap();
    assert_eq!(server.peek(&mut buffer).unwrap(), 5);
    assert_eq!(&buffer[..5], b"fghij");
    client.write(b"klm").unwrap();
    assert_eq!(server.read(&mut buffer[..7]).unwrap(), 7, "a read goes on behind what was peeked at");
    assert_eq!(&buffer[..7], b"fghijkl");
    assert_eq!(server.take_error(), None);
    client.write(b"nop").unwrap();
    assert_eq!(server.read(&mut buffer).unwrap(), 4);
    assert_eq!(&buffer[..4], b"mnop");
    client.write(b"end").unwrap();
    assert_eq!(server.peek(&mut buffer[..1]).unwrap(), 1);
    client.shutdown_write().unwrap();
    assert_eq!(server.read(&mut buffer).unwrap(), 3);
    assert_eq!(server.peek(&mut buffer).unwrap(), 0);
    assert_eq!(server.read(&mut buffer).unwrap(), 0);
}

#[test]
fn a_peek_at_the_last_bytes_does_not_hide_the_end() {
    let listener = listener();
    let (client, server) = pair(&listener);
    client.write(b"end").unwrap();
    client.shutdown_write().unwrap();
    let mut buffer = [0; 8];
    assert_eq!(server.peek(&mut buffer[..1]).unwrap(), 1);
    assert_eq!(server.peek(&mut buffer).unwrap(), 3);
    assert_eq!(server.take_error(), None, "the end is behind the bytes");
    assert_eq!(server.read(&mut buffer).unwrap(), 3);
    assert_eq!(server.read(&mut buffer).unwrap(), 0);
}

#[test]
fn a_vectored_write_that_does_not_fit_counts_what_went() {
    // The room ends within a slice, and between two.
    for length in [3_001, network::CAPACITY / 4] {
        let listener = listener();
        let (client, server) = pair(&listener);
        client.modes().set_write_timeout(Some(Duration::from_millis(10)));
        let bytes: Vec<u8> = (0..network::CAPACITY + 5_000).map(|n| (n % 251) as u8).collect();
        let slices: Vec<&[u8]> = bytes.chunks(length).collect();
        let begun = host::now();
        assert_eq!(client.write_vectored(&slices).unwrap(), network::CAPACITY);
        assert_eq!(host::now(), begun, "it waits for the first byte only");
        assert_eq!(client.write_vectored(&slices).unwrap_err(), Error::AGAIN);
        assert_eq!(host::now(), begun + 10 * MILLISECOND);
        drop(client);
        assert!(read_all(&server) == bytes[..network::CAPACITY]);
    }
}

#[test]
fn a_shut_down_direction_stays_shut() {
    let listener = listener();
    let (client, server) = pair(&listener);
    client.shutdown_write().unwrap();
    client.shutdown_write().unwrap();
    assert_eq!(client.write(b"x").unwrap_err(), Error::PIPE);
    assert_eq!(server.read(&mut [0; 4]).unwrap(), 0, "the peer sees the end though nothing was ever written");
    server.write(b"come").unwrap();
    client.shutdown_read();
    assert_eq!(client.read(&mut [0; 3]).unwrap(), 3, "what has come is not lost");
    assert_eq!(client.read(&mut [0; 4]).unwrap(), 1);
    assert_eq!(client.read(&mut [0; 4]).unwrap(), 0);
    assert_eq!(client.peek(&mut [0; 4]).unwrap(), 0);
    assert_eq!(server.shutdown_write(), Ok(()));
}

#[test]
fn a_broken_connection_says_so_once_in_each_direction() {
    let listener = listener();
    let (client, server) = pair(&listener);
    server.write(b"lost").unwrap();
    client.write(b"lost").unwrap();
    network::break_connection(client.local_addr().unwrap(), Error::CONNRESET);
    let mut buffer = [0; 8];
    assert_eq!(client.take_error(), Some(Error::CONNRESET), "an error that nobody was told of");
    assert_eq!(client.take_error(), None);
    assert_eq!(client.read(&mut buffer), Ok(0));
    assert_eq!(client.write(b"x"), Err(Error::CONNRESET));
    assert_eq!(client.write(b"x"), Err(Error::PIPE));
    assert_eq!(client.shutdown_write(), Err(Error::NOTCONN));
    assert_eq!(server.read(&mut buffer), Err(Error::CONNRESET));
    assert_eq!(server.read(&mut buffer), Ok(0));
}

#[test]
fn taking_an_error_takes_no_bytes() {
    let listener = listener();
    let (client, server) = pair(&listener);
    assert_eq!(client.take_error(), None);
    server.write(b"abc").unwrap();
    assert_eq!(client.take_error(), None);
    assert_eq!(client.take_error(), None);
    server.shutdown_write().unwrap();
    assert_eq!(read_all(&client), b"abc");
    assert_eq!(client.take_error(), None, "an orderly end is no error");
}

#[test]
fn vectored_writes_send_every_slice_and_reads_fill_every_buffer() {
    let listener = listener();
    let (client, server) = pair(&listener);
    let small: [&[u8]; 4] = [b"one ", b"", b"two ", b"three"];
    assert_eq!(client.write_vectored(&small).unwrap(), 13);
    let (mut a, mut b, mut c) = ([0; 2], [0; 0], [0; 20]);
    assert_eq!(server.read_vectored(&mut [&mut a[..], &mut b[..], &mut c[..]]).unwrap(), 13);
    assert_eq!((&a, &c[..11]), (b"on", &b"e two three"[..]));

    let large: Vec<Vec<u8>> = (0..10_u8).map(|n| vec![n; 3_000]).collect();
    assert_eq!(client.write_vectored(&large).unwrap(), 30_000);
    host::advance_to(host::now());
    let (mut a, mut b) = (vec![0; 7_000], vec![0; 50_000]);
    assert_eq!(server.read_vectored(&mut [&mut a[..], &mut b[..]]).unwrap(), 30_000);
    a.extend_from_slice(&b[..23_000]);
    assert!(a == large.concat());
    client.write(&[1; 7_000]).unwrap();
    host::advance_to(host::now());
    assert_eq!(server.read_vectored(&mut [&mut a[..7_000], &mut b[..]]).unwrap(), 7_000, "it waits for no more");
    assert_eq!(client.write_vectored::<&[u8]>(&[]).unwrap(), 0);
    assert_eq!(server.read_vectored::<&mut [u8]>(&mut []).unwrap(), 0);
}

#[test]
fn a_connection_times_out_and_is_cancelled() {
    let silent: SocketAddr = "127.0.0.1:7".parse().unwrap();
    network::silence(silent);
    let begun = host::now();
    assert_eq!(TcpStream::connect_timeout(&silent, Duration::from_secs(2)).unwrap_err(), Error::TIMEDOUT);
    assert_eq!(host::now(), begun + 2_000 * MILLISECOND);
    let listener = listener();
    network::set_latency(3);
    let address = listener.local_addr().unwrap();
    let client = TcpStream::connect_timeout(&address, Duration::from_secs(2)).unwrap();
    assert_eq!(listener.accept().unwrap().1, client.local_addr().unwrap());
    assert_eq!(TcpStream::connect_timeout(&any_port(), Duration::from_secs(2)).unwrap_err(), Error::INVAL);
    drop((listener, client));
    assert_eq!(handles(), [""; 0]);
}

#[test]
fn the_unspecified_address_is_the_loopback_to_connect_to() {
    let listener = TcpListener::bind(&"0.0.0.0:0".parse().unwrap()).unwrap();
    let address = listener.local_addr().unwrap();
    assert!(address.ip().is_unspecified());
    let client = TcpStream::connect(&address).unwrap();
    assert!(client.peer_addr().unwrap().ip().is_loopback());
    listener.accept().unwrap();
}

#[test]
fn addresses_and_options_arrive_as_they_were_given() {
    let listener = TcpListener::bind(&"[::1]:0".parse().unwrap()).unwrap();
    assert!(listener.local_addr().unwrap().is_ipv6());
    assert_eq!(listener.only_v6(), Ok(true));
    listener.set_ttl(77).unwrap();
    let (client, server) = pair(&listener);
    assert_eq!((server.ttl(), client.ttl()), (Ok(77), Ok(64)));
    assert_eq!((client.set_ttl(0), client.set_ttl(256)), (Err(Error::INVAL), Err(Error::INVAL)));
    assert_eq!(TcpListener::bind(&listener.local_addr().unwrap()).unwrap_err(), Error::ADDRINUSE);
    assert_eq!(TcpListener::bind(&"192.0.2.1:0".parse().unwrap()).unwrap_err(), Error::ADDRNOTAVAIL);
    assert!(!client.nodelay());
    client.set_nodelay(true);
    assert!(client.nodelay());
}
