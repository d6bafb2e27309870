//! Lowered values: strings, lists, options and results as they lie in linear memory.
//!
//! Canonical ABI, `store` and `load`: C's layout of a tag byte followed by the payload at its alignment, and of pointer and
//! length. The compiler lays these types out; `tests/abi_matches_wit.rs` compares sizes and offsets with WIT.
//!
//! **Invariant**: a value of one of these types that is initialised was stored by the host (or made by a constructor here)
//! and owns what it points to, in blocks from `cabi_realloc`. So the one unsafe step is `assume_init` on a return area, and
//! lifting is safe. Lift each value exactly once; one that is not lifted leaks what it owns.
//!
//! Arguments need none of this: a string or list argument is a pointer and a length, read by the host during the call.

use core::marker::PhantomData;
use core::mem::{ManuallyDrop, MaybeUninit, offset_of};

use alloc_crate::string::String;
use alloc_crate::vec::Vec;

use crate::abi::shape::{self, Kind, Lowered, Shape};
use crate::alloc;
use crate::assert;

/// A `list<T>`, lowered: `T` is the lowered element.
#[repr(C)]
pub struct RawList<T> {
    first: *mut T,
    count: usize,
    owns: PhantomData<T>,
}

impl<T> RawList<T> {
    /// The elements, still lowered.
    pub fn lift(self) -> Vec<T> {
        let first = alloc::received(self.first.cast(), self.count * size_of::<T>(), align_of::<T>());
        // SAFETY: by the type's invariant `count` elements lie there in a block from `cabi_realloc`. It is the global
        // allocator's, with the size and alignment of those elements (or, when empty, an aligned pointer to none).
        unsafe { Vec::from_raw_parts(first.as_ptr().cast(), self.count, self.count) }
    }
}

/// A `string`, lowered: UTF-8.
#[repr(C)]
pub struct RawString {
    bytes: RawList<u8>,
}

impl RawString {
    /// The string.
    #[cfg_attr(target_family = "wasm", rustc_nounwind)]
    pub fn lift(self) -> String {
        let bytes = self.bytes.lift();
        // SAFETY: whoever hands a string to a component must give UTF-8, and the host traps otherwise (Canonical ABI:
        // `load_string_from_range` at the side that lifts).
        unsafe { String::from_utf8_unchecked(bytes) }
    }
}

/// An `option<T>`, lowered.
#[repr(C)]
pub struct RawOption<T> {
    tag: u8,
    some: MaybeUninit<T>,
}

impl<T> RawOption<T> {
    /// The option, its payload still lowered.
    pub fn lift(self) -> Option<T> {
        match self.tag {
            0 => None,
            // SAFETY: by the type's invariant the payload of this tag was stored.
            1 => Some(unsafe { self.some.assume_init() }),
            _ => assert::broken("the tag of an option is 0 or 1"),
        }
    }
}

/// A `result<T, E>`, lowered.
#[repr(C)]
pub struct RawResult<T, E> {
    tag: u8,
    payload: Payload<T, E>,
}

#[repr(C)]
union Payload<T, E> {
    ok: ManuallyDrop<MaybeUninit<T>>,
    error: ManuallyDrop<MaybeUninit<E>>,
}

impl<T, E> RawResult<T, E> {
    /// The result, its payloads still lowered.
    pub fn lift(self) -> Result<T, E> {
        match self.tag {
            // SAFETY: by the type's invariant the payload of this tag was stored; every field of the union may be
            // uninitialised, so reading one is allowed whatever lies there.
            0 => Ok(unsafe { ManuallyDrop::into_inner(self.payload.ok).assume_init() }),
            // SAFETY: as above.
            1 => Err(unsafe { ManuallyDrop::into_inner(self.payload.error).assume_init() }),
            _ => assert::broken("the tag of a result is 0 or 1"),
        }
    }
}

/// A variant whose last case, `LAST`, is `other(option<string>)` and whose other cases have no payload.
#[repr(C)]
pub struct RawWithOther<const LAST: u8> {
    tag: u8,
    other: MaybeUninit<RawOption<RawString>>,
}

impl<const LAST: u8> RawWithOther<LAST> {
    /// The case. The text of `other` is freed: where it says nothing that a program could act on.
    pub fn lift(self) -> u8 {
        self.lift_with_text().0
    }

    /// The case, and the text of `other`.
    pub fn lift_with_text(self) -> (u8, Option<String>) {
        assert::holds(self.tag <= LAST, "the tag of a variant is one of its cases");
        if self.tag != LAST {
            return (self.tag, None);
        }
        // SAFETY: by the type's invariant the payload of this tag was stored.
        (self.tag, unsafe { self.other.assume_init() }.lift().map(RawString::lift))
    }
}

/// `tuple<stream<T>, future<U>>`: their readable ends.
#[repr(C)]
pub struct StreamAndFuture {
    /// The stream's readable end.
    pub stream: u32,
    /// The future's readable end.
    pub future: u32,
}

crate::lowered_record!(StreamAndFuture { stream, future });

// SAFETY: pointer and length.
unsafe impl<T: Lowered> Lowered for RawList<T> {
    const SHAPE: &'static Shape =
        &Shape { size: size_of::<Self>(), align: align_of::<Self>(), kind: Kind::List(T::SHAPE) };
}

// SAFETY: a string is a list of bytes.
unsafe impl Lowered for RawString {
    const SHAPE: &'static Shape = RawList::<u8>::SHAPE;
}

// SAFETY: tag and payload, at the compiler's offset.
unsafe impl<T: Lowered> Lowered for RawOption<T> {
    const SHAPE: &'static Shape = &Shape {
        size: size_of::<Self>(),
        align: align_of::<Self>(),
        kind: Kind::Variant { offset: offset_of!(Self, some), cases: &[None, Some(T::SHAPE)] },
    };
}

// SAFETY: tag and payload, at the compiler's offset.
unsafe impl<T: Lowered, E: Lowered> Lowered for RawResult<T, E> {
    const SHAPE: &'static Shape = &Shape {
        size: size_of::<Self>(),
        align: align_of::<Self>(),
        kind: Kind::Variant {
            offset: offset_of!(Self, payload),
            cases: &[shape::payload::<T>(), shape::payload::<E>()],
        },
    };
}

/// The cases of a variant that ends in `other(option<string>)`, as many as any has.
const CASES_WITH_OTHER: &[Option<&Shape>; 256] = {
    let mut cases = [None; 256];
    cases[255] = Some(RawOption::<RawString>::SHAPE);
    &{ cases }
};

// SAFETY: tag and payload, at the compiler's offset.
unsafe impl<const LAST: u8> Lowered for RawWithOther<LAST> {
    const SHAPE: &'static Shape = &Shape {
        size: size_of::<Self>(),
        align: align_of::<Self>(),
        kind: Kind::Variant {
            offset: offset_of!(Self, other),
            cases: CASES_WITH_OTHER.split_at(255 - LAST as usize).1,
        },
    };
}

/// What the fake host stores.
#[cfg(not(target_family = "wasm"))]
mod lower {
    use core::alloc::Layout;

    use super::*;

    impl<T> RawList<T> {
        /// Lowers a list: its elements move into a block from `cabi_realloc`.
        pub fn lower(elements: Vec<T>) -> RawList<T> {
            let elements = ManuallyDrop::new(elements);
            let count = elements.len();
            let size = count * size_of::<T>();
            let layout = Layout::from_size_align(size, align_of::<T>()).expect("a list that was in memory");
            let first = alloc::allocate(layout).cast::<T>();
            // SAFETY: the new block has room for `count` elements and nothing else points to it; the originals are not dropped.
            unsafe { core::ptr::copy_nonoverlapping(elements.as_ptr(), first, count) };
            if elements.capacity() > 0 {
                // SAFETY: the elements have moved out; this frees the vector's own block only.
                drop(unsafe { Vec::from_raw_parts(elements.as_ptr().cast_mut(), 0, elements.capacity()) });
            }
            RawList { first, count, owns: PhantomData }
        }
    }

    impl RawString {
        /// Lowers a string.
        pub fn lower(string: &str) -> RawString {
            RawString { bytes: RawList::lower(string.as_bytes().to_vec()) }
        }
    }

    impl<T> RawOption<T> {
        /// Lowers an option.
        pub fn lower(option: Option<T>) -> RawOption<T> {
            match option {
                None => RawOption { tag: 0, some: MaybeUninit::uninit() },
                Some(value) => RawOption { tag: 1, some: MaybeUninit::new(value) },
            }
        }
    }

    impl<const LAST: u8> RawWithOther<LAST> {
        /// Lowers a case without payload, or `other` without text.
        pub fn lower(case: u8) -> Self {
            RawWithOther { tag: case, other: MaybeUninit::new(RawOption::lower(None)) }
        }

        /// Lowers `other` with a text.
        pub fn lower_other(text: &str) -> Self {
            RawWithOther { tag: LAST, other: MaybeUninit::new(RawOption::lower(Some(RawString::lower(text)))) }
        }
    }

    impl<T, E> RawResult<T, E> {
        /// Lowers a result.
        pub fn lower(result: Result<T, E>) -> RawResult<T, E> {
            match result {
                Ok(ok) => RawResult { tag: 0, payload: Payload { ok: ManuallyDrop::new(MaybeUninit::new(ok)) } },
                Err(error) => {
                    RawResult { tag: 1, payload: Payload { error: ManuallyDrop::new(MaybeUninit::new(error)) } }
                }
            }
        }
    }
}
