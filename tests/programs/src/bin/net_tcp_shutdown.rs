//! Each direction of a connection is shut down on its own: writes then fail, reads then end, for every clone.
//@ net = true

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};

fn pair(listener: &TcpListener) -> std::io::Result<(TcpStream, TcpStream)> {
    let client = TcpStream::connect(listener.local_addr()?)?;
    Ok((client, listener.accept()?.0))
}

fn main() -> std::io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;

    let (mut client, mut server) = pair(&listener)?;
    client.write_all(b"last words")?;
    client.shutdown(Shutdown::Write)?;
    client.shutdown(Shutdown::Write)?;
    println!("writing on: {:?}", client.write(b"more").unwrap_err().kind());
    println!("a clone, too: {:?}", client.try_clone()?.write(b"more").unwrap_err().kind());
    let mut heard = String::new();
    server.read_to_string(&mut heard)?;
    server.write_all(b"heard you")?;
    let mut answer = [0; 9];
    client.read_exact(&mut answer)?;
    println!("{heard}; {}", String::from_utf8_lossy(&answer));

    let (mut client, server) = pair(&listener)?;
    client.shutdown(Shutdown::Read)?;
    assert_eq!(client.read(&mut [0; 4])?, 0);
    client.write_all(b"x")?;
    let mut byte = [0];
    (&server).read_exact(&mut byte)?;
    println!("read nothing, wrote {}", byte[0]);

    // What has come by then is not lost.
    let (client, mut server) = pair(&listener)?;
    server.write_all(b"in time")?;
    client.peek(&mut [0; 7])?;
    client.shutdown(Shutdown::Read)?;
    let mut heard = String::new();
    (&client).read_to_string(&mut heard)?;
    println!("{heard}");

    // A direction that was never used can be shut down as well.
    let (client, mut server) = pair(&listener)?;
    client.shutdown(Shutdown::Both)?;
    assert_eq!(server.read(&mut [0; 4])?, 0);
    assert_eq!((&client).read(&mut [0; 4])?, 0);
    println!("both: {:?}", (&client).write(b"more").unwrap_err().kind());

    // The connection lives as long as its last descriptor.
    let (client, mut server) = pair(&listener)?;
    let clone = client.try_clone()?;
    drop(client);
    (&clone).write_all(b"still here")?;
    drop(clone);
    let mut heard = String::new();
    server.read_to_string(&mut heard)?;
    println!("{heard}");

    // The peer is gone: writes fail in the end.
    let (mut client, server) = pair(&listener)?;
    drop(server);
    let error = loop {
        if let Err(error) = client.write(&[0; 4_096]) {
            break error;
        }
    };
    println!(
        "nobody listens: {}",
        error.kind() == std::io::ErrorKind::BrokenPipe || error.kind() == std::io::ErrorKind::ConnectionReset
    );
    println!("and again: {:?}", client.write(&[0; 4_096]).unwrap_err().kind());

    // Unread bytes at close reset the connection.
    let (mut client, server) = pair(&listener)?;
    client.write_all(b"never read")?;
    server.peek(&mut [0; 4])?;
    drop(server);
    println!("reset: {:?}", client.read(&mut [0; 4]).unwrap_err().kind());
    println!("then the end: {}", client.read(&mut [0; 4])?);
    Ok(())
}
