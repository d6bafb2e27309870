;; What wasm-ld leaves of an undefined symbol if told to allow it.
(module
  (import "env" "open" (func $open (result i32)))
  (memory (export "memory") 1)
  (func (export "wasi:cli/run@0.3.0#run") (result i32) call $open))
