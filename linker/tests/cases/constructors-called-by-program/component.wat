(component
  (core module $main (;0;)
    (type (;0;) (func))
    (memory (;0;) 1)
    (global $count (;0;) (mut i32) i32.const 0)
    (export "memory" (memory 0))
    (export "f" (func $f))
    (func $__wasm_call_ctors (;0;) (type 0)
      call $constructor
    )
    (func $constructor (;1;) (type 0)
      i32.const 1
      global.set $count
    )
    (func $once (;2;) (type 0)
      call $constructor
    )
    (func $f (;3;) (type 0)
      call $constructor
    )
    (@producers
      (processed-by "wit-component" "0.263.0")
    )
  )
  (core instance $main (;0;) (instantiate $main))
  (alias core export $main "memory" (core memory $memory (;0;)))
  (type (;0;) (func))
  (alias core export $main "f" (core func $f (;0;)))
  (func $f (;0;) (type 0) (canon lift (core func $f)))
  (export $"#func1 f" (@name "f") (;1;) "f" (func $f))
  (@producers
    (processed-by "wit-component" "0.263.0")
  )
)
