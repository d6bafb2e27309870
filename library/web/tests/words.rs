//! The words of std, on a page in memory; and the imports, held against the world that they are of.

use std::panic::catch_unwind;

use component_rt::abi::import::{CoreType, Import};
use web_rt::abi::fake::{Exited, page};
use web_rt::time::{Mark, monotonic_now, sleep_until, system_now};
use web_rt::{abi, console, env, exit, random};

#[test]
fn clocks_count_milliseconds_and_std_nanoseconds() {
    let start = monotonic_now();
    sleep_until(Mark(start + 1_500_000));
    assert_eq!(monotonic_now(), start + 1_500_000);
    page(|page| page.date = 1_700_000_000_123.5);
    assert_eq!(system_now(), 1_700_000_000_123_500_000);
    page(|page| page.date = -1.0);
    assert_eq!(system_now(), 0, "before the epoch there is nothing");
}

/// 2^53 nanoseconds are 104 days, and from then on milliseconds in floating point are coarser than std's.
#[test]
fn nobody_sleeps_less_than_wanted() {
    for mark in [1, 999, 1_000_001, (1 << 53) + 1, (1 << 60) + 12_345] {
        assert!(component_rt::deadline::Deadline::begin(Mark(mark)).is_none_or(|call| {
            call.cancel();
            true
        }));
        let asked = page(|page| page.marks.pop()).expect("the page was asked");
        assert!((asked.trunc() as u64) * 1_000_000 + (asked.fract() * 1e6) as u64 >= mark, "{asked} is before {mark}");
    }
}

#[test]
fn text_goes_to_its_stream() {
    console::write_stdout(b"one ");
    console::write_stderr(b"two");
    console::write_stdout(b"three");
    assert_eq!([0, 1, 2].map(console::is_terminal), [false, true, false]);
    page(|page| assert_eq!((&page.stdout[..], &page.stderr[..]), (&b"one three"[..], &b"two"[..])));
}

#[test]
fn few_random_bytes_are_words_and_many_are_asked_for_in_parts() {
    let mut few = [0; 12];
    random::fill(&mut few);
    assert_eq!(few, [1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0]);
    let mut many = vec![0; 100_000];
    random::fill(&mut many);
    assert_eq!(page(|page| page.asked.clone()), [65_536, 34_464]);
    assert_eq!(many[65_536 + 300], 300_u16 as u8);
}

#[test]
fn arguments_and_variables_arrive() {
    page(|page| {
        page.args = vec!["program".into(), "é".into()];
        page.vars = vec![("NAME".into(), "value".into())];
    });
    assert_eq!(env::args(), ["program", "é"]);
    assert_eq!(env::vars(), [("NAME".to_owned(), "value".to_owned())]);
}

#[test]
fn a_code_leaves_the_program_as_on_unix() {
    for (code, left) in [(3, 3), (256, 0), (-1, 255)] {
        let exited = catch_unwind(|| exit::exit(code)).expect_err("exit does not return");
        assert_eq!(exited.downcast_ref(), Some(&Exited(left)));
    }
}

/// All imports at once in a core module that does nothing: the encoder looks every name up in the world and checks every signature.
#[test]
fn the_encoder_takes_every_import() {
    use std::fmt::Write;

    let mut module = String::from("(module\n");
    for import in abi::TABLE.iter().copied().flatten() {
        let params: String = import.params.iter().map(|param| format!(" {}", core_type(*param))).collect();
        let result = import.result.map(|result| format!("(result {})", core_type(result))).unwrap_or_default();
        writeln!(module, "(import {:?} {:?} (func (param{params}) {result}))", import.module, import.field).unwrap();
    }
    module.push_str(
        r#"(memory (export "memory") 1)
           (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) unreachable)
           (func (export "run") (result i32) unreachable))"#,
    );
    let mut module = wat::parse_str(&module).expect("the module is well-formed");
    let mut resolve = wit_parser::Resolve::default();
    let package = resolve.push_str("web.wit", contract::web::WIT).expect("the world is WIT");
    let world = resolve.select_world(&[package], Some(contract::web::PROGRAM)).expect("the world is there");
    let functions = resolve.worlds[world].imports.len();
    let imported: Vec<&Import> = abi::TABLE.iter().copied().flatten().collect();
    let lowered_twice = imported.iter().filter(|import| import.field.starts_with("[async-lower]")).count();
    assert_eq!(functions, imported.len() - lowered_twice, "every function of the world is somebody's");
    wit_component::embed_component_metadata(&mut module, &resolve, world, wit_component::StringEncoding::UTF8, false)
        .unwrap();
    let component = wit_component::ComponentEncoder::default().validate(true).module(&module).unwrap().encode();
    if let Err(why) = component {
        panic!("{why:?}");
    }
}

fn core_type(ty: CoreType) -> &'static str {
    match ty {
        CoreType::I64 => "i64",
        CoreType::F64 => "f64",
        CoreType::I32 | CoreType::Length | CoreType::Pointer(_) => "i32",
    }
}
