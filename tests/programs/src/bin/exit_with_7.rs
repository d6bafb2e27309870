//! exit(7) ends with 7, and what was printed before arrives without a newline.

fn main() {
    print!("before");
    std::process::exit(7);
}
