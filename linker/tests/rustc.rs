//! Links through the real rustc, to see that what it passes is understood.
//!
//! The programs are `no_core`: no standard library for any wasm target has to be there, and the target is rustc's
//! `wasm32-unknown-unknown`, which calls its linker with the same flavor. `RUSTC` names another rustc than the one on
//! `PATH`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, SystemTime};
use std::{env, fs};

use tempfile::TempDir;
use wasmparser::{Parser, Payload};

const LINKER: &str = env!("CARGO_BIN_EXE_component-ld-bare");

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
fn an_undefined_symbol_is_explained_by_crate_and_function() {
    let room = Room::new();
    room.compiles("wants_open", &["--crate-name=dependency"]);
    let error = room.fails("caller", &[]);
    for word in ["`open`", "crate `dependency`", "libdependency.rlib(", "`dependency::files::first`", "C library"] {
        assert!(error.contains(word), "{word} is missing from: {error}");
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
fn an_import_of_wasi_0_1_that_the_library_serves_is_linked_to_it() {
    for flags in [&["--cfg=served", "-g"][..], &["--cfg=served", "-Clto=fat"], &["--cfg=served", "-Clinker-plugin-lto"]]
    {
        let room = Room::new();
        // With the linker's own optimisation the objects are in LLVM's format.
        let of_all: Vec<&str> = flags.iter().copied().filter(|flag| *flag == "-Clinker-plugin-lto").collect();
        room.compiles("wants_wasi_0_1", &[&["--crate-name=dependency"], &of_all[..]].concat());
        room.compiles("serves_wasi_0_1", &[]);
        let text = wasmprinter::print_bytes(room.links("caller", flags)).unwrap();
        assert!(!text.contains("wasi_snapshot_preview1"), "{text}");
        assert!(text.contains("call $component_wasi_0_1_random_get"), "{text}");
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
fn what_the_host_passes_in_is_held_by_the_crates_own_allocator() {
    let room = Room::new();
    let bindings = bindings(&room, "package test:greets; world greets { export greet: func(name: string) -> u32; }");
    for flags in [&["-g"][..], &["-Cstrip=symbols"], &["-Clinker-plugin-lto"]] {
        let text = wasmprinter::print_bytes(room.links("allocates", &[flags, &[&bindings]].concat())).unwrap();
        assert!(text.contains("(export \"cabi_realloc\"") && text.contains("(realloc "), "{text}");
    }
    let own = wasmprinter::print_bytes(room.links("allocates", &["-g", "--cfg=own", &bindings])).unwrap();
    assert!(function(&own, "cabi_realloc").contains("i32.const 24"), "{own}");
    let error = room.fails("allocates", &["--cfg=bare", &bindings]);
    assert!(error.contains("#[global_allocator]") && error.contains("`cabi_realloc`"), "{error}");
}

/// Flag for an object with a component type, as bindings leave one beside their code.
fn bindings(room: &Room, world: &str) -> String {
    let mut resolve = wit_parser::Resolve::default();
    let package = resolve.push_source("world.wit", world).unwrap();
    let world = resolve.select_world(&[package], None).unwrap();
    let encoding = wit_component::StringEncoding::UTF8;
    let data = wit_component::metadata::encode(&resolve, world, encoding, None, false).unwrap();
    let mut object = wasm_encoder::Module::new();
    object.section(wasm_encoder::LinkingSection::new().symbol_table(&wasm_encoder::SymbolTable::new()));
    object.section(&wasm_encoder::CustomSection { name: "component-type:greets".into(), data: data.into() });
    let file = room.path("bindings.o");
    fs::write(&file, object.finish()).unwrap();
    format!("-Clink-arg={}", file.display())
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

/// Bindings give memory back to the program's global allocator; std alone need not take it from there.
#[test]
fn what_arrives_comes_from_the_platform_unless_there_are_bindings() {
    let room = Room::new();
    let exports = |flags: &[&str]| {
        let module = room.links("reallocs", &[flags, &["-Clink-arg=--skip-wit-component"]].concat());
        let text = wasmprinter::print_bytes(module).unwrap();
        ["component_realloc", "cabi_realloc"].map(|name| text.contains(&format!("(export \"{name}\"")))
    };
    assert_eq!(exports(&[]), [true, false]);
    assert_eq!(exports(&["--cfg=bindings"]), [false, true]);
    let text = wasmprinter::print_bytes(room.links("reallocs", &[])).unwrap();
    assert!(text.contains("(export \"cabi_realloc\" (func $component_realloc"), "{text}");
}

#[test]
fn the_core_module_of_a_program_that_counts_lines_stays_beside_it() {
    let room = Room::new();
    for flags in [&[][..], &["-Cstrip=symbols"]] {
        room.links("covered", flags);
        let module = fs::read(room.path("covered.core.wasm")).unwrap();
        assert!(module.starts_with(b"\0asm\x01\0\0\0"));
        assert!(sections(&module).contains_key("__llvm_covmap"));
        fs::remove_file(room.path("covered.core.wasm")).unwrap();
    }
    room.links("command", &[]);
    assert!(!room.path("command.core.wasm").exists());
}

#[test]
fn code_and_debug_information_are_as_wasm_ld_left_them() {
    let room = Room::new();
    let module = sections(&room.links("constructor", &["-g", "-Clink-arg=--skip-wit-component"]));
    let component = sections(&room.links("constructor", &["-g"]));
    for name in ["code", ".debug_info", ".debug_line", ".debug_abbrev", ".debug_str", "name"] {
        assert!(module.contains_key(name), "no {name} among {:?}", module.keys());
        assert!(module.get(name) == component.get(name), "{name} differs");
    }
    assert!(component.contains_key("producers"));
}

#[test]
fn stripping_takes_what_it_says() {
    let room = Room::new();
    let debug = sections(&room.links("constructor", &["-g", "-Cstrip=debuginfo"]));
    assert!(debug.contains_key("name") && !debug.keys().any(|name| name.starts_with(".debug")), "{:?}", debug.keys());
    let all = room.links("constructor", &["-g", "-Cstrip=symbols"]);
    for name in ["name", "producers", "component-name", ".debug_info", "target_features"] {
        assert!(!sections(&all).contains_key(name), "{name} is left");
    }
}

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

/// The text of a function.
fn function<'a>(text: &'a str, name: &str) -> &'a str {
    let start = text.find(&format!("(func ${name} ")).unwrap_or_else(|| panic!("no {name}: {text}"));
    let rest = &text[start..];
    let end = rest.find("\n    )").unwrap_or(rest.len());
    &rest[..end]
}

#[test]
fn a_failed_link_leaves_what_was_there_and_nothing_else() {
    let room = Room::new();
    room.compiles("wants_open", &["--crate-name=dependency"]);
    fs::write(room.path("caller.wasm"), "the last good one").unwrap();
    room.fails("caller", &[]);
    let mut left: Vec<String> =
        fs::read_dir(room.path("")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    // rustc keeps its own object for a look when linking fails.
    left.retain(|name| !name.starts_with("lib") && !name.ends_with(".rcgu.o"));
    assert_eq!(left, ["caller.wasm"]);
    // rustc may remove the output before it calls the linker, but nothing half-made stands in its place.
    assert_eq!(fs::read_to_string(room.path("caller.wasm")).unwrap(), "the last good one");
}

#[test]
fn what_a_killed_link_left_is_removed_an_hour_later() {
    let room = Room::new();
    let (old, new) = (room.path(".component-ld-old"), room.path(".component-ld-new"));
    for directory in [&old, &new] {
        fs::create_dir(directory).unwrap();
        fs::write(directory.join("module.wasm"), "half of it").unwrap();
    }
    fs::File::open(&old).unwrap().set_modified(SystemTime::now() - Duration::from_secs(3601)).unwrap();
    room.links("command", &[]);
    assert!(!old.exists() && new.exists());
}

#[test]
fn arguments_may_stand_in_a_file() {
    let room = Room::new();
    let object = room.path("a b.o");
    room.compiles("command", &["--emit=obj", "-o", object.to_str().unwrap()]);
    let output = room.path("out put.wasm");
    let arguments = room.path("arguments");
    let text = format!(
        "-flavor\nwasm\n--no-entry\n--export=wasi:cli/run@0.3.0#run\n{}\n-o\n{}\n",
        escaped(&object),
        escaped(&output)
    );
    fs::write(&arguments, text).unwrap();
    let linked = Command::new(LINKER).arg(format!("@{}", arguments.display())).env("PATH", tools()).output().unwrap();
    assert!(linked.status.success(), "{}", String::from_utf8_lossy(&linked.stderr));
    assert!(fs::read(output).unwrap().starts_with(b"\0asm\x0d\0\x01\0"));
}

#[test]
fn an_output_directory_that_is_not_there_is_named() {
    let linked = Command::new(LINKER).args(["-o", "/nowhere/at/all.wasm", "--wasm-ld-path", LINKER]).output().unwrap();
    let error = String::from_utf8(linked.stderr).unwrap();
    assert!(!linked.status.success() && error.contains("/nowhere/at"), "{error}");
}

#[test]
#[cfg(target_os = "linux")]
fn what_is_no_regular_file_is_written_to_and_stays() {
    let room = Room::new();
    let object = room.path("command.o");
    room.compiles("command", &["--emit=obj", "-o", object.to_str().unwrap()]);
    let link = |output: &Path| {
        let arguments = ["-flavor", "wasm", "--no-entry", "--export=wasi:cli/run@0.3.0#run"];
        let mut command = Command::new(LINKER);
        command.args(arguments).arg(&object).arg("-o").arg(output).env("PATH", tools()).output().unwrap()
    };
    let is_component = |bytes: &[u8]| bytes.starts_with(b"\0asm\x0d\0\x01\0");

    let pipe = room.path("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || fs::read(pipe).unwrap()
    });
    let linked = link(&pipe);
    assert!(linked.status.success(), "{}", String::from_utf8_lossy(&linked.stderr));
    assert!(is_component(&reader.join().unwrap()));
    assert!(fs::read(&object).is_ok() && !fs::metadata(&pipe).unwrap().is_file());

    // By way of a link, so that a mistake costs the link and not the machine's device.
    for (device, said) in [("/dev/null", None), ("/dev/full", Some("No space left on device"))] {
        let at = room.path("device");
        std::os::unix::fs::symlink(device, &at).unwrap();
        let linked = link(&at);
        let error = String::from_utf8(linked.stderr).unwrap();
        assert_eq!(linked.status.success(), said.is_none(), "{error}");
        assert!(error.contains(said.unwrap_or_default()), "{error}");
        assert!(fs::symlink_metadata(&at).unwrap().is_symlink());
        fs::remove_file(&at).unwrap();
    }

    // A link to a file, or to nothing, is replaced, as lld and GNU ld do it.
    let (file, at) = (room.path("file"), room.path("link.wasm"));
    fs::write(&file, "a file").unwrap();
    for target in [&file, &room.path("nothing")] {
        std::os::unix::fs::symlink(target, &at).unwrap();
        assert!(link(&at).status.success());
        assert!(fs::symlink_metadata(&at).unwrap().is_file() && is_component(&fs::read(&at).unwrap()));
        fs::remove_file(&at).unwrap();
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), "a file");

    let error = String::from_utf8(link(&room.path("")).stderr).unwrap();
    assert!(error.contains("is a directory"), "{error}");
}

/// Objects that were damaged on the way: a link of one ends well, or with an error in a line, whatever wasm-ld and the libraries make of it.
#[test]
fn a_damaged_object_is_one_error() {
    let room = Room::new();
    let object = room.path("whole.o");
    room.compiles("constructor", &["--emit=obj", "-g", "-o", object.to_str().unwrap()]);
    let whole = fs::read(&object).unwrap();
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = |below: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        usize::try_from(random % u64::try_from(below).unwrap()).unwrap()
    };
    let damaged: Vec<Vec<u8>> = (0..MUTATIONS)
        .map(|number| {
            let mut bytes = whole.clone();
            let at = 8 + next(bytes.len() - 8);
            match number % 8 {
                0 => bytes.truncate(at),
                1 => drop(bytes.remove(at)),
                2 => bytes.insert(at, 0xff),
                3 => bytes[at] = 0,
                4 => bytes[at] = 0xff,
                5 => bytes[at] = bytes[at].wrapping_add(1),
                _ => bytes[at] ^= 1 << next(8),
            }
            bytes
        })
        .collect();
    let path = tools();
    let (room, path) = (&room, &path);
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let halves: Vec<_> = (0..2)
            .map(|half| {
                let numbered = damaged.iter().enumerate().filter(move |(number, _)| number % 2 == half);
                scope.spawn(move || numbered.filter_map(|(number, bytes)| wrong(room, path, number, bytes)).collect())
            })
            .collect();
        halves.into_iter().flat_map(|half| -> Vec<String> { half.join().unwrap() }).collect()
    });
    assert!(wrong.is_empty(), "{} of {MUTATIONS}:\n{}", wrong.len(), wrong.join("\n"));
}

const MUTATIONS: usize = 200;

/// What is wrong with how the link of a damaged object ends.
fn wrong(room: &Room, path: &std::ffi::OsStr, number: usize, bytes: &[u8]) -> Option<String> {
    let (object, output) = (room.path(&format!("{number}.o")), room.path(&format!("{number}.wasm")));
    fs::write(&object, bytes).unwrap();
    let linked = Command::new(LINKER)
        .args(["-flavor", "wasm", "--no-entry", "--threads=1", "--export=wasi:cli/run@0.3.0#run"])
        .arg(&object)
        .arg("-o")
        .arg(&output)
        .env("PATH", path)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&linked.stderr);
    let errors = said.lines().filter(|line| line.contains("error: ")).count();
    let is_told = linked.status.code() == Some(1) && errors == 1 && !output.exists();
    let foreign = |line: &&str| line.contains("error: ") && !line.starts_with("component-ld: error: ");
    let is_raw = said.lines().any(|line| foreign(&line))
        || ["Stack dump", "LLVM ERROR", "panicked at", "PLEASE submit"].iter().any(|word| said.contains(word));
    let ends_well = linked.status.success() && output.exists() && errors == 0;
    ((!is_told && !ends_well) || is_raw).then(|| format!("mutation {number}: {}: {said}", linked.status))
}

/// A directory for one test's programs, `mini_core` among them.
struct Room {
    directory: TempDir,
}

impl Room {
    fn new() -> Room {
        let room = Room { directory: tempfile::tempdir().unwrap() };
        room.compiles("mini_core", &[]);
        room
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Compiles a library of `tests/programs`.
    fn compiles(&self, program: &str, flags: &[&str]) {
        let output = self.rustc(program, flags);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// Compiles and links; the output.
    fn links(&self, program: &str, flags: &[&str]) -> Vec<u8> {
        self.compiles(program, flags);
        fs::read(self.path(&format!("{program}.wasm"))).unwrap()
    }

    /// Compiles and does not link; what is said.
    fn fails(&self, program: &str, flags: &[&str]) -> String {
        let output = self.rustc(program, flags);
        assert!(!output.status.success(), "{program} links");
        String::from_utf8(output.stderr).unwrap()
    }

    fn rustc(&self, program: &str, flags: &[&str]) -> Output {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs").join(program).with_extension("rs");
        Command::new(rustc())
            .current_dir(self.directory.path())
            .args(["--edition=2024", "--target=wasm32-unknown-unknown", "-L.", "-Cpanic=abort"])
            .arg(format!("-Clinker={LINKER}"))
            .arg(source)
            .args(flags)
            .env("RUSTC_BOOTSTRAP", "1")
            .output()
            .expect("these tests need a rustc: put one on PATH or set RUSTC to it")
    }
}

fn rustc() -> String {
    env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned())
}

/// `PATH` as rustc gives it to its linker: with the directory of its own tools in front.
fn tools() -> std::ffi::OsString {
    let sysroot = Command::new(rustc()).args(["--print", "target-libdir"]).output().unwrap();
    let tools = Path::new(String::from_utf8(sysroot.stdout).unwrap().trim()).with_file_name("bin");
    env::join_paths([tools].into_iter().chain(env::split_paths(&env::var_os("PATH").unwrap()))).unwrap()
}

fn escaped(path: &Path) -> String {
    path.to_str().unwrap().replace('\\', "\\\\").replace(' ', "\\ ")
}

/// The contents of the custom sections and of the code of a module, or of the modules in a component, by name.
fn sections(binary: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    for payload in Parser::new(0).parse_all(binary) {
        match payload.unwrap() {
            Payload::CustomSection(section) => {
                all.entry(section.name().to_owned()).or_insert_with(|| section.data().to_vec());
            }
            Payload::CodeSectionStart { unchecked_range: range, .. } => {
                all.entry("code".to_owned())
                    .or_insert_with(|| binary[range.start as usize..range.end as usize].to_vec());
            }
            _ => {}
        }
    }
    all
}
