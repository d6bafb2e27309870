//! A command that calls `dependency::files::first`; with `--cfg served` beside a crate that serves WASI 0.1.
#![feature(no_core)]
#![no_core]
#![no_main]
extern crate dependency;
extern crate mini_core;
#[cfg(served)]
extern crate serves_wasi_0_1;

#[unsafe(export_name = "wasi:cli/run@0.3.0#run")]
extern "C" fn run() -> i32 {
    dependency::files::first()
}
