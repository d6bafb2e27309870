//! How the records of `wasi:filesystem` lie in memory, and how they become Rust values.
//!
//! Every struct is `repr(C)` with real pointers: on wasm32 that is the canonical ABI's layout (checked at the end of this
//! file), and the fake host of a 64-bit machine shares the same declarations.

use alloc_crate::string::String;
use core::mem::{ManuallyDrop, MaybeUninit};
use core::ptr;

use super::{DescriptorType, Stat, Timestamp};
use crate::Error;
use crate::contract;
use crate::error;

/// `string` as a function returns it: memory that `cabi_realloc` gave out and we now own.
#[repr(C)]
pub struct StringResult {
    pub(in crate::abi) pointer: *mut u8,
    pub(in crate::abi) length: usize,
}

impl StringResult {
    /// # Safety
    ///
    /// The host has just lowered a string into `self`.
    pub unsafe fn lift(self) -> String {
        if self.length == 0 {
            return String::new();
        }
        // SAFETY: the canonical ABI allocates a lowered string by `cabi_realloc(0, 0, 1, length)`, which takes it from the
        // global allocator, and stores valid UTF-8; the caller says nobody else has lifted it.
        unsafe { String::from_raw_parts(self.pointer, self.length, self.length) }
    }
}

/// `option<T>`, and with another meaning of the tag every `result<T, E>`'s shape for one case.
#[repr(C)]
pub struct OptionOf<T> {
    pub(in crate::abi) is_some: u8,
    pub(in crate::abi) value: MaybeUninit<T>,
}

impl<T> OptionOf<T> {
    /// # Safety
    ///
    /// The host has just lowered an option into `self`.
    unsafe fn lift(self) -> Option<T> {
        match self.is_some {
            0 => None,
            1 => {
                // SAFETY: `some` means that the payload was lowered too.
                Some(unsafe { self.value.assume_init() })
            }
            _ => contract::broken("an option is none or some"),
        }
    }
}

/// `variant { ..., other(option<string>) }`: `error-code` and `descriptor-type` both have this shape.
#[repr(C)]
pub struct VariantWithOther {
    pub(in crate::abi) tag: u8,
    pub(in crate::abi) other: MaybeUninit<OptionOf<StringResult>>,
}

impl VariantWithOther {
    /// The tag, after the text of `other` has been freed: it says nothing a program could act on.
    ///
    /// # Safety
    ///
    /// The host has just lowered such a variant into `self`, whose last case has the tag `other`.
    unsafe fn into_tag(self, other: u8) -> u8 {
        contract::holds(self.tag <= other, "a variant's tag is one of its cases");
        if self.tag == other {
            // SAFETY: this case has the payload, so the host lowered it.
            let text = unsafe { self.other.assume_init().lift() };
            // SAFETY: as above; lifted once, here.
            drop(text.map(|text| unsafe { text.lift() }));
        }
        self.tag
    }
}

/// `error-code`.
#[repr(transparent)]
pub struct ErrorCode(pub(in crate::abi) VariantWithOther);

impl ErrorCode {
    /// # Safety
    ///
    /// The host has just lowered an `error-code` into `self`.
    unsafe fn lift(self) -> Error {
        // SAFETY: the caller's promise; `other` is the last of the 37 cases.
        error::FILESYSTEM.error(unsafe { self.0.into_tag(36) })
    }
}

/// `result<T, error-code>`, as a return area or as the payload of a future.
#[repr(C)]
pub struct Outcome<T> {
    pub(in crate::abi) tag: u8,
    pub(in crate::abi) payload: Payload<T>,
}

/// The two cases' payloads on top of each other.
#[repr(C)]
pub union Payload<T> {
    pub(in crate::abi) ok: ManuallyDrop<MaybeUninit<T>>,
    pub(in crate::abi) error: ManuallyDrop<MaybeUninit<ErrorCode>>,
}

impl<T> Outcome<T> {
    /// # Safety
    ///
    /// The host has just lowered a `result<T, error-code>` into `self`.
    pub unsafe fn lift(self) -> Result<T, Error> {
        match self.tag {
            // SAFETY: `ok` means that this payload was lowered (of a unit there is nothing to lower).
            0 => Ok(unsafe { ManuallyDrop::into_inner(self.payload.ok).assume_init() }),
            // SAFETY: `error` means that this payload was lowered.
            1 => Err(unsafe { ManuallyDrop::into_inner(self.payload.error).assume_init().lift() }),
            _ => contract::broken("a result is ok or error"),
        }
    }
}

/// Calls an import with a return area and lifts what it stored there.
///
/// # Safety
///
/// `import` stores a `result<T, error-code>` where its argument points, before it returns.
pub unsafe fn returned<T>(import: impl FnOnce(*mut Outcome<T>)) -> Result<T, Error> {
    let mut area = MaybeUninit::<Outcome<T>>::uninit();
    import(area.as_mut_ptr());
    // SAFETY: the caller's promise. Bytes that no case of the result uses stay uninitialised, as their types allow.
    unsafe { area.assume_init().lift() }
}

/// `wasi:clocks/system-clock.instant`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Instant {
    pub(in crate::abi) seconds: i64,
    pub(in crate::abi) nanoseconds: u32,
}

/// `descriptor-stat`.
#[repr(C)]
pub struct DescriptorStat {
    pub(in crate::abi) kind: VariantWithOther,
    pub(in crate::abi) link_count: u64,
    pub(in crate::abi) size: u64,
    pub(in crate::abi) accessed: OptionOf<Instant>,
    pub(in crate::abi) modified: OptionOf<Instant>,
    pub(in crate::abi) changed: OptionOf<Instant>,
}

impl DescriptorStat {
    /// # Safety
    ///
    /// The host has just lowered a `descriptor-stat` into `self`.
    pub unsafe fn lift(self) -> Stat {
        let time = |instant: Instant| Timestamp { seconds: instant.seconds, nanoseconds: instant.nanoseconds };
        // SAFETY: the caller's promise, field by field.
        unsafe {
            Stat {
                kind: lift_kind(self.kind),
                links: self.link_count,
                size: self.size,
                accessed: self.accessed.lift().map(time),
                modified: self.modified.lift().map(time),
                changed: self.changed.lift().map(time),
            }
        }
    }
}

/// # Safety
///
/// The host has just lowered a `descriptor-type` into `kind`.
pub unsafe fn lift_kind(kind: VariantWithOther) -> DescriptorType {
    // SAFETY: the caller's promise; `other` is the last of the 8 cases.
    match unsafe { kind.into_tag(7) } {
        0 => DescriptorType::BlockDevice,
        1 => DescriptorType::CharacterDevice,
        2 => DescriptorType::Directory,
        3 => DescriptorType::Fifo,
        4 => DescriptorType::SymbolicLink,
        5 => DescriptorType::RegularFile,
        6 => DescriptorType::Socket,
        _ => DescriptorType::Other,
    }
}

/// `directory-entry`, as a stream carries it.
#[repr(C)]
pub struct DirectoryEntry {
    pub(in crate::abi) kind: VariantWithOther,
    pub(in crate::abi) name: StringResult,
}

/// `metadata-hash-value`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct MetadataHash {
    pub(in crate::abi) lower: u64,
    pub(in crate::abi) upper: u64,
}

/// An element of `preopens.get-directories`.
#[repr(C)]
pub struct Preopen {
    pub(in crate::abi) directory: u32,
    pub(in crate::abi) name: StringResult,
}

/// `tuple<stream<T>, future<result<_, error-code>>>`, by handle.
#[repr(C)]
pub struct StreamAndFuture {
    pub(in crate::abi) stream: u32,
    pub(in crate::abi) future: u32,
}

/// `list<T>` as a function returns it.
#[repr(C)]
pub struct ListResult<T> {
    pub(in crate::abi) pointer: *mut T,
    pub(in crate::abi) length: usize,
}

impl<T> ListResult<T> {
    /// The elements one by one; the list's memory goes with the iterator.
    ///
    /// # Safety
    ///
    /// The host has just lowered a list into `self`.
    pub unsafe fn lift(self) -> alloc_crate::vec::Vec<T> {
        if self.length == 0 {
            return alloc_crate::vec::Vec::new();
        }
        // SAFETY: the canonical ABI allocates a lowered list by one `cabi_realloc` of exactly its size and the element's
        // alignment, from the global allocator, and fills it.
        unsafe { alloc_crate::vec::Vec::from_raw_parts(self.pointer, self.length, self.length) }
    }
}

/// Copies a directory entry out of a buffer that a copy has filled.
///
/// # Safety
///
/// The host has lowered a `directory-entry` at `entry`, and it is lifted once.
pub unsafe fn lift_entry(entry: *const DirectoryEntry) -> (DescriptorType, String) {
    // SAFETY: the caller's promise.
    unsafe {
        let entry = ptr::read(entry);
        (lift_kind(entry.kind), entry.name.lift())
    }
}

/// The canonical ABI's sizes and alignments, where the pointers are the guest's.
#[cfg(target_family = "wasm")]
const _: () = {
    use core::mem::{align_of, offset_of, size_of};
    assert!(size_of::<VariantWithOther>() == 16 && align_of::<VariantWithOther>() == 4);
    assert!(offset_of!(VariantWithOther, other) == 4 && offset_of!(OptionOf<StringResult>, value) == 4);
    assert!(size_of::<Outcome<()>>() == 20 && offset_of!(Outcome<()>, payload) == 4);
    assert!(size_of::<Outcome<u32>>() == 20 && offset_of!(Outcome<u32>, payload) == 4);
    assert!(size_of::<OptionOf<Instant>>() == 24 && offset_of!(OptionOf<Instant>, value) == 8);
    assert!(size_of::<DescriptorStat>() == 104 && align_of::<DescriptorStat>() == 8);
    assert!(offset_of!(DescriptorStat, link_count) == 16 && offset_of!(DescriptorStat, size) == 24);
    assert!(offset_of!(DescriptorStat, accessed) == 32 && offset_of!(DescriptorStat, changed) == 80);
    assert!(size_of::<Outcome<DescriptorStat>>() == 112 && offset_of!(Outcome<DescriptorStat>, payload) == 8);
    assert!(size_of::<DirectoryEntry>() == 24 && offset_of!(DirectoryEntry, name) == 16);
    assert!(size_of::<Preopen>() == 12 && offset_of!(Preopen, name) == 4);
    assert!(size_of::<Outcome<MetadataHash>>() == 24 && size_of::<StreamAndFuture>() == 8);
};
