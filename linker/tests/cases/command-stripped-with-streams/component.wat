(component
  (type (;0;)
    (instance
      (type (;0;) (enum "io" "illegal-byte-sequence" "pipe"))
      (export (;1;) "error-code" (type (eq 0)))
    )
  )
  (import "wasi:cli/types@0.3.0" (instance (;0;) (type 0)))
  (alias export 0 "error-code" (type (;1;)))
  (type (;2;)
    (instance
      (alias outer 1 1 (type (;0;)))
      (export (;1;) "error-code" (type (eq 0)))
      (type (;2;) (stream u8))
      (type (;3;) (result (error 1)))
      (type (;4;) (future 3))
      (type (;5;) (func (param "data" 2) (result 4)))
      (export (;0;) "write-via-stream" (func (type 5)))
    )
  )
  (import "wasi:cli/stdout@0.3.0" (instance (;1;) (type 2)))
  (core module (;0;)
    (type (;0;) (func (param i32) (result i32)))
    (type (;1;) (func (result i64)))
    (type (;2;) (func (param i32 i32 i32) (result i32)))
    (type (;3;) (func (param i32)))
    (type (;4;) (func (result i32)))
    (type (;5;) (func (param i32 i32) (result i32)))
    (type (;6;) (func (param i32 i32)))
    (type (;7;) (func (param i32 i32 i32 i32) (result i32)))
    (import "a" "a" (func (;0;) (type 0) (param i32) (result i32)))
    (import "a" "b" (func (;1;) (type 1) (result i64)))
    (import "a" "c" (func (;2;) (type 2) (param i32 i32 i32) (result i32)))
    (import "a" "d" (func (;3;) (type 3) (param i32)))
    (import "a" "e" (func (;4;) (type 3) (param i32)))
    (import "b" "f" (func (;5;) (type 4) (result i32)))
    (import "b" "g" (func (;6;) (type 5) (param i32 i32) (result i32)))
    (import "b" "h" (func (;7;) (type 6) (param i32 i32)))
    (memory (;0;) 1)
    (export "memory" (memory 0))
    (export "cabi_realloc" (func 8))
    (export "wasi:cli/run@0.3.0#run" (func 9))
    (func (;8;) (type 7) (param i32 i32 i32 i32) (result i32)
      unreachable
    )
    (func (;9;) (type 4) (result i32)
      call 1
      drop
      i32.const 0
      call 0
      drop
      i32.const 0
      i32.const 0
      i32.const 0
      call 2
      drop
      i32.const 0
      call 5
      call 7
      i32.const 0
      i32.const 0
      call 6
      drop
      i32.const 0
      call 3
      i32.const 0
      call 4
      i32.const 0
    )
  )
  (core module (;1;)
    (type (;0;) (func (param i32 i32 i32) (result i32)))
    (type (;1;) (func (param i32 i32) (result i32)))
    (table (;0;) 2 2 funcref)
    (export "0" (func 0))
    (export "1" (func 1))
    (export "$imports" (table 0))
    (func (;0;) (type 0) (param i32 i32 i32) (result i32)
      local.get 0
      local.get 1
      local.get 2
      i32.const 0
      call_indirect (type 0)
    )
    (func (;1;) (type 1) (param i32 i32) (result i32)
      local.get 0
      local.get 1
      i32.const 1
      call_indirect (type 1)
    )
  )
  (core instance (;0;) (instantiate 1))
  (alias export 1 "write-via-stream" (func (;0;)))
  (core func (;0;) (canon lower (func 0)))
  (type (;3;) (stream u8))
  (core func (;1;) (canon stream.new 3))
  (alias core export 0 "0" (core func (;2;)))
  (core func (;3;) (canon stream.drop-writable 3))
  (alias export 1 "error-code" (type (;4;)))
  (type (;5;) (result (error 4)))
  (type (;6;) (future 5))
  (core func (;4;) (canon future.drop-readable 6))
  (core instance (;1;)
    (export "a" (func 0))
    (export "b" (func 1))
    (export "c" (func 2))
    (export "d" (func 3))
    (export "e" (func 4))
  )
  (core func (;5;) (canon waitable-set.new))
  (alias core export 0 "1" (core func (;6;)))
  (core func (;7;) (canon waitable.join))
  (core instance (;2;)
    (export "f" (func 5))
    (export "g" (func 6))
    (export "h" (func 7))
  )
  (core instance (;3;) (instantiate 0
      (with "a" (instance 1))
      (with "b" (instance 2))
    )
  )
  (alias core export 3 "memory" (core memory (;0;)))
  (core module (;2;)
    (type (;0;) (func (param i32 i32 i32) (result i32)))
    (type (;1;) (func (param i32 i32) (result i32)))
    (import "actual" "0" (func (;0;) (type 0) (param i32 i32 i32) (result i32)))
    (import "actual" "1" (func (;1;) (type 1) (param i32 i32) (result i32)))
    (import "shim" "$imports" (table (;0;) 2 2 funcref))
    (elem (;0;) (i32.const 0) func 0 1)
  )
  (core func (;8;) (canon stream.write 3 (memory 0) async))
  (core func (;9;) (canon waitable-set.wait (memory 0)))
  (core instance (;4;)
    (export "0" (func 8))
    (export "1" (func 9))
  )
  (core instance (;5;) (instantiate 2
      (with "actual" (instance 4))
      (with "shim" (instance 0))
    )
  )
  (type (;7;) (result))
  (type (;8;) (func async (result 7)))
  (alias core export 3 "wasi:cli/run@0.3.0#run" (core func (;10;)))
  (func (;1;) (type 8) (canon lift (core func 10)))
  (component (;0;)
    (type (;0;) (result))
    (type (;1;) (func async (result 0)))
    (import "import-func-run" (func (;0;) (type 1)))
    (type (;2;) (result))
    (type (;3;) (func async (result 2)))
    (export (;1;) "run" (func 0) (func (type 3)))
  )
  (instance (;2;) (instantiate 0
      (with "import-func-run" (func 1))
    )
  )
  (export (;3;) "wasi:cli/run@0.3.0" (instance 2))
)
