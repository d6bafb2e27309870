;; A component type this linker cannot read.
(module
  (memory (export "memory") 1)
  (@custom "component-type:newer" "\00asm\0d\00\01\00\43\00"))
