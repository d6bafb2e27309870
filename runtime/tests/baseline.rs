//! The CPU baseline: `--stock` runs what is in it, and refuses what every proposal beyond it brings.

mod guest;

use component_run::{Features, Outcome, Setup};
use guest::{guest, run};
use tempfile::TempPath;

fn stock() -> Setup {
    Setup { features: Features::Stock, ..Setup::default() }
}

/// What is in the baseline, as definitions with a `$run`.
const WITHIN: &[(&str, &str)] = &[
    ("simd128", "(func $run (result i32) (i32x4.extract_lane 0 (i32x4.splat (i32.const 0))))"),
    (
        "exception-handling",
        "(tag $t) (func $run (result i32) (block $caught (try_table (catch $t $caught) (throw $t))) (i32.const 0))",
    ),
    ("bulk-memory", "(func $run (result i32) (memory.fill (i32.const 0) (i32.const 0) (i32.const 9)) (i32.const 0))"),
    ("sign-ext", "(func $run (result i32) (i32.extend8_s (i32.const 256)))"),
    ("nontrapping-fptoint", "(func $run (result i32) (i32.trunc_sat_f32_s (f32.const nan)))"),
    (
        "multivalue",
        "(func $two (result i32 i32) (i32.const 0) (i32.const 1)) (func $run (result i32) (call $two) (drop))",
    ),
    ("reference-types", "(table $t 1 externref) (func $run (result i32) (i32.eqz (table.size $t)))"),
];

/// What goes beyond, and runs without `--stock`.
const BEYOND: &[(&str, &str)] = &[
    (
        "relaxed-simd",
        "(func $run (result i32) (i32x4.extract_lane 0 (i32x4.relaxed_trunc_f32x4_s (f32x4.splat (f32.const 0)))))",
    ),
    ("tail-call", "(func $none (result i32) (i32.const 0)) (func $run (result i32) (return_call $none))"),
    ("threads", "(func $run (result i32) (i32.atomic.load (i32.const 0)))"),
    ("extended-const", "(global i32 (i32.add (i32.const 0) (i32.const 0))) (func $run (result i32) (i32.const 0))"),
    ("multi-memory", "(memory 1) (func $run (result i32) (i32.const 0))"),
    ("memory64", "(table i64 1 funcref) (func $run (result i32) (i32.const 0))"),
    ("gc", "(type $s (struct)) (func $run (result i32) (drop (struct.new $s)) (i32.const 0))"),
    (
        "function-references",
        "(type $f (func (result i32))) (elem declare func $none) (func $none (result i32) (i32.const 0))
         (func $run (result i32) (call_ref $f (ref.func $none)))",
    ),
    ("component-model-threading", "(func $run (result i32) (call $index) (drop) (i32.const 0))"),
];

/// What wasmtime 48 has off whatever is asked for.
const NOWHERE: &str = "(func $run (result i32) (i64.mul_wide_u (i64.const 0) (i64.const 1)) (drop) (i32.wrap_i64))";

#[test]
fn what_is_within_runs() {
    for (feature, definitions) in WITHIN {
        let outcome = run(guest("", definitions), stock());
        assert!(matches!(outcome, Outcome::Exited(0)), "{feature}: {outcome:?}");
    }
}

#[test]
fn what_goes_beyond_is_refused_and_the_message_says_what_to_do() {
    for (feature, definitions) in BEYOND {
        let imports = if definitions.contains("$index") {
            r#"(import "$root" "[thread-index]" (func $index (result i32)))"#
        } else {
            ""
        };
        let component = guest(imports, definitions);
        let message = refusal(&component, feature);
        assert!(message.contains("--stock accepts WebAssembly 2.0 and exceptions"), "{feature}: {message}");
        let outcome = run(&component, Setup::default());
        assert!(matches!(outcome, Outcome::Exited(0)), "{feature}: {outcome:?}");
    }
    let message = refusal(&guest("", NOWHERE), "wide-arithmetic");
    assert!(message.contains("wide arithmetic") && !message.contains("--stock"), "{message}");
}

fn refusal(component: &TempPath, feature: &str) -> String {
    match run(component, stock()) {
        Outcome::Refused(refusal) => refusal.to_string(),
        outcome => panic!("{feature} is not refused: {outcome:?}"),
    }
}
