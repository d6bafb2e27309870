(component
  (core module $main (;0;)
    (type (;0;) (func (param i32)))
    (memory (;0;) 1)
    (tag $panic (;0;) (type 0) (param i32))
    (export "memory" (memory 0))
    (export "f" (func 2))
    (func $calm (;0;) (type 0) (param i32))
    (func $detour (;1;) (type 0) (param i32)
      local.get 0
      call $calm
    )
    (func (;2;) (type 0) (param i32)
      (local exnref)
      block $pad (result exnref)
        try_table (catch_all_ref $pad) ;; label = @2
          local.get 0
          call $detour
          return
        end
        unreachable
      end
      local.set 1
      local.get 1
      throw_ref
    )
    (@custom ".debug_line" (after code) "\01\02\03")
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
