;; A bare `extern` block with a module name that no WIT describes.
(module
  (import "javascript" "alert" (func $f))
  (memory (export "memory") 1)
  (func (export "wasi:cli/run@0.3.0#run") (result i32) call $f i32.const 0))
