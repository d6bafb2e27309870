;; A program that calls its constructors itself, as wit-bindgen's exports do, must not have them called once more.
(module
  (memory (export "memory") 1)
  (global $count (mut i32) (i32.const 0))
  (func $__wasm_call_ctors (export "__wasm_call_ctors") (call $constructor))
  (func $constructor (global.set $count (i32.const 1)))
  (func $once (call $__wasm_call_ctors))
  (func $f (export "f") call $once))
