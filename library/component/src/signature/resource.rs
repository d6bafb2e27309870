//! Resources: what crosses is a handle. Component model: `Explainer.md`, "Handle types".
//!
//! A resource of the program's own stands on the heap; its representation is where. A call is given a reference to it as that representation, and
//! the value itself as a handle, for which it is asked. One that others define is a handle here.

use core::marker::PhantomData;

use alloc_crate::boxed::Box;

use super::types::{Nominal, Type};
use super::value::{Lent, Value};

/// A type that is a resource.
///
/// # Safety
///
/// It is the resource of that name.
pub unsafe trait Resource: Value {
    /// What it is known by.
    const NOMINAL: &'static Nominal;
}

/// A resource of the program's own.
///
/// # Safety
///
/// The functions are its built-ins.
pub unsafe trait Exported: Resource {
    /// Canonical ABI: `resource.new`.
    #[allow(clippy::new_ret_no_self, reason = "the built-in's name")]
    fn new(representation: usize) -> u32;
    /// Canonical ABI: `resource.rep`.
    fn representation(handle: u32) -> usize;
    /// Canonical ABI: `resource.drop`.
    fn drop(handle: u32);
}

/// Where the value is. Empty, when it was taken back and the handle is about to be dropped.
type Slot<T> = Option<T>;

/// A handle for the value, which it owns from now on.
pub fn give<T: Exported>(value: T) -> u32 {
    let slot: *mut Slot<T> = Box::into_raw(Box::new(Some(value)));
    T::new(slot.expose_provenance())
}

/// The value, for the handle that owns it.
///
/// # Safety
///
/// The handle was passed to the program as an owned one.
pub unsafe fn take_back<T: Exported>(handle: u32) -> T {
    let slot = core::ptr::with_exposed_provenance_mut::<Slot<T>>(T::representation(handle));
    // SAFETY: it came from `give`; who owns the handle is the only one who refers to the value, and dropping it comes below.
    let value = unsafe { (*slot).take() };
    // This calls `destroy`.
    T::drop(handle);
    match value {
        Some(value) => value,
        None => unreachable!("a value is taken once"),
    }
}

/// Drops the value, because the handle that owns it is dropped.
///
/// # Safety
///
/// The representation came from [`give`], and this is called once for each.
pub unsafe fn destroy<T>(representation: *mut u8) {
    // SAFETY: the caller's promise.
    drop(unsafe { Box::from_raw(representation.cast::<Slot<T>>()) });
}

/// A reference to a resource of the program's own, as its functions are given it: the representation.
pub struct Borrow<T>(*const u8, PhantomData<fn() -> T>);

impl<T> Borrow<T> {
    /// The resource.
    pub fn get(&self) -> &T {
        // SAFETY: the host passes the representation of a resource that is alive until the call has returned.
        match unsafe { &*self.0.cast::<Slot<T>>() } {
            Some(value) => value,
            None => unreachable!("a value that is borrowed is there"),
        }
    }
}

// SAFETY: a handle, which for the component that defines the resource is the representation.
unsafe impl<T: Exported + 'static> Value for Borrow<T> {
    type Memory = usize;
    type Reference = Self;
    const TYPE: &'static Type = &Type::Borrow(T::NOMINAL);

    fn into_memory(self) -> usize {
        not_lent()
    }

    unsafe fn from_memory(representation: usize) -> Self {
        Borrow(core::ptr::with_exposed_provenance(representation), PhantomData)
    }

    fn referred(reference: &Self) -> &Self {
        reference
    }

    fn refer(&self, _: &mut Lent) -> usize {
        not_lent()
    }

    fn lend(&self, _: &mut Lent) -> usize {
        not_lent()
    }
}

/// A reference to a resource that others define. An export is given a handle, which it drops before it returns.
pub struct Held<T>(
    /// The resource.
    pub T,
);

// SAFETY: a handle.
unsafe impl<T: Resource<Memory = u32>> Value for Held<T> {
    type Memory = u32;
    type Reference = Self;
    const TYPE: &'static Type = &Type::Borrow(T::NOMINAL);

    fn into_memory(self) -> u32 {
        self.0.into_memory()
    }

    unsafe fn from_memory(handle: u32) -> Self {
        // SAFETY: the caller's promise.
        Held(unsafe { T::from_memory(handle) })
    }

    fn referred(reference: &Self) -> &Self {
        reference
    }

    fn refer(&self, lent: &mut Lent) -> u32 {
        self.lend(lent)
    }

    fn lend(&self, _: &mut Lent) -> u32 {
        not_lent()
    }
}

/// Ends the program: a handle goes over to the callee, and is never lent.
#[cold]
pub fn not_lent() -> ! {
    panic!("a handle is passed by value")
}
