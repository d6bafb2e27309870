;; Atomic instructions become plain ones, in place or as a call of a function for each operation and offset.
(module
  (memory (export "memory") 1)
  (func $run (export "wasi:cli/run@0.3.0#run") (result i32) (local i64)
    (drop (i32.atomic.load8_u offset=3 (i32.const 0)))
    (i64.atomic.store32 (i32.const 8) (i64.const 1))
    atomic.fence
    (drop (i32.atomic.rmw.add (i32.const 0) (i32.const 1)))
    (drop (i32.atomic.rmw.add (i32.const 4) (i32.const 1)))
    (drop (i32.atomic.rmw.add offset=16 (i32.const 4) (i32.const 1)))
    (drop (i64.atomic.rmw8.sub_u (i32.const 4) (i64.const 1)))
    (drop (i32.atomic.rmw16.xchg_u (i32.const 4) (i32.const 1)))
    (drop (i64.atomic.rmw.xor (i32.const 8) (i64.const 1)))
    (drop (i32.atomic.rmw8.cmpxchg_u (i32.const 4) (i32.const 1) (i32.const 2)))
    (drop (i64.atomic.rmw.cmpxchg (i32.const 8) (i64.const 1) (i64.const 2)))
    (drop (i64.atomic.rmw32.cmpxchg_u (i32.const 8) (i64.const 1) (i64.const 2)))
    (i32.atomic.rmw.cmpxchg (i32.const 4) (i32.const 1) (i32.const 2)))
  (@custom "target_features" "\01+\07atomics")
)
