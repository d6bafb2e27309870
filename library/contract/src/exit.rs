//! Exit codes that are not the program's own.

/// The time limit passed.
pub const TIMED_OUT: u8 = 124;

/// A bad option or grant: nothing was run.
pub const MISUSED: u8 = 125;

/// The file is no component that can be run.
pub const NOT_RUNNABLE: u8 = 126;

/// There is no such file.
pub const NOT_FOUND: u8 = 127;

/// A trap, or a stack that overflowed.
pub const TRAPPED: u8 = 134;

/// All threads wait for each other. A program that makes no threads finds it out itself, says so, and exits with this.
pub const DEADLOCKED: u8 = 135;

/// The memory limit was reached.
pub const MEMORY_EXHAUSTED: u8 = 137;

/// What libtest exits with if a test failed, and a program whose main thread panicked.
pub const FAILED: u8 = 101;
