//! The smallest program that says something: its size and its imports are what is measured.

fn main() {
    println!("hello");
}
