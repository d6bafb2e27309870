//! An object that defines symbols as calls of others.
//!
//! Here because crates import functions of WASI 0.1 under symbols of their own making (rustc mangles them), which no
//! library can define beforehand. The linker reads the symbols out of the objects, and gives wasm-ld this object beside
//! them: the imports are then ordinary calls of the library, resolved, collected and relocated as all others, so that
//! debug information stays right.

use wasm_encoder::{
    CodeSection, CustomSection, Encode, EntityType, Function, FunctionSection, ImportSection, Instruction,
    LinkingSection, MemoryType, Module, SymbolTable, TypeSection, ValType,
};

/// One symbol to be defined.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Forward {
    /// The symbol.
    pub(crate) symbol: String,
    /// The symbol it calls.
    pub(crate) target: String,
    /// Parameters and results of both.
    pub(crate) params: Vec<ValType>,
    pub(crate) results: Vec<ValType>,
}

/// `R_WASM_FUNCTION_INDEX_LEB` of the tool conventions for linking: a function's index, five bytes wide.
const FUNCTION_INDEX: u8 = 0;
/// Bytes of such an index.
const INDEX_WIDTH: usize = 5;

/// Encodes the object.
pub(crate) fn object(forwards: &[Forward]) -> Vec<u8> {
    let count = u32::try_from(forwards.len()).expect("fewer functions than WASI 0.1 has");
    let mut types = TypeSection::new();
    let mut imports = ImportSection::new();
    let mut functions = FunctionSection::new();
    let mut code = CodeSection::new();
    let mut symbols = SymbolTable::new();
    let memory = MemoryType { minimum: 0, maximum: None, memory64: false, shared: false, page_size_log2: None };
    imports.import("env", "__linear_memory", EntityType::Memory(memory));
    let mut bodies = Vec::new();
    for (index, forward) in (0..count).zip(forwards) {
        types.ty().function(forward.params.iter().copied(), forward.results.iter().copied());
        imports.import("env", &forward.target, EntityType::Function(index));
        functions.function(index);
        symbols.function(SymbolTable::WASM_SYM_UNDEFINED, index, None);
        symbols.function(SymbolTable::WASM_SYM_VISIBILITY_HIDDEN, count + index, Some(&forward.symbol));

        let mut body = Function::new([]);
        for (parameter, _) in (0..).zip(&forward.params) {
            body.instruction(&Instruction::LocalGet(parameter));
        }
        // A call whose index wasm-ld fills in, with room for any.
        body.raw([0x10, 0x80, 0x80, 0x80, 0x80, 0x00]);
        body.instruction(&Instruction::End);
        code.function(&body);
        bodies.push(body);
    }

    // Offsets count from the beginning of the code section's contents, which is the number of bodies.
    let mut relocations = Vec::new();
    let mut at = encoded(&count).len();
    for (body, symbol) in bodies.iter().zip((0..).step_by(2)) {
        at += encoded(body).len();
        relocations.push(FUNCTION_INDEX);
        // The index is followed by `end` alone.
        u32::try_from(at - 1 - INDEX_WIDTH).expect("a small section").encode(&mut relocations);
        u32::encode(&symbol, &mut relocations);
    }
    let mut reloc = encoded(&CODE_SECTION_ORDINAL);
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

fn encoded(item: &impl Encode) -> Vec<u8> {
    let mut bytes = Vec::new();
    item.encode(&mut bytes);
    bytes
}
