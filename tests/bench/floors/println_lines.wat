;; `println!`: a line's text, and one write of it.

(import "wasi:cli/stdout@0.3.0" "write-via-stream" (func $stdout (param i32) (result i32)))
(import "wasi:cli/stdout@0.3.0" "[stream-new-0]write-via-stream" (func $stdout-new (result i64)))
(import "wasi:cli/stdout@0.3.0" "[async-lower][stream-write-0]write-via-stream" (func $stdout-write (param i32 i32 i32) (result i32)))
(data (i32.const 4096) "line")

(func $run (result i32)
  (local $count i64) (local $left i64) (local $start i64) (local $stream i64) (local $output i32) (local $at i32)
  (local.set $stream (call $stdout-new))
  (drop (call $stdout (i32.wrap_i64 (local.get $stream))))
  (local.set $output (i32.wrap_i64 (i64.shr_u (local.get $stream) (i64.const 32))))
  (local.set $count (call $count))
  (local.set $left (local.get $count))
  (local.set $start (call $now))
  (loop $more
    (local.set $at (call $line (i64.sub (local.get $count) (local.get $left))))
    ;; All of it was taken.
    (if (i32.ne (i32.shl (i32.sub (i32.const 3104) (local.get $at)) (i32.const 4))
        (call $copied (local.get $output)
          (call $stdout-write (local.get $output) (local.get $at) (i32.sub (i32.const 3104) (local.get $at)))))
      (then unreachable))
    (br_if $more (i64.ne (local.tee $left (i64.sub (local.get $left) (i64.const 1))) (i64.const 0))))
  (call $report (i32.const 4096) (i32.const 4) (local.get $start) (local.get $count) (i64.const 1))
  (i32.const 0))
