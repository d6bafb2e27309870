//! Sockets are descriptors: owned, borrowed, raw, duplicated and given back, in all directions, and closed once.
//@ net = true

use std::fs::File;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::fd::{AsFd, AsRawFd, FromRawFd, IntoRawFd, OwnedFd};

fn main() -> std::io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let listener = TcpListener::from(OwnedFd::from(listener));
    assert_eq!(listener.local_addr()?, address);

    let client = TcpStream::connect(address)?;
    let raw = client.as_raw_fd();
    assert_eq!(client.as_fd().as_raw_fd(), raw);
    let copy: OwnedFd = client.as_fd().try_clone_to_owned()?;
    assert_ne!(copy.as_raw_fd(), raw);
    let taken = client.into_raw_fd();
    assert_eq!(taken, raw);
    // SAFETY: `into_raw_fd` has just given the descriptor away.
    let mut client = unsafe { TcpStream::from_raw_fd(taken) };
    let (mut server, _) = listener.accept()?;

    client.write_all(b"by socket, ")?;
    let mut file = File::from(copy);
    file.write_all(b"by file")?;
    drop(client);
    file.write_all(b", and on")?;
    drop(file);
    let mut heard = String::new();
    server.read_to_string(&mut heard)?;
    println!("{heard}");

    let udp = UdpSocket::bind("127.0.0.1:0")?;
    let udp = UdpSocket::from(OwnedFd::from(udp));
    udp.send_to(b"x", udp.local_addr()?)?;
    println!("{}", udp.recv(&mut [0; 4])?);

    // A descriptor of the wrong kind is refused, not misread.
    let wrong = TcpStream::from(OwnedFd::from(File::create("a-file")?));
    println!("a file is no socket: {}", wrong.peer_addr().is_err());

    // Thousands of sockets one after the other: the numbers come back.
    let mut highest = 0;
    for _ in 0..3_000 {
        let socket = UdpSocket::bind("127.0.0.1:0")?;
        highest = highest.max(socket.as_raw_fd());
    }
    println!("numbers come back: {}", highest < 32);
    println!("{}", format!("{udp:?}").starts_with("UdpSocket { addr: 127.0.0.1:"));
    Ok(())
}
