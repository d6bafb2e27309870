;; Two crates with bindings from different versions of one WIT.
(module
  (import "test:f/api" "f" (func $f))
  (memory (export "memory") 1)
  (func (export "wasi:cli/run@0.3.0#run") (result i32) call $f i32.const 0))
