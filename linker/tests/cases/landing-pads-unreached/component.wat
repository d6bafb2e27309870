(component
  (core module $main (;0;)
    (type (;0;) (func (param i32)))
    (type (;1;) (func (param i32) (result i32)))
    (memory (;0;) 1)
    (tag $panic (;0;) (type 0) (param i32))
    (global $__stack_pointer (;0;) (mut i32) i32.const 65536)
    (export "memory" (memory 0))
    (export "f" (func 2))
    (export "g" (func 3))
    (func $calm (;0;) (type 1) (param i32) (result i32)
      local.get 0
      i32.const 1
      i32.add
    )
    (func $throws (;1;) (type 1) (param i32) (result i32)
      i32.const 1
      throw $panic
    )
    (func (;2;) (type 1) (param i32) (result i32)
      (local exnref)
      block $pad
        block ;; label = @2
          local.get 0
          call $calm
          return
        end
        unreachable
      end
      unreachable
    )
    (func (;3;) (type 1) (param i32) (result i32)
      (local exnref)
      block $pad (result exnref)
        try_table (catch_all_ref $pad) ;; label = @2
          local.get 0
          call $throws
          return
        end
        unreachable
      end
      local.set 1
      local.get 0
      global.set $__stack_pointer
      local.get 1
      throw_ref
    )
    (@producers
      (processed-by "wit-component" "0.263.0")
    )
  )
  (core instance $main (;0;) (instantiate $main))
  (alias core export $main "memory" (core memory $memory (;0;)))
  (@producers
    (processed-by "wit-component" "0.263.0")
  )
)
