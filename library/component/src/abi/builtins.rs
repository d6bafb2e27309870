//! The canonical built-ins of `$root`: those that belong to no interface.
//!
//! All take handles, except the two that store an event's payload. On misuse (a handle that is not ours, not of that type, a set
//! that is not empty) the host traps: Canonical ABI, the `trap_if` lines of each `canon_*`.

#[cfg(target_family = "wasm")]
pub(crate) use tasks::*;
pub(crate) use threads::*;
pub(crate) use unit_futures::*;
pub(crate) use waitables::*;

crate::imports! {
    /// The one thread built-in that needs no feature beyond component-model-async.
    pub mod threads = "$root", fake crate::abi::fake::threads {
        /// Canonical ABI: `thread.yield`, not cancellable: lets the host and other threads run. Gives 0.
        safe fn thread_yield() -> u32 = "[thread-yield]";
    }
}

crate::imports! {
    /// Waitable sets and subtasks.
    pub mod waitables = "$root", fake crate::abi::fake::waitables {
        /// Canonical ABI: `waitable-set.new`.
        safe fn waitable_set_new() -> u32 = "[waitable-set-new]";
        /// Canonical ABI: `waitable-set.wait`. Blocks; stores waitable and payload; gives the event code.
        unsafe fn waitable_set_wait(set: u32, payload: *mut [u32; 2]) -> u32 = "[waitable-set-wait]";
        /// Canonical ABI: `waitable-set.poll`. As `wait`, with code 0 when there is no event.
        unsafe fn waitable_set_poll(set: u32, payload: *mut [u32; 2]) -> u32 = "[waitable-set-poll]";
        /// Canonical ABI: `waitable-set.drop`. Traps unless the set is empty.
        safe fn waitable_set_drop(set: u32) = "[waitable-set-drop]";
        /// Canonical ABI: `waitable.join`. Set 0 takes the waitable out of its set.
        safe fn waitable_join(waitable: u32, set: u32) = "[waitable-join]";
        /// Canonical ABI: `subtask.cancel`, synchronous: gives the state the subtask ended in.
        safe fn subtask_cancel(subtask: u32) -> u32 = "[subtask-cancel]";
        /// Canonical ABI: `subtask.drop`. Traps unless the subtask is resolved and its event was delivered.
        safe fn subtask_drop(subtask: u32) = "[subtask-drop]";
    }
}

#[cfg(target_family = "wasm")]
crate::imports! {
    /// What the task of an export may say.
    pub mod tasks = "[export]$root", fake crate::abi::fake::waitables {
        /// Canonical ABI: `task.cancel`. Traps unless the task was cancelled and has not returned.
        safe fn task_cancel() = "[task-cancel]";
    }
}

crate::imports! {
    /// Futures of nothing, by which one thread wakes another that waits for a clock as well.
    pub mod unit_futures = "$root", fake crate::abi::fake::unit_futures {
        /// Canonical ABI: `future.new`. Gives the readable end in the low half, the writable one in the high half.
        safe fn future_new_unit() -> u64 = "[future-new-unit]";
        /// Canonical ABI: `future.read`, `async`.
        unsafe fn future_read_unit(readable: u32, value: *mut u8) -> u32 = "[async-lower][future-read-unit]";
        /// Canonical ABI: `future.write`, `async`.
        unsafe fn future_write_unit(writable: u32, value: *const u8) -> u32 = "[async-lower][future-write-unit]";
        /// Canonical ABI: `future.cancel-read`, synchronous: gives how the copy ended.
        safe fn future_cancel_read_unit(readable: u32) -> u32 = "[future-cancel-read-unit]";
        /// Canonical ABI: `future.drop-readable`.
        safe fn future_drop_readable_unit(readable: u32) = "[future-drop-readable-unit]";
        /// Canonical ABI: `future.drop-writable`. Traps before the future is written or has lost its reader.
        safe fn future_drop_writable_unit(writable: u32) = "[future-drop-writable-unit]";
    }
}
