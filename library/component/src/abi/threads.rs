//! The canonical built-ins of threads.
//!
//! They are imported by `thread/entry.s`, under symbols for which the linker puts twins into a program that cannot make a thread
//! (library/contract/src/symbols.rs, `THREAD_BUILT_INS`).

/// What a thread begins with. `component_thread_start` reads it.
#[repr(C)]
pub(crate) struct Start {
    /// One past the highest address of the stack.
    pub(crate) stack_pointer: *mut u8,
    /// Where the thread-local variables are.
    pub(crate) tls_base: *mut u8,
    /// The lowest address of the stack.
    pub(crate) stack_limit: *mut u8,
}

unsafe extern "C" {
    /// Canonical ABI: `thread.new-indirect`: a thread, suspended, that will call `start` with `block`.
    #[link_name = "component_rt_thread_new_indirect"]
    fn new_indirect(start: unsafe extern "C" fn(*mut Start), block: *mut Start) -> u32;
    /// Canonical ABI: `thread.index`.
    #[link_name = "component_rt_thread_index"]
    pub(crate) safe fn index() -> u32;
    /// Canonical ABI: `thread.suspend`, not cancellable. Gives 0.
    #[link_name = "component_rt_thread_suspend"]
    pub(crate) safe fn suspend() -> u32;
    /// Canonical ABI: `thread.resume-later`. Traps unless the thread is suspended.
    #[link_name = "component_rt_thread_resume_later"]
    pub(crate) safe fn resume_later(thread: u32);

    fn component_thread_start(block: *mut Start);
    fn component_tls_init(to: *mut u8);
    static component_tls: [u32; 2];
}

/// A thread, suspended, whose first function gets `block`.
///
/// # Safety
///
/// `block` begins with a valid [`Start`], has its stack and its initialised thread-local variables to itself, and all that
/// stays so until the thread has ended.
pub(crate) unsafe fn new(block: *mut Start) -> u32 {
    // SAFETY: `component_thread_start` wants what the caller promises.
    unsafe { new_indirect(component_thread_start, block) }
}

/// Size and alignment of the thread-local variables, in bytes.
pub(crate) fn tls_layout() -> (usize, usize) {
    // SAFETY: the linker wrote two words there; volatile, because the compiler must not take what it sees for them.
    let [size, alignment] = unsafe { (&raw const component_tls).read_volatile() };
    (size as usize, alignment as usize)
}

/// Gives thread-local variables their first values.
///
/// # Safety
///
/// `to` is aligned as [`tls_layout`] says, and that many bytes from there belong to the caller.
pub(crate) unsafe fn initialize_tls(to: *mut u8) {
    // SAFETY: the caller's promise.
    unsafe { component_tls_init(to) }
}
