//! exit keeps the low eight bits, as on Unix: 256 is 0.

fn main() {
    print!("before");
    std::process::exit(256);
}
