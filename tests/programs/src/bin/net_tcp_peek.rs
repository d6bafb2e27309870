//! A peek shows bytes without taking them, at any length, before reads of any length, and at the end of the stream.
//@ net = true

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::time::Duration;

fn main() -> std::io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let mut client = TcpStream::connect(listener.local_addr()?)?;
    let (server, _) = listener.accept()?;

    client.write_all(b"abcdefgh")?;
    let mut big = [0; 32];
    let mut seen = server.peek(&mut big)?;
    while seen < 8 {
        seen = server.peek(&mut big)?;
    }
    assert_eq!(&big[..seen], b"abcdefgh");
    let mut small = [0; 3];
    assert_eq!(server.peek(&mut small)?, 3);
    assert_eq!(&small, b"abc");
    let mut reader = &server;
    assert_eq!(reader.read(&mut small)?, 3);
    assert_eq!(&small, b"abc");
    assert_eq!(server.peek(&mut small[..2])?, 2);
    assert_eq!(&small[..2], b"de");
    let clone = server.try_clone()?;
    assert_eq!((&clone).read(&mut small)?, 3);
    assert_eq!(&small, b"def");
    client.write_all(b"ij")?;
    let mut rest = [0; 4];
    reader.read_exact(&mut rest)?;
    assert_eq!(&rest, b"ghij");
    println!("peeked and read");
    client.write_all(b"klm")?;
    std::thread::sleep(Duration::from_millis(20));
    assert!(server.take_error()?.is_none());
    println!("after looking for an error: {}", reader.read(&mut big)?);

    server.set_nonblocking(true)?;
    println!("nothing there: {:?}", server.peek(&mut small).unwrap_err().kind());
    server.set_nonblocking(false)?;
    server.set_read_timeout(Some(Duration::from_millis(5)))?;
    assert_eq!(server.peek(&mut small).unwrap_err().kind(), ErrorKind::WouldBlock);
    server.set_read_timeout(None)?;

    client.write_all(b"end")?;
    client.shutdown(Shutdown::Write)?;
    assert_ne!(server.peek(&mut small[..1])?, 0);
    let mut all = String::new();
    reader.read_to_string(&mut all)?;
    assert_eq!(server.peek(&mut small)?, 0);
    println!("then came the {all}");
    Ok(())
}
