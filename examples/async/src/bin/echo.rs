//! A server that sends back what it gets, to many clients at once in one thread.
//!
//!     cargo p3 run --bin echo -- 127.0.0.1:8080
//!
//! With a number after the address it ends when so many clients have gone.

use std::env;
use std::io::{self, Write};
use std::net::{TcpListener, TcpStream};
use std::os::component::{self, AsyncRead, AsyncWrite, TcpListenerExt};

#[component::main]
async fn main() -> io::Result<()> {
    let mut arguments = env::args().skip(1);
    let address = arguments.next().unwrap_or_else(|| "127.0.0.1:8080".into());
    let clients = arguments.next().and_then(|number| number.parse().ok()).unwrap_or(usize::MAX);

    let listener = TcpListener::bind(address)?;
    println!("listening on {}", listener.local_addr()?);
    io::stdout().flush()?;

    let mut conversations = Vec::new();
    while conversations.len() < clients {
        let (stream, peer) = listener.accept_async().await?;
        conversations.push(component::spawn(async move {
            match echo(stream).await {
                Ok(bytes) => println!("{} is gone, after {bytes} bytes", peer.ip()),
                Err(error) => println!("{} is gone: {error}", peer.ip()),
            }
        }));
        // Those that have ended need no handle any more, when nobody counts them.
        if clients == usize::MAX {
            conversations.retain(|conversation| !conversation.is_finished());
        }
    }
    for conversation in conversations {
        conversation.await.expect("a conversation does not panic");
    }
    Ok(())
}

async fn echo(stream: TcpStream) -> io::Result<usize> {
    let mut buffer = [0; 4096];
    let mut bytes = 0;
    loop {
        let count = stream.read_async(&mut buffer).await?;
        if count == 0 {
            return Ok(bytes);
        }
        stream.write_all_async(&buffer[..count]).await?;
        bytes += count;
    }
}
