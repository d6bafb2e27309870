;; A file created, looked at, removed: one call each, and for a created file the drop of its descriptor. The text of a path is made by
;; counting its digits up.

(import "wasi:filesystem/preopens@0.3.0" "get-directories" (func $get-directories (param i32)))
(import "wasi:filesystem/types@0.3.0" "[resource-drop]descriptor" (func $close (param i32)))
(import "wasi:filesystem/types@0.3.0" "[method]descriptor.create-directory-at" (func $create-directory-at (param i32 i32 i32 i32)))
(import "wasi:filesystem/types@0.3.0" "[method]descriptor.remove-directory-at" (func $remove-directory-at (param i32 i32 i32 i32)))
(import "wasi:filesystem/types@0.3.0" "[method]descriptor.open-at" (func $open-at (param i32 i32 i32 i32 i32 i32 i32)))
(import "wasi:filesystem/types@0.3.0" "[method]descriptor.stat-at" (func $stat-at (param i32 i32 i32 i32 i32)))
(import "wasi:filesystem/types@0.3.0" "[method]descriptor.unlink-file-at" (func $unlink-file-at (param i32 i32 i32 i32)))
(data (i32.const 4096) "create")
(data (i32.const 4112) "stat")
(data (i32.const 4128) "remove")
(data (i32.const 4144) "fs_metadata/file00000")

;; The next path.
(func $next
  (local $at i32)
  (local.set $at (i32.const 4164))
  (loop $carry
    (i32.store8 (local.get $at) (i32.add (i32.load8_u (local.get $at)) (i32.const 1)))
    (if (i32.eq (i32.load8_u (local.get $at)) (i32.const 58)) (then
      (i32.store8 (local.get $at) (i32.const 48))
      (local.set $at (i32.sub (local.get $at) (i32.const 1)))
      (br $carry)))))

(func $run (result i32)
  (local $count i64) (local $left i64) (local $start i64) (local $directory i32)
  (call $get-directories (i32.const 0))
  (local.set $directory (i32.load (i32.load (i32.const 0))))
  (call $create-directory-at (local.get $directory) (i32.const 4144) (i32.const 11) (i32.const 0))
  (if (i32.load8_u (i32.const 0)) (then unreachable))
  (local.set $count (call $count))
  (local.set $left (local.get $count))
  (local.set $start (call $now))
  (loop $more
    ;; Links followed; made if missing, emptied; written.
    (call $open-at (local.get $directory) (i32.const 1) (i32.const 4144) (i32.const 21) (i32.const 9) (i32.const 2) (i32.const 0))
    (if (i32.load8_u (i32.const 0)) (then unreachable))
    (call $close (i32.load (i32.const 4)))
    (call $next)
    (br_if $more (i64.ne (local.tee $left (i64.sub (local.get $left) (i64.const 1))) (i64.const 0))))
  (call $report (i32.const 4096) (i32.const 6) (local.get $start) (local.get $count) (i64.const 1000))
  (call $digits (i32.const 4164) (i32.const 5) (i64.const 0))
  (local.set $left (local.get $count))
  (local.set $start (call $now))
  (loop $more
    (call $stat-at (local.get $directory) (i32.const 1) (i32.const 4144) (i32.const 21) (i32.const 0))
    (if (i32.load8_u (i32.const 0)) (then unreachable))
    (call $next)
    (br_if $more (i64.ne (local.tee $left (i64.sub (local.get $left) (i64.const 1))) (i64.const 0))))
  (call $report (i32.const 4112) (i32.const 4) (local.get $start) (local.get $count) (i64.const 1000))
  (call $digits (i32.const 4164) (i32.const 5) (i64.const 0))
  (local.set $left (local.get $count))
  (local.set $start (call $now))
  (loop $more
    (call $unlink-file-at (local.get $directory) (i32.const 4144) (i32.const 21) (i32.const 0))
    (if (i32.load8_u (i32.const 0)) (then unreachable))
    (call $next)
    (br_if $more (i64.ne (local.tee $left (i64.sub (local.get $left) (i64.const 1))) (i64.const 0))))
  (call $report (i32.const 4128) (i32.const 6) (local.get $start) (local.get $count) (i64.const 1000))
  (call $remove-directory-at (local.get $directory) (i32.const 4144) (i32.const 11) (i32.const 0))
  (i32.load8_u (i32.const 0)))
