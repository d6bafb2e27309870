//! Many requests at once, at most three on their way at a time, each with a time-out.
//!
//!     cargo p3 run --bin fan_out
//!
//! The server is a task beside them; what it is asked for it answers late, and one thing never.

use std::cell::Cell;
use std::future::pending;
use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::component::{self, AsyncRead, AsyncWrite, TcpListenerExt, TcpStreamExt};
use std::rc::Rc;
use std::time::Duration;

#[component::main]
async fn main() -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    component::spawn(serve(listener));

    let names: Rc<[&str]> = ["one", "two", "never", "three", "four", "five", "six"].into();
    let next = Rc::new(Cell::new(0));
    let workers: Vec<_> = (0..3)
        .map(|_| {
            let (names, next) = (names.clone(), next.clone());
            component::spawn(async move {
                let mut answers = Vec::new();
                while let Some(name) = names.get(next.replace(next.get() + 1)) {
                    let answer = component::timeout(Duration::from_millis(200), request(address, name)).await;
                    answers.push(match answer {
                        Ok(Ok(answer)) => format!("{name}: {answer}"),
                        Ok(Err(error)) => format!("{name}: {error}"),
                        Err(late) => format!("{name}: {late}"),
                    });
                }
                answers
            })
        })
        .collect();

    let mut answers = Vec::new();
    for worker in workers {
        answers.extend(worker.await.expect("a worker does not panic"));
    }
    answers.sort();
    for answer in answers {
        println!("{answer}");
    }
    Ok(())
}

async fn request(address: SocketAddr, name: &str) -> io::Result<String> {
    let stream = TcpStream::connect_async(address).await?;
    stream.write_all_async(format!("GET {name}\n").as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string_async(&mut answer).await?;
    Ok(answer)
}

async fn serve(listener: TcpListener) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept_async().await?;
        component::spawn(async move {
            let mut line = [0; 100];
            let count = stream.read_async(&mut line).await?;
            let asked = String::from_utf8_lossy(&line[..count]).trim().to_owned();
            let name = asked.trim_start_matches("GET ");
            if name == "never" {
                pending::<()>().await;
            }
            component::sleep(Duration::from_millis(10)).await;
            stream.write_all_async(format!("{} letters", name.len()).as_bytes()).await
        });
    }
}
