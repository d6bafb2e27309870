//! Threads that share the standard streams: lines stay whole, each byte of the input goes to one of them.
//@ threads = true
//@ stdin = "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\n"
//@ stderr = ["thread 0 line 99", "thread 7 line 99"]

use std::io::{self, BufRead, Read, Write};
use std::os::fd::FromRawFd;
use std::thread;

fn main() {
    input_is_shared_out();
    output_keeps_lines_whole();
    error_output_without_a_lock();
}

fn input_is_shared_out() {
    let readers: Vec<_> = (0..3)
        .map(|_| {
            thread::spawn(|| {
                let mut mine = Vec::new();
                let mut line = String::new();
                while io::stdin().lock().read_line(&mut line).unwrap() > 0 {
                    mine.push(line.trim().to_owned());
                    line.clear();
                    thread::yield_now();
                }
                mine
            })
        })
        .collect();
    let mut all: Vec<String> = readers.into_iter().flat_map(|reader| reader.join().unwrap()).collect();
    all.sort();
    println!("{all:?}");

    // The input is at its end for everybody.
    let mut rest = String::new();
    io::stdin().read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "");
}

fn output_keeps_lines_whole() {
    let (reader, writer) = io::pipe().unwrap();
    drop(writer);
    assert_eq!(io::read_to_string(reader).unwrap(), "");

    let writers: Vec<_> = (0..8)
        .map(|number| {
            thread::spawn(move || {
                for line in 0..100 {
                    eprintln!("thread {number} line {line}");
                }
            })
        })
        .collect();
    writers.into_iter().for_each(|writer| writer.join().unwrap());
    println!("800 lines");
}

/// Files on descriptor 2 write past std's lock.
fn error_output_without_a_lock() {
    let writers: Vec<_> = (0..4)
        .map(|_| {
            thread::spawn(|| {
                // SAFETY: the descriptor stays open: the file is forgotten, not dropped.
                let mut file = unsafe { std::fs::File::from_raw_fd(2) };
                for _ in 0..50 {
                    file.write_all(b"raw\n").unwrap();
                }
                std::mem::forget(file);
            })
        })
        .collect();
    writers.into_iter().for_each(|writer| writer.join().unwrap());
    println!("200 more");
}
