;; `Instant::now` and `SystemTime::now`: one call each.

(import "wasi:clocks/system-clock@0.3.0" "now" (func $system-now (param i32)))
(data (i32.const 4096) "instant")
(data (i32.const 4112) "system_time")

(func $run (result i32)
  (local $count i64) (local $left i64) (local $start i64)
  (local.set $count (call $count))
  (local.set $left (local.get $count))
  (local.set $start (call $now))
  (loop $more
    (drop (call $now))
    (br_if $more (i64.ne (local.tee $left (i64.sub (local.get $left) (i64.const 1))) (i64.const 0))))
  (call $report (i32.const 4096) (i32.const 7) (local.get $start) (local.get $count) (i64.const 1))
  (local.set $left (local.get $count))
  (local.set $start (call $now))
  (loop $more
    (call $system-now (i32.const 0))
    (br_if $more (i64.ne (local.tee $left (i64.sub (local.get $left) (i64.const 1))) (i64.const 0))))
  (call $report (i32.const 4112) (i32.const 11) (local.get $start) (local.get $count) (i64.const 1))
  (i32.const 0))
