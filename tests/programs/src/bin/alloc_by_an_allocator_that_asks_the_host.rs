//! A global allocator of the program's own may call the host: what the host hands over does not come out of it.
//@ args = ["one", "two"]
//@ env = { SOME = "thing" }
//@ net = true

use std::alloc::{GlobalAlloc, Layout, System};
use std::collections::HashMap;
use std::net::{ToSocketAddrs, UdpSocket};
use std::time::Instant;
use std::{env, fs, io};

/// Asks for the time and tells it, in every call: in the middle of a call of the host's, both would trap.
struct Asking;

fn ask() {
    let now = Instant::now();
    if now.elapsed().as_secs() > 1_000 {
        eprintln!("the clock jumped");
    }
}

/// In front of each block, so that no other allocator can take it for its own.
const MARK: usize = 0x6d61_726b;

fn marked(layout: Layout) -> (Layout, usize) {
    let front = layout.align().max(16);
    (Layout::from_size_align(layout.size() + front, front).unwrap(), front)
}

// SAFETY: every block is one of `System`'s, with as much room in front of it as its alignment asks for.
unsafe impl GlobalAlloc for Asking {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ask();
        let (layout, front) = marked(layout);
        // SAFETY: the size is not 0, and the block has room for the mark.
        unsafe {
            let block = System.alloc(layout);
            block.cast::<usize>().write(MARK);
            block.add(front)
        }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        ask();
        let (layout, front) = marked(layout);
        // SAFETY: the block was allocated above, or it has no mark in front, which is then other memory of this program.
        unsafe {
            let block = block.sub(front);
            if block.cast::<usize>().read() != MARK {
                eprintln!("a block comes back that was never given");
                std::process::abort();
            }
            System.dealloc(block, layout);
        }
    }
}

#[global_allocator]
static ALLOCATOR: Asking = Asking;

fn main() -> io::Result<()> {
    println!("{:?} {:?}", env::args().skip(1).collect::<Vec<_>>(), env::var("SOME"));
    println!("{}", env::current_dir()?.is_absolute());
    for name in ["a", "bb", "ccc"] {
        fs::write(name, name)?;
    }
    #[allow(deprecated, reason = "it is there on every platform")]
    fs::soft_link("ccc", "link")?;
    let mut names: Vec<String> = fs::read_dir(".")?
        .map(|entry| entry.map(|entry| entry.file_name().into_string().unwrap()))
        .collect::<Result<_, _>>()?;
    names.sort();
    println!("{names:?} {:?}", fs::read_link("link")?);
    println!("{:?}", fs::read("none").map_err(|error| error.kind()));
    println!("{}", HashMap::from([(1, 2)]).len());
    println!("{}", ("localhost", 1).to_socket_addrs()?.all(|address| address.ip().is_loopback()));
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    socket.send_to(b"datagram", socket.local_addr()?)?;
    let mut datagram = [0; 100];
    let (count, _) = socket.recv_from(&mut datagram)?;
    println!("{}", String::from_utf8_lossy(&datagram[..count]));
    Ok(())
}
