//! A small HTTP/1.1 server and client on blocking std::net exchange 10,000 requests, kept alive and not.
//@ net = true

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};

const REQUESTS: u32 = 10_000;
const PER_CONNECTION: u32 = 100;

fn main() -> std::io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let mut sum = 0_u64;
    for first in (0..REQUESTS).step_by(PER_CONNECTION as usize) {
        let client = TcpStream::connect(address)?;
        let (server, _) = listener.accept()?;
        let (mut client, mut server) = (BufReader::new(client), BufReader::new(server));
        for n in first..first + PER_CONNECTION {
            let last = n + 1 == first + PER_CONNECTION;
            ask(&mut client, n, last)?;
            serve(&mut server)?;
            let body = answer(&mut client)?;
            assert_eq!(body, format!("/item/{n}").repeat(n as usize % 50 + 1).into_bytes());
            sum += body.len() as u64;
        }
        drop(server);
        assert_eq!(client.read(&mut [0; 8])?, 0, "the server closes after the last answer");
    }
    println!("{REQUESTS} requests, {sum} bytes of answers");
    Ok(())
}

fn ask(client: &mut BufReader<TcpStream>, n: u32, last: bool) -> std::io::Result<()> {
    let connection = if last { "close" } else { "keep-alive" };
    let request = format!("GET /item/{n} HTTP/1.1\r\nHost: localhost\r\nConnection: {connection}\r\n\r\n");
    client.get_mut().write_all(request.as_bytes())
}

fn serve(server: &mut BufReader<TcpStream>) -> std::io::Result<()> {
    let mut line = String::new();
    server.read_line(&mut line)?;
    let path = line.split(' ').nth(1).expect("a path").to_owned();
    let n: usize = path["/item/".len()..].parse().expect("a number");
    while line != "\r\n" {
        line.clear();
        assert_ne!(server.read_line(&mut line)?, 0);
    }
    let body = path.repeat(n % 50 + 1);
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
    // In one piece: two small writes would wait for each other's acknowledgement.
    server.get_mut().write_all((head + &body).as_bytes())
}

fn answer(client: &mut BufReader<TcpStream>) -> std::io::Result<Vec<u8>> {
    let (mut line, mut length) = (String::new(), 0);
    client.read_line(&mut line)?;
    assert_eq!(line, "HTTP/1.1 200 OK\r\n");
    while line != "\r\n" {
        line.clear();
        assert_ne!(client.read_line(&mut line)?, 0);
        if let Some(value) = line.strip_prefix("Content-Length: ") {
            length = value.trim().parse().expect("a length");
        }
    }
    let mut body = vec![0; length];
    client.read_exact(&mut body)?;
    Ok(body)
}
