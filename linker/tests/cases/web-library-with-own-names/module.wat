;; A crate's world has functions under names that std has, too, and uses none of std's.
(module
  (import "$root" "args" (func $args (result i32)))
  (memory (export "memory") 1)
  (func (export "run") (result i32) (call $args)))
