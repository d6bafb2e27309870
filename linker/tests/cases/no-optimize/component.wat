(component
  (core module $main (;0;)
    (type (;0;) (func (param i32 i32 i32)))
    (type (;1;) (func (param i32 i32 i32 i32 i32 i32)))
    (type (;2;) (func (result i32)))
    (memory (;0;) 1)
    (export "memory" (memory 0))
    (export "wasi:cli/run@0.3.0#run" (func 3))
    (func $copy (;0;) (type 0) (param i32 i32 i32)
      local.get 0
      local.get 1
      i64.load align=4
      i64.store align=4
      local.get 0
      local.get 1
      local.get 2
      memory.copy
    )
    (func $detour (;1;) (type 0) (param i32 i32 i32)
      local.get 0
      local.get 1
      local.get 2
      call $copy
    )
    (func $six (;2;) (type 1) (param i32 i32 i32 i32 i32 i32)
      local.get 0
      local.get 1
      local.get 5
      call $detour
    )
    (func (;3;) (type 2) (result i32)
      i32.const 16
      i32.const 32
      i32.const 3
      i32.const 4
      i32.const 5
      i32.const 6
      call $six
      i32.const 0
    )
    (@producers
      (processed-by "wit-component" "0.263.0")
    )
  )
  (core instance $main (;0;) (instantiate $main))
  (alias core export $main "memory" (core memory $memory (;0;)))
  (type (;0;) (result))
  (type (;1;) (func async (result 0)))
  (alias core export $main "wasi:cli/run@0.3.0#run" (core func $wasi:cli/run@0.3.0#run (;0;)))
  (func $run (;0;) (type 1) (canon lift (core func $wasi:cli/run@0.3.0#run)))
  (component $wasi:cli/run@0.3.0-shim-component (;0;)
    (type (;0;) (result))
    (type (;1;) (func async (result 0)))
    (import "import-func-run" (func (;0;) (type 1)))
    (type (;2;) (result))
    (type (;3;) (func async (result 2)))
    (export (;1;) "run" (func 0) (func (type 3)))
  )
  (instance $wasi:cli/run@0.3.0-shim-instance (;0;) (instantiate $wasi:cli/run@0.3.0-shim-component
      (with "import-func-run" (func $run))
    )
  )
  (export $wasi:cli/run@0.3.0 (;1;) "wasi:cli/run@0.3.0" (instance $wasi:cli/run@0.3.0-shim-instance))
  (@producers
    (processed-by "wit-component" "0.263.0")
  )
)
