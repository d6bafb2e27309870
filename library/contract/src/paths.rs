//! Functions of the library that the tools know by their paths, as a demangler writes them without hashes.
//!
//! std's are Rust's and change with it. What is not found any more does no harm to a program: it is larger or slower,
//! or a report says less. So nobody would notice, if a test did not.

/// Ends a program whose only thread waits for another one, `() -> never`.
pub const DEADLOCK: &str = "wasi_rt::fatal::deadlock";

/// The same where there is no WASI. (It is in libraries for wasm32-component alone: a program that deadlocks there is its test.)
pub const DEADLOCK_WITHOUT_WASI: &str = "component_rt::fatal::last_words::deadlock";

/// In which every thread but the first begins.
pub const THREAD: &str = "component_rt::thread::run";

/// Asks the host where this thread is.
pub const ASKS_FOR_STACK: &str = "wasi_rt::backtrace::ask";

/// Waits as long as a word of memory holds a number, `(i32, i32) -> ()`.
pub const WAIT: &str = "component_rt::futex::wait";

/// What has nothing to do where there is one thread: telling who waits, and whether there was somebody; giving way to
/// another schedule; noting what is to be done at the end of a task that overlaps others.
pub const IDLE: [&str; 6] = [
    "component_rt::futex::wake",
    "component_rt::futex::wake_all",
    "component_rt::futex::hand_on",
    "component_rt::futex::hand_on_all",
    "component_rt::schedule::at_atomic",
    "component_rt::task::at_end",
];

/// Called of a lock that cannot be had.
pub const LOCK_WAITING: [&str; 3] = [
    "<std::sys::sync::mutex::futex::Mutex>::lock_contended",
    "<std::sys::sync::rwlock::futex::RwLock>::read_contended",
    "<std::sys::sync::rwlock::futex::RwLock>::write_contended",
];

/// Called of a lock that somebody waits for.
pub const LOCK_WAKING: [&str; 3] = [
    "<std::sys::sync::mutex::futex::Mutex>::wake",
    "<std::sys::sync::rwlock::futex::RwLock>::wake_writer",
    "<std::sys::sync::rwlock::futex::RwLock>::wake_writer_or_readers",
];

/// Looks at a lock, the word that it is given, until that changes or it has looked often enough, `(i32) -> (i32)`.
pub const LOCK_SPIN: &str = "<std::sys::sync::mutex::futex::Mutex>::spin";

/// Slow paths, by the ends of their paths: what std has marked as cold, apart from what is called so.
pub const COLD: [&str; 5] =
    ["::do_reserve_and_handle", "::reserve_rehash", "::wake_writer_or_readers", "::Mutex>::wake", "::Once>::call"];

/// All of these paths.
pub fn of_the_library() -> impl Iterator<Item = &'static str> {
    [DEADLOCK, THREAD, ASKS_FOR_STACK, WAIT, LOCK_SPIN].into_iter().chain(IDLE).chain(LOCK_WAITING).chain(LOCK_WAKING)
}
