;; The world promises what the code does not have.
(module
  (memory (export "memory") 1)
  (func (export "other")))
