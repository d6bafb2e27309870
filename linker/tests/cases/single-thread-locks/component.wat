(component
  (core module $main (;0;)
    (type (;0;) (func))
    (type (;1;) (func (param i32)))
    (type (;2;) (func (param i32) (result i32)))
    (type (;3;) (func (param i32 i32)))
    (type (;4;) (func (param i32) (result i64)))
    (type (;5;) (func (result i32)))
    (memory (;0;) 1)
    (export "memory" (memory 0))
    (export "wasi:cli/run@0.3.0#run" (func 11))
    (func $wasi_rt::fatal::deadlock (;0;) (type 0)
      i32.const 0
      i32.const 1
      i32.store
      unreachable
    )
    (func $<std::sys::sync::mutex::futex::Mutex>::lock_contended (;1;) (type 1) (param i32)
      call $wasi_rt::fatal::deadlock
      unreachable
    )
    (func (;2;) (type 0)
      unreachable
    )
    (func $shared (;3;) (type 0)
      i32.const 12
      i32.const 5
      i32.store
    )
    (func $<std::sys::sync::mutex::futex::Mutex>::wake (;4;) (type 1) (param i32)
      unreachable
    )
    (func $<program::Mutex>::wake (;5;) (type 1) (param i32)
      local.get 0
      i32.const 3
      i32.store
    )
    (func $<std::sys::sync::mutex::futex::Mutex>::spin (;6;) (type 2) (param i32) (result i32)
      local.get 0
      i32.load
    )
    (func $component_rt::futex::wait (;7;) (type 3) (param i32 i32)
      local.get 0
      i32.load
      local.get 1
      i32.eq
      if ;; label = @1
        call $wasi_rt::fatal::deadlock
        unreachable
      end
    )
    (func $component_rt::futex::wake (;8;) (type 2) (param i32) (result i32)
      i32.const 0
    )
    (func $component_rt::futex::wake_all (;9;) (type 1) (param i32))
    (func $component_rt::futex::hand_on (;10;) (type 4) (param i32) (result i64)
      i64.const 7
    )
    (func (;11;) (type 5) (result i32)
      i32.const 4
      i32.load
      if ;; label = @1
        i32.const 4
        call $<std::sys::sync::mutex::futex::Mutex>::lock_contended
      end
      i32.const 8
      i32.load
      if ;; label = @1
        i32.const 4
        call $<std::sys::sync::mutex::futex::Mutex>::wake
      end
      i32.const 4
      call $<program::Mutex>::wake
      call $shared
      i32.const 4
      call $<std::sys::sync::mutex::futex::Mutex>::spin
      drop
      i32.const 16
      i32.const 1
      call $component_rt::futex::wait
      i32.const 16
      drop
      i32.const 16
      call $component_rt::futex::hand_on
      drop
      i32.const 16
      call $component_rt::futex::wake
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
