//! The functions between the canonical ABI and the library's: what the component exports calls the program's own function, and what the program
//! calls calls the import. `library/component/src/signature/call.rs` is the other side.

use std::collections::BTreeSet;

use wasm_encoder::{BlockType, Instruction, ValType};
use wit_parser::abi::{AbiVariant, WasmSignature};
use wit_parser::{Function, Mangling, SizeAlign, Type};

use super::flat::{Local, Place, Writer, val_type};
use super::world::{Declared, DeclaredFunction};
use crate::contract::{self, signatures};
use crate::stubs::{Callee, Global, Signature, Step, Stub};

const STACK_POINTER: Global = Global { name: contract::STACK_POINTER, mutable: true };

/// What stands for an exported function: each is exported under what follows [`signatures::LIFT`] in its symbol.
pub(crate) fn export(declared: &Declared, of: &DeclaredFunction) -> Vec<Stub> {
    let function = &of.function;
    let symbol = declared.symbol(of);
    let own = format!("{}{symbol}", signatures::EXPORT);
    let name = symbol.strip_prefix('#').unwrap_or(&symbol);
    let lift = |prefix: &str| format!("{}{prefix}{name}", signatures::LIFT);
    let is_async = function.kind.is_async();
    let variant = if is_async { AbiVariant::GuestExportAsync } else { AbiVariant::GuestExport };
    let abi = declared.resolve.wasm_signature(variant, function);
    let mut writer = Writer::new(&declared.resolve, &declared.sizes, abi.params.len());

    let stack = (!abi.indirect_params).then(|| frame(&declared.sizes, function)).filter(|size| *size > 0);
    let memory = stack.map(|size| {
        let memory = writer.local(ValType::I32);
        writer.body.push(Step::GlobalGet(STACK_POINTER));
        writer.push(Instruction::I32Const(size));
        writer.push(Instruction::I32Sub);
        writer.push(Instruction::LocalTee(memory));
        writer.body.push(Step::GlobalSet(STACK_POINTER));
        store_parameters(&mut writer, &declared.sizes, function, &abi, memory);
        memory
    });
    writer.push(Instruction::I32Const(signatures::CALL));
    match memory {
        Some(memory) => writer.get(memory),
        None if abi.indirect_params => writer.get(0),
        // Nothing is read from there.
        None => writer.push(Instruction::I32Const(0)),
    }
    writer.body.push(Step::Call(Callee::Symbol(own.clone()), Signature::of_i32(2, 1)));
    if abi.indirect_params {
        let all = declared.sizes.params(function.params.iter().map(|param| &param.ty));
        writer.get(0);
        writer.push(Instruction::I32Const(i32::try_from(all.size.size_wasm32()).unwrap_or(i32::MAX)));
        writer.push(Instruction::I32Const(i32::try_from(all.align.align_wasm32()).unwrap_or(i32::MAX)));
        let free = Callee::Symbol(signatures::FREE_ARGUMENTS.to_owned());
        writer.body.push(Step::Call(free, Signature::of_i32(3, 0)));
    }
    if let (Some(size), Some(memory)) = (stack, memory) {
        writer.get(memory);
        writer.push(Instruction::I32Const(size));
        writer.push(Instruction::I32Add);
        writer.body.push(Step::GlobalSet(STACK_POINTER));
    }
    match &function.result {
        // The result, or the code of a callback, is what the function gave.
        _ if is_async || abi.retptr => {}
        Some(ty) => {
            let result = writer.local(ValType::I32);
            writer.push(Instruction::LocalSet(result));
            writer.load(ty, Place { base: result, offset: 0 });
        }
        None => writer.push(Instruction::Drop),
    }
    let mut stubs = vec![stub(lift(if is_async { "[async-lift]" } else { "" }), &abi, writer)];

    if is_async {
        let callback = Step::Call(Callee::Symbol(signatures::CALLBACK.to_owned()), Signature::of_i32(3, 1));
        let body = (0..3).map(|parameter| Step::Do(Instruction::LocalGet(parameter))).chain([callback]).collect();
        let symbol = lift("[callback][async-lift]");
        stubs.push(Stub { symbol, signature: Signature::of_i32(3, 1), locals: Vec::new(), body });
    } else if abi.retptr && function.result.is_some_and(|ty| crate::bindings::lies_in_memory(&declared.resolve, &ty)) {
        let body = vec![
            Step::Do(Instruction::I32Const(signatures::FREE)),
            Step::Do(Instruction::LocalGet(0)),
            Step::Call(Callee::Symbol(own), Signature::of_i32(2, 1)),
            Step::Do(Instruction::Drop),
        ];
        stubs.push(Stub { symbol: lift("cabi_post_"), signature: Signature::of_i32(1, 0), locals: Vec::new(), body });
    }
    stubs
}

/// What a program calls for an import, under this symbol: `(arguments, result)`, and for an `async` one `-> status`.
pub(crate) fn import(declared: &Declared, of: &DeclaredFunction, symbol: String) -> Stub {
    let function = &of.function;
    let is_async = function.kind.is_async();
    let variant = if is_async { AbiVariant::GuestImportAsync } else { AbiVariant::GuestImport };
    let abi = declared.resolve.wasm_signature(variant, function);
    let [arguments, result] = [0, 1];
    let mut writer = Writer::new(&declared.resolve, &declared.sizes, 2);
    if abi.indirect_params {
        writer.get(arguments);
    } else {
        load_parameters(&mut writer, &declared.sizes, function, arguments);
    }
    if abi.retptr {
        writer.get(result);
    }
    let module = of.interface.as_ref().map_or_else(|| "$root".to_owned(), |key| declared.resolve.name_world_key(key));
    let field = format!("{}{}", if is_async { "[async-lower]" } else { "" }, function.name);
    writer.body.push(Step::Call(Callee::Import(module, field), of_abi(&abi)));
    match &function.result {
        Some(ty) if !is_async && !abi.retptr => {
            let flat = writer.flat(ty);
            let locals: Vec<Local> = flat.into_iter().map(|ty| Local { index: writer.local(ty), ty }).collect();
            locals.iter().rev().for_each(|local| writer.push(Instruction::LocalSet(local.index)));
            writer.store(ty, &locals, Place { base: result, offset: 0 });
        }
        _ => {}
    }
    let signature = Signature::of_i32(2, usize::from(is_async));
    Stub { symbol, signature, locals: writer.locals, body: writer.body }
}

/// What an exported `async` function calls to give its result back, under this symbol: `(result)`.
pub(crate) fn task_return(declared: &Declared, of: &DeclaredFunction, symbol: String) -> Stub {
    let (module, field, abi) =
        of.function.task_return_import(&declared.resolve, of.interface.as_ref(), Mangling::Legacy);
    let mut writer = Writer::new(&declared.resolve, &declared.sizes, 1);
    match &of.function.result {
        Some(_) if abi.indirect_params => writer.get(0),
        Some(ty) => writer.load(ty, Place { base: 0, offset: 0 }),
        None => {}
    }
    writer.body.push(Step::Call(Callee::Import(module, field), of_abi(&abi)));
    Stub { symbol, signature: Signature::of_i32(1, 0), locals: writer.locals, body: writer.body }
}

/// A built-in of a stream or a future, as the program calls it: with the identity of what it carries in front.
pub(crate) struct BuiltIn {
    pub(crate) name: &'static str,
    is_future: bool,
    /// How many `i32` come behind the identity.
    parameters: usize,
    result: Option<ValType>,
    /// How wit-component's name begins, up to the number, and whether it is lowered `async`.
    begins: &'static str,
}

const fn of_stream(name: &'static str, begins: &'static str, parameters: usize, result: Option<ValType>) -> BuiltIn {
    BuiltIn { name, is_future: false, parameters, result, begins }
}

const fn of_future(name: &'static str, begins: &'static str, parameters: usize, result: Option<ValType>) -> BuiltIn {
    BuiltIn { name, is_future: true, parameters, result, begins }
}

/// All of them.
pub(crate) const BUILT_INS: &[BuiltIn] = &[
    of_stream("[stream-new]", "[stream-new-", 0, Some(ValType::I64)),
    of_stream("[stream-read]", "[async-lower][stream-read-", 3, Some(ValType::I32)),
    of_stream("[stream-write]", "[async-lower][stream-write-", 3, Some(ValType::I32)),
    of_stream("[stream-cancel-read]", "[stream-cancel-read-", 1, Some(ValType::I32)),
    of_stream("[stream-cancel-write]", "[stream-cancel-write-", 1, Some(ValType::I32)),
    of_stream("[stream-drop-readable]", "[stream-drop-readable-", 1, None),
    of_stream("[stream-drop-writable]", "[stream-drop-writable-", 1, None),
    of_future("[future-new]", "[future-new-", 0, Some(ValType::I64)),
    of_future("[future-read]", "[async-lower][future-read-", 2, Some(ValType::I32)),
    of_future("[future-write]", "[async-lower][future-write-", 2, Some(ValType::I32)),
    of_future("[future-cancel-read]", "[future-cancel-read-", 1, Some(ValType::I32)),
    of_future("[future-cancel-write]", "[future-cancel-write-", 1, Some(ValType::I32)),
    of_future("[future-drop-readable]", "[future-drop-readable-", 1, None),
    of_future("[future-drop-writable]", "[future-drop-writable-", 1, None),
];

/// What a program calls for a built-in, under this symbol: it looks which stream or future is meant. A type that no function has is a trap.
pub(crate) fn built_in(declared: &Declared, built_in: &BuiltIn, symbol: String) -> Stub {
    let own =
        Signature { params: vec![ValType::I32; built_in.parameters], results: built_in.result.into_iter().collect() };
    let mut params = vec![ValType::I64];
    params.extend(&own.params);
    let mut body = Vec::new();
    let mut known = BTreeSet::new();
    for of in &declared.functions {
        for (number, copied) in of.copied.iter().enumerate() {
            if copied.is_future != built_in.is_future || !known.insert(copied.identity) {
                continue;
            }
            let module =
                of.interface.as_ref().map_or_else(|| "$root".to_owned(), |key| declared.resolve.name_world_key(key));
            let module = if of.is_export { format!("[export]{module}") } else { module };
            let field = format!("{}{number}]{}", built_in.begins, of.function.name);
            body.push(Step::Do(Instruction::LocalGet(0)));
            body.push(Step::Do(Instruction::I64Const(copied.identity.cast_signed())));
            body.push(Step::Do(Instruction::I64Eq));
            body.push(Step::Do(Instruction::If(BlockType::Empty)));
            body.extend((1..).zip(&own.params).map(|(parameter, _)| Step::Do(Instruction::LocalGet(parameter))));
            body.push(Step::Call(Callee::Import(module, field), own.clone()));
            body.push(Step::Do(Instruction::Return));
            body.push(Step::Do(Instruction::End));
        }
    }
    body.push(Step::Do(Instruction::Unreachable));
    Stub { symbol, signature: Signature { params, results: own.results }, locals: Vec::new(), body }
}

/// What a program calls for a built-in of a resource, `[export][resource-new]interface#name`, under this symbol.
pub(crate) fn resource(field: &str, symbol: String) -> Stub {
    let (export, rest) = field.strip_prefix("[export]").map_or(("", field), |rest| ("[export]", rest));
    let (built_in, name) = rest.split_once(']').unwrap_or(("", rest));
    let (interface, name) = name.rsplit_once('#').unwrap_or(("", name));
    let interface = if interface.is_empty() { "$root" } else { interface };
    let signature = Signature::of_i32(1, usize::from(built_in != "[resource-drop"));
    let callee = Callee::Import(format!("{export}{interface}"), format!("{built_in}]{name}"));
    let body = vec![Step::Do(Instruction::LocalGet(0)), Step::Call(callee, signature.clone())];
    Stub { symbol, signature, locals: Vec::new(), body }
}

/// What is exported for the destructor of a resource, `interface#[dtor]name`.
pub(crate) fn destructor(name: &str) -> Stub {
    let own = Callee::Symbol(format!("{}{name}", signatures::EXPORT));
    let body = vec![
        Step::Do(Instruction::I32Const(signatures::CALL)),
        Step::Do(Instruction::LocalGet(0)),
        Step::Call(own, Signature::of_i32(2, 1)),
        Step::Do(Instruction::Drop),
    ];
    let symbol = format!("{}{name}", signatures::LIFT);
    Stub { symbol, signature: Signature::of_i32(1, 0), locals: Vec::new(), body }
}

fn stub(symbol: String, abi: &WasmSignature, writer: Writer<'_>) -> Stub {
    Stub { symbol, signature: of_abi(abi), locals: writer.locals, body: writer.body }
}

fn of_abi(abi: &WasmSignature) -> Signature {
    let all = |types: &[wit_parser::abi::WasmType]| types.iter().map(|ty| val_type(*ty)).collect();
    Signature { params: all(&abi.params), results: all(&abi.results) }
}

/// How much of the stack the arguments of a function take.
fn frame(sizes: &SizeAlign, function: &Function) -> i32 {
    let size = sizes.params(function.params.iter().map(|param| &param.ty)).size.size_wasm32();
    i32::try_from(size.next_multiple_of(16)).unwrap_or(i32::MAX)
}

/// The parameters of a function, and at what each stands in the record of all.
fn offsets<'a>(sizes: &SizeAlign, function: &'a Function) -> Vec<(usize, &'a Type)> {
    let offsets = sizes.field_offsets(function.params.iter().map(|param| &param.ty));
    offsets.into_iter().map(|(offset, ty)| (offset.size_wasm32(), ty)).collect()
}

fn store_parameters<'a>(
    writer: &mut Writer<'a>,
    sizes: &SizeAlign,
    function: &'a Function,
    abi: &WasmSignature,
    memory: u32,
) {
    let mut locals = (0..).zip(&abi.params).map(|(index, ty)| Local { index, ty: val_type(*ty) });
    for (offset, ty) in offsets(sizes, function) {
        let of_it: Vec<Local> = locals.by_ref().take(writer.flat(ty).len()).collect();
        writer.store(ty, &of_it, Place { base: memory, offset });
    }
}

fn load_parameters<'a>(writer: &mut Writer<'a>, sizes: &SizeAlign, function: &'a Function, memory: u32) {
    for (offset, ty) in offsets(sizes, function) {
        writer.load(ty, Place { base: memory, offset });
    }
}
