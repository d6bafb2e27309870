//! A `run` that bindings export under the very name of the core export, without async: as with a callback.
//@ stdout = "and what does not end a line"
//@ exit = 1
//@ native = "there a program begins at main"

#[cfg(target_family = "wasm")]
#[unsafe(export_name = "wasi:cli/run@0.3.0#run")]
extern "C" fn run() -> i32 {
    print!("and what does not end a line");
    1
}

fn main() {
    println!("main");
}
