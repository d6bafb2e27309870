;; What every floor has: the number of repetitions, the clock, and the line in which a figure is reported.
;;
;; A floor is a hand-written component that makes the calls of the host which its benchmark cannot do without, and nothing else. What it
;; takes is what the interface takes on this runtime; what the benchmark takes beyond is std's. The driver puts this text before a
;; floor's own, in one module. Data of a floor begins at 4096; what lies below 2048 is scratch space of the calls.

(import "$root" "[waitable-set-new]" (func $set-new (result i32)))
(import "$root" "[waitable-set-wait]" (func $set-wait (param i32 i32) (result i32)))
(import "$root" "[waitable-join]" (func $join (param i32 i32)))
(import "wasi:clocks/monotonic-clock@0.3.0" "now" (func $now (result i64)))
(import "wasi:cli/environment@0.3.0" "get-arguments" (func $get-arguments (param i32)))
(import "wasi:cli/stderr@0.3.0" "write-via-stream" (func $stderr (param i32) (result i32)))
(import "wasi:cli/stderr@0.3.0" "[stream-new-0]write-via-stream" (func $stderr-new (result i64)))
(import "wasi:cli/stderr@0.3.0" "[async-lower][stream-write-0]write-via-stream" (func $stderr-write (param i32 i32 i32) (result i32)))

(memory (export "memory") 4)
(global $heap (mut i32) (i32.const 131072))
(func (export "cabi_realloc") (param i32 i32 i32) (param $size i32) (result i32)
  (local $at i32)
  (local.set $at (i32.and (i32.add (global.get $heap) (i32.const 7)) (i32.const -8)))
  (global.set $heap (i32.add (local.get $at) (local.get $size)))
  (local.get $at))

;; The last argument, a number.
(func $count (result i64)
  (local $text i32) (local $end i32) (local $count i64)
  (call $get-arguments (i32.const 0))
  (local.set $text (i32.add (i32.load (i32.const 0)) (i32.mul (i32.sub (i32.load (i32.const 4)) (i32.const 1)) (i32.const 8))))
  (local.set $end (i32.add (i32.load (local.get $text)) (i32.load offset=4 (local.get $text))))
  (local.set $text (i32.load (local.get $text)))
  (loop $digit
    (local.set $count (i64.add (i64.mul (local.get $count) (i64.const 10))
      (i64.sub (i64.load8_u (local.get $text)) (i64.const 48))))
    (br_if $digit (i32.lt_u (local.tee $text (i32.add (local.get $text) (i32.const 1))) (local.get $end))))
  (local.get $count))

;; Writes so many decimal digits of the number, its last one at $last.
(func $digits (param $last i32) (param $digits i32) (param $number i64)
  (loop $digit
    (i32.store8 (local.get $last) (i32.add (i32.const 48) (i32.wrap_i64 (i64.rem_u (local.get $number) (i64.const 10)))))
    (local.set $number (i64.div_u (local.get $number) (i64.const 10)))
    (local.set $last (i32.sub (local.get $last) (i32.const 1)))
    (br_if $digit (local.tee $digits (i32.sub (local.get $digits) (i32.const 1))))))

;; Makes the text `line NUMBER` with the line's end, as wide as the number is. It ends in front of 3104; gives where it begins.
(func $line (param $number i64) (result i32)
  (local $at i32) (local $rest i64)
  (i32.store8 (i32.const 3103) (i32.const 10))
  (local.set $at (i32.const 3103))
  (loop $digit
    (local.set $rest (i64.div_u (local.get $number) (i64.const 10)))
    (i32.store8 (local.tee $at (i32.sub (local.get $at) (i32.const 1)))
      (i32.wrap_i64 (i64.add (i64.const 48) (i64.sub (local.get $number) (i64.mul (local.get $rest) (i64.const 10))))))
    (br_if $digit (i64.ne (local.tee $number (local.get $rest)) (i64.const 0))))
  (local.set $at (i32.sub (local.get $at) (i32.const 5)))
  (i32.store (local.get $at) (i32.const 0x656e696c))
  (i32.store8 offset=4 (local.get $at) (i32.const 32))
  (local.get $at))

;; The result of a copy that was begun: waits if it is BLOCKED.
(func $copied (param $end i32) (param $result i32) (result i32)
  (local $set i32)
  (if (i32.ne (local.get $result) (i32.const -1)) (then (return (local.get $result))))
  (local.set $set (call $set-new))
  (call $join (local.get $end) (local.get $set))
  (drop (call $set-wait (local.get $set) (i32.const 0)))
  (call $join (local.get $end) (i32.const 0))
  (i32.load (i32.const 4)))

;; `figure NAME VALUE` on standard error: the time since $start for one of $count repetitions, in units of $unit nanoseconds.
(global $errors (mut i32) (i32.const 0))
(data (i32.const 2048) "figure ")
(func $report (param $name i32) (param $length i32) (param $start i64) (param $count i64) (param $unit i64)
  (local $thousandths i64) (local $stream i64)
  (local.set $thousandths (i64.div_u
    (i64.mul (i64.sub (call $now) (local.get $start)) (i64.const 1000))
    (i64.mul (local.get $count) (local.get $unit))))
  (if (i32.eqz (global.get $errors)) (then
    (local.set $stream (call $stderr-new))
    (drop (call $stderr (i32.wrap_i64 (local.get $stream))))
    (global.set $errors (i32.wrap_i64 (i64.shr_u (local.get $stream) (i64.const 32))))))
  (memory.copy (i32.const 2055) (local.get $name) (local.get $length))
  ;; A blank, twelve digits, a point, three digits, the end of the line.
  (local.set $length (i32.add (local.get $length) (i32.const 2055)))
  (i32.store8 (local.get $length) (i32.const 32))
  (call $digits (i32.add (local.get $length) (i32.const 12)) (i32.const 12) (i64.div_u (local.get $thousandths) (i64.const 1000)))
  (i32.store8 (i32.add (local.get $length) (i32.const 13)) (i32.const 46))
  (call $digits (i32.add (local.get $length) (i32.const 16)) (i32.const 3) (local.get $thousandths))
  (i32.store8 (i32.add (local.get $length) (i32.const 17)) (i32.const 10))
  (drop (call $copied (global.get $errors)
    (call $stderr-write (global.get $errors) (i32.const 2048) (i32.sub (local.get $length) (i32.const 2030))))))
