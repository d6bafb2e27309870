(component
  (type (;0;) (func async (param "mark" f64)))
  (import "sleep-until" (func $sleep-until (;0;) (type 0)))
  (type (;1;) (list u8))
  (type (;2;) (func (param "text" 1)))
  (import "write-stdout" (func $write-stdout (;1;) (type 2)))
  (core module $main (;0;)
    (type (;0;) (func (param i32 i32)))
    (type (;1;) (func (param f64) (result i32)))
    (type (;2;) (func (result i32)))
    (import "$root" "write-stdout" (func $write (;0;) (type 0) (param i32 i32)))
    (import "$root" "[async-lower]sleep-until" (func $sleep (;1;) (type 1) (param f64) (result i32)))
    (memory (;0;) 1)
    (export "memory" (memory 0))
    (export "run" (func $main))
    (func $main (;2;) (type 2) (result i32)
      i32.const 0
      i32.const 0
      call $write
      f64.const 0x1p+0 (;=1;)
      call $sleep
      drop
      i32.const 0
    )
    (@producers
      (processed-by "wit-component" "0.263.0")
    )
  )
  (core module $wit-component-shim-module (;1;)
    (type (;0;) (func (param i32 i32)))
    (table (;0;) 1 1 funcref)
    (export "0" (func $indirect-$root-write-stdout))
    (export "$imports" (table 0))
    (func $indirect-$root-write-stdout (;0;) (type 0) (param i32 i32)
      local.get 0
      local.get 1
      i32.const 0
      call_indirect (type 0)
    )
    (@producers
      (processed-by "wit-component" "0.263.0")
    )
  )
  (core instance $wit-component-shim-instance (;0;) (instantiate $wit-component-shim-module))
  (alias core export $wit-component-shim-instance "0" (core func $indirect-$root-write-stdout (;0;)))
  (core func $sleep-until (;1;) (canon lower (func $sleep-until) async))
  (core instance $$root (;1;)
    (export "write-stdout" (func $indirect-$root-write-stdout))
    (export "[async-lower]sleep-until" (func $sleep-until))
  )
  (core instance $main (;2;) (instantiate $main
      (with "$root" (instance $$root))
    )
  )
  (alias core export $main "memory" (core memory $memory (;0;)))
  (core module $wit-component-fixup (;2;)
    (type (;0;) (func (param i32 i32)))
    (import "actual" "0" (func $0 (;0;) (type 0) (param i32 i32)))
    (import "shim" "$imports" (table (;0;) 1 1 funcref))
    (elem (;0;) (i32.const 0) func $0)
    (@producers
      (processed-by "wit-component" "0.263.0")
    )
  )
  (core func $"#core-func2 indirect-$root-write-stdout" (@name "indirect-$root-write-stdout") (;2;) (canon lower (func $write-stdout) (memory $memory)))
  (core instance $actual (;3;)
    (export "0" (func $"#core-func2 indirect-$root-write-stdout"))
  )
  (core instance $fixup (;4;) (instantiate $wit-component-fixup
      (with "actual" (instance $actual))
      (with "shim" (instance $wit-component-shim-instance))
    )
  )
  (type (;3;) (result))
  (type (;4;) (func async (result 3)))
  (alias core export $main "run" (core func $run (;3;)))
  (func $run (;2;) (type 4) (canon lift (core func $run)))
  (export $"#func3 run" (@name "run") (;3;) "run" (func $run))
  (@producers
    (processed-by "wit-component" "0.263.0")
  )
)
