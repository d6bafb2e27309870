;; There is nobody who could wait.
(module
  (memory (export "memory") 1)
  (func $run (export "wasi:cli/run@0.3.0#run") (result i32) (memory.atomic.notify (i32.const 0) (i32.const 1)))
  (@custom "target_features" "\01+\07atomics"))
