//! A constant that is added to an address becomes the offset of the instruction that reads or writes there.
//!
//! Why: an address that is added up to past the end of the address space begins anew at zero, and as an instruction's offset it is a trap. LLVM, which
//! seldom knows that an address is none of those, adds; and so must Cranelift, in an instruction of its own, before each read and write of a
//! loop that LLVM has unrolled. What is known here is that an address from which the program has just read, or to which it has written, lies within the
//! memory; and that the memory ends a page before the address space, because this pass sees to that. So nothing less than a page away begins anew.
//!
//! `sort` takes a twentieth less, and programs are a little smaller. With debug information nothing is changed, because instructions move.
//!
//! Delete when: LLVM uses offsets wherever a pointer and what it is added to are of one object.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{Instruction, MemArg, MemorySection};
use wasmparser::{BlockType, ContType, FrameKind, FuncType, ModuleArity, Operator, Parser, Payload, RefType, SubType};

use crate::module::body::{At, Body, opens};
use crate::module::code::{self, Change};
use crate::module::facts::Facts;
use crate::passes::Options;

/// The size of a page, and what is added to an address at most.
const PAGE: u64 = 1 << 16;

/// How many pages a memory may have so that it ends a page before the address space.
const PAGES: u64 = (1 << 32) / PAGE - 1;

/// How many instructions away the one is looked for that takes an address.
const NEAR: usize = 100;

pub(crate) fn rewrite(module: Vec<u8>, facts: &Facts, _: &Options<'_>) -> Result<Vec<u8>> {
    let Some(memory) = limited_memory(&module)? else { return Ok(module) };
    let mut functions = BTreeMap::new();
    for payload in Parser::new(0).parse_all(&module) {
        let Payload::CodeSectionEntry(body) = payload? else { continue };
        let index = functions.len();
        let body = Body::of(&body, &facts.types[facts.function_types[index] as usize])?;
        functions.insert(facts.imported_functions.len() + index, Offsets::of(&body));
    }
    if functions.values().all(|offsets| offsets.accesses.is_empty()) {
        return Ok(module);
    }
    let (mut function, mut next): (usize, At) = (0, 0);
    let module = code::replace_in_line(&module, facts, &BTreeSet::new(), |place| {
        if place.function as usize != function {
            (function, next) = (place.function as usize, 0);
        }
        let at = next;
        next += 1;
        let offsets = &functions[&function];
        let instead = match offsets.accesses.get(&at) {
            Some(constant) => access(&place.operator, *constant).map(|access| vec![access]),
            None => offsets.gone.contains(&at).then(Vec::new),
        };
        Ok(Change { instead, ..Change::default() })
    })?;
    crate::module::sections(&module, |payload, result| {
        let is_memory = matches!(payload, Payload::MemorySection(_));
        if is_memory {
            result.section(&memory);
        }
        Ok(is_memory)
    })
}

/// The module's memory with room behind it; nothing if it has none of its own, several, or one that is too large for that.
fn limited_memory(module: &[u8]) -> Result<Option<MemorySection>> {
    for payload in Parser::new(0).parse_all(module) {
        let Payload::MemorySection(memories) = payload? else { continue };
        let memories = memories.into_iter().collect::<Result<Vec<_>, _>>()?;
        let [memory] = memories[..] else { return Ok(None) };
        if memory.memory64 || memory.page_size_log2.is_some() || memory.initial > PAGES {
            return Ok(None);
        }
        let maximum = Some(memory.maximum.map_or(PAGES, |maximum| maximum.min(PAGES)));
        let mut section = MemorySection::new();
        section.memory(wasm_encoder::MemoryType { maximum, ..RoundtripReencoder.memory_type(memory)? });
        return Ok(Some(section));
    }
    Ok(None)
}

/// What changes in a function.
#[derive(Default)]
struct Offsets {
    /// The instructions that read or write, and what is added to their offsets.
    accesses: BTreeMap<At, u64>,
    /// The instructions that have added it.
    gone: BTreeSet<At>,
}

/// A block that is open.
struct Open {
    /// The locals that were known at its beginning.
    known: BTreeSet<u32>,
    /// Those that were set since.
    set: BTreeSet<u32>,
    is_loop: bool,
}

impl Offsets {
    fn of(body: &Body<'_>) -> Offsets {
        let mut offsets = Offsets::default();
        // The locals that hold an address at which something has been read or written.
        let mut known: BTreeSet<u32> = BTreeSet::new();
        // Those that do so from an instruction on.
        let mut coming: BTreeMap<At, Vec<u32>> = BTreeMap::new();
        let mut open: Vec<Open> = Vec::new();
        for (at, operator) in body.operators.iter().enumerate() {
            match operator {
                Operator::Try { .. } => return Offsets::default(),
                Operator::Loop { .. } => {
                    // What comes round again may be another address.
                    open.push(Open { known: std::mem::take(&mut known), set: BTreeSet::new(), is_loop: true });
                }
                operator if opens(operator) => {
                    open.push(Open { known: known.clone(), set: BTreeSet::new(), is_loop: false });
                }
                Operator::Else => {
                    known = open.last().map(|open| &open.known - &open.set).unwrap_or_default();
                }
                Operator::End => {
                    let Some(ended) = open.pop() else { continue };
                    // Whoever jumps here may do so from anywhere in the block.
                    if !ended.is_loop {
                        known = &ended.known - &ended.set;
                    }
                    if let Some(outer) = open.last_mut() {
                        outer.set.extend(ended.set);
                    }
                }
                _ => {}
            }
            if let Some(local) = set(operator) {
                known.remove(&local);
                if let Some(open) = open.last_mut() {
                    open.set.insert(local);
                }
            }
            known.extend(coming.remove(&at).into_iter().flatten());
            let (Operator::LocalGet { local_index } | Operator::LocalTee { local_index }) = operator else { continue };
            if let Some(taker) = taker(body, at + 1) {
                if !body.operators[at + 1..taker].iter().any(|operator| set(operator) == Some(*local_index)) {
                    coming.entry(taker).or_default().push(*local_index);
                }
            } else if let [Operator::I32Const { value }, Operator::I32Add, ..] = body.operators[at + 1..]
                && let Ok(constant @ 1..PAGE) = u64::try_from(value)
                && known.contains(local_index)
                && let Some(taker) = taker(body, at + 3)
                && access(&body.operators[taker], constant).is_some()
            {
                offsets.accesses.insert(taker, constant);
                offsets.gone.extend([at + 1, at + 2]);
            }
        }
        offsets
    }
}

/// The local that an instruction sets.
fn set(operator: &Operator<'_>) -> Option<u32> {
    match operator {
        Operator::LocalSet { local_index } | Operator::LocalTee { local_index } => Some(*local_index),
        _ => None,
    }
}

/// The instruction that reads or writes at the address on top of the stack in front of `start`; nothing if that is done with it otherwise, or
/// not before control may go elsewhere.
fn taker(body: &Body<'_>, start: At) -> Option<At> {
    // How many values lie on top of it.
    let mut above = 0;
    for (at, operator) in body.operators.iter().enumerate().skip(start).take(NEAR) {
        if opens(operator) || matches!(operator, Operator::End | Operator::Else | Operator::Unreachable) {
            return None;
        }
        let (takes, gives) = operator.operator_arity(&Arity)?;
        if takes > above {
            // Of what an access takes, the address lies lowest.
            return (takes == above + 1 && access(operator, 0).is_some()).then_some(at);
        }
        above = above - takes + gives;
    }
    None
}

macro_rules! accesses {
    ($($name:ident)+) => {
        /// The instruction with so much more of an offset; nothing if it does not read or write, or would do so too far away.
        fn access(operator: &Operator<'_>, more: u64) -> Option<Instruction<'static>> {
            match operator {
                $(Operator::$name { memarg } => {
                    let memarg = RoundtripReencoder.mem_arg(*memarg).ok()?;
                    let offset = Some(memarg.offset + more).filter(|offset| *offset <= u64::from(u32::MAX))?;
                    Some(Instruction::$name(MemArg { offset, ..memarg }))
                })+
                _ => None,
            }
        }
    };
}

accesses! {
    I32Load I32Load8S I32Load8U I32Load16S I32Load16U I64Load I64Load8S I64Load8U I64Load16S I64Load16U I64Load32S I64Load32U
    F32Load F64Load V128Load
    I32Store I32Store8 I32Store16 I64Store I64Store8 I64Store16 I64Store32 F32Store F64Store V128Store
}

/// What operators take and give that is not the same wherever they stand: nothing is known of it here.
struct Arity;

impl ModuleArity for Arity {
    fn sub_type_at(&self, _: u32) -> Option<&SubType> {
        None
    }

    fn tag_type_arity(&self, _: u32) -> Option<(u32, u32)> {
        None
    }

    fn type_index_of_function(&self, _: u32) -> Option<u32> {
        None
    }

    fn func_type_of_cont_type(&self, _: &ContType) -> Option<&FuncType> {
        None
    }

    fn sub_type_of_ref_type(&self, _: &RefType) -> Option<&SubType> {
        None
    }

    fn control_stack_height(&self) -> u32 {
        0
    }

    fn label_block(&self, _: u32) -> Option<(BlockType, FrameKind)> {
        None
    }
}
