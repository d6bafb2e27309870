//! State that the whole component instance shares: caches, tables, what is open.
//!
//! An instance's threads are cooperative: they switch only inside calls out of the instance. So shared state needs no
//! lock and no atomic, only the rule that *no borrow crosses a blocking call*. An [`InstanceCell`] gives its value to
//! one closure at a time, and [`crate::block`] asserts (in builds with debug assertions) that no closure is running
//! when a thread stops.
//!
//! Off wasm every instance of the fake host has values of its own, so that tests do not see each other.

/// Declares state of the instance: `instance_state! { static NAME: Type = constant; }`, used by `NAME.with(|value|
/// ...)`.
#[macro_export]
macro_rules! instance_state {
    ($($(#[$meta:meta])* $vis:vis static $name:ident: $type:ty = $value:expr;)*) => {$(
        $(#[$meta])*
        #[cfg(target_family = "wasm")]
        $vis static $name: $crate::instance::InstanceCell<$type> = $crate::instance::InstanceCell::new($value);
        $(#[$meta])*
        #[cfg(not(target_family = "wasm"))]
        $vis static $name: $crate::instance::InstanceCell<$type> = $crate::instance::InstanceCell::new(|| $value);
    )*};
}

/// Declares what the instance's threads share by reference: `instance_shared! { static NAME: Type = constant; }`, used
/// by `NAME.with(|value| ...)`. The closure may block: it is the value's affair what happens meanwhile.
#[macro_export]
macro_rules! instance_shared {
    ($($(#[$meta:meta])* $vis:vis static $name:ident: $type:ty = $value:expr;)*) => {$(
        $(#[$meta])*
        #[cfg(target_family = "wasm")]
        $vis static $name: $crate::instance::InstanceShared<$type> = $crate::instance::InstanceShared::new($value);
        $(#[$meta])*
        #[cfg(not(target_family = "wasm"))]
        $vis static $name: $crate::instance::InstanceShared<$type> =
            $crate::instance::InstanceShared::new(|| core::mem::ManuallyDrop::new($value));
    )*};
}

#[cfg(target_family = "wasm")]
pub(crate) use cell::assert_nothing_borrowed;
#[cfg(target_family = "wasm")]
pub use cell::{InstanceCell, InstanceShared};
#[cfg(not(target_family = "wasm"))]
pub(crate) use per_instance::assert_nothing_borrowed;
#[cfg(not(target_family = "wasm"))]
pub use per_instance::{InstanceCell, InstanceShared};

#[cfg(target_family = "wasm")]
mod cell {
    use core::cell::{Cell, UnsafeCell};

    use crate::assert;

    /// A value of the instance. Made by [`instance_state!`](crate::instance_state).
    pub struct InstanceCell<T> {
        borrowed: Cell<bool>,
        value: UnsafeCell<T>,
    }

    // SAFETY: linear memory belongs to one instance, which one thread at a time runs (component model, cooperative
    // threads); threads switch only in calls out of the instance, and `borrowed` refuses a second borrow whoever asks
    // for it.
    unsafe impl<T> Sync for InstanceCell<T> {}

    impl<T> InstanceCell<T> {
        /// Makes the cell; see [`instance_state!`](crate::instance_state).
        pub const fn new(value: T) -> Self {
            InstanceCell { borrowed: Cell::new(false), value: UnsafeCell::new(value) }
        }

        /// Runs `f` on the value. `f` must neither block nor come back to the same cell.
        #[inline]
        pub fn with<R>(&'static self, f: impl FnOnce(&mut T) -> R) -> R {
            assert::holds(!self.borrowed.replace(true), "instance state is borrowed by one closure at a time");
            count_borrow(1);
            let _returned = Returned(&self.borrowed);
            // SAFETY: `borrowed` was false and is now true until `_returned` is dropped, after `f`: no other reference
            // exists.
            f(unsafe { &mut *self.value.get() })
        }
    }

    /// A value that threads share. Made by [`instance_shared!`](crate::instance_shared).
    pub struct InstanceShared<T>(T);

    // SAFETY: one thread at a time runs, and they switch only in calls out of the instance: nobody is in the middle of
    // changing a value that can be changed through a shared reference.
    unsafe impl<T> Sync for InstanceShared<T> {}

    impl<T> InstanceShared<T> {
        /// Makes it; see [`instance_shared!`](crate::instance_shared).
        pub const fn new(value: T) -> Self {
            InstanceShared(value)
        }

        /// Runs `f` on the value.
        #[inline]
        pub fn with<R>(&'static self, f: impl FnOnce(&T) -> R) -> R {
            f(&self.0)
        }
    }

    /// Gives the borrow back, also when the closure unwinds.
    struct Returned<'a>(&'a Cell<bool>);

    impl Drop for Returned<'_> {
        fn drop(&mut self) {
            count_borrow(-1);
            self.0.set(false);
        }
    }

    /// How many cells are borrowed. Kept in builds with debug assertions only: it is a check, not a mechanism.
    struct Borrows(Cell<i32>);

    // SAFETY: as for `InstanceCell`: one thread at a time, and a `Cell` is not held across calls.
    unsafe impl Sync for Borrows {}

    static BORROWS: Borrows = Borrows(Cell::new(0));

    #[inline(always)]
    fn count_borrow(change: i32) {
        if cfg!(debug_assertions) {
            BORROWS.0.set(BORROWS.0.get() + change);
        }
    }

    #[inline(always)]
    pub(crate) fn assert_nothing_borrowed() {
        if cfg!(debug_assertions) {
            assert::holds(BORROWS.0.get() == 0, "no borrow of instance state crosses a blocking call");
        }
    }
}

#[cfg(not(target_family = "wasm"))]
mod per_instance {
    use core::mem::ManuallyDrop;
    use std::any::Any;
    use std::boxed::Box;
    use std::cell::RefCell;
    use std::collections::BTreeMap;

    use crate::abi::fake::instance::{PerInstance, per_instance};
    use crate::assert;

    /// A value that the threads of a fake instance share. It ends as a real instance's does: with the memory, and
    /// nothing is dropped.
    pub type InstanceShared<T> = PerInstance<ManuallyDrop<T>>;

    /// A value of each fake instance. Made by [`instance_state!`](crate::instance_state).
    pub struct InstanceCell<T: 'static> {
        initial: fn() -> T,
    }

    impl<T: 'static> InstanceCell<T> {
        /// Makes the cell; see [`instance_state!`](crate::instance_state).
        pub const fn new(initial: fn() -> T) -> Self {
            InstanceCell { initial }
        }

        /// Runs `f` on the value. `f` must neither block nor come back to the same cell.
        pub fn with<R>(&'static self, f: impl FnOnce(&mut T) -> R) -> R {
            let key = self as *const Self as usize;
            let value = VALUES.with(|values| values.borrow_mut().insert(key, None));
            let mut borrow = Borrow {
                key,
                value: match value {
                    Some(Some(value)) => Some(value),
                    Some(None) => assert::broken("instance state is borrowed by one closure at a time"),
                    None => Some(Box::new((self.initial)())),
                },
            };
            let value = borrow.value.as_mut().and_then(|value| value.downcast_mut());
            f(value.expect("a cell's address keys values of the cell's type"))
        }
    }

    per_instance! {
        /// The values of this fake instance by the address of their cell; `None` while a closure has the value.
        /// They end as those of a real instance do: with the memory, and nothing is dropped.
        static VALUES: ManuallyDrop<Values> = ManuallyDrop::new(RefCell::new(BTreeMap::new()));
    }

    type Values = RefCell<BTreeMap<usize, Option<Box<dyn Any>>>>;

    /// Gives the value back, also when the closure unwinds.
    struct Borrow {
        key: usize,
        value: Option<Box<dyn Any>>,
    }

    impl Drop for Borrow {
        fn drop(&mut self) {
            VALUES.with(|values| values.borrow_mut().insert(self.key, self.value.take()));
        }
    }

    pub(crate) fn assert_nothing_borrowed() {
        let borrowed = VALUES.with(|values| values.borrow().values().any(Option::is_none));
        assert::holds(!borrowed, "no borrow of instance state crosses a blocking call");
    }
}
