;; Not optimised, the code stays as LLVM has made it: calls of what only calls on, reads of eight bytes, six parameters.
(module
  (memory (export "memory") 1)
  (func $copy (param i32 i32 i32)
    (i64.store align=4 (local.get 0) (i64.load align=4 (local.get 1)))
    (memory.copy (local.get 0) (local.get 1) (local.get 2)))
  (func $detour (param i32 i32 i32) (call $copy (local.get 0) (local.get 1) (local.get 2)))
  (func $six (param i32 i32 i32 i32 i32 i32) (call $detour (local.get 0) (local.get 1) (local.get 5)))
  (func (export "wasi:cli/run@0.3.0#run") (result i32)
    (call $six (i32.const 16) (i32.const 32) (i32.const 3) (i32.const 4) (i32.const 5) (i32.const 6))
    (i32.const 0)))
