//! A command that holds what a program instrumented for coverage does: a section of LLVM's that maps counters to lines.
#![feature(no_core)]
#![no_core]
#![no_main]
extern crate mini_core;

#[used]
#[unsafe(link_section = "__llvm_covmap")]
static MAP: u8 = 1;

#[unsafe(export_name = "wasi:cli/run@0.3.0#run")]
extern "C" fn run() -> i32 {
    0
}
