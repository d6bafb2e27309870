//! Who polls: the task that an executor publishes while it does, so that whatever is polled finds where to register what it waits for.
//!
//! It is the C interface of wit-bindgen's bindings, version 3: one pointer for each thread, which `wasip3_task_set` exchanges, to a structure
//! of functions. So our futures can be awaited in the executor of anybody's bindings, and theirs in ours: both find this pointer and know
//! nothing else of each other. The names and the layout are wit-bindgen's (its module `cabi` documents them).

use core::ffi::c_void;
use core::future::Future;
use core::ptr;

use alloc_crate::boxed::Box;

/// What is called when a waitable has an event, with what was registered and the event's payload.
pub type Callback = unsafe extern "C" fn(data: *mut c_void, payload: u32);
/// Registers a callback for a waitable; gives the data that was registered for it before, or null.
type Register =
    unsafe extern "C" fn(task: *mut c_void, waitable: u32, callback: Callback, data: *mut c_void) -> *mut c_void;
/// Takes a waitable out; gives the data that was registered for it, or null.
type Unregister = unsafe extern "C" fn(task: *mut c_void, waitable: u32) -> *mut c_void;

/// Has a task's executor run a future.
pub type Spawn = unsafe fn(task: *mut c_void, future: Box<dyn Future<Output = ()>>);

/// A task that is being polled: `wasip3_task_v3`. Before version 2 the last field is not there.
#[repr(C)]
pub struct Task {
    /// [`VERSION`], or an earlier one.
    pub version: u32,
    /// What the functions get first.
    pub task: *mut c_void,
    /// As in [`Functions`].
    pub register: Register,
    /// As in [`Functions`].
    pub unregister: Unregister,
    /// The rest.
    pub functions: &'static Functions,
}

/// `wasip3_task_vtable_v3`. Before version 3 the last one is not there.
#[repr(C)]
pub struct Functions {
    /// Registers a callback for a waitable.
    pub register: Register,
    /// Takes a waitable out.
    pub unregister: Unregister,
    /// Another pointer to the task, which may outlive the poll.
    pub clone: unsafe extern "C" fn(task: *mut c_void) -> *mut c_void,
    /// Gives such a pointer back.
    pub drop: unsafe extern "C" fn(task: *mut c_void),
    /// Has the task's executor run another future.
    pub spawn: Option<Spawn>,
}

/// The version that has all fields.
pub const VERSION: u32 = 3;
/// The first version that can be cloned.
const CLONES: u32 = 2;

/// Publishes a task on this thread; gives the one that was published before. Null stands for none.
#[inline]
pub fn replace(task: *mut Task) -> *mut Task {
    pointer::replace(task.cast()).cast()
}

/// The task that is published on this thread; null if nobody polls.
#[inline]
pub fn current() -> *mut Task {
    let task = replace(ptr::null_mut());
    replace(task);
    task
}

/// The hook by which the published task's executor is asked to run another future, if there is such a task and it can.
pub fn spawner() -> Option<impl FnOnce(Box<dyn Future<Output = ()>>)> {
    // SAFETY: what is published is valid until something else is.
    let task = unsafe { current().as_ref() }?;
    let spawn = if task.version >= VERSION { task.functions.spawn } else { None }?;
    // SAFETY: the function belongs to the task; the call comes before anything else is published.
    Some(move |future| unsafe { spawn(task.task, future) })
}

/// A waitable that is registered with a task. Dropping it takes it out.
pub struct Registration {
    task: *mut c_void,
    unregister: Unregister,
    /// `None` for a task of version 1, which lives as long as the component model's task.
    drop: Option<unsafe extern "C" fn(*mut c_void)>,
    waitable: u32,
}

impl Registration {
    /// Registers `waitable` with the published task. `None`: nobody polls.
    ///
    /// # Safety
    ///
    /// `callback` may be called with `data` once, until the registration is dropped.
    pub unsafe fn of(waitable: u32, callback: Callback, data: *mut c_void) -> Option<Registration> {
        // SAFETY: what is published is valid until something else is, which nothing here does.
        let task = unsafe { current().as_ref() }?;
        let (pointer, drop) = if task.version >= CLONES {
            // SAFETY: the function belongs to the task.
            (unsafe { (task.functions.clone)(task.task) }, Some(task.functions.drop))
        } else {
            (task.task, None)
        };
        // SAFETY: the function belongs to the task, and the caller promises that the callback may be called.
        unsafe { (task.register)(task.task, waitable, callback, data) };
        Some(Registration { task: pointer, unregister: task.unregister, drop, waitable })
    }

    /// Whether it is registered with the published task.
    pub fn is_with_current(&self) -> bool {
        // SAFETY: what is published is valid until something else is.
        unsafe { current().as_ref() }.is_some_and(|task| task.task == self.task)
    }

    /// The callback was called: the waitable is out already.
    pub fn called(self) {
        self.release();
        core::mem::forget(self);
    }

    fn release(&self) {
        if let Some(drop) = self.drop {
            // SAFETY: the pointer came from `clone` of the same task, and is given back once: by `called` or by `drop`.
            unsafe { drop(self.task) };
        }
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        // SAFETY: the pointer is ours (`clone`), or the task lives as long as the component model's task (version 1).
        unsafe { (self.unregister)(self.task, self.waitable) };
        self.release();
    }
}

#[cfg(target_family = "wasm")]
mod pointer {
    use crate::per_thread::ThreadPointer;

    /// Named so for the linker, which gives each thread its own.
    static __RUST_STD_INTERNAL_VAL: ThreadPointer = ThreadPointer::NULL;

    #[inline]
    pub(super) fn replace(task: *mut ()) -> *mut () {
        __RUST_STD_INTERNAL_VAL.replace(task)
    }
}

#[cfg(not(target_family = "wasm"))]
mod pointer {
    use core::cell::Cell;
    use core::ptr;

    std::thread_local! {
        static POINTER: Cell<*mut ()> = const { Cell::new(ptr::null_mut()) };
    }

    pub(super) fn replace(task: *mut ()) -> *mut () {
        POINTER.try_with(|pointer| pointer.replace(task)).unwrap_or(ptr::null_mut())
    }
}
