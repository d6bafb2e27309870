;; Some object throws exceptions with a tag of its own, which `catch_unwind` would not stop.
(module
  (tag $__cpp_exception (param i32))
  (tag $__c_longjmp (param i32))
  (memory (export "memory") 1)
  (func $run (export "wasi:cli/run@0.3.0#run") (result i32) i32.const 0 throw $__c_longjmp))
