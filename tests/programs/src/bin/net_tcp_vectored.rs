//! Vectored writes send every slice and vectored reads fill every buffer, in order, small and large.
//@ net = true

use std::io::{IoSlice, IoSliceMut, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};

fn main() -> std::io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let mut client = TcpStream::connect(listener.local_addr()?)?;
    let (mut server, _) = listener.accept()?;

    let slices = [IoSlice::new(b"one "), IoSlice::new(b""), IoSlice::new(b"two "), IoSlice::new(b"three")];
    println!("wrote {}", client.write_vectored(&slices)?);
    let (mut a, mut b, mut c) = ([0; 2], [0; 0], [0; 20]);
    let count = loop {
        // The whole message is one small write: once it is there, all of it is.
        let count = server.peek(&mut [0; 32])?;
        if count == 13 {
            break server.read_vectored(&mut [
                IoSliceMut::new(&mut a),
                IoSliceMut::new(&mut b),
                IoSliceMut::new(&mut c),
            ])?;
        }
    };
    println!("read {count}: {:?} {:?}", String::from_utf8_lossy(&a), String::from_utf8_lossy(&c[..count - 2]));
    println!("nothing: {}", client.write_vectored(&[])?);

    let large: Vec<Vec<u8>> = (1..=40_u8).map(|n| vec![n; 1_000 * usize::from(n)]).collect();
    let total: usize = large.iter().map(Vec::len).sum();
    let all: Vec<u8> = large.concat();
    server.set_nonblocking(true)?;
    client.set_nonblocking(true)?;
    let (mut sent, mut got) = (0, Vec::new());
    while got.len() < total {
        if sent < total {
            let mut slices = Vec::new();
            let mut at = 0;
            for slice in &large {
                let skip = sent.saturating_sub(at).min(slice.len());
                slices.push(IoSlice::new(&slice[skip..]));
                at += slice.len();
            }
            match client.write_vectored(&slices) {
                Ok(count) => sent += count,
                Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::WouldBlock),
            }
        }
        let mut parts = [vec![0; 10], vec![0; 3_000], vec![0; 60_000]];
        let mut buffers: Vec<_> = parts.iter_mut().map(|part| IoSliceMut::new(part)).collect();
        match server.read_vectored(&mut buffers) {
            Ok(count) => got.extend_from_slice(&parts.concat()[..count]),
            Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::WouldBlock),
        }
    }
    assert!(got == all);
    println!("{total} bytes through {} slices", large.len());
    client.shutdown(Shutdown::Both)?;
    Ok(())
}
