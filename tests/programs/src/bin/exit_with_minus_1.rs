//! exit keeps the low eight bits, as on Unix: -1 is 255.

fn main() {
    print!("before");
    std::process::exit(-1);
}
