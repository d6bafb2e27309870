//! A command that asks for the C library and uses nothing of it.
#![feature(no_core)]
#![no_core]
#![no_main]
extern crate mini_core;

#[link(name = "c")]
#[link(name = "m")]
unsafe extern "C" {}

#[unsafe(export_name = "wasi:cli/run@0.3.0#run")]
extern "C" fn run() -> i32 {
    0
}
