;; A cdylib without bindings: a component that exports nothing. Exports no world knows are not the component's.
(module
  (memory (export "memory") 1)
  (func $f (export "f") (result i32) i32.const 0))
