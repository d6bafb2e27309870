;; `lines()` of standard input: reads of 8 KiB, as std's buffer makes them, and the ends of lines counted in them, eight bytes at a time.

(import "wasi:cli/stdin@0.3.0" "read-via-stream" (func $stdin (param i32)))
(import "wasi:cli/stdin@0.3.0" "[async-lower][stream-read-0]read-via-stream" (func $stdin-read (param i32 i32 i32) (result i32)))
(data (i32.const 4096) "line")

(func $run (result i32)
  (local $lines i64) (local $start i64) (local $input i32) (local $result i32) (local $at i32) (local $end i32) (local $word i64)
  (local.set $start (call $now))
  (call $stdin (i32.const 0))
  (local.set $input (i32.load (i32.const 0)))
  (loop $more
    (local.set $result (call $copied (local.get $input) (call $stdin-read (local.get $input) (i32.const 8192) (i32.const 8192))))
    (local.set $end (i32.add (i32.const 8192) (i32.shr_u (local.get $result) (i32.const 4))))
    ;; No end of a line in what the last word holds beyond the end.
    (i64.store (local.get $end) (i64.const 0))
    (local.set $at (i32.const 8192))
    (loop $words
      (local.set $word (i64.xor (i64.load (local.get $at)) (i64.const 0x0a0a0a0a0a0a0a0a)))
      ;; The top bit of each byte that is zero, and no other.
      (local.set $lines (i64.add (local.get $lines) (i64.popcnt (i64.xor (i64.const -1)
        (i64.or (i64.or (local.get $word) (i64.const 0x7f7f7f7f7f7f7f7f))
          (i64.add (i64.and (local.get $word) (i64.const 0x7f7f7f7f7f7f7f7f)) (i64.const 0x7f7f7f7f7f7f7f7f)))))))
      (br_if $words (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 8))) (local.get $end))))
    (br_if $more (i32.eqz (i32.and (local.get $result) (i32.const 15)))))
  (call $report (i32.const 4096) (i32.const 4) (local.get $start) (local.get $lines) (i64.const 1))
  (i32.const 0))
