//! An object of functions that the linker writes itself, given to wasm-ld beside the user's.
//!
//! Here because some functions can only be written when it is known what a program wants: what crates import of WASI 0.1 under symbols
//! of their own making (rustc mangles them), an allocator for what the host passes in, what is done before `run` returns. As an
//! object they are resolved, collected and relocated as all others, so that debug information stays right.

use wasm_encoder::{
    CodeSection, CustomSection, Encode, EntityType, Function, FunctionSection, GlobalType, ImportSection, Instruction,
    LinkingSection, MemoryType, Module, SymbolTable, TypeSection, ValType,
};

/// A function to be defined.
#[derive(Clone, Debug)]
pub(crate) struct Stub {
    /// Its symbol.
    pub(crate) symbol: String,
    /// Its parameters and results.
    pub(crate) signature: Signature,
    /// Locals beside the parameters.
    pub(crate) locals: Vec<ValType>,
    /// What it does, up to the last `end`.
    pub(crate) body: Vec<Step>,
}

/// Parameters and results.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Signature {
    pub(crate) params: Vec<ValType>,
    pub(crate) results: Vec<ValType>,
}

impl Signature {
    /// One of `i32` alone.
    pub(crate) fn of_i32(params: usize, results: usize) -> Signature {
        Signature { params: vec![ValType::I32; params], results: vec![ValType::I32; results] }
    }
}

/// A step of a body.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// An instruction that needs no relocation.
    Do(Instruction<'static>),
    /// A call.
    Call(Callee, Signature),
    /// Reads a global of `i32`; one that nobody writes to.
    GlobalGet(Global),
    /// Writes one.
    GlobalSet(Global),
}

/// A global of `i32` that wasm-ld defines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Global {
    pub(crate) name: &'static str,
    pub(crate) mutable: bool,
}

/// What a stub calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Callee {
    /// What defines this symbol.
    Symbol(String),
    /// An import, by module and field.
    Import(String, String),
}

/// How the symbols begin by which stubs know imports.
pub(crate) const IMPORT_SYMBOL: &str = "component_import_";

/// `R_WASM_FUNCTION_INDEX_LEB` of the tool conventions for linking: a function's index, five bytes wide.
const FUNCTION_INDEX: u8 = 0;
/// The same for a global: `R_WASM_GLOBAL_INDEX_LEB`.
const GLOBAL_INDEX: u8 = 7;
/// A call, and accesses of globals, whose index wasm-ld fills in, with room for any.
const CALL: [u8; 6] = [0x10, 0x80, 0x80, 0x80, 0x80, 0x00];
const GLOBAL_GET: [u8; 6] = [0x23, 0x80, 0x80, 0x80, 0x80, 0x00];
const GLOBAL_SET: [u8; 6] = [0x24, 0x80, 0x80, 0x80, 0x80, 0x00];
/// Where the index stands in them.
const INDEX_AT: u32 = 1;
/// The code section's place among those of the object.
const CODE_SECTION_ORDINAL: u32 = 3;

/// Encodes the object.
pub(crate) fn object(stubs: &[Stub]) -> Vec<u8> {
    let mut types = TypeSection::new();
    let mut imports = ImportSection::new();
    let mut symbols = SymbolTable::new();
    let memory = MemoryType { minimum: 0, maximum: None, memory64: false, shared: false, page_size_log2: None };
    imports.import("env", "__linear_memory", EntityType::Memory(memory));

    // Each callee is imported once; its symbol has its number.
    let mut callees: Vec<&Callee> = Vec::new();
    for step in stubs.iter().flat_map(|stub| &stub.body) {
        let Step::Call(callee, signature) = step else { continue };
        if callees.contains(&callee) {
            continue;
        }
        let number = small(callees.len());
        callees.push(callee);
        types.ty().function(signature.params.iter().copied(), signature.results.iter().copied());
        match callee {
            Callee::Symbol(symbol) => {
                imports.import("env", symbol, EntityType::Function(number));
                symbols.function(SymbolTable::WASM_SYM_UNDEFINED, number, None);
            }
            Callee::Import(module, field) => {
                imports.import(module, field, EntityType::Function(number));
                // A symbol that nobody else has: what others call by this import may be defined by a stub.
                let name = format!("{IMPORT_SYMBOL}{number}");
                let flags = SymbolTable::WASM_SYM_UNDEFINED | SymbolTable::WASM_SYM_EXPLICIT_NAME;
                symbols.function(flags, number, Some(&name));
            }
        }
    }

    // Globals have symbols behind those of callees.
    let mut globals: Vec<Global> = Vec::new();
    for step in stubs.iter().flat_map(|stub| &stub.body) {
        let (Step::GlobalGet(global) | Step::GlobalSet(global)) = step else { continue };
        if !globals.contains(global) {
            let Global { name, mutable } = *global;
            let ty = GlobalType { val_type: ValType::I32, mutable, shared: false };
            imports.import("env", name, EntityType::Global(ty));
            symbols.global(SymbolTable::WASM_SYM_UNDEFINED, small(globals.len()), None);
            globals.push(*global);
        }
    }
    let of_global = |global: &Global| globals.iter().position(|known| known == global).map(|at| callees.len() + at);

    let mut functions = FunctionSection::new();
    let mut code = CodeSection::new();
    // Offsets count from the beginning of the code section's contents, which is the number of bodies.
    let mut at = small(encoded(&small(stubs.len())).len());
    let mut relocations = Vec::new();
    let mut count = 0;
    for (index, stub) in (small(callees.len())..).zip(stubs) {
        types.ty().function(stub.signature.params.iter().copied(), stub.signature.results.iter().copied());
        functions.function(index);
        // Weak: another that is defined anywhere is the user's own.
        let flags = SymbolTable::WASM_SYM_VISIBILITY_HIDDEN | SymbolTable::WASM_SYM_BINDING_WEAK;
        symbols.function(flags, index, Some(&stub.symbol));

        let mut body = Function::new_with_locals_types(stub.locals.iter().copied());
        // Where indices are filled in in the body, of which kind, and of what symbol.
        let mut places = Vec::new();
        for step in &stub.body {
            match step {
                Step::Do(instruction) => drop(body.instruction(instruction)),
                Step::Call(callee, _) => {
                    let symbol = callees.iter().position(|known| *known == callee);
                    places.push((small(body.byte_len()), FUNCTION_INDEX, symbol));
                    body.raw(CALL);
                }
                Step::GlobalGet(global) => {
                    places.push((small(body.byte_len()), GLOBAL_INDEX, of_global(global)));
                    body.raw(GLOBAL_GET);
                }
                Step::GlobalSet(global) => {
                    places.push((small(body.byte_len()), GLOBAL_INDEX, of_global(global)));
                    body.raw(GLOBAL_SET);
                }
            }
        }
        body.instruction(&Instruction::End);
        code.function(&body);
        // In front of the body stands its length.
        let start = at + small(encoded(&small(body.byte_len())).len());
        for (place, kind, symbol) in places {
            relocations.push(kind);
            (start + place + INDEX_AT).encode(&mut relocations);
            small(symbol.unwrap_or_default()).encode(&mut relocations);
            count += 1;
        }
        at = start + small(body.byte_len());
    }
    let mut reloc = encoded(&CODE_SECTION_ORDINAL);
    u32::encode(&count, &mut reloc);
    reloc.extend(relocations);

    let mut module = Module::new();
    module.section(&types).section(&imports).section(&functions).section(&code);
    module.section(LinkingSection::new().symbol_table(&symbols));
    module.section(&CustomSection { name: "reloc.CODE".into(), data: reloc.into() });
    module.finish()
}

/// A number of bytes or functions of an object that is written here.
fn small(number: usize) -> u32 {
    u32::try_from(number).expect("stubs are few and short")
}

fn encoded(item: &impl Encode) -> Vec<u8> {
    let mut bytes = Vec::new();
    item.encode(&mut bytes);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasmparser::{KnownCustom, Parser, Payload};

    #[test]
    fn each_relocation_stands_at_the_index_of_a_call() {
        let call = |name: &str| Step::Call(Callee::Symbol(name.to_owned()), Signature::default());
        let long = (0..100).map(|_| Step::Do(Instruction::Nop));
        let stub = |symbol: &str, body: Vec<Step>| Stub {
            symbol: symbol.to_owned(),
            signature: Signature::default(),
            locals: vec![ValType::I32],
            body,
        };
        let import = Step::Call(Callee::Import("m".to_owned(), "f".to_owned()), Signature::default());
        let first = long.chain([call("a"), import, call("a")]).collect();
        let object = object(&[stub("s", first), stub("t", vec![call("b")])]);
        let mut code = 0;
        let mut found = Vec::new();
        for payload in Parser::new(0).parse_all(&object) {
            match payload.unwrap() {
                Payload::CodeSectionStart { unchecked_range, .. } => {
                    code = usize::try_from(unchecked_range.start).unwrap()
                }
                Payload::CustomSection(custom) => {
                    let KnownCustom::Reloc(entries) = custom.as_known() else { continue };
                    for entry in entries.entries() {
                        let entry = entry.unwrap();
                        let at = code + entry.offset as usize;
                        assert_eq!(object[at - 1..at + 5], CALL);
                        found.push(entry.index);
                    }
                }
                _ => {}
            }
        }
        assert_eq!(found, [0, 1, 0, 2]);
    }
}
