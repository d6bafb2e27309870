//! Debug information finds the code where it says: functions that the linker adds do not move those that are there.
//!
//! Addresses count from the beginning of the code section, where the number of functions stands: it takes a byte more from 128 on, and again from
//! 16,384 on.

use component_ld::inputs::Inputs;
use component_ld::{Optimize, Platform, Strip, component};
use wasm_encoder::{
    CodeSection, CustomSection, ExportKind, ExportSection, Function, FunctionSection, Instruction, MemorySection,
    MemoryType, Module, TypeSection, ValType,
};
use wasmparser::{Parser, Payload};

/// As wasm-ld leaves it: `functions` functions, the first of which calls another by an index five bytes wide, and the last one has an atomic
/// instruction for which the linker adds a function.
fn module(functions: u32) -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([], [ValType::I32]);
    let (mut indices, mut code) = (FunctionSection::new(), CodeSection::new());
    for index in 0..functions {
        indices.function(0);
        let mut body = Function::new([]);
        if index == 0 {
            // call 1
            body.raw([0x10, 0x81, 0x80, 0x80, 0x80, 0x00]);
        } else if index + 1 == functions {
            body.instruction(&Instruction::I32Const(0)).instruction(&Instruction::I32Const(1));
            // i32.atomic.rmw.add
            body.raw([0xfe, 0x1e, 0x02, 0x00]);
        } else {
            body.instruction(&Instruction::I32Const(0));
        }
        body.instruction(&Instruction::End);
        code.function(&body);
    }
    let mut memories = MemorySection::new();
    memories.memory(MemoryType { minimum: 1, maximum: None, memory64: false, shared: false, page_size_log2: None });
    let mut exports = ExportSection::new();
    exports.export("memory", ExportKind::Memory, 0).export("wasi:cli/run@0.3.0#run", ExportKind::Func, functions - 1);
    let mut module = Module::new();
    module.section(&types).section(&indices).section(&memories).section(&exports).section(&code);
    module.section(&CustomSection { name: "target_features".into(), data: b"\x01+\x07atomics".into() });
    module.section(&CustomSection { name: ".debug_line".into(), data: b"\x01\x02\x03".into() });
    module.finish()
}

/// Where the functions of the first core module begin, from the beginning of its code section.
fn offsets(binary: &[u8]) -> Vec<u64> {
    let mut code = None;
    let mut offsets = Vec::new();
    for payload in Parser::new(0).parse_all(binary) {
        match payload.unwrap() {
            Payload::CodeSectionStart { unchecked_range, .. } if code.is_none() => code = Some(unchecked_range),
            Payload::CodeSectionEntry(body) => {
                if let Some(code) = code.as_ref().filter(|code| code.contains(&body.range().start)) {
                    offsets.push(body.range().start - code.start);
                }
            }
            _ => {}
        }
    }
    offsets
}

#[test]
fn added_functions_do_not_move_the_others() {
    for functions in [126, 127, 128, 16_382, 16_383] {
        let module = module(functions);
        let component =
            component(module.clone(), Optimize::Speed, Strip::Nothing, Platform::Wasi, &Inputs::default()).unwrap();
        let (before, after) = (offsets(&module), offsets(&component));
        assert!(after.len() > before.len(), "{functions}: the linker adds a function");
        // The first one gives the byte away, behind its beginning, where the number takes one more.
        assert_eq!(after[1..before.len()], before[1..], "of {functions} functions");
    }
}
