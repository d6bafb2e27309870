//! A report on threads that wait for each other tells channels from locks, and which side of one waits.
//@ plain = true
//@ threads = true
//@ native = "a native program hangs"
//@ exit = 135
//@ stdout = "before\n"
//@ stderr = ["thread 'main' waits for thread 'receiver' to end", "thread 'receiver' waits for a message from a channel", "thread 'sender' waits for room in a channel", "thread 'parked' waits for being unparked"]

use std::sync::mpsc;
use std::thread::{self, Builder};

fn main() {
    let (sender, receiver) = mpsc::channel::<u32>();
    let (full_sender, full_receiver) = mpsc::sync_channel::<u32>(1);
    let spawn = |name: &str, work: Box<dyn FnOnce() + Send>| Builder::new().name(name.to_owned()).spawn(work).unwrap();
    println!("before");
    let waits = spawn("receiver", Box::new(move || println!("{:?}", receiver.recv())));
    spawn("sender", Box::new(move || println!("{:?}", (0..3).try_for_each(|number| full_sender.send(number)))));
    spawn(
        "parked",
        Box::new(|| {
            loop {
                thread::park()
            }
        }),
    );
    waits.join().unwrap();
    drop((sender, full_receiver));
}
