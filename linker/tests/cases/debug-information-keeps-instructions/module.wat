;; With debug information no instruction moves, so parameters stay as they are, and so do reads.
(module
  (memory (export "memory") 1)
  (func $last (param i32 i32 i32 i32 i32) (result i32)
    (local.get 4))
  (func (export "wasi:cli/run@0.3.0#run") (result i32)
    (drop (i64.load align=4 (i32.const 4)))
    (call $last (i32.const 0) (i32.const 1) (i32.const 2) (i32.const 3) (i32.const 0)))
  (@custom ".debug_info" "\00"))
