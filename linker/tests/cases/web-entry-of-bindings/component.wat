(component
  (core module $main (;0;)
    (type (;0;) (func (result i32)))
    (memory (;0;) 1)
    (export "memory" (memory 0))
    (export "run" (func $run))
    (func $main (;0;) (type 0) (result i32)
      i32.const 1
    )
    (func $run (;1;) (type 0) (result i32)
      i32.const 0
    )
    (@producers
      (processed-by "wit-component" "0.263.0")
    )
  )
  (core instance $main (;0;) (instantiate $main))
  (alias core export $main "memory" (core memory $memory (;0;)))
  (type (;0;) (func (result u32)))
  (alias core export $main "run" (core func $run (;0;)))
  (func $run (;0;) (type 0) (canon lift (core func $run)))
  (export $"#func1 run" (@name "run") (;1;) "run" (func $run))
  (@producers
    (processed-by "wit-component" "0.263.0")
  )
)
