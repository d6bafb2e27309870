;; Of all of WASI only what is imported stays, down to the function.
(module
  (import "wasi:cli/exit@0.3.0" "exit-with-code" (func $exit (param i32)))
  (import "wasi:random/random@0.3.0" "get-random-u64" (func $random (result i64)))
  (memory (export "memory") 1)
  (func $run (export "wasi:cli/run@0.3.0#run") (result i32)
    (drop (call $random))
    (call $exit (i32.const 7))
    i32.const 0))
