;; main is exported as the world's `run`, and of std's world only what is imported stays.
(module
  (import "$root" "write-stdout" (func $write (param i32 i32)))
  (import "$root" "[async-lower]sleep-until" (func $sleep (param f64) (result i32)))
  (memory (export "memory") 1)
  (func $main (export "component_main") (result i32)
    (call $write (i32.const 0) (i32.const 0))
    (drop (call $sleep (f64.const 1)))
    i32.const 0))
