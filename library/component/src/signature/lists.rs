//! Lists and strings, which lie in memory of their own. Lists whose elements are plain cross as they are.

use alloc_crate::borrow::ToOwned;
use alloc_crate::boxed::Box;
use alloc_crate::string::String;
use alloc_crate::vec::Vec;

use super::types::Type;
use super::value::{Lent, Value, allocate, by_itself, free, layout_of, layout_of_existing};

/// `list<T>` and `string` in memory.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ListMemory {
    pointer: *const u8,
    length: usize,
}

// SAFETY: a pointer and a length (`CanonicalABI.md`, "list").
unsafe impl<T: Value> Value for Vec<T> {
    type Memory = ListMemory;
    type Reference = Self;
    const TYPE: &'static Type = &Type::List(T::TYPE);
    const CAN_LEND: bool = T::CAN_LEND;
    const OWNS_MEMORY: bool = true;

    #[inline]
    fn into_memory(self) -> ListMemory {
        let length = self.len();
        if T::IS_PLAIN {
            return ListMemory { pointer: Box::into_raw(self.into_boxed_slice()).cast(), length };
        }
        let memory = allocate(layout_of::<T>(length));
        for (index, element) in self.into_iter().enumerate() {
            // SAFETY: there is room for all elements.
            unsafe { memory.cast::<T::Memory>().add(index).write(element.into_memory()) };
        }
        ListMemory { pointer: memory.as_ptr(), length }
    }

    #[inline]
    unsafe fn from_memory(memory: ListMemory) -> Vec<T> {
        let ListMemory { pointer, length } = memory;
        if length == 0 {
            return Vec::new();
        }
        if T::IS_PLAIN {
            const { is_as_in_memory::<T>() };
            // SAFETY: the memory is the global allocator's, of just this many elements, which are valid because they are plain.
            return unsafe { Vec::from_raw_parts(pointer.cast_mut().cast(), length, length) };
        }
        let mut elements = Vec::with_capacity(length);
        for index in 0..length {
            // SAFETY: so many are there, and each is taken once.
            elements.push(unsafe { T::from_memory(pointer.cast::<T::Memory>().add(index).read()) });
        }
        // SAFETY: allocated for so many elements, and they have been taken.
        unsafe { free(pointer.cast_mut(), layout_of_existing::<T>(length)) };
        elements
    }

    by_itself!();

    #[inline]
    fn lend(&self, lent: &mut Lent) -> ListMemory {
        self[..].lend(lent)
    }

    #[inline]
    unsafe fn free(memory: ListMemory) {
        let ListMemory { pointer, length } = memory;
        if !T::IS_PLAIN {
            for index in 0..length {
                // SAFETY: so many are there, and each is freed once.
                unsafe { T::free(pointer.cast::<T::Memory>().add(index).read()) };
            }
        }
        // SAFETY: allocated for so many elements: by `allocate`, or as a boxed slice of them, which has the same layout.
        unsafe { free(pointer.cast_mut(), layout_of_existing::<T>(length)) };
    }
}

/// A plain value has the layout of its representation, whatever its author has said.
const fn is_as_in_memory<T: Value>() {
    let is_equal = size_of::<T>() == size_of::<T::Memory>() && align_of::<T>() == align_of::<T::Memory>();
    assert!(!T::IS_PLAIN || is_equal, "a plain value has the layout of its representation");
}

// SAFETY: a list of bytes, which are UTF-8: hosts and adapters check that (`CanonicalABI.md`, `load_string`).
unsafe impl Value for String {
    type Memory = ListMemory;
    type Reference = Self;
    const TYPE: &'static Type = &Type::String;
    const OWNS_MEMORY: bool = true;

    #[inline]
    fn into_memory(self) -> ListMemory {
        self.into_bytes().into_memory()
    }

    #[inline]
    unsafe fn from_memory(memory: ListMemory) -> String {
        // SAFETY: the caller's promise; it is UTF-8.
        unsafe { String::from_utf8_unchecked(Vec::from_memory(memory)) }
    }

    by_itself!();

    #[inline]
    fn lend(&self, lent: &mut Lent) -> ListMemory {
        self.as_bytes().lend(lent)
    }

    #[inline]
    unsafe fn free(memory: ListMemory) {
        // SAFETY: the caller's promise.
        unsafe { Vec::<u8>::free(memory) };
    }
}

// SAFETY: so many elements one behind the other (`CanonicalABI.md`, fixed-length "list").
unsafe impl<T: Value, const N: usize> Value for [T; N] {
    type Memory = [T::Memory; N];
    type Reference = Self;
    const TYPE: &'static Type = &Type::FixedList(T::TYPE, N);
    const IS_PLAIN: bool = T::IS_PLAIN;
    const CAN_LEND: bool = T::CAN_LEND;
    const OWNS_MEMORY: bool = T::OWNS_MEMORY;

    fn into_memory(self) -> Self::Memory {
        self.map(T::into_memory)
    }

    unsafe fn from_memory(memory: Self::Memory) -> Self {
        // SAFETY: the caller's promise holds for each of them.
        memory.map(|element| unsafe { T::from_memory(element) })
    }

    by_itself!();

    fn lend(&self, lent: &mut Lent) -> Self::Memory {
        self.each_ref().map(|element| element.lend(lent))
    }

    unsafe fn free(memory: Self::Memory) {
        for element in memory {
            // SAFETY: the caller's promise holds for each of them.
            unsafe { T::free(element) };
        }
    }
}

/// What a parameter refers to: `T`, `[T]` or `str`.
#[diagnostic::on_unimplemented(
    message = "a reference to `{Self}` has no type in the component model",
    label = "this cannot cross the boundary of a component"
)]
pub trait Borrowed {
    /// What an export owns while it runs, and the type of the parameter.
    type Owned: Value;

    /// The reference an export gets.
    fn of(owned: &Self::Owned) -> &Self;

    /// What an import passes.
    fn lend(&self, lent: &mut Lent) -> <Self::Owned as Value>::Memory;
}

impl<T: Value> Borrowed for T {
    type Owned = T::Reference;

    #[inline]
    fn of(owned: &T::Reference) -> &T {
        T::referred(owned)
    }

    #[inline]
    fn lend(&self, lent: &mut Lent) -> <T::Reference as Value>::Memory {
        const { assert!(T::Reference::CAN_LEND, "a handle goes over to the callee: pass it by value") };
        self.refer(lent)
    }
}

/// A reference of which an import passes a copy, because the call may outlive it.
pub trait Cloned: Borrowed {
    /// The copy.
    fn cloned(&self) -> Self::Owned;
}

impl<T: Value> Borrowed for [T] {
    type Owned = Vec<T>;

    #[inline]
    fn of(owned: &Vec<T>) -> &[T] {
        owned
    }

    #[inline]
    fn lend(&self, lent: &mut Lent) -> ListMemory {
        const { assert!(T::CAN_LEND, "a handle goes over to the callee: pass the list by value") };
        if T::IS_PLAIN {
            const { is_as_in_memory::<T>() };
            return ListMemory { pointer: self.as_ptr().cast(), length: self.len() };
        }
        ListMemory { pointer: lent.list(self), length: self.len() }
    }
}

impl Borrowed for str {
    type Owned = String;

    #[inline]
    fn of(owned: &String) -> &str {
        owned
    }

    #[inline]
    fn lend(&self, lent: &mut Lent) -> ListMemory {
        Borrowed::lend(self.as_bytes(), lent)
    }
}

impl<T: Value<Reference = T> + Clone> Cloned for T {
    fn cloned(&self) -> T {
        self.clone()
    }
}

impl<T: Value + Clone> Cloned for [T] {
    fn cloned(&self) -> Vec<T> {
        self.to_vec()
    }
}

impl Cloned for str {
    fn cloned(&self) -> String {
        self.to_owned()
    }
}
