//! An `async fn main` by wstd.

#[wstd::main]
async fn main() {
    println!("in wstd");
}
