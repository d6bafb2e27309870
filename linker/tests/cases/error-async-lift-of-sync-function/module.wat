;; The code says async, the WIT does not.
(module
  (import "[export]test:f/api" "[task-return]f" (func $return))
  (memory (export "memory") 1)
  (func (export "[async-lift]test:f/api#f") (result i32) i32.const 0)
  (func (export "[callback][async-lift]test:f/api#f") (param i32 i32 i32) (result i32) i32.const 0))
