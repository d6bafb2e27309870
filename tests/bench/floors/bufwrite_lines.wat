;; `writeln!` through a `BufWriter`: a line's text, copied behind the last one, and a write of what has come together whenever 64 KiB are full.

(import "wasi:cli/stdout@0.3.0" "write-via-stream" (func $stdout (param i32) (result i32)))
(import "wasi:cli/stdout@0.3.0" "[stream-new-0]write-via-stream" (func $stdout-new (result i64)))
(import "wasi:cli/stdout@0.3.0" "[async-lower][stream-write-0]write-via-stream" (func $stdout-write (param i32 i32 i32) (result i32)))
(data (i32.const 4096) "line")

;; Writes all that lies from 8192 to $end.
(func $flush (param $output i32) (param $end i32)
  (local $from i32)
  (local.set $from (i32.const 8192))
  (loop $more
    (local.set $from (i32.add (local.get $from) (i32.shr_u (call $copied (local.get $output)
      (call $stdout-write (local.get $output) (local.get $from) (i32.sub (local.get $end) (local.get $from)))) (i32.const 4))))
    (br_if $more (i32.lt_u (local.get $from) (local.get $end)))))

(func $run (result i32)
  (local $count i64) (local $number i64) (local $start i64) (local $stream i64) (local $output i32) (local $at i32) (local $end i32)
  (local.set $stream (call $stdout-new))
  (drop (call $stdout (i32.wrap_i64 (local.get $stream))))
  (local.set $output (i32.wrap_i64 (i64.shr_u (local.get $stream) (i64.const 32))))
  (local.set $count (call $count))
  (local.set $start (call $now))
  (local.set $end (i32.const 8192))
  (loop $more
    (local.set $at (call $line (local.get $number)))
    ;; 8192 + 65536 - the length of the line: it does not fit any more.
    (if (i32.gt_u (local.get $end) (i32.sub (i32.const 73728) (i32.sub (i32.const 3104) (local.get $at))))
      (then
        (call $flush (local.get $output) (local.get $end))
        (local.set $end (i32.const 8192))))
    ;; No line is longer than 32 bytes.
    (v128.store (local.get $end) (v128.load (local.get $at)))
    (v128.store offset=16 (local.get $end) (v128.load offset=16 (local.get $at)))
    (local.set $end (i32.add (local.get $end) (i32.sub (i32.const 3104) (local.get $at))))
    (br_if $more (i64.lt_u (local.tee $number (i64.add (local.get $number) (i64.const 1))) (local.get $count))))
  (call $flush (local.get $output) (local.get $end))
  (call $report (i32.const 4096) (i32.const 4) (local.get $start) (local.get $count) (i64.const 1))
  (i32.const 0))
