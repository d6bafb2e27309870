;; Constructors nothing calls become `_initialize`.
(module
  (memory (export "memory") 1)
  (global $count (mut i32) (i32.const 0))
  (func $__wasm_call_ctors (export "__wasm_call_ctors") (call $constructor))
  (func $constructor (global.set $count (i32.const 1)))
  (func $run (export "wasi:cli/run@0.3.0#run") (result i32) i32.const 0))
