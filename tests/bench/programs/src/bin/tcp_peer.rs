//! The native other side of `tcp`: one thread a connection. Prints the address it listens on, ends with standard input.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};

fn main() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a free port");
    println!("{}", listener.local_addr().expect("a listener has an address"));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // A client that goes away is the client's affair.
            std::thread::spawn(move || drop(serve(stream)));
        }
    });
    std::io::copy(&mut std::io::stdin(), &mut std::io::sink()).expect("standard input can be read");
}

fn serve(mut stream: TcpStream) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut piece = vec![0; 64 * 1024];
    let mut what = [0];
    stream.read_exact(&mut what)?;
    match &what {
        b"E" => loop {
            match stream.read(&mut piece)? {
                0 => return Ok(()),
                count => stream.write_all(&piece[..count])?,
            }
        },
        b"S" => {
            while stream.read(&mut piece)? > 0 {}
            stream.write_all(b".")
        }
        _ => {
            let mut length = [0; 8];
            stream.read_exact(&mut length)?;
            let mut left = u64::from_le_bytes(length) as usize;
            while left > 0 {
                let count = left.min(piece.len());
                stream.write_all(&piece[..count])?;
                left -= count;
            }
            Ok(())
        }
    }
}
