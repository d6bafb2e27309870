//! Crates that ask the platform by the functions of a C library, and the runtimes that stand on them. One project, because its crates take a while
//! to compile; optimised as a whole, because that is the harder way to link them (programs without dependencies are in `tests/programs`).

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use crate::project::{Project, stdout, succeeded};

fn project() -> Project {
    let project = Project::new("asks");
    project.append(
        "Cargo.toml",
        r#"[dependencies]
errno = "0.3"
mio = { version = "1", features = ["os-poll", "net"] }
rustix = { version = "1", features = ["event", "fs", "net", "termios", "time"] }
socket2 = "0.6"
tempfile = "3"
terminal_size = "0.4"
tokio = { version = "1", features = ["fs", "io-util", "macros", "net", "rt-multi-thread", "sync", "time"] }

[profile.release]
lto = true
opt-level = 1
"#,
    );
    project
}

const CRATES: &str = r#"
use std::io::{Read, Seek, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

fn main() {
    let mut file = tempfile::tempfile_in(".").unwrap();
    file.write_all(b"abc").unwrap();
    file.rewind().unwrap();
    let mut text = String::new();
    file.read_to_string(&mut text).unwrap();
    println!("tempfile {text}");

    errno::set_errno(errno::Errno(44));
    let other = std::thread::spawn(errno::errno).join().unwrap();
    println!("errno {}, {}; {:?}", errno::errno(), other.0, terminal_size::terminal_size());
    files();
    let (mut one, mut two) = sockets();
    one.write_all(b"hi").unwrap();
    let mut bytes = [0; 2];
    two.read_exact(&mut bytes).unwrap();
    println!("{bytes:?}");
    polls();
}

fn files() {
    use rustix::fs::*;
    let folder = tempfile::tempdir_in(".").unwrap();
    let fd = openat(CWD, folder.path(), OFlags::RDONLY | OFlags::DIRECTORY, Mode::empty()).unwrap();
    let made = openat(&fd, "x", OFlags::RDWR | OFlags::CREATE | OFlags::EXCL, Mode::RUSR).unwrap();
    let again = openat(&fd, "x", OFlags::RDWR | OFlags::CREATE | OFlags::EXCL, Mode::RUSR);
    println!("made {:?}", again.unwrap_err());
    println!("pwrite {} {:?}", rustix::io::pwrite(&made, b"zz", 1).unwrap(), fcntl_getfl(&made).unwrap());
    let stat = statat(&fd, "x", AtFlags::empty()).unwrap();
    println!("stat {} {:?}", stat.st_size, FileType::from_raw_mode(stat.st_mode));
    mkdirat(&fd, "sub", Mode::empty()).unwrap();
    symlinkat("y", &fd, "link").unwrap();
    let mut names: Vec<_> = Dir::read_from(&fd).unwrap().map(|entry| entry.unwrap().file_name().to_owned()).collect();
    names.sort();
    println!("names {names:?}");
    unlinkat(&fd, "sub", AtFlags::REMOVEDIR).unwrap();
    renameat(&fd, "x", &fd, "y").unwrap();
    println!("link {:?} {:?}", readlinkat(&fd, "link", Vec::new()).unwrap(), unlinkat(&fd, "x", AtFlags::empty()));
    println!("terminal {}", rustix::termios::isatty(std::io::stdout()));
}

fn sockets() -> (TcpStream, TcpStream) {
    use socket2::{Domain, Socket, Type};
    let any: SocketAddr = "127.0.0.1:0".parse().unwrap();
    let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    listener.set_reuse_address(true).unwrap();
    println!("unbound {:?}", listener.local_addr().unwrap().as_socket());
    listener.bind(&any.into()).unwrap();
    listener.listen(5).unwrap();
    let address = listener.local_addr().unwrap();
    let client = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    println!("not connected {:?}", client.peer_addr().unwrap_err().kind());
    println!("keep-alive {}", client.set_keepalive(true).unwrap_err());
    println!("type {:?} {:?}", client.r#type().unwrap(), client.read_timeout().unwrap());
    client.set_nonblocking(true).unwrap();
    println!("connect {:?}", client.connect(&address).map_err(|error| error.kind()));
    let (accepted, peer) = listener.accept().unwrap();
    client.set_nonblocking(false).unwrap();
    println!("peer {}", peer.as_socket().unwrap().ip());
    (client.into(), accepted.into())
}

fn polls() {
    use mio::{Events, Interest, Poll, Token};
    let mut poll = Poll::new().unwrap();
    let mut events = Events::with_capacity(8);
    let mut listener = mio::net::TcpListener::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = listener.local_addr().unwrap();
    poll.registry().register(&mut listener, Token(0), Interest::READABLE).unwrap();
    poll.poll(&mut events, Some(Duration::from_millis(10))).unwrap();
    println!("nothing {}", events.is_empty());
    let mut client = mio::net::TcpStream::connect(address).unwrap();
    poll.registry().register(&mut client, Token(1), Interest::READABLE | Interest::WRITABLE).unwrap();
    let (mut acceptable, mut writable) = (false, false);
    while !(acceptable && writable) {
        poll.poll(&mut events, None).unwrap();
        acceptable |= events.iter().any(|event| event.token() == Token(0) && event.is_readable());
        writable |= events.iter().any(|event| event.token() == Token(1) && event.is_writable());
    }
    let (mut server, _) = listener.accept().unwrap();
    println!("would block {:?}", listener.accept().unwrap_err().kind());
    server.write_all(b"x").unwrap();
    let mut seen = false;
    while !seen {
        poll.poll(&mut events, None).unwrap();
        seen |= events.iter().any(|event| event.token() == Token(1) && event.is_readable());
    }
    let mut bytes = [0; 4];
    println!("read {} {:?}", client.read(&mut bytes).unwrap(), client.read(&mut bytes).unwrap_err().kind());
}
"#;

const CRATES_SAY: &str = r#"tempfile abc
errno No such file or directory, 0; None
made Os { code: 20, kind: AlreadyExists, message: "File exists" }
pwrite 2 OFlags(RWMODE)
stat 3 RegularFile
names [".", "..", "link", "sub", "x"]
link "y" Err(Os { code: 44, kind: NotFound, message: "No such file or directory" })
terminal false
unbound Some(0.0.0.0:0)
not connected NotConnected
keep-alive Protocol not available (os error 50)
type SOCK_STREAM None
connect Err(InProgress)
peer 127.0.0.1
[104, 105]
nothing true
would block WouldBlock
read 1 WouldBlock
"#;

const RUNTIMES: &str = r#"
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::runtime::{Builder, Runtime};

fn main() {
    println!("current thread");
    run(&Builder::new_current_thread().enable_all().build().unwrap());
    println!("several threads");
    run(&Builder::new_multi_thread().worker_threads(3).enable_all().build().unwrap());
}

fn run(runtime: &Runtime) {
    runtime.block_on(async {
        // In a task, so that in a runtime of several threads a worker runs it.
        tokio::spawn(all()).await.unwrap();
    });
    // Another thread sends while nothing else goes on in the runtime.
    let (sender, receiver) = tokio::sync::oneshot::channel();
    let thread = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(20));
        sender.send(7).unwrap();
    });
    println!("from outside {}", runtime.block_on(receiver).unwrap());
    thread.join().unwrap();
}

async fn all() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut peer, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut buffer = [0; 1024];
                while let Ok(count @ 1..) = peer.read(&mut buffer).await {
                    peer.write_all(&buffer[..count]).await.unwrap();
                }
            });
        }
    });
    let clients: Vec<_> = (0..10_u8)
        .map(|number| {
            tokio::spawn(async move {
                let mut stream = TcpStream::connect(address).await.unwrap();
                for _ in 0..20 {
                    stream.write_all(&[number; 100]).await.unwrap();
                    let mut echo = [0; 100];
                    stream.read_exact(&mut echo).await.unwrap();
                    assert_eq!(echo, [number; 100]);
                }
            })
        })
        .collect();
    for client in clients {
        client.await.unwrap();
    }
    println!("echoed");
    let begin = Instant::now();
    tokio::time::sleep(Duration::from_millis(20)).await;
    println!("slept {}", begin.elapsed() >= Duration::from_millis(20));
    let begin = Instant::now();
    let blocked = tokio::task::spawn_blocking(|| std::thread::sleep(Duration::from_millis(10))).await;
    println!("blocked {} {}", blocked.is_ok(), begin.elapsed() >= Duration::from_millis(10));
    let path = "written by tokio";
    tokio::fs::write(path, "x").await.unwrap();
    println!("file {:?}", tokio::fs::read_to_string(path).await.unwrap());
    tokio::fs::remove_file(path).await.unwrap();
    println!("refused {:?}", TcpStream::connect("127.0.0.1:1").await.unwrap_err().kind());
    let never = std::future::pending::<()>();
    println!("timed out {}", tokio::time::timeout(Duration::from_millis(5), never).await.is_err());
    let (one, two) = (UdpSocket::bind("127.0.0.1:0").await.unwrap(), UdpSocket::bind("127.0.0.1:0").await.unwrap());
    one.send_to(b"datagram", two.local_addr().unwrap()).await.unwrap();
    println!("received {}", two.recv_from(&mut [0; 99]).await.unwrap().0);
    println!("looked up {}", tokio::net::lookup_host("localhost:80").await.unwrap().count() > 0);
}
"#;

const RUNTIME_SAYS: &str = "echoed
slept true
blocked true true
file \"x\"
refused ConnectionRefused
timed out true
received 8
looked up true
from outside 7
";

#[test]
fn crates_that_ask_by_the_functions_of_c_and_the_runtimes_on_them_run() {
    let project = project();
    project.write("src/main.rs", CRATES);
    project.write("src/bin/runtimes.rs", RUNTIMES);
    let run = |name: &str| {
        let output = project.p3("run").args(["--quiet", "--release", "--bin", name]).output().unwrap();
        stdout(&succeeded(output))
    };
    assert_eq!(run("asks"), CRATES_SAY);
    assert_eq!(run("runtimes"), format!("current thread\n{RUNTIME_SAYS}several threads\n{RUNTIME_SAYS}"));
}

#[test]
fn what_is_optimised_as_a_whole_without_libc_is_told_what_to_do() {
    let project = Project::new("whole");
    project.write("src/main.rs", include_str!("guests/wants_c.rs"));
    let error = |flags: &[&str]| {
        let output = project.p3("build").args(flags).output().unwrap();
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    let told = error(&["--release", "--config", "profile.release.lto=true"]);
    for word in ["`isatty`", "docs/c-symbols.md", "add `libc`", "`fopen`", "this is none of them"] {
        assert!(told.contains(word), "{word} is missing from: {told}");
    }
    let told = error(&[]);
    assert!(!told.contains("`isatty`"), "{told}");
    for word in ["`fopen`", "crate `whole`", "docs/c-symbols.md", "this is none of them"] {
        assert!(told.contains(word), "{word} is missing from: {told}");
    }
}

/// The example, as it is.
#[test]
fn a_server_with_axum_answers_ten_thousand_requests_and_ends_gracefully() {
    const REQUESTS: usize = 10_000;
    let project = Project::copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/axum"));
    succeeded(project.p3("build").output().unwrap());
    let mut server = project.p3("run").arg("--quiet").stdout(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(server.stdout.take().unwrap()).lines();
    let address = said.next().unwrap().unwrap().strip_prefix("listening on ").unwrap().to_owned();
    let connect = || {
        let stream = TcpStream::connect(&address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        Connection { read: BufReader::new(stream.try_clone().unwrap()), write: stream }
    };
    let mut connection = connect();
    for _ in 0..REQUESTS {
        assert_eq!(connection.ask("GET / HTTP/1.1", ""), "Hello from axum\n");
    }
    assert_eq!(connection.ask("POST /sum HTTP/1.1", r#"{"numbers":[1,2,39]}"#), r#"{"sum":42}"#);
    // Several at a time, each in turns with the others.
    let mut all: Vec<_> = (0..20).map(|_| connect()).collect();
    for _ in 0..10 {
        all.iter_mut().for_each(|connection| connection.send("GET / HTTP/1.1", ""));
        all.iter_mut().for_each(|connection| assert_eq!(connection.answer(), "Hello from axum\n"));
    }
    drop(all);
    assert_eq!(connection.ask("POST /stop HTTP/1.1", ""), "");
    drop(connection);
    assert_eq!(said.next().unwrap().unwrap(), "stopped");
    assert!(server.wait().unwrap().success());
}

/// A connection that is kept.
struct Connection {
    read: BufReader<TcpStream>,
    write: TcpStream,
}

impl Connection {
    fn ask(&mut self, request: &str, body: &str) -> String {
        self.send(request, body);
        self.answer()
    }

    fn send(&mut self, request: &str, body: &str) {
        let length = body.len();
        let head =
            format!("{request}\r\nHost: here\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n");
        self.write.write_all((head + body).as_bytes()).unwrap();
    }

    fn answer(&mut self) -> String {
        let (mut line, mut length) = (String::new(), 0);
        self.read.read_line(&mut line).unwrap();
        assert!(line.starts_with("HTTP/1.1 200 "), "{line}");
        while line != "\r\n" {
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            line.clear();
            assert_ne!(self.read.read_line(&mut line).unwrap(), 0, "the answer has an end");
        }
        let mut body = vec![0; length];
        self.read.read_exact(&mut body).unwrap();
        String::from_utf8(body).unwrap()
    }
}
