//! Two ends of a TCP connection agree on their addresses, carry bytes both ways, and see each other's end of stream.
//@ plain = true
//@ net = true

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, Shutdown, TcpListener, TcpStream};

fn main() -> std::io::Result<()> {
    for loopback in [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)] {
        let listener = TcpListener::bind((loopback, 0))?;
        let mut client = TcpStream::connect(listener.local_addr()?)?;
        let (mut server, seen) = listener.accept()?;
        assert_eq!(client.local_addr()?, seen);
        assert_eq!(client.local_addr()?, server.peer_addr()?);
        assert_eq!(client.peer_addr()?, server.local_addr()?);
        assert_eq!(client.peer_addr()?, listener.local_addr()?);

        client.write_all(b"a question")?;
        let mut question = [0; 10];
        server.read_exact(&mut question)?;
        assert_eq!(client.write(&[])?, 0);
        server.write_all(b"an answer, and goodbye")?;
        server.shutdown(Shutdown::Write)?;
        let mut answer = String::new();
        client.read_to_string(&mut answer)?;
        assert_eq!(client.read(&mut [0; 8])?, 0, "the end of a stream stays");

        client.write_all(b"one more word")?;
        drop(client);
        let mut rest = String::new();
        server.read_to_string(&mut rest)?;
        println!("{}: {}, {answer}, {rest}", loopback.is_ipv6(), String::from_utf8_lossy(&question));
    }

    let listener = TcpListener::bind("127.0.0.1:0")?;
    let clients: Vec<_> = (0..3).map(|_| TcpStream::connect(listener.local_addr().unwrap()).unwrap()).collect();
    for (n, server) in listener.incoming().take(3).enumerate() {
        let mut server = server?;
        assert_eq!(server.peer_addr()?, clients[n].local_addr()?);
        server.write_all(&[n as u8])?;
    }
    for (n, mut client) in clients.into_iter().enumerate() {
        let mut all = Vec::new();
        client.read_to_end(&mut all)?;
        assert_eq!(all, [n as u8]);
    }
    println!("three came in");
    Ok(())
}
