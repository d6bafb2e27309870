//! Names the linker by the content of its sources: what it makes depends on them, and not on where or when it was built.
//!
//! Cargo builds everything again when the compiler says that it is another one (`src/wrapper.rs`). An executable's time or bytes would say so after
//! each installation of the same version; the sources do not.

use std::path::{Path, PathBuf};
use std::{env, fs};

/// What decides what is linked, and with which options crates are compiled; relative to the checkout.
const SOURCES: [&str; 4] = ["linker", "library/wasi-wit", "library/contract", "cli/src/wrapper.rs"];

/// The crates that take part in it.
const CRATES: [&str; 6] = ["wasip3", "wasm-encoder", "wasmparser", "wit-component", "wit-parser", "object"];

fn main() {
    let checkout = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR")).join("..");
    let mut hash = Hash::new();
    for source in SOURCES {
        add(&checkout, &checkout.join(source), &mut hash);
    }
    let lock = checkout.join("Cargo.lock");
    println!("cargo::rerun-if-changed={}", lock.display());
    let lock = fs::read_to_string(&lock).unwrap_or_default();
    let lines: Vec<&str> = lock.lines().collect();
    for pair in lines.windows(2).filter(|pair| CRATES.iter().any(|name| pair[0] == format!("name = {name:?}"))) {
        hash.add(pair[0].as_bytes());
        hash.add(pair[1].as_bytes());
    }
    println!("cargo::rustc-env=LINKER_HASH={:016x}", hash.0);
}

/// Adds a file, or the files of a directory in the order of their names. Tests decide nothing.
fn add(checkout: &Path, path: &Path, hash: &mut Hash) {
    if path.is_dir() {
        let entries = fs::read_dir(path).unwrap_or_else(|error| panic!("cannot list {}: {error}", path.display()));
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.retain(|path| !path.ends_with("tests") && !path.ends_with("target"));
        paths.sort();
        paths.iter().for_each(|path| add(checkout, path, hash));
    } else if let Ok(content) = fs::read(path) {
        println!("cargo::rerun-if-changed={}", path.display());
        let name = path.strip_prefix(checkout).unwrap_or(path);
        hash.add(name.as_os_str().as_encoded_bytes());
        hash.add(&content);
    }
}

/// FNV-1a, of 64 bits: nobody wants to find two linkers with one hash.
struct Hash(u64);

impl Hash {
    fn new() -> Hash {
        Hash(0xcbf2_9ce4_8422_2325)
    }

    fn add(&mut self, bytes: &[u8]) {
        let length = (bytes.len() as u64).to_le_bytes();
        for byte in length.iter().chain(bytes) {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}
