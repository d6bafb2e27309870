(component
  (core module $main (;0;)
    (type (;0;) (func (param i32 i32) (result i32)))
    (type (;1;) (func))
    (type (;2;) (func (param i32 i64)))
    (type (;3;) (func (param i32) (result i32)))
    (type (;4;) (func (param i32)))
    (memory (;0;) 1)
    (export "memory" (memory 0))
    (export "f" (func 11))
    (func $allocates (;0;) (type 0) (param i32 i32) (result i32)
      local.get 0
      local.get 1
      i32.add
    )
    (func $allocate (;1;) (type 0) (param i32 i32) (result i32)
      local.get 0
      local.get 1
      call $allocates
    )
    (func $further (;2;) (type 0) (param i32 i32) (result i32)
      local.get 0
      local.get 1
      call $allocates
      return
    )
    (func $nothing (;3;) (type 1))
    (func $nothing_with (;4;) (type 2) (param i32 i64)
      return
    )
    (func $for_nothing (;5;) (type 1))
    (func $exchanged (;6;) (type 0) (param i32 i32) (result i32)
      local.get 1
      local.get 0
      call $allocates
    )
    (func $fewer (;7;) (type 0) (param i32 i32) (result i32)
      local.get 0
      call $identity
    )
    (func $identity (;8;) (type 3) (param i32) (result i32)
      local.get 0
    )
    (func $ping (;9;) (type 4) (param i32)
      local.get 0
      call $pong
    )
    (func $pong (;10;) (type 4) (param i32)
      local.get 0
      call $ping
    )
    (func (;11;) (type 3) (param i32) (result i32)
      local.get 0
      i64.const 1
      drop
      drop
      local.get 0
      call $ping
      local.get 0
      i32.const 1
      call $allocates
      i32.const 2
      call $exchanged
      i32.const 3
      call $fewer
      call $identity
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
