//! A command that calls `DEPENDENCY::files::first`.
#![feature(no_core)]
#![no_core]
#![no_main]
extern crate dependency;
extern crate mini_core;

#[unsafe(export_name = "wasi:cli/run@0.3.0#run")]
extern "C" fn run() -> i32 {
    dependency::files::first()
}
