//! Writes the same types and functions in C and in Rust, from one list, and compiles the C.
//!
//! Here because types that are written down twice by hand agree only by luck. Left out: what a C library would be needed for.

use std::path::PathBuf;
use std::{env, fs};

mod in_c;
mod in_rust;
mod types;

fn main() {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let types = types::all();
    let signatures = types::signatures(&types);
    fs::write(out.join("peer.c"), in_c::source(&types, &signatures)).expect("OUT_DIR can be written");
    fs::write(out.join("peer.rs"), in_rust::source(&types, &signatures)).expect("OUT_DIR can be written");
    let is_wasm = env::var("CARGO_CFG_TARGET_FAMILY").is_ok_and(|family| family == "wasm");
    let mut files = vec![out.join("peer.c"), "c/unwind.c".into(), "c/variadic.c".into()];
    if is_wasm {
        files.push("c/foreign.s".into());
    }
    compile(&files, is_wasm);
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed=c");
}

/// Compiles without a C library. The objects are linked one by one, so that no archiver is needed.
fn compile(files: &[PathBuf], is_wasm: bool) {
    let mut clang = cc::Build::new();
    clang.files(files).std("c11").opt_level(1).debug(false).flag("-ffreestanding").warnings_into_errors(true);
    if is_wasm {
        // The second, because most of the flags mean nothing for assembly.
        clang.flag("-mexception-handling").flag("-Wno-unused-command-line-argument");
    }
    if !is_wasm {
        // Natively, a panic passes through C frames only if they have tables for it.
        clang.flag("-fexceptions");
    }
    for object in clang.compile_intermediates() {
        println!("cargo::rustc-link-arg={}", object.display());
    }
}
