//! A command with a main function and bindings' `run` beside it; with `--cfg tests` main is a test harness's, with `--cfg writes` the program
//! writes to standard output, and with `--cfg sync` the bindings' function is lifted synchronously.
#![feature(no_core)]
#![no_core]
#![no_main]
#[cfg(writes)]
extern crate ends_output;
extern crate mini_core;

#[link(wasm_import_module = "[export]wasi:cli/run@0.3.0")]
unsafe extern "C" {
    #[link_name = "[task-return]run"]
    fn task_return(result: i32);
}

#[link(wasm_import_module = "wasi:cli/stdout@0.3.0")]
unsafe extern "C" {
    #[link_name = "write-via-stream"]
    fn write_via_stream(stream: i32) -> i32;
}

#[link(wasm_import_module = "wasi:cli/exit@0.3.0")]
unsafe extern "C" {
    #[link_name = "exit-with-code"]
    fn exit_with_code(code: i32);
}

/// As libtest's main holds it.
#[cfg(tests)]
#[used]
static MARK: &[u8; 24] = b"isolated tests, version ";

#[unsafe(export_name = "component_main")]
extern "C" fn main() -> i32 {
    // SAFETY: linked and looked at, never run.
    unsafe { exit_with_code(1) };
    0
}

#[cfg(not(sync))]
#[unsafe(export_name = "[async-lift-stackful]wasi:cli/run@0.3.0#run")]
extern "C" fn run() {
    // SAFETY: linked and looked at, never run.
    unsafe {
        #[cfg(writes)]
        write_via_stream(0);
        task_return(0);
    }
}

#[cfg(sync)]
#[unsafe(export_name = "wasi:cli/run@0.3.0#run")]
extern "C" fn run() -> i32 {
    #[cfg(writes)]
    // SAFETY: linked and looked at, never run.
    unsafe {
        write_via_stream(0)
    };
    0
}
