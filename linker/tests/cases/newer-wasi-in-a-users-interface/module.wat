;; Where a user's interface has types of WASI, and where std has none of it, the oldest version that has what is used is enough, too.
(module
  (import "wasi:http/types@0.3.2" "[constructor]fields" (func $fields (result i32)))
  (import "test:app/store" "keep" (func $keep (param i32 i64)))
  (memory (export "memory") 1)
  (func $run (export "wasi:cli/run@0.3.1#run") (result i32)
    (call $keep (call $fields) (i64.const 7))
    i32.const 0))
