;; One function, two lifts: wit-component panics here.
(module
  (import "[export]wasi:cli/run@0.3.0" "[task-return]run" (func $return (param i32)))
  (memory (export "memory") 1)
  (func $sync (export "wasi:cli/run@0.3.0#run") (result i32) i32.const 1)
  (func $run (export "[async-lift]wasi:cli/run@0.3.0#run") (result i32)
    (call $return (i32.const 0))
    i32.const 0)
  (func $callback (export "[callback][async-lift]wasi:cli/run@0.3.0#run") (param i32 i32 i32) (result i32) i32.const 0))
