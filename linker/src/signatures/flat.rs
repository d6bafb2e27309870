//! Values between memory and the registers of a core function. Canonical ABI: "Flattening", "Loading", "Storing".

use wasm_encoder::{BlockType, Instruction, MemArg, MemArgTarget, ValType};
use wit_parser::abi::{FlatTypes, WasmType};
use wit_parser::{Int, Resolve, SizeAlign, Type, TypeDefKind};

use crate::stubs::Step;

/// A function while it is written.
pub(super) struct Writer<'a> {
    resolve: &'a Resolve,
    sizes: &'a SizeAlign,
    parameters: u32,
    pub(super) locals: Vec<ValType>,
    pub(super) body: Vec<Step>,
}

/// A value that was flattened to a local, which may hold it as another type: that of all cases of a variant.
#[derive(Clone, Copy)]
pub(super) struct Local {
    pub(super) index: u32,
    pub(super) ty: ValType,
}

/// Where a value is in memory: at a local's address, and so many bytes on.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) base: u32,
    pub(super) offset: usize,
}

impl Place {
    fn at(self, offset: usize) -> Place {
        Place { offset: self.offset + offset, ..self }
    }
}

/// A type that stands for itself, as the shape it has.
enum Shape<'a> {
    Leaf(Leaf),
    /// A pointer and a length.
    List,
    /// Parts one behind the other, with what each is at.
    Parts(Vec<(usize, &'a Type)>),
    Variant {
        tag: Leaf,
        payload: usize,
        cases: Vec<Option<&'a Type>>,
    },
}

/// How a number is loaded and stored.
#[derive(Clone, Copy)]
enum Leaf {
    I8 { is_signed: bool },
    I16 { is_signed: bool },
    I32,
    I64,
    F32,
    F64,
}

impl<'a> Writer<'a> {
    pub(super) fn new(resolve: &'a Resolve, sizes: &'a SizeAlign, parameters: usize) -> Writer<'a> {
        let parameters = u32::try_from(parameters).unwrap_or(u32::MAX);
        Writer { resolve, sizes, parameters, locals: Vec::new(), body: Vec::new() }
    }

    pub(super) fn local(&mut self, ty: ValType) -> u32 {
        self.locals.push(ty);
        self.parameters + u32::try_from(self.locals.len() - 1).unwrap_or(u32::MAX)
    }

    pub(super) fn push(&mut self, instruction: Instruction<'static>) {
        self.body.push(Step::Do(instruction));
    }

    pub(super) fn get(&mut self, local: u32) {
        self.push(Instruction::LocalGet(local));
    }

    /// What a value of the type is in registers. Some types have more parts than a function has parameters.
    pub(super) fn flat(&self, ty: &Type) -> Vec<ValType> {
        let mut storage = vec![WasmType::I32; 4096];
        let mut flat = FlatTypes::new(&mut storage);
        self.resolve.push_flat(ty, &mut flat);
        flat.to_vec().into_iter().map(val_type).collect()
    }

    fn shape(&self, ty: &'a Type) -> Shape<'a> {
        let leaf = |leaf| Shape::Leaf(leaf);
        match ty {
            Type::Bool | Type::U8 => leaf(Leaf::I8 { is_signed: false }),
            Type::S8 => leaf(Leaf::I8 { is_signed: true }),
            Type::U16 => leaf(Leaf::I16 { is_signed: false }),
            Type::S16 => leaf(Leaf::I16 { is_signed: true }),
            Type::U32 | Type::S32 | Type::Char | Type::ErrorContext => leaf(Leaf::I32),
            Type::U64 | Type::S64 => leaf(Leaf::I64),
            Type::F32 => leaf(Leaf::F32),
            Type::F64 => leaf(Leaf::F64),
            Type::String => Shape::List,
            Type::Id(id) => {
                let variant = |tag: Int, cases: Vec<Option<&'a Type>>| {
                    let payload = self.sizes.payload_offset(tag, cases.iter().copied()).size_wasm32();
                    Shape::Variant { tag: tag_leaf(tag), payload, cases }
                };
                match &self.resolve.types[*id].kind {
                    TypeDefKind::Type(ty) => self.shape(ty),
                    TypeDefKind::List(_) | TypeDefKind::Map(..) => Shape::List,
                    TypeDefKind::Record(record) => self.parts(record.fields.iter().map(|field| &field.ty)),
                    TypeDefKind::Tuple(tuple) => self.parts(tuple.types.iter()),
                    TypeDefKind::FixedLengthList(ty, length) => self.parts((0..*length).map(|_| ty)),
                    TypeDefKind::Variant(of) => {
                        variant(of.tag(), of.cases.iter().map(|case| case.ty.as_ref()).collect())
                    }
                    TypeDefKind::Enum(of) => leaf(tag_leaf(of.tag())),
                    TypeDefKind::Option(ty) => variant(Int::U8, vec![None, Some(ty)]),
                    TypeDefKind::Result(result) => variant(Int::U8, vec![result.ok.as_ref(), result.err.as_ref()]),
                    TypeDefKind::Flags(flags) => match flags.flags.len() {
                        0..=8 => leaf(Leaf::I8 { is_signed: false }),
                        9..=16 => leaf(Leaf::I16 { is_signed: false }),
                        _ => leaf(Leaf::I32),
                    },
                    TypeDefKind::Handle(_) | TypeDefKind::Future(_) | TypeDefKind::Stream(_) => leaf(Leaf::I32),
                    TypeDefKind::Resource | TypeDefKind::Unknown => Shape::Parts(Vec::new()),
                }
            }
        }
    }

    fn parts(&self, types: impl Iterator<Item = &'a Type>) -> Shape<'a> {
        let offsets = self.sizes.field_offsets(types);
        Shape::Parts(offsets.into_iter().map(|(offset, ty)| (offset.size_wasm32(), ty)).collect())
    }

    /// Stores a value, whose parts are in these locals.
    pub(super) fn store(&mut self, ty: &'a Type, from: &[Local], to: Place) {
        match self.shape(ty) {
            Shape::Leaf(leaf) => self.store_leaf(leaf, from.first().copied(), to),
            Shape::List => {
                self.store_leaf(Leaf::I32, from.first().copied(), to);
                self.store_leaf(Leaf::I32, from.get(1).copied(), to.at(4));
            }
            Shape::Parts(parts) => {
                let mut from = from;
                for (offset, ty) in parts {
                    let (of_it, rest) = from.split_at(self.flat(ty).len().min(from.len()));
                    self.store(ty, of_it, to.at(offset));
                    from = rest;
                }
            }
            Shape::Variant { tag, payload, cases } => {
                let Some((which, values)) = from.split_first() else { return };
                self.store_leaf(tag, Some(*which), to);
                self.for_cases(which.index, &cases, |writer, ty| {
                    let count = writer.flat(ty).len().min(values.len());
                    writer.store(ty, &values[..count], to.at(payload));
                });
            }
        }
    }

    fn store_leaf(&mut self, leaf: Leaf, from: Option<Local>, to: Place) {
        let Some(from) = from else { return };
        self.get(to.base);
        self.get(from.index);
        self.convert(from.ty, leaf.ty());
        let memory =
            |align| MemArg { offset: to.offset as u64, align, target: MemArgTarget::default(), ordering: None };
        self.push(match leaf {
            Leaf::I8 { .. } => Instruction::I32Store8(memory(0)),
            Leaf::I16 { .. } => Instruction::I32Store16(memory(1)),
            Leaf::I32 => Instruction::I32Store(memory(2)),
            Leaf::I64 => Instruction::I64Store(memory(3)),
            Leaf::F32 => Instruction::F32Store(memory(2)),
            Leaf::F64 => Instruction::F64Store(memory(3)),
        });
    }

    /// Loads a value onto the stack.
    pub(super) fn load(&mut self, ty: &'a Type, from: Place) {
        match self.shape(ty) {
            Shape::Leaf(leaf) => self.load_leaf(leaf, from),
            Shape::List => {
                self.load_leaf(Leaf::I32, from);
                self.load_leaf(Leaf::I32, from.at(4));
            }
            Shape::Parts(parts) => {
                for (offset, ty) in parts {
                    self.load(ty, from.at(offset));
                }
            }
            Shape::Variant { tag, payload, cases } => {
                let which = self.local(ValType::I32);
                self.load_leaf(tag, from);
                self.push(Instruction::LocalSet(which));
                let joined: Vec<ValType> = self.flat(ty).into_iter().skip(1).collect();
                let values: Vec<u32> = joined.iter().map(|ty| self.local(*ty)).collect();
                self.for_cases(which, &cases, |writer, ty| {
                    writer.load(ty, from.at(payload));
                    let of_case = writer.flat(ty);
                    for (index, ty) in of_case.iter().enumerate().rev() {
                        writer.convert(*ty, joined[index]);
                        writer.push(Instruction::LocalSet(values[index]));
                    }
                });
                self.get(which);
                values.into_iter().for_each(|value| self.get(value));
            }
        }
    }

    fn load_leaf(&mut self, leaf: Leaf, from: Place) {
        self.get(from.base);
        let memory =
            |align| MemArg { offset: from.offset as u64, align, target: MemArgTarget::default(), ordering: None };
        self.push(match leaf {
            Leaf::I8 { is_signed: false } => Instruction::I32Load8U(memory(0)),
            Leaf::I8 { is_signed: true } => Instruction::I32Load8S(memory(0)),
            Leaf::I16 { is_signed: false } => Instruction::I32Load16U(memory(1)),
            Leaf::I16 { is_signed: true } => Instruction::I32Load16S(memory(1)),
            Leaf::I32 => Instruction::I32Load(memory(2)),
            Leaf::I64 => Instruction::I64Load(memory(3)),
            Leaf::F32 => Instruction::F32Load(memory(2)),
            Leaf::F64 => Instruction::F64Load(memory(3)),
        });
    }

    /// Does something for the case that a local says, if it carries anything.
    fn for_cases(&mut self, which: u32, cases: &[Option<&'a Type>], mut with: impl FnMut(&mut Self, &'a Type)) {
        for (number, ty) in (0..).zip(cases) {
            let Some(ty) = ty else { continue };
            self.get(which);
            if number > 0 {
                self.push(Instruction::I32Const(number));
                self.push(Instruction::I32Eq);
            } else {
                self.push(Instruction::I32Eqz);
            }
            self.push(Instruction::If(BlockType::Empty));
            with(self, ty);
            self.push(Instruction::End);
        }
    }

    /// Has a number of one type be the same bits of another. Canonical ABI: `lift_flat_variant`, `lower_flat_variant`.
    fn convert(&mut self, from: ValType, to: ValType) {
        use ValType::{F32, F64, I32, I64};
        let steps: &[Instruction<'static>] = match (from, to) {
            (I32, I64) => &[Instruction::I64ExtendI32U],
            (I64, I32) => &[Instruction::I32WrapI64],
            (F32, I32) => &[Instruction::I32ReinterpretF32],
            (I32, F32) => &[Instruction::F32ReinterpretI32],
            (F64, I64) => &[Instruction::I64ReinterpretF64],
            (I64, F64) => &[Instruction::F64ReinterpretI64],
            (F32, I64) => &[Instruction::I32ReinterpretF32, Instruction::I64ExtendI32U],
            (I64, F32) => &[Instruction::I32WrapI64, Instruction::F32ReinterpretI32],
            _ => &[],
        };
        steps.iter().for_each(|step| self.push(step.clone()));
    }
}

impl Leaf {
    fn ty(self) -> ValType {
        match self {
            Leaf::I8 { .. } | Leaf::I16 { .. } | Leaf::I32 => ValType::I32,
            Leaf::I64 => ValType::I64,
            Leaf::F32 => ValType::F32,
            Leaf::F64 => ValType::F64,
        }
    }
}

fn tag_leaf(tag: Int) -> Leaf {
    match tag {
        Int::U8 => Leaf::I8 { is_signed: false },
        Int::U16 => Leaf::I16 { is_signed: false },
        Int::U32 | Int::U64 => Leaf::I32,
    }
}

pub(super) fn val_type(ty: WasmType) -> ValType {
    match ty {
        WasmType::I32 | WasmType::Pointer | WasmType::Length => ValType::I32,
        WasmType::I64 | WasmType::PointerOrI64 => ValType::I64,
        WasmType::F32 => ValType::F32,
        WasmType::F64 => ValType::F64,
    }
}
