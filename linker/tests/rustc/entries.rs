//! What a component exports: where a program begins, and what runs before and after.

use crate::room::Room;

#[test]
fn a_command_that_asks_for_the_c_library_links() {
    let room = Room::new();
    let component = room.links("command", &[]);
    let text = wasmprinter::print_bytes(component).unwrap();
    assert!(text.contains("(export $wasi:cli/run@0.3.0"), "{text}");
    assert!(!text.contains("\n  (import"), "a program that calls nothing imports nothing: {text}");
}

#[test]
fn a_library_becomes_a_reactor() {
    let room = Room::new();
    let component = room.links("wants_wasi_0_1", &["--crate-type=cdylib"]);
    let text = wasmprinter::print_bytes(component).unwrap();
    assert!(!text.contains("wasi:cli/run"), "{text}");
}

#[test]
fn main_gives_way_to_a_run_of_bindings() {
    for flags in [&["-g"][..], &["--cfg=sync"], &["-Cstrip=symbols"], &["-Clinker-plugin-lto"]] {
        let text = wasmprinter::print_bytes(Room::new().links("two_entries", flags)).unwrap();
        assert!(text.contains("\"wasi:cli/run@0.3.0\" (instance"), "{text}");
        // What only main used is gone.
        assert!(!text.contains("exit-with-code") && !text.contains("func $component_main"), "{text}");
        assert_eq!(text.contains("task.return"), flags != ["--cfg=sync"], "{text}");
    }
}

#[test]
fn a_run_of_bindings_gives_way_to_a_test_harness() {
    let text = wasmprinter::print_bytes(Room::new().links("two_entries", &["--cfg=tests", "-g"])).unwrap();
    assert!(text.contains("exit-with-code") && !text.contains("task.return"), "{text}");
}

#[test]
fn output_ends_before_a_run_of_bindings_returns() {
    for flags in [&["-g"][..], &["-g", "--cfg=sync"], &["-Clinker-plugin-lto"]] {
        let room = Room::new();
        room.compiles("ends_output", &[]);
        let text = wasmprinter::print_bytes(room.links("two_entries", &[flags, &["--cfg=writes"]].concat())).unwrap();
        assert!(text.contains("call $component_end_output"), "{flags:?}: {text}");
        assert!(!text.contains("component_finished_run\""), "{text}");
    }
}

#[test]
fn everything_may_be_exported() {
    let text = wasmprinter::print_bytes(Room::new().links("command", &["-Clink-arg=--export-all"])).unwrap();
    assert!(text.contains("(export $wasi:cli/run@0.3.0"), "{text}");
}

#[test]
fn constructors_run_at_instantiation_and_not_at_every_export() {
    let room = Room::new();
    let text = wasmprinter::print_bytes(room.links("constructor", &[])).unwrap();
    assert!(text.contains("(export \"_initialize\" (func $__wasm_call_ctors))"), "{text}");
    assert!(!text.contains("command_export"), "{text}");
}
