//! Atomic instructions become plain ones.
//!
//! Why: threads of a component are cooperative, nothing interrupts an instruction sequence, and wasmtime compiles an
//! atomic read-modify-write to a locked one that costs a hundred times the plain one. LLVM does the same for
//! code that it compiles without atomic instructions; this pass is for objects that came with them. Loads, stores and fences turn into
//! plain ones on the spot. A read-modify-write turns into a few instructions; with debug information, where there is no
//! room for them, into a call of a function made here, one for each operation and offset. `memory.atomic.wait` and
//! `notify` go to the library's futex. Where bytes count more than time and there are no threads the others stay: they are shorter.
//!
//! What Rust has compiled comes lowered, with marks at each operation ([`super::marks`]), which go here as well. In a program with threads, code
//! that may spin counts how long its turn lasts ([`super::spin_budget`]).
//!
//! What is lost: the trap on an address that is not aligned.
//!
//! Delete when: no object with atomic instructions can reach the linker.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use wasm_encoder::{Instruction, MemArg, MemArgTarget};
use wasmparser::{BinaryReader, FuncType, FunctionBody, Operator, ValType};

use super::marks::{Mark, Marks, Part};
use super::spin_budget::{Looks, SpinBudget};
use crate::arguments::Optimize;
use crate::contract;
use crate::module::{Added, Arena, Change, Instr, Module, Op, has};
use crate::passes::Options;

/// First byte of every atomic instruction.
const PREFIX: u8 = 0xfe;

/// Locals of a function for what takes the place of an instruction in it.
const SCRATCH: [(u32, ValType); 2] = [(4, ValType::I32), (3, ValType::I64)];

pub(crate) fn rewrite(module: &mut Module<'_>, options: &Options<'_>) -> Result<()> {
    // Where instructions cannot move and nothing is to be put in their place, marks may stay.
    let mind_marks =
        !module.has_dwarf || module.makes_threads() || module.exported_global(contract::TLS_BASE).is_some();
    if !mind_marks && !module.may_be_atomic() {
        return Ok(());
    }
    module.decode()?;
    let budget = SpinBudget::of(module);
    // With debug information there is no room at loops: then each look is counted where it happens, by the helpers.
    let (at_looks, at_loops) = if module.has_dwarf { (budget, None) } else { (None, budget) };
    let may_move = !module.has_dwarf;
    // Alone they do the same.
    let stay = options.optimize == Optimize::Size && !module.makes_threads();
    let of = |instr: Instr, arena: &Arena<'_>| -> Result<Option<Atomic>> {
        if instr.op != Op::Atomic {
            return Ok(None);
        }
        let atomic = Atomic::of(arena.bytes(instr))?;
        Ok(atomic.filter(|atomic| !stay || matches!(atomic.operation, Operation::Futex(_))))
    };
    let mut sites: BTreeMap<u32, Sites> = BTreeMap::new();
    let mut helpers: BTreeMap<Atomic, u32> = BTreeMap::new();
    // The function that ends a turn comes first.
    let first_helper = module.defined().end + u32::from(budget.is_some());
    for index in module.defined() {
        let Some(function) = module.function(index) else { continue };
        let marks = if mind_marks { Marks::of(function) } else { Marks::default() };
        let mut found = Sites { is_found: !marks.is_empty(), marks, ..Sites::default() };
        if !found.is_found && !function.has(has::ATOMIC) {
            continue;
        }
        for (at, instr) in function.code.iter().enumerate() {
            found.looks.pass(at, instr.op);
            if found.marks.at(at) == Some(Part::First(Mark::Look)) {
                found.looks.look();
            }
            let Some(atomic) = of(*instr, &module.arena)? else { continue };
            found.is_found = true;
            if atomic.is_look() {
                found.looks.look();
            }
            if may_move && atomic.is_in_line() {
                found.is_in_line = true;
            } else if atomic.in_place(at_looks).is_none() {
                let next = first_helper + u32::try_from(helpers.len())?;
                helpers.entry(atomic).or_insert(next);
            }
        }
        if found.is_found {
            sites.insert(index, found);
        }
    }
    if sites.is_empty() {
        return Ok(());
    }
    let count_look = at_looks.filter(|_| sites.values().any(|sites| sites.marks.have(Mark::Look)));
    let counts_look = first_helper + u32::try_from(helpers.len())?;
    let tls_base = module.exported_global(contract::TLS_BASE);
    let set_tls_base = module.import(contract::BUILT_IN, "context_set_1");
    for (index, sites) in &sites {
        let scratch = sites.is_in_line.then(|| module.add_locals(*index, &SCRATCH)).transpose()?;
        module.change(*index, |at, instr, arena| {
            let instead = match sites.marks.at(at) {
                Some(Part::Rest) => Some(Vec::new()),
                Some(Part::First(mark)) => Some(match mark {
                    Mark::Look => count_look.map(|_| Instruction::Call(counts_look)).into_iter().collect(),
                    Mark::Change | Mark::Unused => Vec::new(),
                    Mark::Base => vec![tls_base.map_or(Instruction::I32Const(0), Instruction::GlobalGet)],
                    Mark::SetBase => vec![set_tls_base.map_or(Instruction::Drop, Instruction::Call)],
                }),
                None => of(instr, arena)?.map(|atomic| match (atomic.in_place(at_looks), scratch) {
                    (Some(plain), _) => vec![plain],
                    (None, Some(scratch)) if atomic.is_in_line() => atomic.in_line(scratch),
                    (None, _) => vec![Instruction::Call(helpers[&atomic])],
                }),
            };
            let change = instead.map(|instead| Change { instead: Some(instead), ..Change::default() });
            Ok(match at_loops {
                Some(budget) => sites.looks.count(budget, at, change),
                None => change,
            })
        })?;
    }
    if let Some(budget) = budget {
        let end = module.add(budget.next())?;
        module.names.add(end, 1, SpinBudget::END);
        module.add_globals(&SpinBudget::GLOBALS)?;
    }
    let mut in_order: Vec<(Atomic, u32)> = helpers.into_iter().collect();
    in_order.sort_by_key(|(_, index)| *index);
    for (atomic, _) in in_order {
        let helper = atomic.helper(module, at_looks)?;
        module.add(helper)?;
    }
    if let Some(budget) = count_look {
        module.add(budget.look())?;
    }
    Ok(())
}

/// What is found in a function.
#[derive(Default)]
struct Sites {
    marks: Marks,
    looks: Looks,
    is_found: bool,
    /// There are atomic instructions that become several.
    is_in_line: bool,
}

/// Whether an instruction reads or writes memory atomically.
pub(crate) fn is_access(bytes: &[u8]) -> Result<bool> {
    Ok(Atomic::of(bytes)?.is_some_and(|atomic| atomic.operation != Operation::Fence))
}

/// Whether a module waits or notifies by instruction.
pub(crate) fn wants_futex(module: &Module<'_>) -> Result<bool> {
    if !module.may_be_atomic() {
        return Ok(false);
    }
    for function in module.defined().filter_map(|index| module.function(index)) {
        let bytes = function.linked(&module.arena);
        // Functions without the first two bytes of one are not read.
        if !bytes.windows(2).any(|bytes| bytes[0] == PREFIX && bytes[1] < 3) {
            continue;
        }
        for operator in FunctionBody::new(BinaryReader::new(bytes, 0)).get_operators_reader()? {
            use Operator::{MemoryAtomicNotify, MemoryAtomicWait32, MemoryAtomicWait64};
            if matches!(operator?, MemoryAtomicNotify { .. } | MemoryAtomicWait32 { .. } | MemoryAtomicWait64 { .. }) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// One atomic instruction with its immediates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Atomic {
    operation: Operation,
    /// Index into the seven accesses that every operation has, in the order of the binary format.
    access: usize,
    offset: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Operation {
    /// `memory.atomic.notify`, `wait32`, `wait64`: which, as in [`contract::FUTEX`].
    Futex(usize),
    Fence,
    Load,
    Store,
    Add,
    Sub,
    And,
    Or,
    Xor,
    Exchange,
    CompareExchange,
}

/// From the first load on, operations follow each other in the binary format, seven accesses each.
const IN_ORDER: [Operation; 9] = [
    Operation::Load,
    Operation::Store,
    Operation::Add,
    Operation::Sub,
    Operation::And,
    Operation::Or,
    Operation::Xor,
    Operation::Exchange,
    Operation::CompareExchange,
];

/// The accesses in order: the type of the value, and log2 of the bytes in memory.
const ACCESSES: [(ValType, u32); 7] = [
    (ValType::I32, 2),
    (ValType::I64, 3),
    (ValType::I32, 0),
    (ValType::I32, 1),
    (ValType::I64, 0),
    (ValType::I64, 1),
    (ValType::I64, 2),
];

impl Atomic {
    fn of(instruction: &[u8]) -> Result<Option<Atomic>> {
        let mut reader = BinaryReader::new(instruction, 0);
        if reader.read_u8()? != PREFIX {
            return Ok(None);
        }
        let opcode = reader.read_var_u32()? as usize;
        if opcode == 3 {
            return Ok(Some(Atomic { operation: Operation::Fence, access: 0, offset: 0 }));
        }
        let _alignment = reader.read_var_u32()?;
        let offset = reader.read_var_u64()?;
        Ok(Some(match opcode.checked_sub(0x10) {
            None => Atomic { operation: Operation::Futex(opcode), access: 0, offset },
            Some(opcode) => {
                let operation =
                    *IN_ORDER.get(opcode / 7).with_context(|| format!("unknown atomic instruction {opcode:#x}"))?;
                Atomic { operation, access: opcode % 7, offset }
            }
        }))
    }

    /// The one plain instruction that does the same, if there is one.
    fn in_place(self, budget: Option<SpinBudget>) -> Option<Instruction<'static>> {
        match self.operation {
            Operation::Fence => Some(Instruction::Nop),
            Operation::Load if budget.is_none() => Some(self.load()),
            Operation::Store => Some(self.store()),
            _ => None,
        }
    }

    fn memory(self) -> MemArg {
        MemArg { offset: self.offset, align: ACCESSES[self.access].1, target: MemArgTarget::default(), ordering: None }
    }

    fn load(self) -> Instruction<'static> {
        let memory = self.memory();
        match ACCESSES[self.access] {
            (ValType::I32, 0) => Instruction::I32Load8U(memory),
            (ValType::I32, 1) => Instruction::I32Load16U(memory),
            (ValType::I32, _) => Instruction::I32Load(memory),
            (_, 0) => Instruction::I64Load8U(memory),
            (_, 1) => Instruction::I64Load16U(memory),
            (_, 2) => Instruction::I64Load32U(memory),
            _ => Instruction::I64Load(memory),
        }
    }

    fn store(self) -> Instruction<'static> {
        let memory = self.memory();
        match ACCESSES[self.access] {
            (ValType::I32, 0) => Instruction::I32Store8(memory),
            (ValType::I32, 1) => Instruction::I32Store16(memory),
            (ValType::I32, _) => Instruction::I32Store(memory),
            (_, 0) => Instruction::I64Store8(memory),
            (_, 1) => Instruction::I64Store16(memory),
            (_, 2) => Instruction::I64Store32(memory),
            _ => Instruction::I64Store(memory),
        }
    }

    /// Whether it may be how code finds that it has to go on waiting.
    fn is_look(self) -> bool {
        use Operation::{And, CompareExchange, Exchange, Load, Or};
        matches!(self.operation, Load | Exchange | Or | And | CompareExchange)
    }

    /// Whether it becomes instructions where instructions may move.
    fn is_in_line(self) -> bool {
        !matches!(self.operation, Operation::Futex(_) | Operation::Fence)
    }

    /// The plain instructions that do the same, out of and onto the stack, with seven locals of their own.
    fn in_line(self, scratch: u32) -> Vec<Instruction<'static>> {
        let (ty, _) = ACCESSES[self.access];
        let values = if ty == ValType::I32 { scratch + 1 } else { scratch + 4 };
        let (address, operand, new, before) = (scratch, values, values + 1, values + 2);
        match self.operation {
            Operation::Load => vec![self.load()],
            Operation::CompareExchange => {
                let mut all =
                    vec![Instruction::LocalSet(new), Instruction::LocalSet(operand), Instruction::LocalSet(address)];
                all.extend(self.compare_exchange(address, operand, new, before, None));
                all
            }
            _ => {
                let mut all = vec![Instruction::LocalSet(operand), Instruction::LocalSet(address)];
                all.extend(self.read_modify_write(address, operand, before, None));
                all
            }
        }
    }

    /// A function that takes what the instruction takes and gives what it gives.
    fn helper(self, module: &Module<'_>, budget: Option<SpinBudget>) -> Result<Added> {
        let (ty, _) = ACCESSES[self.access];
        let (params, mut body) = match self.operation {
            Operation::Futex(which) => return self.futex(which, module),
            Operation::Load => {
                let mut all = vec![Instruction::LocalGet(0)];
                all.extend(self.looking(budget));
                (vec![ValType::I32], all)
            }
            Operation::CompareExchange => (vec![ValType::I32, ty, ty], self.compare_exchange(0, 1, 2, 3, budget)),
            _ => (vec![ValType::I32, ty], self.read_modify_write(0, 1, 2, budget)),
        };
        body.push(Instruction::End);
        Ok(Added { ty: FuncType::new(params, [ty]), locals: vec![(1, ty)], body })
    }

    /// A load that counts as a look, of the address on the stack.
    fn looking(self, budget: Option<SpinBudget>) -> Vec<Instruction<'static>> {
        let mut all: Vec<_> = budget.into_iter().flat_map(SpinBudget::count).collect();
        all.push(self.load());
        all
    }

    /// Leaves the value before. An exchange for the same value is a look: so do locks that spin try again.
    fn read_modify_write(
        self,
        address: u32,
        operand: u32,
        before: u32,
        budget: Option<SpinBudget>,
    ) -> Vec<Instruction<'static>> {
        let (ty, _) = ACCESSES[self.access];
        let get = Instruction::LocalGet;
        let mut all = vec![get(address), self.load(), Instruction::LocalSet(before), get(address)];
        if self.operation == Operation::Exchange {
            all.push(get(operand));
        } else {
            all.extend([get(before), get(operand), self.arithmetic(ty)]);
        }
        all.push(self.store());
        if let (Operation::Exchange | Operation::Or | Operation::And, Some(budget)) = (self.operation, budget) {
            all.extend([get(address), self.load(), get(before), equal(ty)]);
            all.push(Instruction::If(wasm_encoder::BlockType::Empty));
            all.extend(budget.count());
            all.push(Instruction::End);
        }
        all.push(get(before));
        all
    }

    /// Leaves the value before. What is expected counts as far as memory is wide.
    fn compare_exchange(
        self,
        address: u32,
        expected: u32,
        new: u32,
        before: u32,
        budget: Option<SpinBudget>,
    ) -> Vec<Instruction<'static>> {
        let (ty, width) = ACCESSES[self.access];
        let get = Instruction::LocalGet;
        let mut all = vec![get(address), self.load(), Instruction::LocalTee(before), get(expected)];
        let mask = (1_u64 << (8 << width.min(2))) - 1;
        match (ty, width) {
            (ValType::I32, 0 | 1) => all.extend([Instruction::I32Const(mask as i32), Instruction::I32And]),
            (ValType::I64, 0..=2) => all.extend([Instruction::I64Const(mask.cast_signed()), Instruction::I64And]),
            _ => {}
        }
        all.extend([equal(ty), Instruction::If(wasm_encoder::BlockType::Empty), get(address), get(new), self.store()]);
        if let Some(budget) = budget {
            all.push(Instruction::Else);
            all.extend(budget.count());
        }
        all.extend([Instruction::End, get(before)]);
        all
    }

    fn arithmetic(self, ty: ValType) -> Instruction<'static> {
        match (ty, self.operation) {
            (ValType::I32, Operation::Add) => Instruction::I32Add,
            (ValType::I32, Operation::Sub) => Instruction::I32Sub,
            (ValType::I32, Operation::And) => Instruction::I32And,
            (ValType::I32, Operation::Or) => Instruction::I32Or,
            (ValType::I32, _) => Instruction::I32Xor,
            (_, Operation::Add) => Instruction::I64Add,
            (_, Operation::Sub) => Instruction::I64Sub,
            (_, Operation::And) => Instruction::I64And,
            (_, Operation::Or) => Instruction::I64Or,
            _ => Instruction::I64Xor,
        }
    }

    /// The library's function, at the address the instruction means.
    fn futex(self, which: usize, module: &Module<'_>) -> Result<Added> {
        let name = contract::FUTEX[which];
        let function = module.exported_function(name).with_context(|| {
            format!("`memory.atomic.wait` or `notify` is used, which needs `{name}` of the library: it comes with std, and with it alone")
        })?;
        let params = match which {
            0 => vec![ValType::I32, ValType::I32],
            1 => vec![ValType::I32, ValType::I32, ValType::I64],
            _ => vec![ValType::I32, ValType::I64, ValType::I64],
        };
        let offset = Instruction::I32Const(i32::try_from(self.offset)?);
        let mut body = vec![Instruction::LocalGet(0), offset, Instruction::I32Add];
        body.extend((1..u32::try_from(params.len())?).map(Instruction::LocalGet));
        body.extend([Instruction::Call(function), Instruction::End]);
        Ok(Added { ty: FuncType::new(params, [ValType::I32]), locals: Vec::new(), body })
    }
}

fn equal(ty: ValType) -> Instruction<'static> {
    if ty == ValType::I32 { Instruction::I32Eq } else { Instruction::I64Eq }
}
