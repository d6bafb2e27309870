(component
  (core module $main (;0;)
    (type (;0;) (func))
    (memory (;0;) 1)
    (global $count (;0;) (mut i32) i32.const 0)
    (export "memory" (memory 0))
    (export "_initialize" (func $initialize))
    (func $__wasm_call_ctors (;0;) (type 0)
      i32.const 1
      global.set $count
    )
    (func $initialize (;1;) (type 0)
      i32.const 2
      global.set $count
    )
    (@producers
      (processed-by "wit-component" "0.263.0")
    )
  )
  (core instance $main (;0;) (instantiate $main))
  (alias core export $main "memory" (core memory $memory (;0;)))
  (core module $wit-component-fixup (;1;)
    (type (;0;) (func))
    (import "main" "_initialize" (func $_initialize (;0;) (type 0)))
    (start $_initialize)
    (@producers
      (processed-by "wit-component" "0.263.0")
    )
  )
  (core instance $fixup (;1;) (instantiate $wit-component-fixup
      (with "main" (instance $main))
    )
  )
  (@producers
    (processed-by "wit-component" "0.263.0")
  )
)
