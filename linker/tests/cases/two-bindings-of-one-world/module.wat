;; Two crates with bindings for the same world: wasm-ld makes one section of their two.
(module
  (import "test:log/sink" "line" (func $line (param i32 i32)))
  (import "test:log/source" "open" (func $open))
  (memory (export "memory") 1)
  (func $run (export "wasi:cli/run@0.3.0#run") (result i32)
    (call $line (i32.const 0) (i32.const 0))
    (call $open)
    i32.const 0))
