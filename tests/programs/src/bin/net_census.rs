//! Every method of std::net answers as on Linux, except where WASI 0.3.0 has no word for it: each exception is named here.
//@ net = true

use std::fmt::Debug;
use std::io::{self, IoSlice, IoSliceMut, Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpListener, TcpStream, ToSocketAddrs, UdpSocket};
use std::time::Duration;

/// What a call answers, in a word: its value, or the kind of its error.
fn outcome<T: Debug>(result: io::Result<T>) -> String {
    match result {
        Ok(value) => format!("{value:?}"),
        Err(error) => format!("{:?}", error.kind()),
    }
}

/// A call that answers the same everywhere.
#[track_caller]
fn same<T: Debug>(name: &str, result: io::Result<T>, expected: &str) {
    assert_eq!(outcome(result), expected, "{name}");
    println!("{name}: same");
}

/// A call that answers the same everywhere, but means less on WASI.
#[track_caller]
fn means_less<T: Debug>(name: &str, result: io::Result<T>, expected: &str, what: &str) {
    assert_eq!(outcome(result), expected, "{name}");
    println!("{name}: the same answer, but {what}");
}

/// A call that answers differently on WASI, and why.
#[track_caller]
fn differs<T: Debug>(name: &str, result: io::Result<T>, native: &str, wasi: &str, why: &str) {
    let expected = if cfg!(target_os = "wasi") { wasi } else { native };
    assert_eq!(outcome(result), expected, "{name}");
    println!("{name}: {native} on Linux, {wasi} here: {why}");
}

/// Why there is no multicast, beyond sending to a group.
const NO_GROUPS: &str = "wasi:sockets 0.3.0 has no multicast groups and no multicast options";

fn main() -> io::Result<()> {
    listeners()?;
    streams()?;
    datagrams()?;
    names()?;
    ipv6()
}

fn listeners() -> io::Result<()> {
    let loopback = SocketAddr::from(([127, 0, 0, 1], 0));
    same("TcpListener::bind", TcpListener::bind(loopback).map(drop), "()");
    let listener = TcpListener::bind(loopback)?;
    same("TcpListener::local_addr", listener.local_addr().map(|address| address.ip()), "127.0.0.1");
    same("TcpListener::try_clone", listener.try_clone().map(drop), "()");
    let connection = || TcpStream::connect(listener.local_addr().unwrap());
    let one = connection()?;
    same("TcpListener::accept", listener.accept().map(|(_, peer)| peer == one.local_addr().unwrap()), "true");
    let _two = connection()?;
    same("TcpListener::incoming", listener.incoming().next().unwrap().map(drop), "()");
    same("TcpListener::ttl", listener.ttl(), "64");
    same("TcpListener::set_ttl", listener.set_ttl(9), "()");
    same("TcpListener::take_error", listener.take_error(), "None");
    same("TcpListener::set_nonblocking", listener.set_nonblocking(true), "()");
    same("TcpListener::accept, nonblocking", listener.accept().map(drop), "WouldBlock");
    Ok(())
}

fn streams() -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let timeout = Duration::from_millis(8);
    same("TcpStream::connect", TcpStream::connect(address).map(drop), "()");
    same("TcpStream::connect_timeout", TcpStream::connect_timeout(&address, Duration::from_secs(9)).map(drop), "()");
    let any = SocketAddr::from(([0, 0, 0, 0], address.port()));
    same(
        "TcpStream::connect to 0.0.0.0",
        TcpStream::connect(any).map(|stream| stream.peer_addr().unwrap() == address),
        "true",
    );
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let mut client = TcpStream::connect(listener.local_addr()?)?;
    let (mut server, _) = listener.accept()?;
    same("TcpStream::peer_addr", client.peer_addr().map(|peer| peer == server.local_addr().unwrap()), "true");
    same("TcpStream::local_addr", client.local_addr().map(|local| local == server.peer_addr().unwrap()), "true");
    same("TcpStream::try_clone", client.try_clone().map(drop), "()");
    same("TcpStream::write", client.write(b"abc"), "3");
    same("TcpStream::write_vectored", client.write_vectored(&[IoSlice::new(b"de"), IoSlice::new(b"f")]), "3");
    same("TcpStream::flush", client.flush(), "()");
    let mut buffer = [0; 6];
    same("TcpStream::peek", server.peek(&mut buffer[..2]), "2");
    same("TcpStream::read_exact", server.read_exact(&mut buffer), "()");
    client.write_all(b"gh")?;
    let (first, second) = buffer.split_at_mut(1);
    let mut slices = [IoSliceMut::new(first), IoSliceMut::new(second)];
    same("TcpStream::read_vectored", server.read_vectored(&mut slices), "2");
    same("TcpStream::set_read_timeout", server.set_read_timeout(Some(timeout)), "()");
    same("TcpStream::read_timeout", server.read_timeout().map(|set| set == Some(timeout)), "true");
    same("TcpStream::read, timed out", server.read(&mut buffer), "WouldBlock");
    same("TcpStream::set_write_timeout", server.set_write_timeout(Some(timeout)), "()");
    same("TcpStream::write_timeout", server.write_timeout().map(|set| set == Some(timeout)), "true");
    same("TcpStream::set_read_timeout, zero", server.set_read_timeout(Some(Duration::ZERO)), "InvalidInput");
    same("TcpStream::ttl", client.ttl(), "64");
    same("TcpStream::set_ttl", client.set_ttl(9), "()");
    same("TcpStream::nodelay", client.nodelay(), "false");
    means_less(
        "TcpStream::set_nodelay",
        client.set_nodelay(true),
        "()",
        "wasi:sockets 0.3.0 has no TCP_NODELAY: the wish is kept and read back, the host decides when small writes go out",
    );
    same("TcpStream::take_error", client.take_error(), "None");
    same("TcpStream::set_nonblocking", client.set_nonblocking(true), "()");
    same("TcpStream::read, nonblocking", client.read(&mut buffer), "WouldBlock");
    same("TcpStream::shutdown, writing", client.shutdown(Shutdown::Write), "()");
    same("TcpStream::write, shut down", client.write(b"x"), "BrokenPipe");
    same("TcpStream::read, at the end", server.read(&mut buffer), "0");
    same("TcpStream::shutdown, both", server.shutdown(Shutdown::Both), "()");
    Ok(())
}

fn datagrams() -> io::Result<()> {
    let loopback = SocketAddr::from(([127, 0, 0, 1], 0));
    let timeout = Duration::from_millis(8);
    same("UdpSocket::bind", UdpSocket::bind(loopback).map(drop), "()");
    let (a, b) = (UdpSocket::bind(loopback)?, UdpSocket::bind(loopback)?);
    let mut buffer = [0; 8];
    same("UdpSocket::local_addr", a.local_addr().map(|address| address.ip()), "127.0.0.1");
    same("UdpSocket::peer_addr, unconnected", a.peer_addr(), "NotConnected");
    same("UdpSocket::send_to", a.send_to(b"abc", b.local_addr()?), "3");
    same("UdpSocket::peek_from", b.peek_from(&mut buffer).map(|(count, _)| count), "3");
    same("UdpSocket::recv_from", b.recv_from(&mut buffer).map(|(_, from)| from == a.local_addr().unwrap()), "true");
    same("UdpSocket::connect", a.connect(b.local_addr()?), "()");
    same("UdpSocket::peer_addr", a.peer_addr().map(|peer| peer == b.local_addr().unwrap()), "true");
    same("UdpSocket::send", a.send(b"abc"), "3");
    same("UdpSocket::peek", b.peek(&mut buffer), "3");
    same("UdpSocket::recv", b.recv(&mut buffer[..2]), "2");
    differs(
        "UdpSocket::send_to another than the peer",
        a.send_to(b"", a.local_addr()?),
        "0",
        "InvalidInput",
        "a connected socket of wasi:sockets 0.3.0 sends to its peer",
    );
    same("UdpSocket::try_clone", a.try_clone().map(drop), "()");
    same("UdpSocket::set_read_timeout", b.set_read_timeout(Some(timeout)), "()");
    same("UdpSocket::read_timeout", b.read_timeout().map(|set| set == Some(timeout)), "true");
    same("UdpSocket::recv, timed out", b.recv(&mut buffer), "WouldBlock");
    same("UdpSocket::set_write_timeout", b.set_write_timeout(Some(timeout)), "()");
    same("UdpSocket::write_timeout", b.write_timeout().map(|set| set == Some(timeout)), "true");
    same("UdpSocket::set_nonblocking", b.set_nonblocking(true), "()");
    same("UdpSocket::recv, nonblocking", b.recv(&mut buffer), "WouldBlock");
    same("UdpSocket::ttl", a.ttl(), "64");
    same("UdpSocket::set_ttl", a.set_ttl(9), "()");
    same("UdpSocket::take_error", a.take_error(), "None");
    same("UdpSocket::broadcast", a.broadcast(), "false");
    same("UdpSocket::set_broadcast(false)", a.set_broadcast(false), "()");
    let (group4, group6) = (Ipv4Addr::new(224, 0, 0, 123), Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 0x123));
    differs(
        "UdpSocket::set_broadcast(true)",
        a.set_broadcast(true),
        "()",
        "Unsupported",
        "wasi:sockets 0.3.0 has no SO_BROADCAST",
    );
    differs("UdpSocket::multicast_loop_v4", a.multicast_loop_v4(), "true", "Unsupported", NO_GROUPS);
    differs("UdpSocket::set_multicast_loop_v4", a.set_multicast_loop_v4(false), "()", "Unsupported", NO_GROUPS);
    differs("UdpSocket::multicast_ttl_v4", a.multicast_ttl_v4(), "1", "Unsupported", NO_GROUPS);
    differs("UdpSocket::set_multicast_ttl_v4", a.set_multicast_ttl_v4(2), "()", "Unsupported", NO_GROUPS);
    let any = UdpSocket::bind(loopback)?;
    differs(
        "UdpSocket::join_multicast_v4",
        any.join_multicast_v4(&group4, &Ipv4Addr::LOCALHOST),
        "()",
        "Unsupported",
        NO_GROUPS,
    );
    differs(
        "UdpSocket::leave_multicast_v4",
        any.leave_multicast_v4(&group4, &Ipv4Addr::LOCALHOST),
        "()",
        "Unsupported",
        NO_GROUPS,
    );
    let six = UdpSocket::bind("[::1]:0")?;
    differs("UdpSocket::multicast_loop_v6", six.multicast_loop_v6(), "true", "Unsupported", NO_GROUPS);
    differs("UdpSocket::set_multicast_loop_v6", six.set_multicast_loop_v6(false), "()", "Unsupported", NO_GROUPS);
    differs("UdpSocket::join_multicast_v6", six.join_multicast_v6(&group6, 1), "()", "Unsupported", NO_GROUPS);
    differs("UdpSocket::leave_multicast_v6", six.leave_multicast_v6(&group6, 1), "()", "Unsupported", NO_GROUPS);
    Ok(())
}

fn names() -> io::Result<()> {
    same("ToSocketAddrs for &str", "localhost:7".to_socket_addrs().map(|all| all.count() > 0), "true");
    same("ToSocketAddrs for (&str, u16)", ("localhost", 7).to_socket_addrs().map(|all| all.count() > 0), "true");
    same("ToSocketAddrs, no port", "localhost".to_socket_addrs().map(drop), "InvalidInput");
    same(
        "ToSocketAddrs, no such name",
        "no-such-name.invalid:7".to_socket_addrs().map(drop).or(Err(io::ErrorKind::Other.into())),
        "Other",
    );
    Ok(())
}

fn ipv6() -> io::Result<()> {
    let listener = TcpListener::bind("[::1]:0")?;
    let address = listener.local_addr()?;
    same("TcpStream::connect, IPv6", TcpStream::connect(address).map(drop), "()");
    let mapped = SocketAddr::from((Ipv4Addr::LOCALHOST.to_ipv6_mapped(), address.port()));
    differs(
        "TcpStream::connect, IPv4-mapped",
        TcpStream::connect(mapped).map(drop),
        "ConnectionRefused",
        "InvalidInput",
        "an IPv6 socket of wasi:sockets 0.3.0 is for IPv6 only",
    );
    Ok(())
}
