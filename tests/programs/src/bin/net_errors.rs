//! What goes wrong with sockets has the same error kinds as natively.
//@ net = true

use std::net::{TcpListener, TcpStream, ToSocketAddrs, UdpSocket};

fn main() -> std::io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let taken = listener.local_addr()?;
    println!("bound twice: {:?}", TcpListener::bind(taken).unwrap_err().kind());
    drop(listener);
    println!("nobody there: {:?}", TcpStream::connect(taken).unwrap_err().kind());
    let again = TcpListener::bind(taken)?;
    println!("free again: {}", again.local_addr()? == taken);

    let udp = UdpSocket::bind("127.0.0.1:0")?;
    println!("udp bound twice: {:?}", UdpSocket::bind(udp.local_addr()?).unwrap_err().kind());
    println!("udp without a peer: {:?}", udp.peer_addr().unwrap_err().kind());
    assert!(udp.send(b"to whom?").is_err());
    assert!(udp.send_to(&[0; 70_000], udp.local_addr()?).is_err());
    println!("no error is waiting: {:?}", udp.take_error()?.is_none());

    for text in ["127.0.0.1", "127.0.0.1:x", "127.0.0.1:65536", "nobody.invalid:80x"] {
        println!("{text}: {:?}", text.to_socket_addrs().unwrap_err().kind());
    }
    let none: &[std::net::SocketAddr] = &[];
    println!("no address: {:?}", TcpStream::connect(none).unwrap_err().kind());
    let two: [std::net::SocketAddr; 2] = ["192.0.2.1:0".parse().unwrap(), "127.0.0.1:0".parse().unwrap()];
    println!("the second of two: {}", TcpListener::bind(&two[..])?.local_addr()?.ip());
    Ok(())
}
