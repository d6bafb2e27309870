//! A panic in main prints message and place, unwinds, and ends with 101.
//@ stderr = ["panicked at src/bin/panic_message.rs:15:5:", "seven is 7"]

struct Farewell;

impl Drop for Farewell {
    fn drop(&mut self) {
        println!("dropped");
    }
}

fn main() {
    let _farewell = Farewell;
    let seven = 7;
    panic!("seven is {seven}");
}
