//! A second panic during unwinding aborts with a message.
//@ exit = 134
//@ stderr = ["first", "second"]

struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("second");
    }
}

fn main() {
    println!("before");
    let _bomb = Bomb;
    panic!("first");
}
