(component
  (core module $main (;0;)
    (type (;0;) (func (result i32)))
    (type (;1;) (func (param i32 i32) (result i32)))
    (type (;2;) (func (param i32 i64) (result i64)))
    (type (;3;) (func (param i32 i32 i32) (result i32)))
    (type (;4;) (func (param i32 i64 i64) (result i64)))
    (memory (;0;) 1)
    (export "memory" (memory 0))
    (export "wasi:cli/run@0.3.0#run" (func $run))
    (func $run (;0;) (type 0) (result i32)
      (local i64)
      i32.const 0
      i32.load8_u offset=3
      nop
      drop
      i32.const 8
      i64.const 1
      i64.store32
      nop
      nop
      nop
      nop
      i32.const 0
      i32.const 1
      call 1
      nop
      nop
      drop
      i32.const 4
      i32.const 1
      call 1
      nop
      nop
      drop
      i32.const 4
      i32.const 1
      call 2
      nop
      nop
      drop
      i32.const 4
      i64.const 1
      call 3
      nop
      nop
      drop
      i32.const 4
      i32.const 1
      call 4
      nop
      nop
      drop
      i32.const 8
      i64.const 1
      call 5
      nop
      nop
      drop
      i32.const 4
      i32.const 1
      i32.const 2
      call 6
      nop
      nop
      drop
      i32.const 8
      i64.const 1
      i64.const 2
      call 7
      nop
      nop
      drop
      i32.const 8
      i64.const 1
      i64.const 2
      call 8
      nop
      nop
      drop
      i32.const 4
      i32.const 1
      i32.const 2
      call 9
      nop
      nop
    )
    (func (;1;) (type 1) (param i32 i32) (result i32)
      (local i32)
      local.get 0
      i32.load
      local.set 2
      local.get 0
      local.get 2
      local.get 1
      i32.add
      i32.store
      local.get 2
    )
    (func (;2;) (type 1) (param i32 i32) (result i32)
      (local i32)
      local.get 0
      i32.load offset=16
      local.set 2
      local.get 0
      local.get 2
      local.get 1
      i32.add
      i32.store offset=16
      local.get 2
    )
    (func (;3;) (type 2) (param i32 i64) (result i64)
      (local i64)
      local.get 0
      i64.load8_u
      local.set 2
      local.get 0
      local.get 2
      local.get 1
      i64.sub
      i64.store8
      local.get 2
    )
    (func (;4;) (type 1) (param i32 i32) (result i32)
      (local i32)
      local.get 0
      i32.load16_u
      local.set 2
      local.get 0
      local.get 1
      i32.store16
      local.get 2
    )
    (func (;5;) (type 2) (param i32 i64) (result i64)
      (local i64)
      local.get 0
      i64.load
      local.set 2
      local.get 0
      local.get 2
      local.get 1
      i64.xor
      i64.store
      local.get 2
    )
    (func (;6;) (type 3) (param i32 i32 i32) (result i32)
      (local i32)
      local.get 0
      i32.load8_u
      local.tee 3
      local.get 1
      i32.const 255
      i32.and
      i32.eq
      if ;; label = @1
        local.get 0
        local.get 2
        i32.store8
      end
      local.get 3
    )
    (func (;7;) (type 4) (param i32 i64 i64) (result i64)
      (local i64)
      local.get 0
      i64.load
      local.tee 3
      local.get 1
      i64.eq
      if ;; label = @1
        local.get 0
        local.get 2
        i64.store
      end
      local.get 3
    )
    (func (;8;) (type 4) (param i32 i64 i64) (result i64)
      (local i64)
      local.get 0
      i64.load32_u
      local.tee 3
      local.get 1
      i64.const 4294967295
      i64.and
      i64.eq
      if ;; label = @1
        local.get 0
        local.get 2
        i64.store32
      end
      local.get 3
    )
    (func (;9;) (type 3) (param i32 i32 i32) (result i32)
      (local i32)
      local.get 0
      i32.load
      local.tee 3
      local.get 1
      i32.eq
      if ;; label = @1
        local.get 0
        local.get 2
        i32.store
      end
      local.get 3
    )
    (@custom "target_features" (after code) "\01+\07atomics")
    (@custom ".debug_line" (after code) "\01\02\03")
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
