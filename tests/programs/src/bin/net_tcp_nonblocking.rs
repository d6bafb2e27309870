//! A nonblocking socket says WouldBlock instead of waiting, and not one byte is lost or doubled over thousands of such refusals.
//@ net = true

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};

const TOTAL: usize = 24 << 20;

fn main() -> std::io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    for _ in 0..100 {
        assert_eq!(listener.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
    }
    let mut client = TcpStream::connect(listener.local_addr()?)?;
    let mut server = loop {
        match listener.accept() {
            Ok((server, _)) => break server,
            Err(error) => assert_eq!(error.kind(), ErrorKind::WouldBlock),
        }
    };
    assert_eq!(listener.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
    println!("accepted one");

    client.set_nonblocking(true)?;
    server.set_nonblocking(true)?;
    assert_eq!(server.read(&mut [0; 8]).unwrap_err().kind(), ErrorKind::WouldBlock);

    let pattern: Vec<u8> = (0..257_u32 * 251).map(|n| (n % 251) as u8).collect();
    let (mut sent, mut received, mut refused_writes, mut refused_reads) = (0, 0, 0_u32, 0_u32);
    let mut buffer = vec![0; 100_000];
    while received < TOTAL {
        // Write until the connection is full ...
        while sent < TOTAL {
            let from = sent % 251;
            let until = pattern.len().min(from + TOTAL - sent);
            match client.write(&pattern[from..until]) {
                Ok(count) => sent += count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    refused_writes += 1;
                    break;
                }
                Err(error) => return Err(error),
            }
        }
        // ... and read until it is empty.
        loop {
            match server.read(&mut buffer) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(count) => {
                    for byte in &buffer[..count] {
                        assert_eq!(*byte, (received % 251) as u8);
                        received += 1;
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    refused_reads += 1;
                    break;
                }
                Err(error) => return Err(error),
            }
            if received == TOTAL {
                break;
            }
        }
    }
    assert!(refused_writes > 0 && refused_reads > 0);
    println!("{received} bytes, in order");

    client.set_nonblocking(false)?;
    server.set_nonblocking(false)?;
    server.write_all(b"blocking again")?;
    let mut answer = [0; 14];
    client.read_exact(&mut answer)?;
    println!("{}", String::from_utf8_lossy(&answer));
    Ok(())
}
