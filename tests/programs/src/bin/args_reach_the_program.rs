//! Arguments arrive in order, with spaces, empty ones and any Unicode kept.
//@ args = ["one", "two words", "", "ünïcödé 🦀", "--flag=value"]

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    println!("{arguments:?}");
    let mut both_ends = std::env::args_os();
    assert_eq!(both_ends.len(), 6);
    assert_eq!(both_ends.next_back().unwrap(), "--flag=value");
    assert_eq!(both_ends.len(), 5);
}
