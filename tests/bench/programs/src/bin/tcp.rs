//! TCP over loopback against `tcp_peer`: ADDRESS pingpong|connect|send|receive COUNT.
//!
//! The first byte of a connection says what the peer does: `E` echoes, `S` swallows and answers one byte at the end,
//! `G` gives as many bytes as the next eight bytes say.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};

use measure::{argument, figure, microseconds_each, seconds};

const PIECE: usize = 64 * 1024;

fn main() {
    let address: String = argument(1, String::new());
    let what: String = argument(2, String::new());
    let count: u64 = argument(3, 0);
    let connect = || TcpStream::connect(&address).expect("the peer listens");
    match &*what {
        "pingpong" => {
            let mut stream = connect();
            stream.set_nodelay(true).expect("a connected socket has the option");
            stream.write_all(b"E").expect("the peer reads");
            exchange(&mut stream, 1000);
            microseconds_each("round_trip", count, || exchange(&mut stream, count));
        }
        "connect" => microseconds_each("connect", count, || {
            for _ in 0..count {
                let mut stream = connect();
                stream.write_all(b"EX").expect("the peer reads");
                stream.read_exact(&mut [0]).expect("the peer echoes");
            }
        }),
        "send" => {
            let mut stream = connect();
            let piece = vec![5; PIECE];
            stream.write_all(b"S").expect("the peer reads");
            let time = seconds(|| {
                for _ in 0..(count << 20) / PIECE as u64 {
                    stream.write_all(&piece).expect("the peer reads");
                }
                stream.shutdown(Shutdown::Write).expect("a connected socket can be shut down");
                stream.read_exact(&mut [0]).expect("the peer answers at the end");
            });
            figure("send", time * 1e3 * 1024.0 / count as f64);
        }
        "receive" => {
            let mut stream = connect();
            let mut piece = vec![0; PIECE];
            let mut length = 0;
            let time = seconds(|| {
                stream.write_all(b"G").expect("the peer reads");
                stream.write_all(&(count << 20).to_le_bytes()).expect("the peer reads");
                loop {
                    match stream.read(&mut piece).expect("the peer writes") {
                        0 => break,
                        count => length += count as u64,
                    }
                }
            });
            assert_eq!(length, count << 20);
            figure("receive", time * 1e3 * 1024.0 / count as f64);
        }
        _ => panic!("the second argument says what to do"),
    }
}

fn exchange(stream: &mut TcpStream, count: u64) {
    let mut byte = [7];
    for _ in 0..count {
        stream.write_all(&byte).expect("the peer reads");
        stream.read_exact(&mut byte).expect("the peer echoes");
    }
}
