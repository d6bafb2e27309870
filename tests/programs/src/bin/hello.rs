//! Says hello: the least a program does.

fn main() {
    println!("Hello, component!");
}
