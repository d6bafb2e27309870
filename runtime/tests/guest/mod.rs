//! Guests for the tests: core modules in text form, made into commands.
//!
//! Here because these tests are about the runtime alone: they must not need our std, our linker or a Rust toolchain for the target. A guest
//! states imports and definitions; the prelude gives it `$print`, `$exit`, a memory and an allocator.

#![allow(dead_code, reason = "each test binary uses a part")]

pub(crate) mod files;

use component_run::{Cache, Capture, Outcome, Output, Setup};
use std::path::Path;
use std::time::Duration;
use tempfile::TempPath;
use wit_component::{ComponentEncoder, StringEncoding};

/// What every guest has: standard output, exit, waiting, memory. Its data begins at 4096; below is scratch space of the prelude.
const PRELUDE_IMPORTS: &str = r#"
  (import "wasi:cli/stdout@0.3.0" "write-via-stream" (func $stdout (param i32) (result i32)))
  (import "wasi:cli/stdout@0.3.0" "[stream-new-0]write-via-stream" (func $stream-new (result i64)))
  (import "wasi:cli/stdout@0.3.0" "[async-lower][stream-write-0]write-via-stream" (func $stream-write (param i32 i32 i32) (result i32)))
  (import "wasi:cli/exit@0.3.0" "exit-with-code" (func $exit (param i32)))
  (import "$root" "[waitable-set-new]" (func $set-new (result i32)))
  (import "$root" "[waitable-set-wait]" (func $set-wait (param i32 i32) (result i32)))
  (import "$root" "[waitable-join]" (func $join (param i32 i32)))
"#;

const PRELUDE: &str = r#"
  (memory (export "memory") 2)
  (global $heap (mut i32) (i32.const 65536))
  (func (export "cabi_realloc") (param i32 i32 i32) (param $size i32) (result i32)
    (local $at i32)
    (local.set $at (i32.and (i32.add (global.get $heap) (i32.const 7)) (i32.const -8)))
    (global.set $heap (i32.add (local.get $at) (local.get $size)))
    (local.get $at))
  ;; The result of an asynchronous call on the waitable: waits if it was BLOCKED.
  (func $complete (param $waitable i32) (param $result i32) (result i32)
    (local $set i32)
    (if (i32.ne (local.get $result) (i32.const -1)) (then (return (local.get $result))))
    (local.set $set (call $set-new))
    (call $join (local.get $waitable) (local.get $set))
    (drop (call $set-wait (local.get $set) (i32.const 0)))
    (call $join (local.get $waitable) (i32.const 0))
    (i32.load (i32.const 4)))
  (global $out (mut i32) (i32.const 0))
  ;; Writes to stdout. Returns 0, or 1 when nobody reads any more.
  (func $print (param $at i32) (param $length i32) (result i32)
    (local $stream i64) (local $result i32)
    (if (i32.eqz (global.get $out)) (then
      (local.set $stream (call $stream-new))
      (drop (call $stdout (i32.wrap_i64 (local.get $stream))))
      (global.set $out (i32.wrap_i64 (i64.shr_u (local.get $stream) (i64.const 32))))))
    (loop $more
      (local.set $result (call $complete (global.get $out)
        (call $stream-write (global.get $out) (local.get $at) (local.get $length))))
      (local.set $at (i32.add (local.get $at) (i32.shr_u (local.get $result) (i32.const 4))))
      (local.set $length (i32.sub (local.get $length) (i32.shr_u (local.get $result) (i32.const 4))))
      (br_if $more (i32.and (i32.eqz (i32.and (local.get $result) (i32.const 15))) (i32.gt_s (local.get $length) (i32.const 0)))))
    (i32.and (local.get $result) (i32.const 15)))
"#;

/// A command with these imports and definitions; one of them is `(func $run (result i32) ...)`. Their first global is the module's.
pub(crate) fn guest(imports: &str, definitions: &str) -> TempPath {
    let text = format!(
        r#"(module {PRELUDE_IMPORTS} {imports} {definitions} {PRELUDE} (export "wasi:cli/run@0.3.0#run" (func $run)))"#
    );
    let mut module = wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}"));
    let resolve = wasi_wit::wasi();
    let package = resolve.packages.iter().find(|(_, package)| package.name.name == "cli").expect("wasi:cli").0;
    let world = resolve.select_world(&[package], Some("command")).expect("the world command");
    wit_component::embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8, false)
        .expect("metadata");
    let mut encoder = ComponentEncoder::default();
    let component = encoder.validate(true).module(&module).and_then(ComponentEncoder::encode);
    file(&component.unwrap_or_else(|error| panic!("{error:?}")))
}

/// A guest whose `run` is this body.
pub(crate) fn body(body: &str) -> TempPath {
    guest("", &format!("(func $run (result i32) {body})"))
}

/// A guest that prints this text and then goes on with this body.
pub(crate) fn printing(text: &str, body: &str) -> TempPath {
    let length = text.len();
    guest(
        "",
        &format!(
            r#"(data (i32.const 4096) {text:?})
               (func $run (result i32) (drop (call $print (i32.const 4096) (i32.const {length}))) {body})"#
        ),
    )
}

/// These bytes in a file.
pub(crate) fn file(bytes: &[u8]) -> TempPath {
    let file = tempfile::Builder::new().suffix(".wasm").tempfile().expect("a temporary file").into_temp_path();
    std::fs::write(&file, bytes).expect("the temporary file can be written");
    file
}

/// Runs with this setup, uncached, and with a time limit so that a defect does not hang the tests.
pub(crate) fn run(component: impl AsRef<Path>, setup: Setup) -> Outcome {
    let time_limit = setup.time_limit.or(Some(Duration::from_secs(60)));
    component_run::run(component, Setup { cache: Cache::Off, time_limit, ..setup })
}

/// Runs with this setup and returns what was written to stdout too.
pub(crate) fn output(component: impl AsRef<Path>, setup: Setup) -> (Outcome, String) {
    let stdout = Capture::new(1 << 20);
    let outcome = run(component, Setup { stdout: Output::Capture(stdout.clone()), ..setup });
    (outcome, String::from_utf8(stdout.bytes()).expect("the guest prints Unicode"))
}
