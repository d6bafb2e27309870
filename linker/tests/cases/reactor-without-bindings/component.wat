(component
  (core module $main (;0;)
    (type (;0;) (func (result i32)))
    (memory (;0;) 1)
    (export "memory" (memory 0))
    (export "f" (func $f))
    (func $f (;0;) (type 0) (result i32)
      i32.const 0
    )
    (@producers
      (processed-by "wit-component" "0.263.0")
    )
  )
  (core instance $main (;0;) (instantiate $main))
  (alias core export $main "memory" (core memory $memory (;0;)))
  (@producers
    (processed-by "wit-component" "0.263.0")
  )
)
