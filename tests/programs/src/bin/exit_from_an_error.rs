//! A main that returns an error prints it and ends with 1.
//@ stderr = ["Error: \"no such luck\""]

fn main() -> Result<(), String> {
    println!("before");
    Err("no such luck".to_owned())
}
