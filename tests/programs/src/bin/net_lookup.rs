//! Host names are looked up, with ports, and used by connect; literal addresses need no lookup.
//@ net = true

use std::net::{IpAddr, TcpListener, TcpStream, ToSocketAddrs};

fn main() -> std::io::Result<()> {
    let addresses: Vec<_> = ("localhost", 4_321).to_socket_addrs()?.collect();
    assert!(
        !addresses.is_empty() && addresses.iter().all(|address| address.ip().is_loopback() && address.port() == 4_321)
    );
    assert!("localhost:80".to_socket_addrs()?.all(|address| address.port() == 80));
    println!("localhost is here");

    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    let client = TcpStream::connect(("localhost", port))?;
    assert_eq!(client.peer_addr()?.ip(), IpAddr::from([127, 0, 0, 1]));
    assert_eq!(("127.0.0.1", 9).to_socket_addrs()?.next().unwrap().to_string(), "127.0.0.1:9");
    assert_eq!("[::1]:9".to_socket_addrs()?.next().unwrap().to_string(), "[::1]:9");
    println!("connected by name");

    println!("no such name: {}", ("no-such-name.invalid", 80).to_socket_addrs().is_err());
    println!("not a name: {}", ("not a name", 80).to_socket_addrs().is_err());
    println!("a zero byte: {:?}", ("zero\0byte", 80).to_socket_addrs().map(|_| ()).unwrap_err().kind());
    Ok(())
}
