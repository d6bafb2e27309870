(component
  (core module $main (;0;)
    (type (;0;) (func (result i32)))
    (memory (;0;) 1)
    (export "memory" (memory 0))
    (export "wasi:cli/run@0.3.0#run" (func $run))
    (func $run (;0;) (type 0) (result i32)
      (local i64 i32 i32 i32 i32 i64 i64 i64)
      i32.const 0
      i32.load8_u offset=3
      drop
      i32.const 8
      i64.const 1
      i64.store32
      nop
      i32.const 0
      i32.const 1
      local.set 2
      local.set 1
      local.get 1
      i32.load
      local.set 4
      local.get 1
      local.get 4
      local.get 2
      i32.add
      i32.store
      local.get 4
      drop
      i32.const 4
      i32.const 1
      local.set 2
      local.set 1
      local.get 1
      i32.load
      local.set 4
      local.get 1
      local.get 4
      local.get 2
      i32.add
      i32.store
      local.get 4
      drop
      i32.const 4
      i32.const 1
      local.set 2
      local.set 1
      local.get 1
      i32.load offset=16
      local.set 4
      local.get 1
      local.get 4
      local.get 2
      i32.add
      i32.store offset=16
      local.get 4
      drop
      i32.const 4
      i64.const 1
      local.set 5
      local.set 1
      local.get 1
      i64.load8_u
      local.set 7
      local.get 1
      local.get 7
      local.get 5
      i64.sub
      i64.store8
      local.get 7
      drop
      i32.const 4
      i32.const 1
      local.set 2
      local.set 1
      local.get 1
      i32.load16_u
      local.set 4
      local.get 1
      local.get 2
      i32.store16
      local.get 4
      drop
      i32.const 8
      i64.const 1
      local.set 5
      local.set 1
      local.get 1
      i64.load
      local.set 7
      local.get 1
      local.get 7
      local.get 5
      i64.xor
      i64.store
      local.get 7
      drop
      i32.const 4
      i32.const 1
      i32.const 2
      local.set 3
      local.set 2
      local.set 1
      local.get 1
      i32.load8_u
      local.tee 4
      local.get 2
      i32.const 255
      i32.and
      i32.eq
      if ;; label = @1
        local.get 1
        local.get 3
        i32.store8
      end
      local.get 4
      drop
      i32.const 8
      i64.const 1
      i64.const 2
      local.set 6
      local.set 5
      local.set 1
      local.get 1
      i64.load
      local.tee 7
      local.get 5
      i64.eq
      if ;; label = @1
        local.get 1
        local.get 6
        i64.store
      end
      local.get 7
      drop
      i32.const 8
      i64.const 1
      i64.const 2
      local.set 6
      local.set 5
      local.set 1
      local.get 1
      i64.load32_u
      local.tee 7
      local.get 5
      i64.const 4294967295
      i64.and
      i64.eq
      if ;; label = @1
        local.get 1
        local.get 6
        i64.store32
      end
      local.get 7
      drop
      i32.const 4
      i32.const 1
      i32.const 2
      local.set 3
      local.set 2
      local.set 1
      local.get 1
      i32.load
      local.tee 4
      local.get 2
      i32.eq
      if ;; label = @1
        local.get 1
        local.get 3
        i32.store
      end
      local.get 4
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
