//! Threads share files: each write lands whole, duplicates share a position, and nobody sees half of a call.
//@ threads = true

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, Write};
use std::sync::Arc;
use std::thread;

fn main() {
    // Four threads append lines to one file, each by a handle of its own and through a shared one.
    let shared = Arc::new(File::create("log").unwrap());
    let threads: Vec<_> = (0..4)
        .map(|number| {
            let shared = shared.clone();
            thread::spawn(move || {
                let mut own = OpenOptions::new().append(true).create(true).open("own").unwrap();
                for line in 0..100 {
                    own.write_all(format!("{number} {line:03}\n").as_bytes()).unwrap();
                    (&*shared).write_all(format!("{number} {line:03}\n").as_bytes()).unwrap();
                    thread::yield_now();
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    for name in ["own", "log"] {
        let text = fs::read_to_string(name).unwrap();
        let mut lines: Vec<_> = text.lines().collect();
        lines.sort_unstable();
        lines.dedup();
        println!("{name} {} {} {} {}", text.len(), lines.len(), lines[0], lines[399]);
    }

    // Four threads read one file through duplicates: together they get every byte once.
    let mut file = File::open("log").unwrap();
    let readers: Vec<_> = (0..4)
        .map(|_| {
            let mut file = file.try_clone().unwrap();
            thread::spawn(move || {
                let mut lines = Vec::new();
                let mut line = [0; 6];
                while file.read(&mut line).unwrap() == line.len() {
                    lines.push(line);
                    thread::yield_now();
                }
                lines
            })
        })
        .collect();
    let mut all: Vec<_> = readers.into_iter().flat_map(|reader| reader.join().unwrap()).collect();
    all.sort_unstable();
    all.dedup();
    println!("{} {}", all.len(), file.stream_position().unwrap());
}
