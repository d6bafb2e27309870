//! Values that cross the boundary of a component: their types, and their representation in memory.

use core::alloc::Layout;
use core::mem::MaybeUninit;
use core::ptr::NonNull;

use alloc_crate::vec::Vec;

use super::types::Type;

/// A type whose values cross the boundary of a component.
///
/// # Safety
///
/// `Memory` has the layout that the canonical ABI gives a value of [`Value::TYPE`] in memory (`CanonicalABI.md`, "Loading" and "Storing"). If
/// `IS_PLAIN`, so has `Self`, every value that is valid there is valid here, and the other way round.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no type in the component model",
    label = "a value of this type cannot cross the boundary of a component",
    note = "numbers of fixed size, `bool`, `char`, `String`, `Vec<T>`, `[T; N]`, `Option<T>`, `Result<T, E>` and tuples can, and so can types with \
            `#[repr(wasm)]`",
    note = "instead of `usize` use `u32` or `u64`; instead of `Duration` a number whose name says the unit; instead of a map a list of pairs"
)]
pub unsafe trait Value: Sized {
    /// A value as it stands in memory.
    type Memory: Copy + 'static;
    /// What a reference to it is passed as: a value of its own, or for a resource a handle that is given back.
    type Reference: Value;
    /// Its type.
    const TYPE: &'static Type;
    /// Its representation in Rust is the one in memory.
    const IS_PLAIN: bool = false;
    /// It is passed by lending what it is made of, and stays the caller's. Handles are not: they go over to the callee.
    const CAN_LEND: bool = true;
    /// Its representation may own memory.
    const OWNS_MEMORY: bool = false;

    /// Gives it away: what it owns belongs to the representation.
    fn into_memory(self) -> Self::Memory;

    /// Takes it back.
    ///
    /// # Safety
    ///
    /// The representation came from `into_memory` or from the host, and is not used again.
    unsafe fn from_memory(memory: Self::Memory) -> Self;

    /// A representation that refers to what the value owns, good for as long as the value and `lent` are there.
    fn lend(&self, lent: &mut Lent) -> Self::Memory;

    /// What an export is given that has a reference as parameter.
    fn referred(reference: &Self::Reference) -> &Self;

    /// What an import is given that has a reference as parameter; as [`Value::lend`].
    fn refer(&self, lent: &mut Lent) -> <Self::Reference as Value>::Memory;

    /// Frees the memory that a representation owns. What handles in it stand for belongs to somebody else by then.
    ///
    /// # Safety
    ///
    /// The representation came from `into_memory`, and is not used again.
    unsafe fn free(memory: Self::Memory) {
        _ = memory;
    }
}

/// Memory that a representation needs beside the value that is lent. Dropping it frees it.
#[derive(Default)]
pub struct Lent(Vec<(NonNull<u8>, Layout)>);

impl Lent {
    /// None.
    pub const fn new() -> Lent {
        Lent(Vec::new())
    }

    /// A list in the representation of its elements.
    pub(super) fn list<T: Value>(&mut self, elements: &[T]) -> *const u8 {
        let layout = layout_of::<T>(elements.len());
        let memory = allocate(layout);
        if layout.size() > 0 {
            self.0.push((memory, layout));
        }
        for (index, element) in elements.iter().enumerate() {
            // SAFETY: there is room for all elements.
            unsafe { memory.cast::<T::Memory>().add(index).write(element.lend(self)) };
        }
        memory.as_ptr()
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        for (memory, layout) in self.0.drain(..) {
            // SAFETY: allocated in `list` with this layout, and freed once.
            unsafe { free(memory.as_ptr(), layout) };
        }
    }
}

/// Ends the program: memory has the number of a case that its type does not have, which no host stores.
#[cold]
pub fn no_case() -> ! {
    panic!("the host has passed a case that its type does not have");
}

/// The memory of so many elements in their representation.
pub(super) fn layout_of<T: Value>(length: usize) -> Layout {
    match Layout::array::<T::Memory>(length) {
        Ok(layout) => layout,
        // Without the number, whose text would be code in every program.
        Err(_) => panic!("a list is larger than memory"),
    }
}

/// The memory of so many elements that are there.
///
/// # Safety
///
/// So many lie in memory.
pub(super) unsafe fn layout_of_existing<T: Value>(length: usize) -> Layout {
    // SAFETY: what lies in memory is not larger than memory, and the alignment is a type's.
    unsafe { Layout::from_size_align_unchecked(length * size_of::<T::Memory>(), align_of::<T::Memory>()) }
}

/// Memory of the global allocator, as the host gets it by `cabi_realloc`.
pub(super) fn allocate(layout: Layout) -> NonNull<u8> {
    if layout.size() == 0 {
        return layout.dangling_ptr();
    }
    // SAFETY: the layout has a size.
    let memory = unsafe { alloc_crate::alloc::alloc(layout) };
    NonNull::new(memory).unwrap_or_else(|| alloc_crate::alloc::handle_alloc_error(layout))
}

/// Gives it back.
///
/// # Safety
///
/// It came from [`allocate`] or `cabi_realloc` with this layout, and is not used again.
pub(super) unsafe fn free(memory: *mut u8, layout: Layout) {
    if layout.size() > 0 {
        // SAFETY: the caller's promise.
        unsafe { alloc_crate::alloc::dealloc(memory, layout) };
    }
}

/// What a value refers to, and is referred to by, that is passed as itself.
macro_rules! by_itself {
    () => {
        #[inline]
        fn referred(reference: &Self) -> &Self {
            reference
        }

        #[inline]
        fn refer(&self, lent: &mut Lent) -> Self::Memory {
            Value::lend(self, lent)
        }
    };
}
pub(super) use by_itself;

macro_rules! plain {
    ($($rust:ty = $ty:ident),+) => {$(
        // SAFETY: the canonical ABI stores it as wasm does, with its size as alignment; what a host stores is in range.
        unsafe impl Value for $rust {
            type Memory = $rust;
            type Reference = Self;
            const TYPE: &'static Type = &Type::$ty;
            const IS_PLAIN: bool = true;

            #[inline]
            fn into_memory(self) -> $rust {
                self
            }

            #[inline]
            unsafe fn from_memory(memory: $rust) -> $rust {
                memory
            }

            by_itself!();


            #[inline]
            fn lend(&self, _: &mut Lent) -> $rust {
                *self
            }
        }
    )+};
}

plain! {
    bool = Bool, u8 = U8, u16 = U16, u32 = U32, u64 = U64, i8 = S8, i16 = S16, i32 = S32, i64 = S64, f32 = F32, f64 = F64, char = Char
}

// SAFETY: nothing takes no room.
unsafe impl Value for () {
    type Memory = ();
    type Reference = Self;
    const TYPE: &'static Type = &Type::Unit;

    fn into_memory(self) {}

    unsafe fn from_memory((): ()) {}

    by_itself!();

    fn lend(&self, _: &mut Lent) {}
}

/// `option<T>` in memory.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct OptionMemory<T: Copy> {
    tag: u8,
    payload: MaybeUninit<T>,
}

// SAFETY: a variant of two cases: a byte that says which, and the payload at its own alignment (`CanonicalABI.md`, "variant").
unsafe impl<T: Value> Value for Option<T> {
    type Memory = OptionMemory<T::Memory>;
    type Reference = Self;
    const TYPE: &'static Type = &Type::Option(T::TYPE);
    const CAN_LEND: bool = T::CAN_LEND;
    const OWNS_MEMORY: bool = T::OWNS_MEMORY;

    #[inline]
    fn into_memory(self) -> Self::Memory {
        match self {
            None => OptionMemory { tag: 0, payload: MaybeUninit::uninit() },
            Some(value) => OptionMemory { tag: 1, payload: MaybeUninit::new(value.into_memory()) },
        }
    }

    #[inline]
    unsafe fn from_memory(memory: Self::Memory) -> Self {
        // SAFETY: the tag says that the payload is there, which is taken once.
        (memory.tag != 0).then(|| unsafe { T::from_memory(memory.payload.assume_init()) })
    }

    by_itself!();

    #[inline]
    fn lend(&self, lent: &mut Lent) -> Self::Memory {
        match self {
            None => OptionMemory { tag: 0, payload: MaybeUninit::uninit() },
            Some(value) => OptionMemory { tag: 1, payload: MaybeUninit::new(value.lend(lent)) },
        }
    }

    #[inline]
    unsafe fn free(memory: Self::Memory) {
        if memory.tag != 0 {
            // SAFETY: as above.
            unsafe { T::free(memory.payload.assume_init()) };
        }
    }
}

/// `result<T, E>` in memory.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ResultMemory<T: Copy, E: Copy> {
    tag: u8,
    payload: ResultPayload<T, E>,
}

#[repr(C)]
#[derive(Clone, Copy)]
union ResultPayload<T: Copy, E: Copy> {
    ok: T,
    error: E,
}

// SAFETY: as `Option`.
unsafe impl<T: Value, E: Value> Value for Result<T, E> {
    type Memory = ResultMemory<T::Memory, E::Memory>;
    type Reference = Self;
    const TYPE: &'static Type = &Type::Result(T::TYPE, E::TYPE);
    const CAN_LEND: bool = T::CAN_LEND && E::CAN_LEND;
    const OWNS_MEMORY: bool = T::OWNS_MEMORY || E::OWNS_MEMORY;

    #[inline]
    fn into_memory(self) -> Self::Memory {
        match self {
            Ok(value) => ResultMemory { tag: 0, payload: ResultPayload { ok: value.into_memory() } },
            Err(error) => ResultMemory { tag: 1, payload: ResultPayload { error: error.into_memory() } },
        }
    }

    #[inline]
    unsafe fn from_memory(memory: Self::Memory) -> Self {
        // SAFETY: the tag says which payload is there, and it is taken once.
        unsafe {
            match memory.tag {
                0 => Ok(T::from_memory(memory.payload.ok)),
                _ => Err(E::from_memory(memory.payload.error)),
            }
        }
    }

    by_itself!();

    #[inline]
    fn lend(&self, lent: &mut Lent) -> Self::Memory {
        match self {
            Ok(value) => ResultMemory { tag: 0, payload: ResultPayload { ok: value.lend(lent) } },
            Err(error) => ResultMemory { tag: 1, payload: ResultPayload { error: error.lend(lent) } },
        }
    }

    #[inline]
    unsafe fn free(memory: Self::Memory) {
        // SAFETY: as above.
        unsafe {
            match memory.tag {
                0 => T::free(memory.payload.ok),
                _ => E::free(memory.payload.error),
            }
        }
    }
}

macro_rules! tuples {
    ($($memory:ident ($($name:ident $index:tt),+);)+) => {$(
        /// A tuple in memory.
        #[repr(C)]
        #[derive(Clone, Copy)]
        pub struct $memory<$($name),+>($(pub(super) $name),+);

        // SAFETY: a record: its fields in order, each at its own alignment, which is what `repr(C)` says.
        unsafe impl<$($name: Value),+> Value for ($($name,)+) {
            type Memory = $memory<$($name::Memory),+>;
            type Reference = Self;
            const TYPE: &'static Type = &Type::Tuple(&[$($name::TYPE),+]);
            const CAN_LEND: bool = $($name::CAN_LEND &&)+ true;
            const OWNS_MEMORY: bool = $($name::OWNS_MEMORY ||)+ false;

            #[inline]
            fn into_memory(self) -> Self::Memory {
                $memory($(self.$index.into_memory()),+)
            }

            #[inline]
            unsafe fn from_memory(memory: Self::Memory) -> Self {
                // SAFETY: the caller's promise holds for each of them.
                unsafe { ($($name::from_memory(memory.$index),)+) }
            }

            by_itself!();


            #[inline]
            fn lend(&self, lent: &mut Lent) -> Self::Memory {
                $memory($(self.$index.lend(lent)),+)
            }

            #[inline]
            unsafe fn free(memory: Self::Memory) {
                // SAFETY: the caller's promise holds for each of them.
                unsafe { $($name::free(memory.$index);)+ }
            }
        }
    )+};
}

/// Calls a macro with all numbers of fields that tuples and parameters may have.
macro_rules! for_each_arity {
    ($call:ident) => {
        $call! {
            Memory1(A 0);
            Memory2(A 0, B 1);
            Memory3(A 0, B 1, C 2);
            Memory4(A 0, B 1, C 2, D 3);
            Memory5(A 0, B 1, C 2, D 3, E 4);
            Memory6(A 0, B 1, C 2, D 3, E 4, F 5);
            Memory7(A 0, B 1, C 2, D 3, E 4, F 5, G 6);
            Memory8(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);
            Memory9(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8);
            Memory10(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9);
            Memory11(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10);
            Memory12(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11);
            Memory13(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12);
            Memory14(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12, N 13);
            Memory15(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12, N 13, O 14);
            Memory16(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12, N 13, O 14, P 15);
        }
    };
}
pub(super) use for_each_arity;

for_each_arity!(tuples);
