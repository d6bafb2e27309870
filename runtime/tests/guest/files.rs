//! Guests that look at files: what they import, and verbs for their steps.

use super::guest;
use component_run::{Access, Directory, Setup};
use std::path::Path;
use tempfile::TempPath;

const IMPORTS: &str = r#"
  (import "wasi:filesystem/preopens@0.3.0" "get-directories" (func $directories (param i32)))
  (import "wasi:filesystem/types@0.3.0" "[method]descriptor.rename-at" (func $rename-at (param i32 i32 i32 i32 i32 i32 i32)))
  (import "wasi:filesystem/types@0.3.0" "[method]descriptor.link-at" (func $link-at (param i32 i32 i32 i32 i32 i32 i32 i32)))
  (import "wasi:filesystem/types@0.3.0" "[method]descriptor.stat-at" (func $stat-at (param i32 i32 i32 i32 i32)))
  (import "wasi:filesystem/types@0.3.0" "[method]descriptor.stat" (func $stat (param i32 i32)))
  (import "wasi:filesystem/types@0.3.0" "[method]descriptor.unlink-file-at" (func $unlink-at (param i32 i32 i32 i32)))
  (import "wasi:filesystem/types@0.3.0" "[method]descriptor.open-at" (func $open-at (param i32 i32 i32 i32 i32 i32 i32)))
  (import "wasi:filesystem/types@0.3.0" "[async-lower][method]descriptor.open-at" (func $begin-open-at (param i32 i32) (result i32)))
  (import "wasi:filesystem/types@0.3.0" "[method]descriptor.set-times" (func $set-times (param i32 i32 i64 i32 i32 i64 i32 i32)))
  (import "wasi:filesystem/types@0.3.0" "[method]descriptor.set-times-at" (func $set-times-at (param i32 i32 i32 i32 i32 i64 i32 i32 i64 i32 i32)))
  (import "wasi:filesystem/types@0.3.0" "[method]descriptor.read-directory" (func $read-directory (param i32 i32)))
  (import "wasi:filesystem/types@0.3.0" "[async-lower][stream-read-0][method]descriptor.read-directory" (func $names-read (param i32 i32 i32) (result i32)))
  (import "wasi:filesystem/types@0.3.0" "[async-lower][future-read-1][method]descriptor.read-directory" (func $names-ended (param i32 i32) (result i32)))
  (import "wasi:filesystem/types@0.3.0" "[method]descriptor.read-via-stream" (func $read-via (param i32 i64 i32)))
  (import "wasi:filesystem/types@0.3.0" "[async-lower][stream-read-0][method]descriptor.read-via-stream" (func $stream-read (param i32 i32 i32) (result i32)))
  (import "wasi:filesystem/types@0.3.0" "[async-lower][future-read-1][method]descriptor.read-via-stream" (func $read-ended (param i32 i32) (result i32)))
  (import "wasi:filesystem/types@0.3.0" "[method]descriptor.write-via-stream" (func $write-via (param i32 i32 i64) (result i32)))
  (import "wasi:filesystem/types@0.3.0" "[stream-new-0][method]descriptor.write-via-stream" (func $file-new (result i64)))
  (import "wasi:filesystem/types@0.3.0" "[async-lower][stream-write-0][method]descriptor.write-via-stream" (func $file-write (param i32 i32 i32) (result i32)))
  (import "wasi:filesystem/types@0.3.0" "[stream-drop-writable-0][method]descriptor.write-via-stream" (func $file-end (param i32)))
  (import "wasi:filesystem/types@0.3.0" "[async-lower][future-read-1][method]descriptor.write-via-stream" (func $write-ended (param i32 i32) (result i32)))
"#;

/// A guest that looks at `in/file` (its size is its exit code) after these steps. Text lies at 4096.
pub(crate) fn looking(text: &str, steps: &str) -> TempPath {
    guest(
        IMPORTS,
        &format!(
            r#"(data (i32.const 4096) {text:?})
               (global $first (mut i32) (i32.const 0))
               (global $second (mut i32) (i32.const 0))
               (global $third (mut i32) (i32.const 0))
               ;; The result at 512 must be a success, or the exit code is 100 + the error code.
               (func $check (if (i32.load8_u (i32.const 512))
                 (then (call $exit (i32.add (i32.const 100) (i32.load8_u (i32.load (i32.const 508))))))))
               (func $size (param $at i32) (param $length i32) (result i32)
                 (call $stat-at (global.get $first) (i32.const 1) (local.get $at) (local.get $length) (i32.const 512))
                 (i32.store (i32.const 508) (i32.const 520)) (call $check)
                 ;; The result's tag, the type (16), the links (8), the size.
                 (i32.load (i32.const 544)))
               (func $rename (param $old i32) (param $old-length i32) (param $new i32) (param $new-length i32)
                 (call $rename-at (global.get $first) (local.get $old) (local.get $old-length)
                   (global.get $first) (local.get $new) (local.get $new-length) (i32.const 512))
                 (i32.store (i32.const 508) (i32.const 516)) (call $check))
               ;; Opens what is there, to read (1) or to write (2).
               (func $open (param $at i32) (param $length i32) (param $flags i32) (result i32)
                 (call $open-at (global.get $first) (i32.const 1) (local.get $at) (local.get $length)
                   (i32.const 0) (local.get $flags) (i32.const 512))
                 (i32.store (i32.const 508) (i32.const 516)) (call $check)
                 (i32.load (i32.const 516)))
               ;; Begins to open, with room at `area` for arguments (32) and result. Gives what `$opened` wants.
               (func $begin-open (param $at i32) (param $length i32) (param $flags i32) (param $area i32) (result i32)
                 (i32.store (local.get $area) (global.get $first))
                 (i32.store8 offset=4 (local.get $area) (i32.const 1))
                 (i32.store offset=8 (local.get $area) (local.get $at))
                 (i32.store offset=12 (local.get $area) (local.get $length))
                 (i32.store8 offset=17 (local.get $area) (local.get $flags))
                 (call $begin-open-at (local.get $area) (i32.add (local.get $area) (i32.const 32))))
               ;; Waits for what was begun.
               (func $opened (param $call i32) (param $area i32) (result i32)
                 (if (i32.ne (i32.and (local.get $call) (i32.const 15)) (i32.const 2)) (then
                   (drop (call $complete (i32.shr_u (local.get $call) (i32.const 4)) (i32.const -1)))))
                 (i32.store8 (i32.const 512) (i32.load8_u offset=32 (local.get $area)))
                 (i32.store (i32.const 508) (i32.add (local.get $area) (i32.const 36))) (call $check)
                 (i32.load offset=36 (local.get $area)))
               ;; Reads up to 8 bytes to 1024. Gives how many; none is the end, of which the host has nothing bad to say.
               (func $read (param $file i32) (result i32)
                 (local $stream i32) (local $copied i32)
                 (call $read-via (local.get $file) (i64.const 0) (i32.const 1040))
                 (local.set $stream (i32.load (i32.const 1040)))
                 (local.set $copied (call $complete (local.get $stream)
                   (call $stream-read (local.get $stream) (i32.const 1024) (i32.const 8))))
                 (if (i32.eq (local.get $copied) (i32.const 1)) (then
                   (drop (call $complete (i32.load (i32.const 1044))
                     (call $read-ended (i32.load (i32.const 1044)) (i32.const 512))))
                   (i32.store (i32.const 508) (i32.const 516)) (call $check)))
                 (i32.shr_u (local.get $copied) (i32.const 4)))
               ;; Writes, and waits for what the host has to say about it.
               (func $write (param $file i32) (param $at i32) (param $length i32)
                 (local $stream i64) (local $end i32) (local $future i32)
                 (local.set $stream (call $file-new))
                 (local.set $end (i32.wrap_i64 (i64.shr_u (local.get $stream) (i64.const 32))))
                 (local.set $future (call $write-via (local.get $file) (i32.wrap_i64 (local.get $stream)) (i64.const 0)))
                 (drop (call $complete (local.get $end) (call $file-write (local.get $end) (local.get $at) (local.get $length))))
                 (call $file-end (local.get $end))
                 (drop (call $complete (local.get $future) (call $write-ended (local.get $future) (i32.const 512))))
                 (i32.store (i32.const 508) (i32.const 516)) (call $check))
               (func $run (result i32)
                 (call $directories (i32.const 16))
                 (global.set $first (i32.load (i32.load (i32.const 16))))
                 (if (i32.gt_u (i32.load (i32.const 20)) (i32.const 1))
                   (then (global.set $second (i32.load offset=12 (i32.load (i32.const 16))))))
                 {steps}
                 (i32.const 0))"#
        ),
    )
}

pub(crate) fn granting(hosts: &[&Path]) -> Setup {
    let directory = |(number, host): (usize, &&Path)| Directory {
        host: host.to_path_buf(),
        guest: format!("/{number}").into(),
        access: Access::ReadWrite,
    };
    Setup { directories: hosts.iter().enumerate().map(directory).collect(), ..Setup::default() }
}
