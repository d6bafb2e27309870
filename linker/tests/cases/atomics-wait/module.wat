;; Waiting and waking by instruction is the library's futex.
(module
  (memory (export "memory") 1)
  (func $notify (export "component_futex_notify") (param i32 i32) (result i32) i32.const 0)
  (func $wait32 (export "component_futex_wait32") (param i32 i32 i64) (result i32) i32.const 0)
  (func $wait64 (export "component_futex_wait64") (param i32 i64 i64) (result i32) i32.const 0)
  (func $run (export "wasi:cli/run@0.3.0#run") (result i32)
    (drop (memory.atomic.wait32 (i32.const 0) (i32.const 1) (i64.const -1)))
    (drop (memory.atomic.wait64 offset=8 (i32.const 0) (i64.const 1) (i64.const -1)))
    (memory.atomic.notify (i32.const 0) (i32.const 1)))
  (@custom "target_features" "\01+\07atomics"))
