;; Bindings that could export `run` and do not: main is the entry, and nothing is missing.
(module
  (memory (export "memory") 1)
  (func $main (export "component_main") (result i32) i32.const 1))
