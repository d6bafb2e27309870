//! The records of `wasi:filesystem` as they lie in memory, lowered, and what they are lifted to.
//!
//! The invariant of [`crate::abi::memory`] holds for these types too: a value was stored by the host and owns what it points to.

use alloc_crate::string::String;
use core::mem::MaybeUninit;

use super::{DescriptorType, Stat, Timestamp};
use crate::Error;
use crate::abi::memory::{RawOption, RawResult, RawString};
use crate::contract;
use crate::error;

/// `result<T, error-code>`: in a return area, or as the value of a future.
pub type Outcome<T> = RawResult<T, RawErrorCode>;

/// Lifts a result up to its payload.
pub fn lift<T>(outcome: Outcome<T>) -> Result<T, Error> {
    outcome.lift().map_err(RawErrorCode::lift)
}

/// A variant whose last case is `other(option<string>)` and whose other cases have no payload.
#[repr(C)]
pub struct VariantWithOther {
    tag: u8,
    other: MaybeUninit<RawOption<RawString>>,
}

impl VariantWithOther {
    /// The tag. The text of `other`, the case `last`, is freed: it says nothing a program could act on.
    fn lift(self, last: u8) -> u8 {
        contract::holds(self.tag <= last, "a variant's tag is one of its cases");
        if self.tag == last {
            // SAFETY: by the invariant of `abi::memory` the payload of this tag was stored.
            drop(unsafe { self.other.assume_init() }.lift().map(RawString::lift));
        }
        self.tag
    }

    /// Lowers a case without payload, or `other` without text.
    #[cfg(not(target_family = "wasm"))]
    pub(in crate::abi) fn lower(tag: u8) -> VariantWithOther {
        VariantWithOther { tag, other: MaybeUninit::new(RawOption::lower(None)) }
    }
}

/// `error-code`.
#[repr(transparent)]
pub struct RawErrorCode(VariantWithOther);

impl RawErrorCode {
    fn lift(self) -> Error {
        let last = error::FILESYSTEM.errors.len() as u8 - 1;
        error::FILESYSTEM.error(self.0.lift(last))
    }

    /// Lowers the first case that stands for `error`.
    #[cfg(not(target_family = "wasm"))]
    pub(in crate::abi) fn lower(error: Error) -> RawErrorCode {
        let tag = error::FILESYSTEM.errors.iter().position(|&case| case == error).expect("an error of a file system");
        RawErrorCode(VariantWithOther::lower(tag as u8))
    }
}

/// `descriptor-type`.
#[repr(transparent)]
pub struct RawDescriptorType(VariantWithOther);

/// `descriptor-type`'s cases in the order of the WIT.
const TYPES: [DescriptorType; 8] = [
    DescriptorType::BlockDevice,
    DescriptorType::CharacterDevice,
    DescriptorType::Directory,
    DescriptorType::Fifo,
    DescriptorType::SymbolicLink,
    DescriptorType::RegularFile,
    DescriptorType::Socket,
    DescriptorType::Other,
];

impl RawDescriptorType {
    fn lift(self) -> DescriptorType {
        TYPES[self.0.lift(TYPES.len() as u8 - 1) as usize]
    }

    #[cfg(not(target_family = "wasm"))]
    pub(in crate::abi) fn lower(kind: DescriptorType) -> RawDescriptorType {
        let tag = TYPES.iter().position(|&case| case == kind).expect("every type has a tag");
        RawDescriptorType(VariantWithOther::lower(tag as u8))
    }
}

/// `descriptor-stat`.
#[repr(C)]
pub struct RawStat {
    pub(in crate::abi) kind: RawDescriptorType,
    pub(in crate::abi) link_count: u64,
    pub(in crate::abi) size: u64,
    pub(in crate::abi) accessed: RawOption<Timestamp>,
    pub(in crate::abi) modified: RawOption<Timestamp>,
    pub(in crate::abi) changed: RawOption<Timestamp>,
}

impl RawStat {
    pub(super) fn lift(self) -> Stat {
        Stat {
            kind: self.kind.lift(),
            links: self.link_count,
            size: self.size,
            accessed: self.accessed.lift(),
            modified: self.modified.lift(),
            changed: self.changed.lift(),
        }
    }
}

/// `directory-entry`, as a stream carries it.
#[repr(C)]
pub struct RawEntry {
    pub(in crate::abi) kind: RawDescriptorType,
    pub(in crate::abi) name: RawString,
}

impl RawEntry {
    /// What it is, and its name. No copy.
    pub fn lift(self) -> (DescriptorType, String) {
        (self.kind.lift(), self.name.lift())
    }
}

/// An element of what `preopens.get-directories` gives: `tuple<own<descriptor>, string>`.
#[repr(C)]
pub struct RawPreopen {
    pub(in crate::abi) directory: u32,
    pub(in crate::abi) name: RawString,
}

/// `tuple<stream<T>, future<result<_, error-code>>>`: their readable ends.
#[repr(C)]
pub struct StreamAndFuture {
    pub(in crate::abi) stream: u32,
    pub(in crate::abi) future: u32,
}

/// The canonical ABI's sizes and offsets, where pointers are the guest's; sizes are compared with WIT by a test as well.
#[cfg(target_family = "wasm")]
const _: () = {
    use core::mem::{align_of, offset_of, size_of};
    assert!(size_of::<VariantWithOther>() == 16 && align_of::<VariantWithOther>() == 4);
    assert!(offset_of!(VariantWithOther, other) == 4);
    assert!(size_of::<Outcome<()>>() == 20 && size_of::<Outcome<u32>>() == 20);
    assert!(size_of::<RawOption<Timestamp>>() == 24);
    assert!(size_of::<RawStat>() == 104 && align_of::<RawStat>() == 8);
    assert!(offset_of!(RawStat, link_count) == 16 && offset_of!(RawStat, size) == 24);
    assert!(offset_of!(RawStat, accessed) == 32 && offset_of!(RawStat, changed) == 80);
    assert!(size_of::<Outcome<RawStat>>() == 112);
    assert!(size_of::<RawEntry>() == 24 && offset_of!(RawEntry, name) == 16);
    assert!(size_of::<RawPreopen>() == 12 && offset_of!(RawPreopen, name) == 4);
};
