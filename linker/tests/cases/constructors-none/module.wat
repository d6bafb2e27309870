;; Without constructors there is nothing to call: no `_initialize`, no export.
(module
  (memory (export "memory") 1)
  (func $__wasm_call_ctors (export "__wasm_call_ctors"))
  (func $run (export "wasi:cli/run@0.3.0#run") (result i32) i32.const 0))
