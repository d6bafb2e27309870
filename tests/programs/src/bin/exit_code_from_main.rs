//! A main that returns an exit code ends with it, after its output and destructors.

use std::process::ExitCode;

struct Farewell;

impl Drop for Farewell {
    fn drop(&mut self) {
        println!("dropped");
    }
}

fn main() -> ExitCode {
    let _farewell = Farewell;
    print!("no newline, ");
    ExitCode::from(42)
}
