//! Says hello: the least a program does.
//@ plain = true

fn main() {
    println!("Hello, component!");
}
