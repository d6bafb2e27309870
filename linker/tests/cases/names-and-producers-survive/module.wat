;; Names, producers and DWARF of an unstripped link are in the component as wasm-ld left them.
(module
  (memory (export "memory") 1)
  (func $run (export "wasi:cli/run@0.3.0#run") (param) (result i32) (local $kept i32) local.get $kept)
  (@custom ".debug_line" "\01\02\03")
  (@producers (language "Rust" "") (processed-by "rustc" "1.96.0")))
