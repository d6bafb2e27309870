;; `-shared` makes a module that is to be loaded beside another.
(module
  (@dylink.0 (mem-info (memory 0 0)))
  (import "env" "memory" (memory 0))
  (func (export "f")))
