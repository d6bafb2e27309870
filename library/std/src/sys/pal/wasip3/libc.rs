//! The constants that std's shared `os::fd` and `os::wasi` modules take from the crate `libc` on other platforms.
//!
//! There is no libc here. The numbers are those of wasi-libc, because programs may print or compare them.

pub const STDIN_FILENO: i32 = 0;
pub const STDOUT_FILENO: i32 = 1;
pub const STDERR_FILENO: i32 = 2;

pub const S_IFBLK: u32 = 0x6000;
pub const S_IFCHR: u32 = 0x2000;
pub const S_IFSOCK: u32 = 0xc000;
