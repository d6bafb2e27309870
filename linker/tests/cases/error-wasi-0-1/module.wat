;; Imports of WASI 0.1 are not those of WASI 0.3.
(module
  (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "wasi:cli/run@0.3.0#run") (result i32) (call $random (i32.const 0) (i32.const 0))))
