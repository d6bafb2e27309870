;; In a program of one thread, a lock that is taken is a deadlock, and nobody waits for one.
(module
  (memory (export "memory") 1)
  (func $"component_rt::thread::deadlock" (i32.store (i32.const 0) (i32.const 1)) (unreachable))
  (func $"<std::sys::sync::mutex::futex::Mutex>::lock_contended" (param i32)
    (call $waits) (call $shared) (i32.store (local.get 0) (i32.const 2)))
  ;; Nobody else calls the first of these.
  (func $waits (i32.store (i32.const 12) (i32.const 4)))
  (func $shared (i32.store (i32.const 12) (i32.const 5)))
  (func $"<std::sys::sync::mutex::futex::Mutex>::wake" (param i32)
    (i32.store (local.get 0) (i32.const 0)))
  (func $"<program::Mutex>::wake" (param i32)
    (i32.store (local.get 0) (i32.const 3)))
  (func (export "wasi:cli/run@0.3.0#run") (result i32)
    (if (i32.load (i32.const 4)) (then (call $"<std::sys::sync::mutex::futex::Mutex>::lock_contended" (i32.const 4))))
    (if (i32.load (i32.const 8)) (then (call $"<std::sys::sync::mutex::futex::Mutex>::wake" (i32.const 4))))
    (call $"<program::Mutex>::wake" (i32.const 4))
    (call $shared)
    (i32.const 0)))
