;; Bindings that lower a function async which is not.
(module
  (import "test:f/api" "[async-lower]f" (func $f (result i32)))
  (memory (export "memory") 1)
  (func (export "wasi:cli/run@0.3.0#run") (result i32) call $f))
