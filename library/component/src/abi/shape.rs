//! Shapes: how a lowered type lies in memory, told in the words of WIT.
//!
//! For two readers: `tests/abi_matches_wit.rs`, which holds the shape of what every pointer in [`super::TABLE`] points to
//! against the WIT type that must be there: sizes, alignments, offsets and cases; and the compiler, which computes the
//! layout anew for each target ([`Shape::canonical`]). Nothing of this is in a program.

/// A type in memory.
#[derive(Debug)]
pub struct Shape {
    /// Bytes.
    pub size: usize,
    /// Bytes.
    pub align: usize,
    /// What it is made of.
    pub kind: Kind,
}

/// What a type in memory is made of.
#[derive(Debug)]
pub enum Kind {
    /// An integer, flags, an enumeration or a handle.
    Scalar,
    /// Pointer and length of a `list` (or of a `string`, which is one of bytes).
    List(&'static Shape),
    /// A `record` or `tuple`: each field's offset and shape, in order.
    Record(&'static [(usize, &'static Shape)]),
    /// A `variant`, `option` or `result`: a tag of one byte, then the payload.
    Variant {
        /// Where the payload begins.
        offset: usize,
        /// Each case's payload.
        cases: &'static [Option<&'static Shape>],
    },
}

/// Types that lie in memory as a WIT type does, lowered.
///
/// # Safety
///
/// `SHAPE` describes the type as the compiler lays it out.
pub unsafe trait Lowered {
    /// The shape.
    const SHAPE: &'static Shape;
}

impl Shape {
    /// This shape, if the compiler has laid it out as the canonical ABI does (`alignment`, `elem_size` and the offsets in
    /// `load`), pointers being as large as the compiler's. Evaluated for every import when this crate is compiled: so what the
    /// tests find out about the 64-bit host's layout holds for wasm32 as well.
    pub const fn canonical(&'static self) -> &'static Shape {
        let (size, align) = match self.kind {
            Kind::Scalar => (self.size, self.size),
            Kind::List(element) => {
                element.canonical();
                (2 * size_of::<usize>(), align_of::<usize>())
            }
            Kind::Record(fields) => {
                let (mut end, mut align, mut index) = (0, 1, 0);
                while index < fields.len() {
                    let (offset, field) = fields[index];
                    field.canonical();
                    assert!(offset == align_to(end, field.align), "a field follows the one before it");
                    (end, align) = (offset + field.size, max(align, field.align));
                    index += 1;
                }
                (align_to(end, align), align)
            }
            Kind::Variant { offset, cases } => {
                assert!(cases.len() <= 256, "the tag is one byte");
                let (mut largest, mut align, mut index) = (0, 1, 0);
                while index < cases.len() {
                    if let Some(case) = cases[index] {
                        case.canonical();
                        (largest, align) = (max(largest, case.size), max(align, case.align));
                    }
                    index += 1;
                }
                assert!(largest == 0 || offset == align, "the payload is at its alignment, behind the tag");
                (align_to(align_to(1, align) + largest, align), align)
            }
        };
        assert!(self.size == size && self.align == align, "size and alignment are the canonical ABI's");
        self
    }
}

const fn align_to(offset: usize, align: usize) -> usize {
    offset.next_multiple_of(align)
}

const fn max(one: usize, other: usize) -> usize {
    if one > other { one } else { other }
}

/// The payload of a case: none for `()`.
pub const fn payload<T: Lowered>() -> Option<&'static Shape> {
    if size_of::<T>() == 0 { None } else { Some(T::SHAPE) }
}

/// The shape of a field, told from how to get at it.
pub const fn field<S, T: Lowered>(_: fn(&S) -> &T) -> &'static Shape {
    T::SHAPE
}

macro_rules! scalars {
    ($($type:ty),*) => {$(
        // SAFETY: an integer.
        unsafe impl Lowered for $type {
            const SHAPE: &'static Shape =
                &Shape { size: size_of::<$type>(), align: align_of::<$type>(), kind: Kind::Scalar };
        }
    )*};
}

scalars!(u8, u16, u32, u64, i64);

// SAFETY: no field, no byte.
unsafe impl Lowered for () {
    const SHAPE: &'static Shape = &Shape { size: 0, align: 1, kind: Kind::Record(&[]) };
}

macro_rules! arrays {
    ($($count:literal: $($index:literal)*,)*) => {$(
        // SAFETY: a tuple of so many values of one type: they lie one after another, as in an array.
        unsafe impl<T: Lowered> Lowered for [T; $count] {
            const SHAPE: &'static Shape = &Shape {
                size: size_of::<Self>(),
                align: align_of::<Self>(),
                kind: Kind::Record(&[$(($index * size_of::<T>(), T::SHAPE)),*]),
            };
        }
    )*};
}

arrays! {
    2: 0 1,
    4: 0 1 2 3,
    8: 0 1 2 3 4 5 6 7,
}

/// Implements [`Lowered`] for a `#[repr(C)]` struct that is a WIT record or tuple: its fields in order.
#[macro_export]
macro_rules! lowered_record {
    ($type:ty { $($field:ident),* $(,)? }) => {
        // SAFETY: offsets and shapes are the compiler's own.
        unsafe impl $crate::abi::shape::Lowered for $type {
            const SHAPE: &'static $crate::abi::shape::Shape = &$crate::abi::shape::Shape {
                size: size_of::<$type>(),
                align: align_of::<$type>(),
                kind: $crate::abi::shape::Kind::Record(&[$((
                    core::mem::offset_of!($type, $field),
                    $crate::abi::shape::field(|record: &$type| &record.$field),
                )),*]),
            };
        }
    };
}

/// Implements [`Lowered`] for a `#[repr(C)]` struct of a tag byte and a payload that is a WIT variant: the field that holds
/// the payload, and each case's payload type in order, `()` for none.
#[macro_export]
macro_rules! lowered_variant {
    ($type:ty { $payload:ident: $($case:ty),* $(,)? }) => {
        // SAFETY: the offset is the compiler's own, and so are the cases' shapes.
        unsafe impl $crate::abi::shape::Lowered for $type {
            const SHAPE: &'static $crate::abi::shape::Shape = &$crate::abi::shape::Shape {
                size: size_of::<$type>(),
                align: align_of::<$type>(),
                kind: $crate::abi::shape::Kind::Variant {
                    offset: core::mem::offset_of!($type, $payload),
                    cases: &[$($crate::abi::shape::payload::<$case>()),*],
                },
            };
        }
    };
}
