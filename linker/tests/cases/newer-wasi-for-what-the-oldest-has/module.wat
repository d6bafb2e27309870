;; Bindings speak WASI 0.3.2 and use what 0.3.0 has, too: a host that has 0.3.0 only must run it.
(module
  (import "wasi:clocks/monotonic-clock@0.3.0" "now" (func $now (result i64)))
  (import "wasi:clocks/monotonic-clock@0.3.2" "now" (func $newer-now (result i64)))
  (import "wasi:clocks/monotonic-clock@0.3.2" "get-resolution" (func $resolution (result i64)))
  (import "wasi:cli/exit@0.3.0" "exit-with-code" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func $main (export "component_main") (result i32)
    (call $exit (i32.const 3))
    (drop (call $now))
    (drop (call $newer-now))
    (drop (call $resolution))
    i32.const 0))
