//! The types of reqwest, whose WebAssembly part stands on js-sys and wasm-bindgen.

fn main() {
    let url: reqwest::Url = "http://example.com/a?b=c".parse().unwrap();
    println!("{} {}", reqwest::Method::GET, url.path());
}
