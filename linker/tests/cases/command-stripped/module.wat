;; A stripped link leaves no custom section, not even wit-component's names.
(module
  (import "wasi:cli/exit@0.3.0" "exit-with-code" (func (param i32)))
  (memory (export "memory") 1)
  (func (export "wasi:cli/run@0.3.0#run") (result i32) i32.const 0)
  (@producers (language "Rust" "")))
