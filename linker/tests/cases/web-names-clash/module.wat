;; One name, two functions: the page could give only one of them.
(module
  (import "$root" "exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func $main (export "component_main") (result i32)
    (call $exit (i32.const 1))
    i32.const 0))
