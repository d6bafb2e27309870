;; The least program: `main` that returns.
(module
  (memory (export "memory") 1)
  (func $run (export "wasi:cli/run@0.3.0#run") (result i32) i32.const 0))
