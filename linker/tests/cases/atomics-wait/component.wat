(component
  (core module $main (;0;)
    (type (;0;) (func (param i32 i32) (result i32)))
    (type (;1;) (func (param i32 i32 i64) (result i32)))
    (type (;2;) (func (param i32 i64 i64) (result i32)))
    (type (;3;) (func (result i32)))
    (memory (;0;) 1)
    (export "memory" (memory 0))
    (export "wasi:cli/run@0.3.0#run" (func $run))
    (func $notify (;0;) (type 0) (param i32 i32) (result i32)
      i32.const 0
    )
    (func $wait32 (;1;) (type 1) (param i32 i32 i64) (result i32)
      i32.const 0
    )
    (func $wait64 (;2;) (type 2) (param i32 i64 i64) (result i32)
      i32.const 0
    )
    (func $run (;3;) (type 3) (result i32)
      i32.const 0
      i32.const 1
      i64.const -1
      call 4
      drop
      i32.const 0
      i64.const 1
      i64.const -1
      call 5
      drop
      i32.const 0
      i32.const 1
      call 6
    )
    (func (;4;) (type 1) (param i32 i32 i64) (result i32)
      local.get 0
      i32.const 0
      i32.add
      local.get 1
      local.get 2
      call $wait32
    )
    (func (;5;) (type 2) (param i32 i64 i64) (result i32)
      local.get 0
      i32.const 8
      i32.add
      local.get 1
      local.get 2
      call $wait64
    )
    (func (;6;) (type 0) (param i32 i32) (result i32)
      local.get 0
      i32.const 0
      i32.add
      local.get 1
      call $notify
    )
    (@custom "target_features" (after code) "\01+\07atomics")
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
