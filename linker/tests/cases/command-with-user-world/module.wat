;; A command whose crates carry bindings of their own: both worlds are the component's.
(module
  (import "test:log/sink" "line" (func $line (param i32 i32)))
  (memory (export "memory") 1)
  (func $run (export "wasi:cli/run@0.3.0#run") (result i32) (call $line (i32.const 0) (i32.const 0)) i32.const 0))
