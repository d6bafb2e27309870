;; Assembly imports a built-in in a program that makes no threads.
(module
  (import "component_built_in" "thread_yield" (func $yield (result i32)))
  (memory (export "memory") 1)
  (func $run (export "wasi:cli/run@0.3.0#run") (result i32) call $yield))
