;; A binary whose bindings export `run` begins there, and main gives way.
(module
  (memory (export "memory") 1)
  (func $main (export "component_main") (result i32) i32.const 1)
  (func $run (export "run") (result i32) i32.const 0))
