//! The fake instance: what belongs to one host in memory and the threads that run in it.
//!
//! Each thread of the test process has an instance of its own, made when it is first needed; the threads that a test makes in
//! its instance ([`super::threads`]) share it. Only one of them runs at a time.

use core::any::Any;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use super::threads::Turns;

/// State of each instance: like `std::thread_local!`, but shared by the threads of an instance.
#[macro_export]
macro_rules! per_instance {
    ($(#[$meta:meta])* static $name:ident: $type:ty = $value:expr;) => {
        $(#[$meta])*
        static $name: $crate::abi::fake::instance::PerInstance<$type> =
            $crate::abi::fake::instance::PerInstance::new(|| $value);
    };
}
pub use per_instance;

/// A value of each instance, made by `per_instance!`.
pub struct PerInstance<T: 'static> {
    initial: fn() -> T,
}

impl<T: 'static> PerInstance<T> {
    /// Made by `per_instance!`.
    pub const fn new(initial: fn() -> T) -> Self {
        PerInstance { initial }
    }

    /// Runs `f` on this instance's value.
    ///
    /// # Panics
    ///
    /// In destructors that run after the end of the thread's own storage: there is no instance then.
    pub fn with<R>(&'static self, f: impl FnOnce(&T) -> R) -> R {
        self.try_with(f).expect("the thread's storage has not ended")
    }

    /// As `with`; `None` after the end of the thread's own storage.
    pub fn try_with<R>(&'static self, f: impl FnOnce(&T) -> R) -> Option<R> {
        let instance = current()?;
        let key = (&raw const *self).addr();
        let known = instance.values.0.borrow().get(&key).cloned();
        let value = known.unwrap_or_else(|| {
            let value: Rc<dyn Any> = Rc::new((self.initial)());
            instance.values.0.borrow_mut().insert(key, Rc::clone(&value));
            value
        });
        Some(f(value.downcast_ref().expect("the address of a value's key belongs to the value's type")))
    }
}

/// An instance.
#[derive(Default)]
pub(super) struct Instance {
    values: Values,
    pub(super) turns: Turns,
}

/// Values by the address of their [`PerInstance`].
#[derive(Default)]
struct Values(RefCell<BTreeMap<usize, Rc<dyn Any>>>);

// SAFETY: only the thread whose turn it is touches the values, and turns are handed over under a mutex (`Turns`).
unsafe impl Send for Values {}
// SAFETY: as above.
unsafe impl Sync for Values {}

std::thread_local! {
    static CURRENT: RefCell<Option<Arc<Instance>>> = const { RefCell::new(None) };
}

/// The instance that this thread runs in; `None` after the end of the thread's own storage.
pub(super) fn current() -> Option<Arc<Instance>> {
    CURRENT.try_with(|current| Arc::clone(current.borrow_mut().get_or_insert_default())).ok()
}

/// Makes this thread one of `instance`'s.
pub(super) fn enter(instance: Arc<Instance>) {
    CURRENT.with(|current| *current.borrow_mut() = Some(instance));
}
