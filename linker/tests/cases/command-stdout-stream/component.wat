(component
  (type $ty-wasi:cli/types@0.3.0 (;0;)
    (instance
      (type (;0;) (enum "io" "illegal-byte-sequence" "pipe"))
      (export (;1;) "error-code" (type (eq 0)))
    )
  )
  (import "wasi:cli/types@0.3.0" (instance $wasi:cli/types@0.3.0 (;0;) (type $ty-wasi:cli/types@0.3.0)))
  (alias export $wasi:cli/types@0.3.0 "error-code" (type $error-code (;1;)))
  (type $ty-wasi:cli/stdout@0.3.0 (;2;)
    (instance
      (alias outer 1 $error-code (type (;0;)))
      (export (;1;) "error-code" (type (eq 0)))
      (type (;2;) (stream u8))
      (type (;3;) (result (error 1)))
      (type (;4;) (future 3))
      (type (;5;) (func (param "data" 2) (result 4)))
      (export (;0;) "write-via-stream" (func (type 5)))
    )
  )
  (import "wasi:cli/stdout@0.3.0" (instance $wasi:cli/stdout@0.3.0 (;1;) (type $ty-wasi:cli/stdout@0.3.0)))
  (core module $main (;0;)
    (type (;0;) (func (param i32) (result i32)))
    (type (;1;) (func (result i64)))
    (type (;2;) (func (param i32 i32 i32) (result i32)))
    (type (;3;) (func (param i32)))
    (type (;4;) (func (result i32)))
    (type (;5;) (func (param i32 i32) (result i32)))
    (type (;6;) (func (param i32 i32)))
    (type (;7;) (func (param i32 i32 i32 i32) (result i32)))
    (import "wasi:cli/stdout@0.3.0" "write-via-stream" (func $stdout (;0;) (type 0) (param i32) (result i32)))
    (import "wasi:cli/stdout@0.3.0" "[stream-new-0]write-via-stream" (func $new (;1;) (type 1) (result i64)))
    (import "wasi:cli/stdout@0.3.0" "[async-lower][stream-write-0]write-via-stream" (func $write (;2;) (type 2) (param i32 i32 i32) (result i32)))
    (import "wasi:cli/stdout@0.3.0" "[stream-drop-writable-0]write-via-stream" (func $drop (;3;) (type 3) (param i32)))
    (import "wasi:cli/stdout@0.3.0" "[future-drop-readable-1]write-via-stream" (func $forget (;4;) (type 3) (param i32)))
    (import "$root" "[waitable-set-new]" (func $set (;5;) (type 4) (result i32)))
    (import "$root" "[waitable-set-wait]" (func $wait (;6;) (type 5) (param i32 i32) (result i32)))
    (import "$root" "[waitable-join]" (func $join (;7;) (type 6) (param i32 i32)))
    (memory (;0;) 1)
    (export "memory" (memory 0))
    (export "cabi_realloc" (func $cabi_realloc))
    (export "wasi:cli/run@0.3.0#run" (func $run))
    (func $cabi_realloc (;8;) (type 7) (param i32 i32 i32 i32) (result i32)
      unreachable
    )
    (func $run (;9;) (type 4) (result i32)
      call $new
      drop
      i32.const 0
      call $stdout
      drop
      i32.const 0
      i32.const 0
      i32.const 0
      call $write
      drop
      i32.const 0
      call $set
      call $join
      i32.const 0
      i32.const 0
      call $wait
      drop
      i32.const 0
      call $drop
      i32.const 0
      call $forget
      i32.const 0
    )
    (@producers
      (processed-by "wit-component" "0.263.0")
    )
  )
  (core module $wit-component-shim-module (;1;)
    (type (;0;) (func (param i32 i32 i32) (result i32)))
    (type (;1;) (func (param i32 i32) (result i32)))
    (table (;0;) 2 2 funcref)
    (export "0" (func $"wasi:cli/stdout@0.3.0-[stream-write-0]write-via-stream"))
    (export "1" (func $waitable-set.wait))
    (export "$imports" (table 0))
    (func $"wasi:cli/stdout@0.3.0-[stream-write-0]write-via-stream" (;0;) (type 0) (param i32 i32 i32) (result i32)
      local.get 0
      local.get 1
      local.get 2
      i32.const 0
      call_indirect (type 0)
    )
    (func $waitable-set.wait (;1;) (type 1) (param i32 i32) (result i32)
      local.get 0
      local.get 1
      i32.const 1
      call_indirect (type 1)
    )
    (@producers
      (processed-by "wit-component" "0.263.0")
    )
  )
  (core instance $wit-component-shim-instance (;0;) (instantiate $wit-component-shim-module))
  (alias export $wasi:cli/stdout@0.3.0 "write-via-stream" (func $write-via-stream (;0;)))
  (core func $write-via-stream (;0;) (canon lower (func $write-via-stream)))
  (type (;3;) (stream u8))
  (core func $stream.new (;1;) (canon stream.new 3))
  (alias core export $wit-component-shim-instance "0" (core func $"wasi:cli/stdout@0.3.0-[stream-write-0]write-via-stream" (;2;)))
  (core func $stream.drop-writable (;3;) (canon stream.drop-writable 3))
  (alias export $wasi:cli/stdout@0.3.0 "error-code" (type $"#type4 error-code" (@name "error-code") (;4;)))
  (type (;5;) (result (error $"#type4 error-code")))
  (type (;6;) (future 5))
  (core func $future.drop-readable (;4;) (canon future.drop-readable 6))
  (core instance $wasi:cli/stdout@0.3.0 (;1;)
    (export "write-via-stream" (func $write-via-stream))
    (export "[stream-new-0]write-via-stream" (func $stream.new))
    (export "[async-lower][stream-write-0]write-via-stream" (func $"wasi:cli/stdout@0.3.0-[stream-write-0]write-via-stream"))
    (export "[stream-drop-writable-0]write-via-stream" (func $stream.drop-writable))
    (export "[future-drop-readable-1]write-via-stream" (func $future.drop-readable))
  )
  (core func $waitable-set.new (;5;) (canon waitable-set.new))
  (alias core export $wit-component-shim-instance "1" (core func $waitable-set.wait (;6;)))
  (core func $waitable.join (;7;) (canon waitable.join))
  (core instance $$root (;2;)
    (export "[waitable-set-new]" (func $waitable-set.new))
    (export "[waitable-set-wait]" (func $waitable-set.wait))
    (export "[waitable-join]" (func $waitable.join))
  )
  (core instance $main (;3;) (instantiate $main
      (with "wasi:cli/stdout@0.3.0" (instance $wasi:cli/stdout@0.3.0))
      (with "$root" (instance $$root))
    )
  )
  (alias core export $main "memory" (core memory $memory (;0;)))
  (core module $wit-component-fixup (;2;)
    (type (;0;) (func (param i32 i32 i32) (result i32)))
    (type (;1;) (func (param i32 i32) (result i32)))
    (import "actual" "0" (func $0 (;0;) (type 0) (param i32 i32 i32) (result i32)))
    (import "actual" "1" (func $1 (;1;) (type 1) (param i32 i32) (result i32)))
    (import "shim" "$imports" (table (;0;) 2 2 funcref))
    (elem (;0;) (i32.const 0) func $0 $1)
    (@producers
      (processed-by "wit-component" "0.263.0")
    )
  )
  (core func $stream.write (;8;) (canon stream.write 3 (memory $memory) async))
  (core func $"#core-func9 waitable-set.wait" (@name "waitable-set.wait") (;9;) (canon waitable-set.wait (memory $memory)))
  (core instance $actual (;4;)
    (export "0" (func $stream.write))
    (export "1" (func $"#core-func9 waitable-set.wait"))
  )
  (core instance $fixup (;5;) (instantiate $wit-component-fixup
      (with "actual" (instance $actual))
      (with "shim" (instance $wit-component-shim-instance))
    )
  )
  (type (;7;) (result))
  (type (;8;) (func async (result 7)))
  (alias core export $main "wasi:cli/run@0.3.0#run" (core func $wasi:cli/run@0.3.0#run (;10;)))
  (func $run (;1;) (type 8) (canon lift (core func $wasi:cli/run@0.3.0#run)))
  (component $wasi:cli/run@0.3.0-shim-component (;0;)
    (type (;0;) (result))
    (type (;1;) (func async (result 0)))
    (import "import-func-run" (func (;0;) (type 1)))
    (type (;2;) (result))
    (type (;3;) (func async (result 2)))
    (export (;1;) "run" (func 0) (func (type 3)))
  )
  (instance $wasi:cli/run@0.3.0-shim-instance (;2;) (instantiate $wasi:cli/run@0.3.0-shim-component
      (with "import-func-run" (func $run))
    )
  )
  (export $wasi:cli/run@0.3.0 (;3;) "wasi:cli/run@0.3.0" (instance $wasi:cli/run@0.3.0-shim-instance))
  (@producers
    (processed-by "wit-component" "0.263.0")
  )
)
