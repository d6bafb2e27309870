(component
  (core module $main (;0;)
    (type (;0;) (func (result i32)))
    (type (;1;) (func (param i32)))
    (type (;2;) (func (param i32 i32) (result i32)))
    (type (;3;) (func (param i32 i32 i32)))
    (import "$root" "[context-get-0]" (func $get_0 (;0;) (type 0) (result i32)))
    (import "$root" "[context-set-0]" (func $set_0 (;1;) (type 1) (param i32)))
    (import "$root" "[context-get-1]" (func $get_1 (;2;) (type 0) (result i32)))
    (import "$root" "[context-set-1]" (func $set_1 (;3;) (type 1) (param i32)))
    (import "$root" "[thread-new-indirect-v0]" (func $new (;4;) (type 2) (param i32 i32) (result i32)))
    (import "$root" "[context-get-0] [v2]" (func $bindings (;5;) (type 0) (result i32)))
    (import "$root" "[thread-suspend]" (func $suspend (;6;) (type 0) (result i32)))
    (import "$root" "[thread-resume-later]" (func $resume (;7;) (type 1) (param i32)))
    (table (;0;) 3 3 funcref)
    (memory (;0;) 2)
    (global $__stack_pointer (;0;) (mut i32) i32.const 65536)
    (global $__tls_base (;1;) i32 i32.const 65552)
    (global $component_tls (;2;) i32 i32.const 65572)
    (export "__indirect_function_table" (table 0))
    (export "memory" (memory 0))
    (export "__wasm_task_hook" (func $other_hook))
    (export "wasi:cli/run@0.3.0#run" (func $run))
    (elem (;0;) (i32.const 1) func $start $component_rt_call)
    (func $hook (;8;) (type 1) (param i32)
      global.get $__stack_pointer
      i32.eqz
      if ;; label = @1
        i32.const 65536
        global.set $__stack_pointer
        global.get $__tls_base
        call $set_1
      end
    )
    (func $other_hook (;9;) (type 1) (param i32)
      i32.const 65536
      global.set $__stack_pointer
      global.get $__tls_base
      call $set_1
    )
    (func $start (;10;) (type 1) (param $block i32)
      local.get $block
      i32.load
      global.set $__stack_pointer
      local.get $block
      i32.load offset=4
      call $set_1
      call $with_frame
      drop
    )
    (func $set_stack_pointer (;11;) (type 1) (param i32)
      local.get 0
      global.set $__stack_pointer
    )
    (func $memory_init (;12;) (type 3) (param i32 i32 i32)
      unreachable
    )
    (func $tls_init (;13;) (type 1) (param i32)
      local.get 0
      i32.const 0
      i32.const 65572
      i32.load
      memory.init 2
    )
    (func $with_frame (;14;) (type 0) (result i32)
      (local $frame i32)
      global.get $__stack_pointer
      i32.const 16
      i32.sub
      local.set $frame
      local.get $frame
      call $set_stack_pointer
      call $get_1
      i32.const 0
      i32.add
      i32.const 7
      i32.store
      local.get $frame
      i32.const 16
      i32.add
      call $set_stack_pointer
      i32.const 0
    )
    (func $run (;15;) (type 0) (result i32)
      i32.const 100
      call $tls_init
      i32.const 1
      i32.const 0
      call $new
      call $resume
      call $component_rt_call
      drop
      call $bindings
      drop
      call $with_frame
    )
    (func $component_rt_call (;16;) (type 0) (result i32)
      (local i32)
      global.get $__stack_pointer
      local.set 0
      call $suspend
      local.get 0
      global.set $__stack_pointer
    )
    (data $.tdata (;0;) (i32.const 65552) "*\00\00\00\00\00\00\00\00\00\00\00")
    (data $.data (;1;) (i32.const 65568) "data\0c\00\00\00\01\00\00\00data")
    (data (;2;) "*\00\00\00\00\00\00\00\00\00\00\00")
    (@producers
      (processed-by "wit-component" "0.263.0")
    )
  )
  (core module $wit-component-shim-module (;1;)
    (type (;0;) (func (param i32 i32) (result i32)))
    (table (;0;) 1 1 funcref)
    (export "0" (func $thread.new-indirect))
    (export "$imports" (table 0))
    (func $thread.new-indirect (;0;) (type 0) (param i32 i32) (result i32)
      local.get 0
      local.get 1
      i32.const 0
      call_indirect (type 0)
    )
    (@producers
      (processed-by "wit-component" "0.263.0")
    )
  )
  (core instance $wit-component-shim-instance (;0;) (instantiate $wit-component-shim-module))
  (core func $"context.get 0" (;0;) (canon context.get i32 0))
  (core func $"context.set 0" (;1;) (canon context.set i32 0))
  (core func $"context.get 1" (;2;) (canon context.get i32 1))
  (core func $"context.set 1" (;3;) (canon context.set i32 1))
  (alias core export $wit-component-shim-instance "0" (core func $thread.new-indirect (;4;)))
  (core func $"#core-func5 context.get 0" (@name "context.get 0") (;5;) (canon context.get i32 0))
  (core func $thread.suspend (;6;) (canon thread.suspend))
  (core func $thread.resume-later (;7;) (canon thread.resume-later))
  (core instance $$root (;1;)
    (export "[context-get-0]" (func $"context.get 0"))
    (export "[context-set-0]" (func $"context.set 0"))
    (export "[context-get-1]" (func $"context.get 1"))
    (export "[context-set-1]" (func $"context.set 1"))
    (export "[thread-new-indirect-v0]" (func $thread.new-indirect))
    (export "[context-get-0] [v2]" (func $"#core-func5 context.get 0"))
    (export "[thread-suspend]" (func $thread.suspend))
    (export "[thread-resume-later]" (func $thread.resume-later))
  )
  (core instance $main (;2;) (instantiate $main
      (with "$root" (instance $$root))
    )
  )
  (alias core export $main "memory" (core memory $memory (;0;)))
  (core module $wit-component-fixup (;2;)
    (type (;0;) (func (param i32 i32) (result i32)))
    (type (;1;) (func (param i32)))
    (type (;2;) (func (result i32)))
    (import "actual" "0" (func $0 (;0;) (type 0) (param i32 i32) (result i32)))
    (import "main" "__wasm_task_hook" (func $__wasm_task_hook (;1;) (type 1) (param i32)))
    (import "main" "wasi:cli/run@0.3.0#run" (func $wasi:cli/run@0.3.0#run (;2;) (type 2) (result i32)))
    (import "shim" "$imports" (table (;0;) 1 1 funcref))
    (export "hook0" (func $hook-wasi:cli/run@0.3.0#run))
    (elem (;0;) (i32.const 0) func $0)
    (func $hook-wasi:cli/run@0.3.0#run (;3;) (type 2) (result i32)
      i32.const 0
      call $__wasm_task_hook
      call $wasi:cli/run@0.3.0#run
      i32.const 1
      call $__wasm_task_hook
    )
    (@producers
      (processed-by "wit-component" "0.263.0")
    )
  )
  (core type $thread-start (;0;) (func (param i32)))
  (alias core export $main "__indirect_function_table" (core table $indirect-function-table (;0;)))
  (core func $"#core-func8 thread.new-indirect" (@name "thread.new-indirect") (;8;) (canon thread.new-indirect $thread-start $indirect-function-table))
  (core instance $actual (;3;)
    (export "0" (func $"#core-func8 thread.new-indirect"))
  )
  (core instance $fixup (;4;) (instantiate $wit-component-fixup
      (with "actual" (instance $actual))
      (with "main" (instance $main))
      (with "shim" (instance $wit-component-shim-instance))
    )
  )
  (alias core export $fixup "hook0" (core func $hook0 (;9;)))
  (type (;0;) (result))
  (type (;1;) (func async (result 0)))
  (func $run (;0;) (type 1) (canon lift (core func $hook0)))
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
