//! Environment variables by which the tools and a program's library talk.

/// The seed of the program's schedule. The library looks for it when the first thread is made.
pub const SCHEDULE_SEED: &str = "COMPONENT_SCHEDULE_SEED";

/// The stack of the thread that asks, as a panic prints it: the program's own part. Only for who asks for the
/// environment again, from [`crate::paths::ASKS_FOR_STACK`].
pub const BACKTRACE_SHORT: &str = "COMPONENT_BACKTRACE_SHORT";

/// The same, all of it.
pub const BACKTRACE_FULL: &str = "COMPONENT_BACKTRACE_FULL";

/// The same, a function in each line.
pub const BACKTRACE_LIST: &str = "COMPONENT_BACKTRACE_LIST";

/// Where the runtime keeps compiled code; nowhere if it is empty.
pub const RUN_CACHE: &str = "COMPONENT_RUN_CACHE";

/// If it is 1, all that only makes programs faster or smaller is left out: of the library (`library/faster`), of what
/// the linker does (`linker/src/optimize`) and of the host's functions (`runtime/src/host/faster`). Programs do the
/// same without it.
pub const PLAIN: &str = "COMPONENT_PLAIN";
