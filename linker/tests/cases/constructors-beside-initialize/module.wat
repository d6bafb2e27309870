;; The program has an `_initialize` of its own: what it does there is its own affair.
(module
  (memory (export "memory") 1)
  (global $count (mut i32) (i32.const 0))
  (func $__wasm_call_ctors (export "__wasm_call_ctors") (global.set $count (i32.const 1)))
  (func $initialize (export "_initialize") (global.set $count (i32.const 2))))
