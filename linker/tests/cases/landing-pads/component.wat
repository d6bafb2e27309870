(component
  (core module $main (;0;)
    (type $indirect (;0;) (func (param i32) (result i32)))
    (type (;1;) (func (param i32)))
    (type (;2;) (func (param i32 i32 i32 i32) (result i32)))
    (type (;3;) (func (param exnref i32 i32)))
    (type (;4;) (func (param i32 i32 i32) (result i32)))
    (table (;0;) 2 2 funcref)
    (memory (;0;) 1)
    (tag $panic (;0;) (type 1) (param i32))
    (global $__stack_pointer (;0;) (mut i32) i32.const 65536)
    (export "memory" (memory 0))
    (export "f" (func 2))
    (elem (;0;) (i32.const 1) func $may_throw)
    (func $may_throw (;0;) (type $indirect) (param i32) (result i32)
      local.get 0
      if ;; label = @1
        i32.const 1
        throw $panic
      end
      i32.const 5
    )
    (func $drop (;1;) (type 1) (param i32)
      local.get 0
      global.set $__stack_pointer
    )
    (func (;2;) (type $indirect) (param $count i32) (result i32)
      (local $frame i32) (local $flag i32) (local $exception exnref)
      global.get $__stack_pointer
      i32.const 16
      i32.sub
      local.set $frame
      block $done
        block $outer
          block ;; label = @3
            loop $round
              local.get $count
              i32.const 1
              i32.sub
              local.set $count
              block $rare
                local.get $count
                br_if $rare
                block $inner
                  block ;; label = @7
                    local.get $count
                    i32.const 1
                    local.get $count
                    local.get $frame
                    call $"landing pad"
                    local.set $flag
                    br $rare
                  end
                  unreachable
                end
                unreachable
              end
              block $seldom
                local.get $flag
                br_if $seldom
                local.get $count
                local.get $count
                local.get $flag
                call $"#func5 landing pad"
                drop
              end
              local.get $count
              br_if $round
            end
            br $done
          end
          unreachable
        end
        unreachable
      end
      local.get $flag
    )
    (func $"landing pad" (;3;) (type 2) (param i32 i32 i32 i32) (result i32)
      (local i32 exnref)
      block (result exnref) ;; label = @1
        try_table (catch_all_ref 0 (;@1;)) ;; label = @2
          local.get 0
          local.get 1
          call_indirect (type $indirect)
          return
        end
        unreachable
      end
      local.set 5
      local.get 3
      call $drop
      i32.const 1
      local.set 4
      local.get 5
      local.get 2
      local.get 4
      call $"#func4 landing pad"
      unreachable
    )
    (func $"#func4 landing pad" (@name "landing pad") (;4;) (type 3) (param exnref i32 i32)
      (local exnref)
      local.get 0
      local.set 3
      local.get 2
      if ;; label = @1
        local.get 1
        call $drop
      end
      local.get 3
      throw_ref
    )
    (func $"#func5 landing pad" (@name "landing pad") (;5;) (type 4) (param i32 i32 i32) (result i32)
      block (result exnref) ;; label = @1
        try_table (catch_all_ref 0 (;@1;)) ;; label = @2
          local.get 0
          call $may_throw
          return
        end
        unreachable
      end
      local.get 1
      local.get 2
      call $"#func4 landing pad"
      unreachable
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
