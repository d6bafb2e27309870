//! The ABI room's declarations, held against the WIT of WASI 0.3.0 and against the encoder that components are made with.
//!
//! `wasi_rt::abi::TABLE` and `component_rt::abi::TABLE` have a row for each import, made by the same line of source as the
//! declaration itself. Here each row's name is looked up in WIT, its core signature computed anew, and what its pointers point to compared field by field.

use component_rt::abi::import::{CoreType, Import};
use component_rt::abi::shape::{Kind, Shape};
use wasi_rt::error::ERROR_CODES;
use wit_parser::abi::{AbiVariant, WasmType};
use wit_parser::{Function, InterfaceId, Resolve, SizeAlign, Type, TypeDef, TypeDefKind};

#[test]
fn every_import_matches_its_function_in_wit() {
    let wit = Wit::load();
    let failures: Vec<String> = imports()
        .filter(|import| import.module != "$root")
        .filter_map(|import| wit.check(import).err().map(|why| format!("{} {}: {why}", import.module, import.field)))
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn no_import_is_declared_twice() {
    let mut names: Vec<_> = imports().map(|import| (import.module, import.field)).collect();
    names.sort_unstable();
    let all = names.len();
    names.dedup();
    assert_eq!(names.len(), all);
}

#[test]
fn error_codes_are_those_of_wit_in_its_order() {
    let wit = Wit::load();
    for codes in ERROR_CODES {
        let interface = wit.interface(codes.interface).expect("the interface is in WIT");
        let error_code = wit.resolve.interfaces[interface].types["error-code"];
        let names: Vec<&str> = match &wit.resolve.types[error_code].kind {
            TypeDefKind::Enum(cases) => cases.cases.iter().map(|case| case.name.as_str()).collect(),
            TypeDefKind::Variant(cases) => cases.cases.iter().map(|case| case.name.as_str()).collect(),
            other => panic!("error-code of {} is {other:?}", codes.interface),
        };
        assert_eq!(names, codes.names, "{}", codes.interface);
        assert_eq!(names.len(), codes.errors.len(), "{}", codes.interface);
    }
}

/// All imports at once in a core module that does nothing: the encoder looks every name up and checks every signature, those
/// of the canonical built-ins in `$root` too, and the component is validated.
#[test]
fn the_encoder_takes_every_import() {
    use std::fmt::Write;

    let mut module = String::from("(module\n");
    for import in imports() {
        let params: String = import.params.iter().map(|param| format!(" {}", core_type(*param))).collect();
        let result = import.result.map(|result| format!("(result {})", core_type(result))).unwrap_or_default();
        writeln!(module, "(import {:?} {:?} (func (param{params}) {result}))", import.module, import.field).unwrap();
    }
    module.push_str(
        r#"(memory (export "memory") 1)
           (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) unreachable)
           (func (export "wasi:cli/run@0.3.0#run") (result i32) unreachable))"#,
    );
    let mut module = wat::parse_str(&module).expect("the module is well-formed");

    let resolve = wasi_wit::wasi();
    let cli = resolve.packages.iter().find(|(_, package)| package.name.name == "cli").expect("wasi:cli is there").0;
    let world = resolve.select_world(&[cli], Some("command")).expect("wasi:cli has a world `command`");
    wit_component::embed_component_metadata(&mut module, &resolve, world, wit_component::StringEncoding::UTF8, false)
        .unwrap();
    let component = wit_component::ComponentEncoder::default().validate(true).module(&module).unwrap().encode();
    if let Err(why) = component {
        panic!("{why:?}");
    }
}

fn imports() -> impl Iterator<Item = &'static Import> {
    let both = component_rt::abi::TABLE.iter().chain(wasi_rt::abi::TABLE);
    both.copied().flatten()
}

fn core_type(ty: CoreType) -> &'static str {
    match ty {
        CoreType::I64 => "i64",
        CoreType::F64 => "f64",
        CoreType::I32 | CoreType::Length | CoreType::Pointer(_) => "i32",
    }
}

/// WIT, with the layout of every type in it.
struct Wit {
    resolve: Resolve,
    sizes: SizeAlign,
}

impl Wit {
    fn load() -> Wit {
        let resolve = wasi_wit::wasi();
        let mut sizes = SizeAlign::default();
        sizes.fill(&resolve).expect("every type has a size");
        Wit { resolve, sizes }
    }

    fn interface(&self, name: &str) -> Result<InterfaceId, String> {
        let mut interfaces = self.resolve.interfaces.iter().map(|(id, _)| id);
        interfaces
            .find(|&id| self.resolve.id_of(id).as_deref() == Some(name))
            .ok_or_else(|| format!("there is no interface {name}"))
    }

    fn check(&self, import: &Import) -> Result<(), String> {
        let interface = self.interface(import.module)?;
        let interface_types = &self.resolve.interfaces[interface].types;
        if let Some(resource) = import.field.strip_prefix("[resource-drop]") {
            let id = interface_types.get(resource).ok_or("there is no such resource")?;
            if !matches!(self.resolve.types[*id].kind, TypeDefKind::Resource) {
                return Err("it is not a resource".into());
            }
            return same(import, &[Expected::I32], None);
        }
        let (lowering, rest) = match import.field.strip_prefix("[async-lower]") {
            Some(rest) => (AbiVariant::GuestImportAsync, rest),
            None => (AbiVariant::GuestImport, import.field),
        };
        if let Some((builtin, rest)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']'))
            && let Some((builtin, index)) = builtin.rsplit_once('-')
            && let Ok(index) = index.parse::<usize>()
        {
            return self.check_builtin(import, lowering, builtin, index, self.function(interface, rest)?);
        }
        self.check_function(import, lowering, self.function(interface, rest)?)
    }

    fn function(&self, interface: InterfaceId, name: &str) -> Result<&Function, String> {
        self.resolve.interfaces[interface].functions.get(name).ok_or_else(|| format!("there is no function {name}"))
    }

    /// A built-in of the stream or future with that index in the function's type.
    fn check_builtin(
        &self,
        import: &Import,
        lowering: AbiVariant,
        builtin: &str,
        index: usize,
        function: &Function,
    ) -> Result<(), String> {
        let types = function.find_futures_and_streams(&self.resolve);
        let id = *types.get(index).ok_or_else(|| format!("the function has {} streams and futures", types.len()))?;
        let (noun, element) = match &self.resolve.types[id].kind {
            TypeDefKind::Stream(element) => ("stream", element),
            TypeDefKind::Future(value) => ("future", value),
            other => return Err(format!("neither stream nor future: {other:?}")),
        };
        let element = element.as_ref().ok_or("it has no element type")?;
        let verb = builtin.strip_prefix(noun).ok_or_else(|| format!("index {index} is a {noun}"))?;
        let copies = matches!(verb, "-read" | "-write");
        if copies != (lowering == AbiVariant::GuestImportAsync) {
            return Err("copies are asynchronous, everything else is synchronous".into());
        }
        let pointer = Expected::Pointer(Target::Type(element));
        match (verb, noun) {
            ("-new", _) => same_with(self, import, &[], Some(Expected::I64)),
            ("-read" | "-write", "stream") => {
                same_with(self, import, &[Expected::I32, pointer, Expected::Length], Some(Expected::I32))
            }
            ("-read" | "-write", _) => same_with(self, import, &[Expected::I32, pointer], Some(Expected::I32)),
            ("-cancel-read" | "-cancel-write", _) => same(import, &[Expected::I32], Some(Expected::I32)),
            ("-drop-readable" | "-drop-writable", _) => same(import, &[Expected::I32], None),
            _ => Err(format!("there is no built-in {builtin}")),
        }
    }

    fn check_function(&self, import: &Import, lowering: AbiVariant, function: &Function) -> Result<(), String> {
        if lowering == AbiVariant::GuestImportAsync && !function.kind.is_async() {
            return Err("the function is not asynchronous".into());
        }
        let signature = self.resolve.wasm_signature(lowering, function);
        let mut expected: Vec<Expected<'_>> = signature.params.iter().map(|&param| Expected::of(param)).collect();
        let parameters: Vec<&Type> = function.params.iter().map(|param| &param.ty).collect();
        if signature.retptr {
            let result = function.result.as_ref().ok_or("a return area without a result")?;
            *expected.last_mut().ok_or("a return area without a parameter")? = Expected::Pointer(Target::Type(result));
        }
        if signature.indirect_params {
            expected[0] = Expected::Pointer(Target::Parameters(parameters));
        }
        let result = signature.results.first().map(|&result| Expected::of(result));
        same_with(self, import, &expected, result)
    }

    /// Compares a shape with the WIT type that must have it.
    fn compare(&self, shape: &Shape, ty: &Type) -> Result<(), String> {
        let size = self.sizes.size(ty).size_wasm64();
        let align = self.sizes.align(ty).align_wasm64();
        if (shape.size, shape.align) != (size, align) {
            return Err(format!(
                "it has {} bytes aligned to {}, the WIT type {size} aligned to {align}",
                shape.size, shape.align
            ));
        }
        let kind = match ty {
            Type::Id(id) => match &self.resolve.types[*id] {
                TypeDef { kind: TypeDefKind::Type(ty), .. } => return self.compare(shape, ty),
                definition => &definition.kind,
            },
            Type::String => return self.compare_list(shape, &Type::U8),
            _ => return scalar(shape),
        };
        match kind {
            TypeDefKind::Record(record) => self.compare_fields(shape, record.fields.iter().map(|field| &field.ty)),
            TypeDefKind::Tuple(tuple) => self.compare_fields(shape, tuple.types.iter()),
            TypeDefKind::List(element) => self.compare_list(shape, element),
            TypeDefKind::Option(some) => self.compare_cases(shape, &[None, Some(some)]),
            TypeDefKind::Result(result) => self.compare_cases(shape, &[result.ok.as_ref(), result.err.as_ref()]),
            TypeDefKind::Variant(variant) => {
                let cases: Vec<Option<&Type>> = variant.cases.iter().map(|case| case.ty.as_ref()).collect();
                self.compare_cases(shape, &cases)
            }
            TypeDefKind::Enum(_)
            | TypeDefKind::Flags(_)
            | TypeDefKind::Handle(_)
            | TypeDefKind::Stream(_)
            | TypeDefKind::Future(_) => scalar(shape),
            other => Err(format!("this test does not know {other:?}")),
        }
    }

    fn compare_fields<'a>(&self, shape: &Shape, types: impl Iterator<Item = &'a Type> + Clone) -> Result<(), String> {
        let Kind::Record(fields) = &shape.kind else { return Err(format!("{:?} is not a record", shape.kind)) };
        let expected = self.sizes.field_offsets(types);
        if fields.len() != expected.len() {
            return Err(format!("it has {} fields, the WIT type {}", fields.len(), expected.len()));
        }
        for (index, (&(offset, field), (wit_offset, ty))) in fields.iter().zip(expected).enumerate() {
            if offset != wit_offset.size_wasm64() {
                return Err(format!("field {index} is at {offset}, in WIT at {}", wit_offset.size_wasm64()));
            }
            self.compare(field, ty).map_err(|why| format!("field {index}: {why}"))?;
        }
        Ok(())
    }

    fn compare_cases(&self, shape: &Shape, types: &[Option<&Type>]) -> Result<(), String> {
        let Kind::Variant { offset, cases } = shape.kind else { return Err(format!("{:?} is no variant", shape.kind)) };
        assert!(types.len() <= 256, "a tag of one byte");
        if cases.len() != types.len() {
            return Err(format!("it has {} cases, the WIT type {}", cases.len(), types.len()));
        }
        let wit_offset = self.sizes.payload_offset(wit_parser::Int::U8, types.iter().copied()).size_wasm64();
        for (index, (case, ty)) in cases.iter().zip(types).enumerate() {
            match (case, ty) {
                (None, None) => {}
                (Some(_), Some(_)) if offset != wit_offset => {
                    return Err(format!("the payload is at {offset}, in WIT at {wit_offset}"));
                }
                (Some(case), Some(ty)) => self.compare(case, ty).map_err(|why| format!("case {index}: {why}"))?,
                _ => return Err(format!("case {index} has a payload on one side only")),
            }
        }
        Ok(())
    }

    fn compare_list(&self, shape: &Shape, element: &Type) -> Result<(), String> {
        match &shape.kind {
            Kind::List(shape) => self.compare(shape, element).map_err(|why| format!("element: {why}")),
            other => Err(format!("{other:?} is not a list")),
        }
    }
}

fn scalar(shape: &Shape) -> Result<(), String> {
    if matches!(shape.kind, Kind::Scalar) { Ok(()) } else { Err(format!("{:?} is not a scalar", shape.kind)) }
}

/// A core type as WIT has it.
#[derive(Clone)]
enum Expected<'a> {
    I32,
    I64,
    Length,
    Pointer(Target<'a>),
}

/// What a pointer must point to.
#[derive(Clone)]
enum Target<'a> {
    /// A value: a result, an element.
    Type(&'a Type),
    /// All parameters, one after another as in a tuple.
    Parameters(Vec<&'a Type>),
    /// The first byte of a string or list of bytes, which is passed as pointer and length.
    Bytes,
}

impl Expected<'_> {
    fn of(ty: WasmType) -> Self {
        match ty {
            WasmType::I32 => Expected::I32,
            WasmType::I64 => Expected::I64,
            WasmType::Length => Expected::Length,
            WasmType::Pointer => Expected::Pointer(Target::Bytes),
            other => panic!("no import of ours has a parameter of type {other:?}"),
        }
    }
}

/// Compares a signature without pointers.
fn same(import: &Import, params: &[Expected<'_>], result: Option<Expected<'_>>) -> Result<(), String> {
    same_with(&Wit::load(), import, params, result)
}

fn same_with(wit: &Wit, import: &Import, params: &[Expected<'_>], result: Option<Expected<'_>>) -> Result<(), String> {
    if import.params.len() != params.len() {
        return Err(format!("it has {} core parameters, WIT makes {}", import.params.len(), params.len()));
    }
    for (index, (&param, expected)) in import.params.iter().zip(params).enumerate() {
        same_type(wit, param, expected).map_err(|why| format!("parameter {index}: {why}"))?;
    }
    match (import.result, result) {
        (None, None) => Ok(()),
        (Some(ours), Some(expected)) => same_type(wit, ours, &expected).map_err(|why| format!("result: {why}")),
        (ours, _) => Err(format!("result: {ours:?}")),
    }
}

fn same_type(wit: &Wit, ours: CoreType, expected: &Expected<'_>) -> Result<(), String> {
    match (ours, expected) {
        (CoreType::I32, Expected::I32) | (CoreType::I64, Expected::I64) | (CoreType::Length, Expected::Length) => {
            Ok(())
        }
        (CoreType::Pointer(shape), Expected::Pointer(target)) => match target {
            Target::Type(ty) => wit.compare(shape, ty),
            Target::Parameters(types) => {
                let whole = wit.sizes.params(types.iter().copied());
                let expected = (whole.size.size_wasm64(), whole.align.align_wasm64());
                if (shape.size, shape.align) != expected {
                    return Err(format!("it is {:?}, the parameters are {expected:?}", (shape.size, shape.align)));
                }
                wit.compare_fields(shape, types.iter().copied())
            }
            Target::Bytes if (shape.size, shape.align) == (1, 1) => scalar(shape),
            Target::Bytes => Err("it does not point to bytes".into()),
        },
        _ => Err(format!("{ours:?}")),
    }
}
