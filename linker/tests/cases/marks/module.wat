;; What the library marks goes where nothing is to take its place, and numbers that happen to be the same stay.
(module
  (memory (export "memory") 1)
  (global $__stack_pointer (mut i32) (i32.const 65536))
  (func $run (export "wasi:cli/run@0.3.0#run") (result i32)
    (drop (global.get $__stack_pointer))
    (loop
      (drop (i32.const 0x4c4f4f4b))
      (br_if 0 (i32.load (i32.const 0))))
    (drop (i32.const 0x43484e47))
    (i32.store (i32.const 4) (i32.const 1))
    (i32.store (i32.const 8) (i32.sub (i32.const 0x4c4f4f4b) (i32.const 0x42415345)))
    (call $set_base (i32.const 3))
    (i32.load (i32.add (i32.const 12) (i32.sub (i32.const 0x42415345) (i32.const 0x42415345)))))
  (func $set_base (param i32)
    local.get 0
    i32.const 0x53455442
    drop
    drop))
