//! The records of `wasi:filesystem` as they lie in memory, lowered, and what they are lifted to.
//!
//! The invariant of [`component_rt::abi::memory`] holds for these types too: a value was stored by the host and owns what it
//! points to.

use alloc_crate::string::String;

use super::{DescriptorType, Stat, Timestamp};
use crate::Error;
use crate::error;
use component_rt::abi::memory::{RawOption, RawResult, RawString, RawWithOther};
use component_rt::abi::shape::{Lowered, Shape};

/// `result<T, error-code>`: in a return area, or as the value of a future.
pub type Outcome<T> = RawResult<T, RawErrorCode>;

/// Lifts a result up to its payload.
pub fn lift<T>(outcome: Outcome<T>) -> Result<T, Error> {
    outcome.lift().map_err(RawErrorCode::lift)
}

/// `error-code`.
#[repr(transparent)]
pub struct RawErrorCode(RawWithOther<{ error::FILESYSTEM.errors.len() as u8 - 1 }>);

// SAFETY: transparent.
unsafe impl Lowered for RawErrorCode {
    const SHAPE: &'static Shape = RawWithOther::<{ error::FILESYSTEM.errors.len() as u8 - 1 }>::SHAPE;
}

impl RawErrorCode {
    /// The error. WASI has no case for some that files have, a full table of descriptors above all: a host may name
    /// them by `other` with their message.
    #[cold]
    fn lift(self) -> Error {
        let (case, text) = self.0.lift_with_text();
        text.and_then(|text| Error::from_message(&text)).unwrap_or_else(|| error::FILESYSTEM.error(case))
    }

    /// Lowers the first case that stands for `error`; `other` with its message if there is none.
    #[cfg(not(target_family = "wasm"))]
    pub(in crate::abi) fn lower(error: Error) -> RawErrorCode {
        RawErrorCode(match error::FILESYSTEM.errors.iter().position(|&case| case == error) {
            Some(tag) => RawWithOther::lower(tag as u8),
            None => RawWithOther::lower_other(error.message()),
        })
    }
}

/// `descriptor-type`.
#[repr(transparent)]
pub struct RawDescriptorType(RawWithOther<{ TYPES.len() as u8 - 1 }>);

// SAFETY: transparent.
unsafe impl Lowered for RawDescriptorType {
    const SHAPE: &'static Shape = RawWithOther::<{ TYPES.len() as u8 - 1 }>::SHAPE;
}

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
        TYPES[self.0.lift() as usize]
    }

    #[cfg(not(target_family = "wasm"))]
    pub(in crate::abi) fn lower(kind: DescriptorType) -> RawDescriptorType {
        let tag = TYPES.iter().position(|&case| case == kind).expect("every type has a tag");
        RawDescriptorType(RawWithOther::lower(tag as u8))
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

component_rt::lowered_record!(RawStat { kind, link_count, size, accessed, modified, changed });

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

component_rt::lowered_record!(RawEntry { kind, name });

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

component_rt::lowered_record!(RawPreopen { directory, name });

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_without_a_case_travels_by_its_message() {
        for error in [Error::NOENT, Error::XDEV, Error::IO, Error::MFILE, Error::NFILE, Error::STALE] {
            assert_eq!(RawErrorCode::lower(error).lift(), error);
        }
        assert_eq!(RawErrorCode(RawWithOther::lower_other("the drum is on fire")).lift(), Error::IO);
    }
}
