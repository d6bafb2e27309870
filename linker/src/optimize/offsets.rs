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
use wasm_encoder::{Instruction, MemArg, MemorySection, SectionId};
use wasmparser::{BinaryReader, MemorySectionReader, Operator};

use crate::module::{Arena, At, Change, Instr, Module, Op, contents, has};
use crate::passes::Options;

/// The size of a page, and what is added to an address at most.
const PAGE: u64 = 1 << 16;

/// How many pages a memory may have so that it ends a page before the address space.
const PAGES: u64 = (1 << 32) / PAGE - 1;

/// How many instructions away the one is looked for that takes an address.
const NEAR: usize = 100;

pub(crate) fn rewrite(module: &mut Module<'_>, _: &Options<'_>) -> Result<()> {
    let Some(memory) = limited_memory(module)? else { return Ok(()) };
    module.decode()?;
    let mut are_changed = false;
    for index in module.defined() {
        let Some(function) = module.function(index).filter(|function| function.has(has::ADD)) else { continue };
        let offsets = Offsets::of(&function.code, &module.arena)?;
        if offsets.accesses.is_empty() {
            continue;
        }
        are_changed = true;
        module.change(index, |at, instr, arena| {
            Ok(match offsets.accesses.get(&at) {
                Some(constant) => access(&arena.operator(instr)?, *constant).map(Change::to),
                None => offsets.gone.contains(&at).then(|| Change { instead: Some(Vec::new()), ..Change::default() }),
            })
        })?;
    }
    if are_changed {
        module.set_section(SectionId::Memory, contents(&memory)?);
    }
    Ok(())
}

/// The module's memory with room behind it; nothing if it has none of its own, several, or one that is too large for that.
fn limited_memory(module: &Module<'_>) -> Result<Option<MemorySection>> {
    let Some(memories) = module.section(SectionId::Memory) else { return Ok(None) };
    let memories = MemorySectionReader::new(BinaryReader::new(memories, 0))?;
    let memories = memories.into_iter().collect::<Result<Vec<_>, _>>()?;
    let [memory] = memories[..] else { return Ok(None) };
    if memory.memory64 || memory.page_size_log2.is_some() || memory.initial > PAGES {
        return Ok(None);
    }
    let maximum = Some(memory.maximum.map_or(PAGES, |maximum| maximum.min(PAGES)));
    let mut section = MemorySection::new();
    section.memory(wasm_encoder::MemoryType { maximum, ..RoundtripReencoder.memory_type(memory)? });
    Ok(Some(section))
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
    fn of(code: &[Instr], arena: &Arena<'_>) -> Result<Offsets> {
        let mut offsets = Offsets::default();
        // The locals to which a constant is added: of no other it matters where they lead to.
        let mut wanted: Vec<u32> = code.windows(3).filter_map(|window| Some(added(window)?.0)).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let is_wanted = |local: u32| wanted.binary_search(&local).is_ok();
        if wanted.is_empty() {
            return Ok(offsets);
        }
        // The locals that hold an address at which something has been read or written.
        let mut known: BTreeSet<u32> = BTreeSet::new();
        // Those that do so from an instruction on.
        let mut coming: BTreeMap<At, Vec<u32>> = BTreeMap::new();
        let mut open: Vec<Open> = Vec::new();
        for (at, instr) in code.iter().enumerate() {
            match instr.op {
                Op::Try => return Ok(Offsets::default()),
                Op::Loop => {
                    // What comes round again may be another address.
                    open.push(Open { known: std::mem::take(&mut known), set: BTreeSet::new(), is_loop: true });
                }
                op if op.opens() => {
                    open.push(Open { known: known.clone(), set: BTreeSet::new(), is_loop: false });
                }
                Op::Else => {
                    known = open.last().map(|open| &open.known - &open.set).unwrap_or_default();
                }
                Op::End => {
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
            if let Some(local) = set(*instr).filter(|local| is_wanted(*local)) {
                known.remove(&local);
                if let Some(open) = open.last_mut() {
                    open.set.insert(local);
                }
            }
            if !coming.is_empty() {
                known.extend(coming.remove(&at).into_iter().flatten());
            }
            let (Op::LocalGet(local) | Op::LocalTee(local)) = instr.op else { continue };
            if !is_wanted(local) {
                continue;
            }
            if let Some(taker) = taker(code, arena, at + 1)? {
                if !code[at + 1..taker].iter().any(|instr| set(*instr) == Some(local)) {
                    coming.entry(taker).or_default().push(local);
                }
            } else if let Some((_, constant)) = added(&code[at..])
                && known.contains(&local)
                && let Some(taker) = taker(code, arena, at + 3)?
                && access(&arena.operator(code[taker])?, constant).is_some()
            {
                offsets.accesses.insert(taker, constant);
                offsets.gone.extend([at + 1, at + 2]);
            }
        }
        Ok(offsets)
    }
}

/// The local to which the first three instructions add a constant that may become an offset, and the constant.
fn added(code: &[Instr]) -> Option<(u32, u64)> {
    let [first, second, third, ..] = code else { return None };
    let (Op::LocalGet(local) | Op::LocalTee(local), Op::I32Const(value), Op::I32Add) = (first.op, second.op, third.op)
    else {
        return None;
    };
    u64::try_from(value).ok().filter(|constant| (1..PAGE).contains(constant)).map(|constant| (local, constant))
}

/// The local that an instruction sets.
fn set(instr: Instr) -> Option<u32> {
    match instr.op {
        Op::LocalSet(local) | Op::LocalTee(local) => Some(local),
        _ => None,
    }
}

/// The instruction that reads or writes at the address on top of the stack in front of `start`; nothing if that is done with it otherwise, or
/// not before control may go elsewhere.
fn taker(code: &[Instr], arena: &Arena<'_>, start: At) -> Result<Option<At>> {
    // How many values lie on top of it.
    let mut above: u8 = 0;
    for (at, instr) in code.iter().enumerate().skip(start).take(NEAR) {
        let (takes, gives) = match instr.op {
            Op::End | Op::Else | Op::Unreachable => return Ok(None),
            op if op.opens() => return Ok(None),
            Op::LocalGet(_) | Op::GlobalGet(_) | Op::I32Const(_) => (0, 1),
            Op::LocalSet(_) | Op::GlobalSet(_) | Op::Drop => (1, 0),
            Op::LocalTee(_) | Op::LoadPair => (1, 1),
            Op::I32Add | Op::I32Sub => (2, 1),
            Op::Plain { takes, gives } => (takes, gives),
            _ => return Ok(None),
        };
        if takes > above {
            // Of what an access takes, the address lies lowest.
            let is_access = takes == above + 1 && access(&arena.operator(*instr)?, 0).is_some();
            return Ok(is_access.then_some(at));
        }
        above = above - takes + gives;
    }
    Ok(None)
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
