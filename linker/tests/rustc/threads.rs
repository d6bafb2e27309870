//! Programs that make threads, and what those that cannot do not have.

use crate::room::{Room, function};
use crate::sections::sections;

#[test]
fn a_program_that_cannot_make_threads_needs_none_of_their_built_ins() {
    let text = wasmprinter::print_bytes(Room::new().links("threads", &["-g"])).unwrap();
    assert!(!text.contains("canon thread"), "{text}");
    assert!(!text.contains("canon context"), "{text}");
    assert!(!text.contains("__indirect_function_table"), "{text}");
}

#[test]
fn a_program_with_threads_keeps_its_debug_information_in_place() {
    let room = Room::new();
    let flags = ["-g", "--cfg=spawns", "-Ctarget-feature=+atomics,+bulk-memory"];
    let module = sections(&room.links("threads", &[&flags[..], &["-Clink-arg=--skip-wit-component"]].concat()));
    let component = room.links("threads", &flags);
    let text = wasmprinter::print_bytes(&component).unwrap();
    for word in [
        "canon thread.new-indirect",
        "canon thread.suspend",
        "canon context.set i32 1",
        "memory.init",
        "hook-wasi:cli/run",
    ] {
        assert!(text.contains(word), "no {word}: {text}");
    }
    // Only the task hook still reads the stack pointer's global.
    assert_eq!(text.matches("global.get $__stack_pointer").count(), 1, "{text}");
    assert!(!text.contains("global.set $__stack_pointer"), "{text}");
    let component = sections(&component);
    assert_eq!(module["code"].len(), component["code"].len());
    assert!(module["code"] != component["code"]);
    assert!(module[".debug_info"] == component[".debug_info"] && module[".debug_line"] == component[".debug_line"]);
}

#[test]
fn a_stripped_program_with_threads_is_encoded_as_short_as_it_can_be() {
    let room = Room::new();
    let flags =
        ["--cfg=spawns", "-Ctarget-feature=+atomics,+bulk-memory", "-Clink-arg=--no-stack-check", "-Cstrip=symbols"];
    let stripped = room.links("threads", &flags);
    let long = room.links("threads", &[&flags[..3], &["-g"]].concat());
    assert!(sections(&stripped)["code"].len() < sections(&long)["code"].len());
    let text = wasmprinter::print_bytes(stripped).unwrap();
    assert!(text.contains("canon thread.new-indirect") && !text.contains("component_set_stack_pointer"), "{text}");
}

#[test]
fn code_of_llvm_23_has_the_stack_and_the_variables_of_code_of_llvm_22() {
    for flags in [&["-g"][..], &["-Cstrip=debuginfo"]] {
        let room = Room::new();
        let alone = wasmprinter::print_bytes(room.links("threads", &[flags, &["--cfg=llvm_23"]].concat())).unwrap();
        assert!(function(&alone, "__wasm_get_stack_pointer").contains("global.get $__stack_pointer"), "{alone}");
        assert!(function(&alone, "__wasm_set_stack_pointer").contains("global.set $__stack_pointer"), "{alone}");
        assert!(function(&alone, "__wasm_get_tls_base").contains("global.get $__tls_base"), "{alone}");
        let chooses = function(&alone, "__wasm_set_tls_base");
        assert!(!chooses.contains("call") && !chooses.contains("global.set"), "{chooses}");

        let threads =
            wasmprinter::print_bytes(room.links("threads", &[flags, &["--cfg=llvm_23", "--cfg=spawns"]].concat()))
                .unwrap();
        for (name, what) in [
            ("__wasm_get_stack_pointer", "call $component_context_get_0"),
            ("__wasm_set_stack_pointer", "call $component_set_stack_pointer"),
            ("__wasm_get_tls_base", "call $component_context_get_1"),
            ("__wasm_set_tls_base", "call $component_context_set_1"),
        ] {
            assert!(function(&threads, name).contains(what), "{threads}");
        }
        let first_values = threads.lines().find(|line| line.trim().starts_with("(data") && !line.contains("i32.const"));
        assert!(first_values.is_some_and(|data| data.contains("\\17\\17\\17\\17")), "{threads}");
    }
}

#[test]
fn statics_of_std_are_a_threads_own_where_there_are_threads() {
    for flags in [&["-g"][..], &["-Cstrip=debuginfo"], &["-Clto=fat"]] {
        let room = Room::new();
        let alone = wasmprinter::print_bytes(room.links("threads", flags)).unwrap();
        assert!(!function(&alone, "marked").contains("call"), "{alone}");
        let threads = wasmprinter::print_bytes(room.links("threads", &[flags, &["--cfg=spawns"]].concat())).unwrap();
        assert!(function(&threads, "marked").contains("call $component_context_get_1"), "{threads}");
        let first_values = threads.lines().find(|line| line.trim().starts_with("(data") && !line.contains("i32.const"));
        assert!(first_values.is_some_and(|data| data.contains("))))")), "{threads}");
    }
}

#[test]
fn statics_without_names_are_refused_where_there_are_threads() {
    let room = Room::new();
    let hashed = ["-Csymbol-mangling-version=hashed", "-Zunstable-options"];
    room.links("threads", &hashed);
    let error = room.fails("threads", &[&hashed[..], &["--cfg=spawns"]].concat());
    assert!(error.contains("thread-local variables of") && error.contains("leave out `-Csymbol-mangling"), "{error}");
}
