(component
  (core module $main (;0;)
    (type (;0;) (func (result i32)))
    (type (;1;) (func (param i32)))
    (type (;2;) (func (param i32 i32 i32)))
    (type (;3;) (func (param i32 i32 i32) (result i32)))
    (import "$root" "[context-get-0]" (func $get_0 (;0;) (type 0) (result i32)))
    (import "$root" "[context-set-0]" (func $set_0 (;1;) (type 1) (param i32)))
    (memory (;0;) 2)
    (global $__stack_pointer (;0;) (mut i32) i32.const 65536)
    (global $__tls_base (;1;) i32 i32.const 65536)
    (global $component_tls (;2;) i32 i32.const 65548)
    (export "memory" (memory 0))
    (export "__wasm_task_hook" (func $hook))
    (export "[async-lift]test:t/api#f" (func 5))
    (export "[callback][async-lift]test:t/api#f" (func 6))
    (func $hook (;2;) (type 1) (param i32)
      call $get_0
      global.get $__tls_base
      i32.add
      call $set_0
      i32.const 0
      call $tls_init
    )
    (func $memory_init (;3;) (type 2) (param i32 i32 i32)
      unreachable
    )
    (func $tls_init (;4;) (type 1) (param i32)
      local.get 0
      i32.const 0
      i32.const 65548
      i32.load
      memory.init 2
    )
    (func (;5;) (type 0) (result i32)
      global.get $__stack_pointer
      i32.const 16
      i32.sub
      global.set $__stack_pointer
      i32.const 0
    )
    (func (;6;) (type 3) (param i32 i32 i32) (result i32)
      i32.const 0
    )
    (data $.tdata (;0;) (i32.const 65536) "*\00\00\00")
    (data $.data (;1;) (i32.const 65544) "data\04\00\00\00\01\00\00\00")
    (data (;2;) "*\00\00\00")
    (@producers
      (processed-by "wit-component" "0.263.0")
    )
  )
  (core func $"context.get 0" (;0;) (canon context.get i32 0))
  (core func $"context.set 0" (;1;) (canon context.set i32 0))
  (core instance $$root (;0;)
    (export "[context-get-0]" (func $"context.get 0"))
    (export "[context-set-0]" (func $"context.set 0"))
  )
  (core instance $main (;1;) (instantiate $main
      (with "$root" (instance $$root))
    )
  )
  (alias core export $main "memory" (core memory $memory (;0;)))
  (core module $wit-component-fixup (;1;)
    (type (;0;) (func (param i32)))
    (type (;1;) (func (result i32)))
    (type (;2;) (func (param i32 i32 i32) (result i32)))
    (import "main" "__wasm_task_hook" (func $__wasm_task_hook (;0;) (type 0) (param i32)))
    (import "main" "[async-lift]test:t/api#f" (func $"[async-lift]test:t/api#f" (;1;) (type 1) (result i32)))
    (import "main" "[callback][async-lift]test:t/api#f" (func $"[callback][async-lift]test:t/api#f" (;2;) (type 2) (param i32 i32 i32) (result i32)))
    (export "hook0" (func $"hook-[async-lift]test:t/api#f"))
    (export "hook1" (func $"hook-[callback][async-lift]test:t/api#f"))
    (func $"hook-[async-lift]test:t/api#f" (;3;) (type 1) (result i32)
      (local i32)
      i32.const 2
      call $__wasm_task_hook
      call $"[async-lift]test:t/api#f"
      local.set 0
      i32.const 4
      i32.const 5
      local.get 0
      select
      call $__wasm_task_hook
      local.get 0
    )
    (func $"hook-[callback][async-lift]test:t/api#f" (;4;) (type 2) (param i32 i32 i32) (result i32)
      (local i32)
      i32.const 3
      call $__wasm_task_hook
      local.get 0
      local.get 1
      local.get 2
      call $"[callback][async-lift]test:t/api#f"
      local.set 3
      i32.const 4
      i32.const 5
      local.get 3
      select
      call $__wasm_task_hook
      local.get 3
    )
    (@producers
      (processed-by "wit-component" "0.263.0")
    )
  )
  (core instance $fixup (;2;) (instantiate $wit-component-fixup
      (with "main" (instance $main))
    )
  )
  (alias core export $fixup "hook0" (core func $hook0 (;2;)))
  (alias core export $fixup "hook1" (core func $hook1 (;3;)))
  (type (;0;) (func async))
  (func $f (;0;) (type 0) (canon lift (core func $hook0) async (callback $hook1)))
  (component $test:t/api-shim-component (;0;)
    (type (;0;) (func async))
    (import "import-func-f" (func (;0;) (type 0)))
    (type (;1;) (func async))
    (export (;1;) "f" (func 0) (func (type 1)))
  )
  (instance $test:t/api-shim-instance (;0;) (instantiate $test:t/api-shim-component
      (with "import-func-f" (func $f))
    )
  )
  (export $test:t/api (;1;) "test:t/api" (instance $test:t/api-shim-instance))
  (@producers
    (processed-by "wit-component" "0.263.0")
  )
)
