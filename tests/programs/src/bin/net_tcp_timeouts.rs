//! Timeouts end reads, writes and connections no earlier than asked for, and what arrives around them is not lost.
//@ net = true

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

fn main() -> std::io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let mut client = TcpStream::connect_timeout(&address, Duration::from_secs(20))?;
    let (mut server, _) = listener.accept()?;

    assert_eq!(client.read_timeout()?, None);
    assert_eq!(client.write_timeout()?, None);
    assert_eq!(client.set_read_timeout(Some(Duration::ZERO)).unwrap_err().kind(), ErrorKind::InvalidInput);
    assert_eq!(client.set_write_timeout(Some(Duration::ZERO)).unwrap_err().kind(), ErrorKind::InvalidInput);
    let zero = TcpStream::connect_timeout(&address, Duration::ZERO).unwrap_err();
    println!("a timeout of nothing: {:?}", zero.kind());

    let short = Duration::from_millis(20);
    client.set_read_timeout(Some(short))?;
    assert_eq!(client.read_timeout()?, Some(short));
    let start = Instant::now();
    let late = client.read(&mut [0; 4]).unwrap_err();
    assert!(start.elapsed() >= short);
    println!("a late answer: {:?}", late.kind());

    // Timeouts race with bytes: each byte must come exactly once.
    client.set_read_timeout(Some(Duration::from_micros(50)))?;
    let mut refused = 0_u32;
    for n in 0..500_u32 {
        let byte = [n as u8];
        if n % 3 == 0 {
            match client.read(&mut [0]) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => refused += 1,
                other => panic!("nothing was sent, but {other:?}"),
            }
        }
        server.write_all(&byte)?;
        let mut got = [0];
        loop {
            match client.read(&mut got) {
                Ok(count) => break assert_eq!((count, got), (1, byte)),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
    }
    println!("{refused} refusals, no byte lost");

    // Nobody reads: a write must give up in the end, and say how far it got.
    client.set_write_timeout(Some(short))?;
    let chunk = vec![7; 1 << 20];
    let mut written = 0;
    let error = loop {
        match client.write(&chunk) {
            Ok(count) => written += count,
            Err(error) => break error,
        }
    };
    println!("a full connection: {:?}", error.kind());
    drop(client);
    let mut rest = Vec::new();
    server.read_to_end(&mut rest)?;
    assert_eq!(rest.len(), written);
    println!("what was said to be written arrived");
    Ok(())
}
