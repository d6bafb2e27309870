;; Bindings' `run` beside the main function of libtest: tests are the program.
(module
  (memory (export "memory") 1)
  (data (i32.const 8) "isolated tests, version 2: number")
  (func $main (export "component_main") (result i32) i32.const 1)
  (func $run (export "wasi:cli/run@0.3.2#run") (result i32) i32.const 0))
