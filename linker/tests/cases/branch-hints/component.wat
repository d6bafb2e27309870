(component
  (core module $main (;0;)
    (type (;0;) (func (param i32)))
    (type (;1;) (func (param i32 i32) (result i32)))
    (type (;2;) (func (param i32) (result i32)))
    (type (;3;) (func (result i32)))
    (memory (;0;) 1)
    (export "memory" (memory 0))
    (export "wasi:cli/run@0.3.0#run" (func 4))
    (func $alloc::raw_vec::RawVec<T>::grow_one (;0;) (type 0) (param i32)
      local.get 0
      local.get 0
      i32.load
      i32.const 1
      i32.add
      i32.store
    )
    (func $fails (;1;) (type 0) (param i32)
      local.get 0
      if ;; label = @1
        unreachable
      else
        local.get 0
        call $fails
      end
      unreachable
    )
    (func $every-form (;2;) (type 1) (param i32 i32) (result i32)
      block $panic
        block $out
          loop $again
            local.get 0
            local.get 1
            i32.ge_u
            (@metadata.code.branch_hint "\00")
            br_if $panic
            local.get 0
            i32.load
            i32.eqz
            (@metadata.code.branch_hint "\00")
            if ;; label = @4
              local.get 0
              call $alloc::raw_vec::RawVec<T>::grow_one
            end
            block $enough
              local.get 1
              i32.load
              (@metadata.code.branch_hint "\01")
              br_if $enough
              local.get 1
              call $alloc::raw_vec::RawVec<T>::grow_one
            end
            i32.const 0
            i32.load
            (@metadata.code.branch_hint "\01")
            if ;; label = @4
              nop
            else
              unreachable
            end
            i32.const 4
            i32.load
            br_if $out
            i32.const 8
            i32.load
            if ;; label = @4
              i32.const 12
              i32.load
              br_if $again
              unreachable
            end
            local.get 0
            i32.const 4
            i32.add
            local.set 0
            br $again
          end
        end
        local.get 0
        return
      end
      local.get 0
      call $fails
      unreachable
    )
    (func $straight (;3;) (type 2) (param i32) (result i32)
      local.get 0
      if ;; label = @1
        unreachable
      end
      i32.const 1
    )
    (func (;4;) (type 3) (result i32)
      i32.const 16
      i32.const 32
      call $every-form
      drop
      i32.const 0
      call $straight
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
