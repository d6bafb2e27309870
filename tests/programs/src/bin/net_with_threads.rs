//! Threads share sockets: a server with a thread per connection, readers of one connection, and a shutdown that ends their waits.
//@ net = true
//@ threads = true
//@ saved = true

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

fn main() -> std::io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let pair = || (TcpStream::connect(address).unwrap(), listener.accept().unwrap().0);

    let server = thread::spawn({
        let listener = listener.try_clone()?;
        move || listener.incoming().take(8).map(|stream| echo(stream.unwrap())).for_each(|echo| echo.join().unwrap())
    });
    // The server serves one connection after the other while its clients all wait.
    let clients: Vec<_> = (0..8).map(|n| thread::spawn(move || converse(address, n))).collect();
    clients.into_iter().for_each(|client| client.join().unwrap());
    server.join().unwrap();
    println!("8 conversations");

    let (client, mut server) = pair();
    let readers: Vec<_> = (0..2).map(|_| read_bytes(client.try_clone().unwrap())).collect();
    for n in 0..10 {
        server.write_all(&[n])?;
        thread::sleep(Duration::from_millis(1));
    }
    client.shutdown(Shutdown::Read)?;
    let mut all: Vec<u8> = readers.into_iter().flat_map(|reader| reader.join().unwrap()).collect();
    all.sort();
    println!("two readers: {all:?}");

    let (client, _server) = pair();
    let mut clone = client.try_clone()?;
    let writer = thread::spawn(move || {
        loop {
            if let Err(error) = clone.write(&[0; 100_000]) {
                break error.kind();
            }
        }
    });
    thread::sleep(Duration::from_millis(20));
    client.shutdown(Shutdown::Write)?;
    println!("a writer that nobody reads from: {:?}", writer.join().unwrap());

    let (client, mut server) = pair();
    let mut clone = client.try_clone()?;
    let (begins, begun) = mpsc::channel();
    let reader = thread::spawn(move || {
        begins.send(()).unwrap();
        let mut byte = [0];
        clone.read_exact(&mut byte).map(|()| byte[0])
    });
    // The time limit is for reads that begin later.
    begun.recv().unwrap();
    thread::sleep(Duration::from_millis(50));
    client.set_read_timeout(Some(Duration::from_millis(5)))?;
    println!("beside a reader: {:?}", (&client).read(&mut [0]).unwrap_err().kind());
    server.write_all(b"!")?;
    println!("the reader: {}", reader.join().unwrap()?);

    let socket = UdpSocket::bind("127.0.0.1:0")?;
    let receivers: Vec<_> = (0..2)
        .map(|_| {
            let socket = socket.try_clone().unwrap();
            thread::spawn(move || socket.recv(&mut [0; 9]).unwrap())
        })
        .collect();
    thread::sleep(Duration::from_millis(5));
    socket.send_to(b"one", socket.local_addr()?)?;
    socket.send_to(b"three", socket.local_addr()?)?;
    let mut lengths: Vec<_> = receivers.into_iter().map(|receiver| receiver.join().unwrap()).collect();
    lengths.sort();
    println!("two receivers: {lengths:?}");
    Ok(())
}

fn echo(mut stream: TcpStream) -> JoinHandle<()> {
    thread::spawn(move || {
        let mut buffer = [0; 512];
        loop {
            match stream.read(&mut buffer).unwrap() {
                0 => break,
                count => stream.write_all(&buffer[..count]).unwrap(),
            }
        }
    })
}

fn converse(address: SocketAddr, n: u8) {
    let mut stream = TcpStream::connect(address).unwrap();
    let mut answer = [0; 100];
    for turn in 0..200 {
        let question = [n ^ turn; 100];
        stream.write_all(&question).unwrap();
        stream.read_exact(&mut answer).unwrap();
        assert_eq!(answer, question);
    }
}

fn read_bytes(mut stream: TcpStream) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let (mut byte, mut all) = ([0], Vec::new());
        while stream.read(&mut byte).unwrap() > 0 {
            all.push(byte[0]);
        }
        all
    })
}
