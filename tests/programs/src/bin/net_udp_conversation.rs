//! Datagrams arrive whole, once, from whom they say; peeks leave them; a short buffer cuts them; connected sockets hear one peer only.
//@ net = true

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, UdpSocket};
use std::time::{Duration, Instant};

fn main() -> std::io::Result<()> {
    for loopback in [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)] {
        let a = UdpSocket::bind((loopback, 0))?;
        let b = UdpSocket::bind((loopback, 0))?;
        let (a_addr, b_addr) = (a.local_addr()?, b.local_addr()?);
        let mut buffer = [0; 64];

        assert_eq!(a.send_to(b"hello, b", b_addr)?, 8);
        assert_eq!(b.peek_from(&mut buffer)?, (8, a_addr));
        assert_eq!(b.peek_from(&mut buffer[..3])?, (3, a_addr));
        assert_eq!(b.recv_from(&mut buffer)?, (8, a_addr));
        assert_eq!(&buffer[..8], b"hello, b");

        a.send_to(b"this is cut", b_addr)?;
        a.send_to(b"", b_addr)?;
        a.send_to(b"last", b_addr)?;
        assert_eq!(b.recv_from(&mut buffer[..4])?, (4, a_addr));
        assert_eq!(b.recv_from(&mut buffer)?, (0, a_addr));
        assert_eq!(b.recv_from(&mut buffer)?, (4, a_addr));

        let big: Vec<u8> = (0..60_000_u32).map(|n| n as u8).collect();
        assert_eq!(a.send_to(&big, b_addr)?, big.len());
        let mut whole = vec![0; 65_536];
        assert_eq!(b.recv(&mut whole)?, big.len());
        assert!(whole[..big.len()] == big);

        // Connected: only the peer is heard, and nobody else can be addressed by accident.
        b.connect(a_addr)?;
        assert_eq!(b.peer_addr()?, a_addr);
        let stranger = UdpSocket::bind((loopback, 0))?;
        stranger.send_to(b"psst", b_addr)?;
        a.send_to(b"from a", b_addr)?;
        assert_eq!(b.peek(&mut buffer)?, 6);
        assert_eq!(b.recv(&mut buffer)?, 6);
        b.send(b"to a")?;
        assert_eq!(a.recv_from(&mut buffer)?, (4, b_addr));
        b.connect(stranger.local_addr()?)?;
        b.send(b"to the stranger")?;
        assert_eq!(stranger.recv_from(&mut buffer)?, (15, b_addr));
        println!("{}: conversation over", loopback.is_ipv6());
    }

    let a = UdpSocket::bind("127.0.0.1:0")?;
    let b = UdpSocket::bind("127.0.0.1:0")?;
    a.connect(b.local_addr()?)?;
    let mut buffer = [0; 8];
    b.set_nonblocking(true)?;
    for _ in 0..100 {
        assert_eq!(b.recv(&mut buffer).unwrap_err().kind(), ErrorKind::WouldBlock);
        assert_eq!(b.peek(&mut buffer).unwrap_err().kind(), ErrorKind::WouldBlock);
    }
    b.set_nonblocking(false)?;
    let short = Duration::from_millis(20);
    assert_eq!(b.set_read_timeout(Some(Duration::ZERO)).unwrap_err().kind(), ErrorKind::InvalidInput);
    b.set_read_timeout(Some(short))?;
    b.set_write_timeout(Some(short))?;
    assert_eq!((b.read_timeout()?, b.write_timeout()?), (Some(short), Some(short)));
    let start = Instant::now();
    println!("a late answer: {:?}", b.recv(&mut buffer).unwrap_err().kind());
    assert!(start.elapsed() >= short);
    b.set_read_timeout(Some(Duration::from_micros(50)))?;
    let clone = b.try_clone()?;
    for n in 0..300_u32 {
        a.send(&n.to_le_bytes())?;
        let socket = if n % 2 == 0 { &b } else { &clone };
        let count = loop {
            match socket.recv(&mut buffer) {
                Ok(count) => break count,
                Err(error) => assert_eq!(error.kind(), ErrorKind::WouldBlock),
            }
        };
        assert_eq!(&buffer[..count], n.to_le_bytes());
        if n % 5 == 0 {
            assert_eq!(socket.recv(&mut buffer).unwrap_err().kind(), ErrorKind::WouldBlock);
        }
    }
    println!("300 datagrams around timeouts");

    // Nobody at the other end: the refusal comes back as an error of a later call.
    let gone = UdpSocket::bind("127.0.0.1:0")?;
    a.connect(gone.local_addr()?)?;
    drop(gone);
    a.send(b"anybody?")?;
    println!("refused: {:?}", a.recv(&mut buffer).unwrap_err().kind());
    // Of the next send, too, though a receive was there before it.
    a.set_nonblocking(true)?;
    println!("nothing: {:?}", a.recv(&mut buffer).unwrap_err().kind());
    a.send(b"anybody?")?;
    std::thread::sleep(Duration::from_millis(20));
    println!("refused: {:?}", a.send(b"anybody?").unwrap_err().kind());
    println!("told: {:?}", a.take_error()?);
    drop(b);
    drop(clone);
    Ok(())
}
