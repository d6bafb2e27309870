//! There are no other processes here: Command says Unsupported, and the process has an id.
//@ native = "a native host has processes"

use std::io::ErrorKind;
use std::process::Command;

fn main() {
    for result in [Command::new("true").status().map(drop), Command::new("true").output().map(drop)] {
        assert_eq!(result.unwrap_err().kind(), ErrorKind::Unsupported);
    }
    assert_ne!(std::process::id(), 0);
    println!("refused");
}
