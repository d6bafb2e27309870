(component
  (core module $main (;0;)
    (type (;0;) (func (result i32)))
    (type (;1;) (func (param i32)))
    (memory (;0;) 1)
    (global $__stack_pointer (;0;) (mut i32) i32.const 65536)
    (export "memory" (memory 0))
    (export "wasi:cli/run@0.3.0#run" (func $run))
    (func $run (;0;) (type 0) (result i32)
      loop ;; label = @1
        i32.const 0
        i32.load
        br_if 0 (;@1;)
      end
      i32.const 4
      i32.const 1
      i32.store
      i32.const 8
      i32.const 1280266059
      i32.const 1111577413
      i32.sub
      i32.store
      i32.const 3
      call $set_base
      i32.const 12
      i32.const 0
      i32.add
      i32.load
    )
    (func $set_base (;1;) (type 1) (param i32)
      local.get 0
      drop
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
