;; Where bytes count more than time and there are no threads, atomic instructions stay, but for those that wait or wake.
(module
  (memory (export "memory") 1)
  (func $notify (export "component_futex_notify") (param i32 i32) (result i32) (i32.const 0))
  (func (export "wasi:cli/run@0.3.0#run") (result i32)
    (i32.atomic.store (i32.const 8) (i32.atomic.load (i32.const 4)))
    (drop (memory.atomic.notify (i32.const 4) (i32.const 1)))
    (i32.atomic.rmw.cmpxchg (i32.const 8) (i32.const 0) (i32.const 1)))
  (@custom "target_features" "\01+\07atomics"))
