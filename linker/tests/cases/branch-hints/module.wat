;; In functions with loops, branches of which one side is certain to come to a trap or to a slow path are told to be unlikely.
(module
  (memory (export "memory") 1)
  (func $"alloc::raw_vec::RawVec<T>::grow_one" (param i32)
    (i32.store (local.get 0) (i32.add (i32.load (local.get 0)) (i32.const 1))))
  ;; Never returns, and is known by that.
  (func $fails (param i32)
    (if (local.get 0) (then (unreachable)) (else (call $fails (local.get 0)))) (unreachable))
  (func $every-form (param i32 i32) (result i32)
    (block $panic
      (block $out
        (loop $again
          ;; Not taken: to a function that never returns.
          (br_if $panic (i32.ge_u (local.get 0) (local.get 1)))
          ;; Not taken: nothing but a slow path within.
          (if (i32.eqz (i32.load (local.get 0)))
            (then (call $"alloc::raw_vec::RawVec<T>::grow_one" (local.get 0))))
          ;; Taken: a slow path is stepped over.
          (block $enough
            (br_if $enough (i32.load (local.get 1)))
            (call $"alloc::raw_vec::RawVec<T>::grow_one" (local.get 1)))
          ;; Taken: the other side traps.
          (if (i32.load (i32.const 0)) (then (nop)) (else (unreachable)))
          ;; Nothing is known: out of the loop, back to its beginning, or one of two ways of which one may come to no end.
          (br_if $out (i32.load (i32.const 4)))
          (if (i32.load (i32.const 8))
            (then (br_if $again (i32.load (i32.const 12))) (unreachable)))
          (local.set 0 (i32.add (local.get 0) (i32.const 4)))
          (br $again)))
      (return (local.get 0)))
    (call $fails (local.get 0))
    (unreachable))
  ;; Without a loop there is nothing to gain.
  (func $straight (param i32) (result i32)
    (if (local.get 0) (then (unreachable)))
    (i32.const 1))
  (func (export "wasi:cli/run@0.3.0#run") (result i32)
    (drop (call $every-form (i32.const 16) (i32.const 32)))
    (call $straight (i32.const 0))))
