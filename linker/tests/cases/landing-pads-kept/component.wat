(component
  (core module $main (;0;)
    (type (;0;) (func (param i32)))
    (type (;1;) (func (param i32) (result i32)))
    (memory (;0;) 1)
    (tag $panic (;0;) (type 0) (param i32))
    (global $__stack_pointer (;0;) (mut i32) i32.const 65536)
    (export "memory" (memory 0))
    (export "f" (func 1))
    (export "g" (func 2))
    (func $may_throw (;0;) (type 1) (param i32) (result i32)
      local.get 0
      if ;; label = @1
        i32.const 1
        throw $panic
      end
      i32.const 5
    )
    (func (;1;) (type 1) (param $count i32) (result i32)
      (local $flag i32) (local $exception exnref)
      block $caught (result i32)
        try_table (catch $panic $caught) ;; label = @2
          loop $round
            block $rare
              local.get $count
              br_if $rare
              block $pad (result exnref)
                try_table (catch_all_ref $pad) ;; label = @6
                  local.get $count
                  call $may_throw
                  drop
                  br $rare
                end
                unreachable
              end
              local.set $exception
              i32.const 1
              local.set $flag
              local.get $exception
              throw_ref
            end
            local.get $count
            i32.const 1
            i32.sub
            local.tee $count
            br_if $round
          end
        end
        i32.const 0
        return
      end
      local.get $flag
      i32.add
      return
    )
    (func (;2;) (type 0) (param $count i32)
      (local $exception exnref)
      block $pad (result exnref)
        try_table (catch_all_ref $pad) ;; label = @2
          loop $round
            local.get $count
            call $may_throw
            local.tee $count
            br_if $round
          end
          return
        end
        unreachable
      end
      local.set $exception
      local.get $count
      global.set $__stack_pointer
      local.get $exception
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
