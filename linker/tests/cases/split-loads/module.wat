;; Eight bytes at an address that is known as a multiple of four only are read as two times four.
(module
  (memory (export "memory") 1)
  (func $copy (param i32 i32) (local i64)
    (i64.store align=4 (local.get 0) (i64.load offset=4 align=4 (local.get 1)))
    (i64.store (local.get 0) (i64.load (local.get 1)))
    (i64.store align=1 (local.get 0) (i64.load align=1 (local.get 1)))
    (local.set 2 (i64.load offset=0xfffffffc align=4 (local.get 1))))
  (func $nothing-to-split (param i32) (result i64)
    (i64.load offset=8 (local.get 0)))
  (func (export "wasi:cli/run@0.3.0#run") (result i32)
    (call $copy (i32.const 16) (i32.const 32))
    (drop (call $nothing-to-split (i32.const 0)))
    (i32.const 0)))
