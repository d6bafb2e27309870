;; A main function beside a `run` of bindings that speak WASI 0.3.2: main gives way.
(module
  (import "[export]wasi:cli/run@0.3.2" "[task-return]run" (func $return (param i32)))
  (memory (export "memory") 1)
  (func $main (export "component_main") (result i32) i32.const 1)
  (func $run (export "[async-lift]wasi:cli/run@0.3.2#run") (result i32)
    (call $return (i32.const 0))
    i32.const 0)
  (func $callback (export "[callback][async-lift]wasi:cli/run@0.3.2#run") (param i32 i32 i32) (result i32) i32.const 0))
