//! Sockets without blocking: many conversations in one thread, datagrams, names, ends and errors; and what is left in the middle is not lost.
//@ native = "std has no executor there"
//@ net = true
//@ stdout = "conversations 20\nbytes 3000000\nrefused ConnectionRefused\nshut down 0\nleft in the middle: kept whole\nafter a peek: abc\naccepted after leaving\ndatagrams [\"one\", \"two\", \"three\"]\nname Ok\nbroken pipe: true\n"

#[cfg(not(target_family = "wasm"))]
fn main() {}

#[cfg(target_family = "wasm")]
fn main() -> std::io::Result<()> {
    wasm::run()
}

#[cfg(target_family = "wasm")]
mod wasm {
    use std::io::{Error, Read, Result, Write};
    use std::net::{Shutdown, TcpListener, TcpStream, UdpSocket};
    use std::os::component::{
        AsyncRead, AsyncWrite, TcpListenerExt, TcpStreamExt, UdpSocketExt, block_on, join, lookup_host, sleep, spawn,
        timeout,
    };
    use std::time::Duration;

    const MOMENT: Duration = Duration::from_millis(2);

    async fn pair() -> Result<(TcpStream, TcpStream)> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let (here, there) = join(TcpStream::connect_async(listener.local_addr()?), listener.accept_async()).await;
        Ok((here?, there?.0))
    }

    pub fn run() -> Result<()> {
        block_on(async {
            conversations().await?;
            leaving().await?;
            datagrams().await?;
            names_and_errors().await
        })
    }

    async fn conversations() -> Result<()> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let server = spawn(async move {
            loop {
                let (stream, _) = listener.accept_async().await?;
                spawn(async move {
                    let mut buffer = [0; 1000];
                    loop {
                        match stream.read_async(&mut buffer).await? {
                            0 => return Ok::<(), Error>(()),
                            count => stream.write_all_async(&buffer[..count]).await?,
                        }
                    }
                });
            }
            #[allow(unreachable_code)]
            Ok::<(), Error>(())
        });
        let clients: Vec<_> = (0..20)
            .map(|client| {
                spawn(async move {
                    let stream = TcpStream::connect_async(address).await?;
                    for round in 0..30 {
                        let text = format!("client {client}, round {round}");
                        stream.write_all_async(text.as_bytes()).await?;
                        let mut back = vec![0; text.len()];
                        stream.read_exact_async(&mut back).await?;
                        assert_eq!(back, text.as_bytes());
                    }
                    Ok::<(), Error>(())
                })
            })
            .collect();
        let mut done = 0;
        for client in clients {
            client.await.unwrap()?;
            done += 1;
        }
        println!("conversations {done}");

        // More than what the sockets hold: writing has to wait.
        let stream = TcpStream::connect_async(address).await?;
        let bytes: Vec<u8> = (0..3_000_000_u32).map(|index| (index % 251) as u8).collect();
        let (written, read) = join(
            async {
                stream.write_all_async(&bytes).await?;
                stream.shutdown(Shutdown::Write)
            },
            async {
                let mut back = Vec::new();
                stream.read_to_end_async(&mut back).await.map(|_| back)
            },
        )
        .await;
        written?;
        let read = read?;
        assert!(read == bytes);
        println!("bytes {}", read.len());
        server.cancel();
        assert!(server.await.unwrap_err().is_cancelled());

        let refused = TcpStream::connect_async("127.0.0.1:1").await.map(drop);
        println!("refused {:?}", refused.unwrap_err().kind());

        // Shutting down ends a read that waits.
        let (here, _there) = pair().await?;
        let shut = here.try_clone()?;
        spawn(async move {
            sleep(MOMENT).await;
            shut.shutdown(Shutdown::Read)
        });
        println!("shut down {}", here.read_async(&mut [0; 4]).await?);
        Ok(())
    }

    async fn leaving() -> Result<()> {
        let (here, there) = pair().await?;
        // Reads that are left while nothing has come: what comes later is for who reads later, waiting or blocking.
        let mut buffer = [0; 64];
        assert!(timeout(MOMENT, here.read_async(&mut buffer)).await.is_err());
        there.write_all_async(b"kept ").await?;
        sleep(MOMENT).await;
        (&here).read_exact(&mut buffer[..5])?;
        assert!(timeout(MOMENT, here.read_async(&mut buffer[5..])).await.is_err());
        (&there).write_all(b"whole")?;
        here.read_exact_async(&mut buffer[5..10]).await?;
        println!("left in the middle: {}", String::from_utf8_lossy(&buffer[..10]));

        // A peek that is left, and one that shows.
        assert!(timeout(MOMENT, here.peek_async(&mut buffer)).await.is_err());
        there.write_all_async(b"abc").await?;
        let shown = here.peek_async(&mut buffer).await?;
        let mut blocking = [0; 8];
        let count = here.peek(&mut blocking)?;
        assert_eq!(buffer[..shown], blocking[..count]);
        let count = here.read_async(&mut buffer).await?;
        println!("after a peek: {}", String::from_utf8_lossy(&buffer[..count]));
        // Nonblocking mode says the same of the same state.
        here.set_nonblocking(true)?;
        assert_eq!((&here).read(&mut buffer).unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
        here.set_nonblocking(false)?;

        // A write that is left has written nothing of the piece it was waiting with: what arrives is what was counted.
        let piece = vec![7; 100_000];
        let mut counted = 0;
        while let Ok(count) = timeout(MOMENT * 10, here.write_async(&piece)).await {
            counted += count?;
        }
        here.shutdown(Shutdown::Write)?;
        let mut all = Vec::new();
        there.read_to_end_async(&mut all).await?;
        assert_eq!(all.len(), counted);

        let listener = TcpListener::bind("127.0.0.1:0")?;
        assert!(timeout(MOMENT, listener.accept_async()).await.is_err());
        let _client = TcpStream::connect_async(listener.local_addr()?).await?;
        sleep(MOMENT).await;
        listener.accept()?;
        assert!(timeout(MOMENT, listener.accept_async()).await.is_err());
        let _second = TcpStream::connect(listener.local_addr()?)?;
        listener.accept_async().await?;
        println!("accepted after leaving");
        // Dropped while it waits, with a connection that nobody took.
        assert!(timeout(MOMENT, listener.accept_async()).await.is_err());
        let _third = TcpStream::connect(listener.local_addr()?)?;
        sleep(MOMENT).await;
        Ok(())
    }

    async fn datagrams() -> Result<()> {
        let (here, there) = (UdpSocket::bind("127.0.0.1:0")?, UdpSocket::bind("127.0.0.1:0")?);
        let mut buffer = [0; 16];
        let mut got = Vec::new();
        assert!(timeout(MOMENT, there.recv_from_async(&mut buffer)).await.is_err());
        here.send_to_async(b"one", there.local_addr()?).await?;
        let (count, from) = there.recv_from(&mut buffer)?;
        assert_eq!(from, here.local_addr()?);
        got.push(String::from_utf8_lossy(&buffer[..count]).into_owned());
        here.connect(there.local_addr()?)?;
        here.send_async(b"two").await?;
        let (count, _) = there.peek_from_async(&mut buffer).await?;
        assert_eq!(there.recv_async(&mut buffer).await?, count);
        got.push(String::from_utf8_lossy(&buffer[..count]).into_owned());
        let (sent, received) =
            join(here.send_to_async(b"three", there.local_addr()?), there.recv_async(&mut buffer)).await;
        assert_eq!(sent?, 5);
        got.push(String::from_utf8_lossy(&buffer[..received?]).into_owned());
        println!("datagrams {got:?}");
        Ok(())
    }

    async fn names_and_errors() -> Result<()> {
        let mut addresses = lookup_host("localhost", 80).await?;
        println!("name {}", if addresses.all(|address| address.ip().is_loopback()) { "Ok" } else { "elsewhere" });
        // Given up in the middle.
        let _ = timeout(Duration::ZERO, lookup_host("localhost", 80)).await;
        for wrong in ["nowhere", "localhost:eighty", "local\0host:80"] {
            TcpStream::connect_async(wrong).await.unwrap_err();
        }
        let (here, there) = pair().await?;
        drop(there);
        let mut broken = false;
        for _ in 0..1000 {
            broken = here.write_async(&[0; 10_000]).await.is_err();
            if broken {
                break;
            }
        }
        println!("broken pipe: {broken}");
        Ok(())
    }
}
