;; A string comes in, and there is no allocator for it.
(module
  (memory (export "memory") 1)
  (func (export "f") (param i32 i32)))
