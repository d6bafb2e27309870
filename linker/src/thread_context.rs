//! An object that defines the functions by which code of LLVM 23 reaches stack pointer and thread-local variables.
//!
//! LLVM 23 calls functions for both on `wasm32-wasip3`, where LLVM 22 has globals; wasi-libc defines them there. Here they are the globals, so
//! that objects of both can be in one program, and whatever becomes of the globals becomes of them. wasm-ld gets the object as part of a
//! library: nothing is taken out of it that nobody wants or that somebody else defines.
//!
//! Where no thread can be made there is one block of thread-local variables, always in force, and choosing it does nothing.
//!
//! Delete when: the library's own objects are LLVM 23's.

use wasm_encoder::{
    CodeSection, CustomSection, Encode, EntityType, Function, FunctionSection, GlobalType, ImportSection, Instruction,
    LinkingSection, Module, SymbolTable, TypeSection, ValType,
};

use crate::contract;

/// `R_WASM_GLOBAL_INDEX_LEB` of the tool conventions for linking: a global's index, five bytes wide.
const GLOBAL_INDEX: u8 = 7;
/// Bytes of an instruction that has one.
const WIDTH: usize = 6;

/// The globals, in order of their symbols, each with whether it is written to.
const GLOBALS: [(&str, bool); 2] = [(contract::STACK_POINTER, true), (contract::TLS_BASE, false)];
const STACK_POINTER: u32 = 0;
const TLS_BASE: u32 = 1;

/// What a function does.
enum Does {
    Get(u32),
    Set(u32),
    /// What the mark says.
    Choose,
}

/// Encodes the object.
pub(crate) fn object() -> Vec<u8> {
    let all = [
        (contract::GET_STACK_POINTER, Does::Get(STACK_POINTER)),
        (contract::SET_STACK_POINTER_TO, Does::Set(STACK_POINTER)),
        (contract::GET_TLS_BASE, Does::Get(TLS_BASE)),
        (contract::SET_TLS_BASE, Does::Choose),
    ];
    let mut types = TypeSection::new();
    types.ty().function([], [ValType::I32]);
    types.ty().function([ValType::I32], []);
    let mut imports = ImportSection::new();
    let mut symbols = SymbolTable::new();
    for (index, (name, mutable)) in (0..).zip(GLOBALS) {
        imports.import("env", name, EntityType::Global(GlobalType { val_type: ValType::I32, mutable, shared: false }));
        symbols.global(SymbolTable::WASM_SYM_UNDEFINED, index, None);
    }
    let mut functions = FunctionSection::new();
    let mut code = CodeSection::new();
    let mut relocations = Vec::new();
    let mut count = 0_u32;
    // Offsets count from the beginning of the code section's contents, which is the number of bodies.
    let mut at = 1;
    for (index, (name, does)) in (0..).zip(&all) {
        symbols.function(SymbolTable::WASM_SYM_VISIBILITY_HIDDEN, index, Some(name));
        functions.function(u32::from(!matches!(does, Does::Get(_))));
        let mut body = Function::new([]);
        let global = match does {
            Does::Get(global) => {
                body.raw([0x23, 0x80, 0x80, 0x80, 0x80, 0x00]);
                Some(global)
            }
            Does::Set(global) => {
                body.instruction(&Instruction::LocalGet(0));
                body.raw([0x24, 0x80, 0x80, 0x80, 0x80, 0x00]);
                Some(global)
            }
            Does::Choose => {
                for instruction in [
                    Instruction::LocalGet(0),
                    Instruction::I32Const(contract::SET_BASE),
                    Instruction::Drop,
                    Instruction::Drop,
                ] {
                    body.instruction(&instruction);
                }
                None
            }
        };
        body.instruction(&Instruction::End);
        let mut encoded = Vec::new();
        body.encode(&mut encoded);
        at += encoded.len();
        if let Some(global) = global {
            // The index is followed by `end` alone.
            relocations.push(GLOBAL_INDEX);
            u32::try_from(at - WIDTH).expect("a small section").encode(&mut relocations);
            global.encode(&mut relocations);
            count += 1;
        }
        code.function(&body);
    }
    let mut reloc = Vec::new();
    CODE_SECTION_ORDINAL.encode(&mut reloc);
    count.encode(&mut reloc);
    reloc.extend(relocations);

    let mut module = Module::new();
    module.section(&types).section(&imports).section(&functions).section(&code);
    module.section(LinkingSection::new().symbol_table(&symbols));
    module.section(&CustomSection { name: "reloc.CODE".into(), data: reloc.into() });
    module.finish()
}

/// The code section's place among the sections above.
const CODE_SECTION_ORDINAL: u32 = 3;
