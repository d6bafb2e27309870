;; What may throw in a loop is called through a function with the landing pad around it. The inner pad leads to the outer one; the outer one
;; is entered from two functions, so that its handler is one of its own.
(module
  (tag $panic (param i32))
  (type $indirect (func (param i32) (result i32)))
  (memory (export "memory") 1)
  (table 2 2 funcref)
  (elem (i32.const 1) $may_throw)
  (global $__stack_pointer (mut i32) (i32.const 65536))
  (func $may_throw (type $indirect) (if (local.get 0) (then (throw $panic (i32.const 1)))) i32.const 5)
  (func $drop (param i32) (global.set $__stack_pointer (local.get 0)))
  (func (export "f") (param $count i32) (result i32) (local $frame i32) (local $flag i32) (local $exception exnref)
    (local.set $frame (i32.sub (global.get $__stack_pointer) (i32.const 16)))
    (block $done
      (block $outer (result exnref)
        (try_table (catch_all_ref $outer)
          (loop $round
            (local.set $count (i32.sub (local.get $count) (i32.const 1)))
            (block $rare
              (br_if $rare (local.get $count))
              (block $inner (result exnref)
                (try_table (catch_all_ref $inner)
                  (local.set $flag (call_indirect (type $indirect) (local.get $count) (i32.const 1)))
                  (br $rare))
                unreachable)
              (local.set $exception)
              (call $drop (local.get $frame))
              (local.set $flag (i32.const 1))
              (throw_ref (local.get $exception)))
            (block $seldom
              (br_if $seldom (local.get $flag))
              (drop (call $may_throw (local.get $count))))
            (br_if $round (local.get $count)))
          (br $done))
        unreachable)
      (local.set $exception)
      (if (local.get $flag) (then (call $drop (local.get $count))))
      (throw_ref (local.get $exception)))
    (local.get $flag)))
