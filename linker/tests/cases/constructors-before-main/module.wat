;; A program that begins at main, and bindings whose exports call the constructors: they run before main, and once.
(module
  (memory (export "memory") 1)
  (global $count (mut i32) (i32.const 0))
  (func $__wasm_call_ctors (export "__wasm_call_ctors") (call $constructor))
  (func $constructor (global.set $count (i32.const 1)))
  (func $once (call $__wasm_call_ctors))
  (func $f (export "f") call $once)
  (func $main (export "component_main") (result i32) (i32.const 0)))
