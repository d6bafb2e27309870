(component
  (core module $main (;0;)
    (type (;0;) (func (param i32 i64 i32 i32) (result i32)))
    (type (;1;) (func (param i32 f64 i32 i32 i32 i32 i64 f32 i32) (result i32)))
    (type (;2;) (func (param i32 i32 i32 i32 i32) (result i32)))
    (type (;3;) (func (param i32 i32 i32 i32 i32 i32) (result i32)))
    (type (;4;) (func (result i32)))
    (type (;5;) (func (param i32 f64 i32 i32 i32 i64 i64 f32 i64) (result i32)))
    (type (;6;) (func (param i32 i32 i32 i32 i64) (result i32)))
    (type (;7;) (func (param i32 i32 i32 i32 i64 i64) (result i32)))
    (table (;0;) 1 1 funcref)
    (memory (;0;) 1)
    (export "memory" (memory 0))
    (export "wasi:cli/run@0.3.0#run" (func 6))
    (elem (;0;) (table 0) (i32.const 0) func $in-table)
    (elem (;1;) declare func $referred-to)
    (func $four (;0;) (type 0) (param i32 i64 i32 i32) (result i32)
      local.get 0
    )
    (func $mixed (;1;) (type 5) (param i32 f64 i32 i32 i32 i64 i64 f32 i64) (result i32)
      (local i32 i32 i32)
      local.get 5
      i32.wrap_i64
      local.set 10
      local.get 8
      i32.wrap_i64
      local.set 11
      local.get 10
      local.get 11
      i32.add
      local.tee 11
      local.set 9
      local.get 6
      i32.wrap_i64
      local.set 10
      local.get 7
      drop
      local.get 9
      local.get 10
      i32.add
    )
    (func $last (;2;) (type 6) (param i32 i32 i32 i32 i64) (result i32)
      (local i32)
      local.get 4
      i32.wrap_i64
      local.set 5
      local.get 5
    )
    (func $in-table (;3;) (type 2) (param i32 i32 i32 i32 i32) (result i32)
      local.get 0
      local.get 1
      local.get 2
      local.get 3
      local.get 4
      i64.extend_i32_u
      call $last
      i32.eqz
    )
    (func $referred-to (;4;) (type 2) (param i32 i32 i32 i32 i32) (result i32)
      local.get 4
    )
    (func $itself (;5;) (type 7) (param i32 i32 i32 i32 i64 i64) (result i32)
      (local i32 i32 i64)
      local.get 4
      i32.wrap_i64
      local.set 6
      local.get 5
      i32.wrap_i64
      local.set 7
      local.get 7
      if (result i32) ;; label = @1
        local.get 0
        local.get 1
        local.get 2
        local.get 3
        local.get 6
        local.get 7
        i32.add
        local.get 7
        i32.const 1
        i32.sub
        i64.extend_i32_u
        local.set 8
        i64.extend_i32_u
        local.get 8
        call $itself
      else
        local.get 6
      end
    )
    (func (;6;) (type 4) (result i32)
      (local i64 f32 i64)
      i32.const 0
      i64.const 1
      i32.const 2
      i32.const 3
      call $four
      drop
      i32.const 0
      f64.const 0x1p+0 (;=1;)
      i32.const 2
      i32.const 3
      i32.const 4
      i32.const 0
      i32.const 1
      i32.const 2
      i32.const 3
      i32.const 4
      i64.extend_i32_u
      call $last
      i64.const 6
      f32.const 0x1.cp+2 (;=7;)
      i32.const 8
      i64.extend_i32_u
      local.set 0
      local.set 1
      local.set 2
      i64.extend_i32_u
      local.get 2
      local.get 1
      local.get 0
      call $mixed
      drop
      i32.const 0
      i32.const 1
      i32.const 2
      i32.const 3
      i32.const 4
      call $in-table
      drop
      i32.const 0
      i32.const 1
      i32.const 2
      i32.const 3
      i32.const 4
      call $referred-to
      drop
      ref.func $referred-to
      drop
      i32.const 0
      i32.const 1
      i32.const 2
      i32.const 3
      i32.const -1
      i32.const 1
      i64.extend_i32_u
      local.set 0
      i64.extend_i32_u
      local.get 0
      call $itself
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
