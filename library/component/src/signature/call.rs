//! Calls: from the linker's functions into the program's, and out of the program.

#[cfg(target_family = "wasm")]
use core::alloc::Layout;
use core::cell::UnsafeCell;
#[cfg(target_family = "wasm")]
use core::future::Future;
use core::future::poll_fn;
use core::marker::PhantomData;
use core::mem::MaybeUninit;
use core::ptr;

use super::lists::Borrowed;
use super::types::Type;
#[cfg(target_family = "wasm")]
use super::value::free;
use super::value::{Lent, Value};
use crate::in_flight::InFlight;

/// What an exported function's own function is called for, if not for a call: the result, which the caller has read, is to be freed. The
/// linker knows it as `contract::signatures::FREE`.
const FREE: u32 = 1;

#[cfg(target_family = "wasm")]
crate::symbol! {
    "component_free" "(i32, i32, i32) -> ()" "0" "1" "2" = free_arguments;
}

/// Arguments that were too many for a function's parameters came in memory of the allocator, and the function has taken them.
#[cfg(target_family = "wasm")]
extern "C" fn free_arguments(memory: *mut u8, size: usize, alignment: usize) {
    let Ok(layout) = Layout::from_size_align(size, alignment) else { return };
    // SAFETY: the host got the memory by `cabi_realloc` for just this layout, and the linker calls this once.
    unsafe { free(memory, layout) };
}

/// Where an export leaves its result until the caller has read it, which is before anything else of this component runs.
pub struct Area<M>(UnsafeCell<MaybeUninit<M>>);

// SAFETY: threads take turns, and none has one between a result and its reading.
unsafe impl<M> Sync for Area<M> {}

impl<M> Area<M> {
    /// One without a result. A constant, because functions below std cannot be called in a program's statics.
    #[allow(clippy::declare_interior_mutable_const, reason = "each static has its own")]
    pub const EMPTY: Area<M> = Area(UnsafeCell::new(MaybeUninit::uninit()));
}

/// Does what the linker's functions ask of an exported function.
///
/// # Safety
///
/// `memory` is what `operation` says: a representation of arguments, or the result that the last call with this `area` has given.
#[inline(always)]
pub unsafe fn export<A: Value, R: Value>(
    operation: u32,
    memory: *mut u8,
    area: &Area<R::Memory>,
    function: impl FnOnce(A) -> R,
) -> *mut u8 {
    if R::OWNS_MEMORY && operation == FREE {
        // SAFETY: the caller's promise.
        unsafe { R::free(memory.cast::<R::Memory>().read()) };
        return ptr::null_mut();
    }
    // SAFETY: the caller's promise.
    let result = function(unsafe { A::from_memory(memory.cast::<A::Memory>().read()) }).into_memory();
    let area = area.0.get().cast::<R::Memory>();
    // SAFETY: nobody reads or writes it meanwhile, as `Area` says.
    unsafe { area.write(result) };
    area.cast()
}

/// The same for an `async` one, whose result goes to `give_back`. Gives what the callback of a task gives.
///
/// # Safety
///
/// As for [`export`]; `give_back` is the `task.return` of this function, which wants the representation of its result.
#[cfg(target_family = "wasm")]
#[inline(always)]
pub unsafe fn export_async<A: Value + 'static, R: Value, F: Future<Output = R> + 'static>(
    memory: *mut u8,
    function: impl FnOnce(A) -> F,
    give_back: unsafe extern "C" fn(*const u8),
) -> u32 {
    // SAFETY: the caller's promise.
    let future = function(unsafe { A::from_memory(memory.cast::<A::Memory>().read()) });
    crate::executor::begin_task(async move {
        let result = future.await.into_memory();
        // SAFETY: it is called once, with the result's representation; the caller has it when that returns, and the memory is still ours.
        unsafe {
            give_back((&raw const result).cast());
            R::free(result);
        }
    })
}

/// Calls an imported function.
///
/// # Safety
///
/// `function` is the linker's for this signature: it reads the arguments' representation and leaves the result's.
#[inline(always)]
pub unsafe fn import<A: Arguments, R: Value>(
    mut arguments: A,
    function: unsafe extern "C" fn(*const u8, *mut u8),
) -> R {
    let mut lent = Lent::new();
    let memory = arguments.begin(&mut lent);
    let mut result = MaybeUninit::<R::Memory>::uninit();
    // SAFETY: the caller's promise. What is lent is there until this function returns.
    unsafe { function((&raw const memory).cast(), result.as_mut_ptr().cast()) };
    // SAFETY: the callee has read the arguments, and left a result, which is taken once.
    unsafe {
        A::end(memory);
        R::from_memory(result.assume_init())
    }
}

/// Calls an imported `async` function; it begins when the future is first polled, and is cancelled when that is dropped.
///
/// # Safety
///
/// As for [`import`]; `function` gives what the import gives.
pub async unsafe fn import_async<A: Arguments + 'static, R: Value + 'static>(
    arguments: A,
    function: unsafe extern "C" fn(*const u8, *mut u8) -> u32,
) -> R {
    let begin = |held: *const Held<A>, result: *mut R::Memory| {
        // SAFETY: the caller's promise. `Held` begins with the arguments.
        unsafe { function(held.cast(), result.cast()) }
    };
    // SAFETY: it calls one import, which points to what is held.
    let mut call: Call<_, R> = Call(Some(unsafe { InFlight::begin(Held::of(arguments), begin) }));
    poll_fn(|context| match &mut call.0 {
        Some(in_flight) => in_flight.poll(context),
        None => core::task::Poll::Ready(()),
    })
    .await;
    let returned = call.0.take().and_then(|in_flight| in_flight.returned().ok());
    let Some(result) = returned else { unreachable!("a call that has ended has returned") };
    // SAFETY: the callee has left it, and it is taken once.
    unsafe { R::from_memory(result) }
}

/// A call that is dropped is cancelled; what it still gave is dropped.
struct Call<A: Arguments, R: Value>(Option<InFlight<R::Memory, Held<A>>>);

impl<A: Arguments, R: Value> Drop for Call<A, R> {
    fn drop(&mut self) {
        if let Some(result) = self.0.take().and_then(InFlight::cancel) {
            // SAFETY: the callee has left it, and it is taken once.
            drop(unsafe { R::from_memory(result) });
        }
    }
}

/// Arguments of a call that goes on.
#[repr(C)]
struct Held<A: Arguments> {
    memory: A::Memory,
    _arguments: A,
    _lent: Lent,
}

impl<A: Arguments> Held<A> {
    fn of(mut arguments: A) -> Held<A> {
        let mut lent = Lent::new();
        Held { memory: arguments.begin(&mut lent), _arguments: arguments, _lent: lent }
    }
}

impl<A: Arguments> Drop for Held<A> {
    fn drop(&mut self) {
        // SAFETY: the call has ended, and this is done once.
        unsafe { A::end(self.memory) };
    }
}

/// An argument of an import.
pub trait Argument {
    /// Its representation.
    type Memory: Copy;
    /// Its type.
    const TYPE: &'static Type;

    /// Gives or lends it.
    fn begin(&mut self, lent: &mut Lent) -> Self::Memory;

    /// Frees the memory of one that was given.
    ///
    /// # Safety
    ///
    /// The representation came from `begin`, the callee has read it, and this is called once.
    unsafe fn end(memory: Self::Memory);
}

/// One that is passed by value.
pub struct Given<T>(Option<T>);

impl<T> Given<T> {
    /// Gives it.
    #[inline(always)]
    pub const fn new(value: T) -> Given<T> {
        Given(Some(value))
    }
}

impl<T: Value> Argument for Given<T> {
    type Memory = T::Memory;
    const TYPE: &'static Type = T::TYPE;

    #[inline(always)]
    fn begin(&mut self, lent: &mut Lent) -> T::Memory {
        match &self.0 {
            Some(value) if T::CAN_LEND => value.lend(lent),
            _ => match self.0.take() {
                Some(value) => value.into_memory(),
                None => unreachable!("an argument is passed once"),
            },
        }
    }

    #[inline(always)]
    unsafe fn end(memory: T::Memory) {
        if !T::CAN_LEND {
            // SAFETY: the caller's promise.
            unsafe { T::free(memory) };
        }
    }
}

/// A resource on which an `async` import is called. It must outlive the call; if it does not, dropping it traps.
pub struct Referred<T: Value>(<T::Reference as Value>::Memory, PhantomData<fn() -> T>);

impl<T: Value> Referred<T> {
    /// Refers to it.
    pub fn new(value: &T) -> Referred<T> {
        const { assert!(!T::CAN_LEND, "this is for handles, which nothing is lent with") };
        Referred(value.refer(&mut Lent::new()), PhantomData)
    }
}

impl<T: Value> Argument for Referred<T> {
    type Memory = <T::Reference as Value>::Memory;
    const TYPE: &'static Type = T::Reference::TYPE;

    fn begin(&mut self, _: &mut Lent) -> Self::Memory {
        self.0
    }

    unsafe fn end(_: Self::Memory) {}
}

impl<T: Borrowed + ?Sized> Argument for &T {
    type Memory = <T::Owned as Value>::Memory;
    const TYPE: &'static Type = <T::Owned as Value>::TYPE;

    #[inline(always)]
    fn begin(&mut self, lent: &mut Lent) -> Self::Memory {
        (**self).lend(lent)
    }

    #[inline(always)]
    unsafe fn end(_: Self::Memory) {}
}

/// All arguments of an import.
pub trait Arguments {
    /// Their representation: that of a record.
    type Memory: Copy;

    /// See [`Argument::begin`].
    fn begin(&mut self, lent: &mut Lent) -> Self::Memory;

    /// See [`Argument::end`].
    ///
    /// # Safety
    ///
    /// See there.
    unsafe fn end(memory: Self::Memory);
}

impl Arguments for () {
    type Memory = ();

    #[inline(always)]
    fn begin(&mut self, _: &mut Lent) {}

    #[inline(always)]
    unsafe fn end((): ()) {}
}

macro_rules! arguments {
    ($($memory:ident ($($name:ident $index:tt),+);)+) => {$(
        impl<$($name: Argument),+> Arguments for ($($name,)+) {
            type Memory = super::value::$memory<$($name::Memory),+>;

            #[inline(always)]
            fn begin(&mut self, lent: &mut Lent) -> Self::Memory {
                super::value::$memory($(self.$index.begin(lent)),+)
            }

            #[inline(always)]
            unsafe fn end(memory: Self::Memory) {
                // SAFETY: the caller's promise holds for each of them.
                unsafe { $($name::end(memory.$index);)+ }
            }
        }
    )+};
}

super::value::for_each_arity!(arguments);
