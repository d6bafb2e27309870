(component
  (core module $main (;0;)
    (type (;0;) (func (param i32 i32) (result i64)))
    (type (;1;) (func (param i32 i32) (result i32)))
    (type (;2;) (func (param i32) (result i32)))
    (type (;3;) (func (param i32)))
    (type (;4;) (func (result i32)))
    (memory (;0;) 1 65535)
    (export "memory" (memory 0))
    (export "wasi:cli/run@0.3.0#run" (func 10))
    (func $to-become-offsets (;0;) (type 0) (param i32 i32) (result i64)
      local.get 0
      i64.const 1
      i64.store
      local.get 0
      local.get 1
      i64.load
      i64.store offset=12
      local.get 0
      local.get 1
      i32.load8_u offset=16
      i32.const 1
      i32.add
      i32.store8 offset=65535
      block ;; label = @1
        local.get 1
        i32.eqz
        br_if 0 (;@1;)
        local.get 0
        local.get 1
        v128.load offset=16
        v128.store offset=32
      end
      local.get 1
      i32.const 8
      i32.add
      local.tee 1
      i32.load
      drop
      local.get 1
      i64.load offset=8
    )
    (func $unrolled (;1;) (type 1) (param i32 i32) (result i32)
      (local i32)
      loop ;; label = @1
        local.get 2
        local.get 0
        i32.load
        i32.add
        local.set 2
        local.get 2
        local.get 0
        i32.load offset=4
        i32.add
        local.set 2
        local.get 0
        i32.const 8
        i32.add
        local.set 0
        local.get 1
        i32.const 1
        i32.sub
        local.tee 1
        br_if 0 (;@1;)
      end
      local.get 2
    )
    (func $never-used (;2;) (type 2) (param i32) (result i32)
      local.get 0
      i32.const 4
      i32.add
      i32.load
    )
    (func $used-only-behind (;3;) (type 2) (param i32) (result i32)
      local.get 0
      local.get 0
      i32.const 4
      i32.add
      i32.load
      i32.store
      i32.const 0
    )
    (func $used-on-one-way (;4;) (type 1) (param i32 i32) (result i32)
      local.get 1
      if ;; label = @1
        local.get 0
        i32.load
        drop
      else
        local.get 0
        i32.const 4
        i32.add
        i32.load
        drop
      end
      block ;; label = @1
        local.get 1
        br_if 0 (;@1;)
        local.get 0
        i32.load
        drop
      end
      local.get 0
      i32.const 4
      i32.add
      i32.load
    )
    (func $another-address (;5;) (type 1) (param i32 i32) (result i32)
      local.get 0
      i32.load
      drop
      block ;; label = @1
        local.get 1
        br_if 0 (;@1;)
        local.get 1
        local.set 0
      end
      local.get 0
      i32.const 4
      i32.add
      i32.load
    )
    (func $another-address-in-between (;6;) (type 2) (param i32) (result i32)
      local.get 0
      i32.const -4
      local.tee 0
      i32.store
      local.get 0
      i32.const 4
      i32.add
      i32.load
    )
    (func $another-address-each-round (;7;) (type 3) (param i32)
      local.get 0
      i32.load
      drop
      loop ;; label = @1
        local.get 0
        i32.const 4
        i32.add
        i32.load
        drop
        i32.const -4
        local.set 0
        local.get 0
        i32.load
        br_if 0 (;@1;)
      end
    )
    (func $too-far (;8;) (type 2) (param i32) (result i32)
      local.get 0
      i32.load
      drop
      local.get 0
      i32.const 65536
      i32.add
      i32.load
      drop
      local.get 0
      i32.const -4
      i32.add
      i32.load
      drop
      local.get 0
      i32.const 4
      i32.add
      i32.load offset=4294967292
    )
    (func $no-address (;9;) (type 2) (param i32) (result i32)
      local.get 0
      i32.load
      drop
      i32.const 0
      local.get 0
      i32.const 4
      i32.add
      i32.store
      local.get 0
      i32.const 4
      i32.add
      i32.const 1
      i32.shl
      i32.load
    )
    (func (;10;) (type 4) (result i32)
      i32.const 16
      i32.const 32
      call $to-become-offsets
      drop
      i32.const 16
      i32.const 32
      call $unrolled
      drop
      i32.const 16
      call $never-used
      drop
      i32.const 16
      call $used-only-behind
      drop
      i32.const 16
      i32.const 32
      call $used-on-one-way
      drop
      i32.const 16
      i32.const 32
      call $another-address
      drop
      i32.const 16
      call $another-address-in-between
      drop
      i32.const 16
      call $another-address-each-round
      i32.const 16
      call $too-far
      drop
      i32.const 16
      call $no-address
      drop
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
