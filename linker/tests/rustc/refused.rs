//! What cannot be linked, or not be called, and what is said of it: the crate, the function, the way on.

use crate::room::Room;

#[test]
fn an_undefined_symbol_is_explained_by_crate_and_function() {
    let room = Room::new();
    room.compiles("wants_open", &["--crate-name=dependency"]);
    let error = room.fails("caller", &[]);
    for word in ["`open`", "crate `dependency`", "libdependency.rlib(", "`dependency::files::first`", "C library"] {
        assert!(error.contains(word), "{word} is missing from: {error}");
    }
}

#[test]
fn an_undefined_symbol_is_explained_in_objects_of_llvms_format_too() {
    let room = Room::new();
    room.compiles("wants_open", &["--crate-name=dependency", "-Clinker-plugin-lto"]);
    // Unless it is told otherwise, rustc has undefined symbols of its own target imported.
    for flags in [&["-Clinker-plugin-lto"][..], &["-Clinker-plugin-lto", "-Clink-arg=--unresolved-symbols=report-all"]]
    {
        let error = room.fails("caller", flags);
        for word in ["`open` is wanted by", "in `dependency::files::first`", "C library"] {
            assert!(error.contains(word), "{word} is missing from: {error}");
        }
    }
}

#[test]
fn an_import_of_wasi_0_1_is_explained_by_crate_and_function() {
    let room = Room::new();
    room.compiles("wants_wasi_0_1", &["--crate-name=dependency"]);
    let error = room.fails("caller", &[]);
    for word in ["`random_get` of WASI 0.1", "crate `dependency`", "`dependency::files::first`"] {
        assert!(error.contains(word), "{word} is missing from: {error}");
    }
}

#[test]
fn an_import_that_nobody_serves_is_explained_in_objects_of_llvms_format_too() {
    let room = Room::new();
    room.compiles("wants_wasi_0_1", &["--crate-name=dependency", "-Clinker-plugin-lto"]);
    let error = room.fails("caller", &["-Clinker-plugin-lto"]);
    for word in ["`random_get` of WASI 0.1", "in `"] {
        assert!(error.contains(word), "{word} is missing from: {error}");
    }
    assert!(!error.contains("not named"), "{error}");
}

#[test]
fn a_function_named_memory_is_an_error_that_names_its_crate() {
    let room = Room::new();
    for flags in [&["--cfg=memory"][..], &["--cfg=memory", "-Clink-arg=--export-all"]] {
        let error = room.fails("exports", flags);
        for word in ["exported as `memory`", "crate `exports`", "#[no_mangle]"] {
            assert!(error.contains(word), "{word} is missing from: {error}");
        }
        assert_eq!(error.matches("component-ld: error").count(), 1, "{error}");
    }
}

#[test]
fn functions_that_nobody_can_call_are_named_in_a_warning() {
    let room = Room::new();
    let linked = room.rustc("exports", &["-Dwarnings", "--force-warn=linker-messages"]);
    let said = String::from_utf8(linked.stderr).unwrap();
    assert!(linked.status.success(), "{said}");
    for word in ["component-ld: ", "nobody can call `first_of_two`, `second_of_two`:", "wit-bindgen"] {
        assert!(said.contains(word), "{word} is missing from: {said}");
    }
    // Programs have an entry, and what else they export is nobody's business.
    let said = String::from_utf8(room.rustc("constructor", &["--force-warn=linker-messages"]).stderr).unwrap();
    assert!(!said.contains("component-ld"), "{said}");
}
