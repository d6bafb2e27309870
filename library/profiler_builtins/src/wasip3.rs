//! The profiler's runtime, which rustc links into programs that are compiled with `-Cinstrument-coverage` or `-Cprofile-generate`, and into no other.
//!
//! In the place of LLVM's own, which is C. Here are the symbols that LLVM's instrumentation and its users know; what is done with them is
//! wasi-rt's part (`profile.rs`). A program that ends in order writes its profile then. One that does not, for its exports are called one by
//! one and none is the last, calls `__llvm_profile_write_file` itself.

#![no_std]
#![allow(internal_features)]
#![feature(asm_experimental_arch, profiler_runtime, staged_api)]
#![profiler_runtime]
#![unstable(
    feature = "profiler_runtime_lib",
    reason = "internal implementation detail of rustc right now",
    issue = "none"
)]

use core::ffi::CStr;
use core::ptr::slice_from_raw_parts;

use wasi_rt::profile::{self, Image, Section, VERSION};
use wasi_rt::stdio;

// What instrumented objects ask for, and so what brings this crate's object into a program. Symbols by assembly, because `#[no_mangle]` would export
// them. Weak are those of which an instrumented object may have its own: what kind of profile it is, and where it goes; and the bounds of sections
// that are not there, which wasm-ld leaves zero.
core::arch::global_asm!(
    ".section .data.__llvm_profile_runtime,\"\",@",
    ".globl __llvm_profile_runtime",
    ".type __llvm_profile_runtime,@object",
    ".p2align 2",
    "__llvm_profile_runtime:",
    ".int32 0",
    ".size __llvm_profile_runtime, 4",
    ".section .rodata.__llvm_profile_raw_version,\"\",@",
    ".globl __llvm_profile_raw_version",
    ".weak __llvm_profile_raw_version",
    ".type __llvm_profile_raw_version,@object",
    ".p2align 3",
    "__llvm_profile_raw_version:",
    ".int64 {version}",
    ".size __llvm_profile_raw_version, 8",
    ".section .rodata.component_profile_bounds,\"\",@",
    ".globl component_profile_bounds",
    ".type component_profile_bounds,@object",
    ".p2align 2",
    ".weak __start___llvm_prf_data",
    ".weak __stop___llvm_prf_data",
    ".weak __start___llvm_prf_cnts",
    ".weak __stop___llvm_prf_cnts",
    ".weak __start___llvm_prf_bits",
    ".weak __stop___llvm_prf_bits",
    ".weak __start___llvm_prf_names",
    ".weak __stop___llvm_prf_names",
    ".weak __llvm_profile_filename",
    "component_profile_bounds:",
    ".int32 __start___llvm_prf_data",
    ".int32 __stop___llvm_prf_data",
    ".int32 __start___llvm_prf_cnts",
    ".int32 __stop___llvm_prf_cnts",
    ".int32 __start___llvm_prf_bits",
    ".int32 __stop___llvm_prf_bits",
    ".int32 __start___llvm_prf_names",
    ".int32 __stop___llvm_prf_names",
    ".int32 __llvm_profile_raw_version",
    ".int32 __llvm_profile_filename",
    ".size component_profile_bounds, 40",
    version = const VERSION,
);

/// Declares a function under the symbol that LLVM's users know.
macro_rules! symbols {
    ($($symbol:literal = $function:ident $signature:literal $($parameter:literal)*;)*) => {$(
        core::arch::global_asm!(
            concat!(".section .text.", $symbol, ",\"\",@"),
            concat!(".globl ", $symbol),
            concat!(".type ", $symbol, ",@function"),
            concat!(".functype {function} ", $signature),
            concat!($symbol, ":"),
            concat!(".functype ", $symbol, " ", $signature),
            $(concat!("local.get ", $parameter),)*
            "call {function}",
            "end_function",
            function = sym $function,
        );
    )*};
}

symbols! {
    "__llvm_profile_write_file" = write_file "() -> (i32)";
    "__llvm_profile_reset_counters" = reset_counters "() -> ()";
    "__llvm_profile_instrument_target" = value "(i64, i32, i32) -> ()" 0 1 2;
    "__llvm_profile_instrument_memop" = value "(i64, i32, i32) -> ()" 0 1 2;
}

/// Static constructor: the profile is to be written at the end.
#[used]
#[unsafe(link_section = ".init_array")]
static BEGIN: extern "C" fn() = begin;

extern "C" fn begin() {
    stdio::before_close(|| _ = write_file());
}

/// Writes the profile as far as it is. 0, or -1 after a message.
extern "C" fn write_file() -> i32 {
    // SAFETY: the bounds are those of sections of the program, which nobody writes to meanwhile: threads take turns, and this crate is not
    // instrumented. The version is a word, and the name of the file, if there is one, a text with a zero byte at its end.
    let written = unsafe {
        let bounds = &component_profile_bounds;
        let name = match bounds.file_name.is_null() {
            false => CStr::from_ptr(bounds.file_name).to_bytes(),
            true => b"default.profraw",
        };
        let image = Image {
            version: *bounds.version,
            data: bounds.data.section(),
            counters: bounds.counters.section(),
            bits: bounds.bits.section(),
            names: bounds.names.section(),
        };
        profile::write(&image, name)
    };
    if written.is_ok() { 0 } else { -1 }
}

/// Forgets what was counted.
extern "C" fn reset_counters() {
    // SAFETY: as in `write_file`; counters and bits are data that may be written to.
    unsafe {
        for range in [&component_profile_bounds.counters, &component_profile_bounds.bits] {
            range.start.cast_mut().write_bytes(0, range.length());
        }
    }
}

/// A value at a place where values could be profiled: they are not.
extern "C" fn value(_value: u64, _record: *mut u8, _site: u32) {}

unsafe extern "C" {
    static component_profile_bounds: Bounds;
}

/// Where the sections begin and end; both zero for one that is not there.
#[repr(C)]
struct Bounds {
    data: Range,
    counters: Range,
    bits: Range,
    names: Range,
    version: *const u64,
    file_name: *const core::ffi::c_char,
}

#[repr(C)]
struct Range {
    start: *const u8,
    end: *const u8,
}

impl Range {
    fn length(&self) -> usize {
        self.end.addr() - self.start.addr()
    }

    /// # Safety
    /// The range is memory that nobody writes to as long as the section is in use.
    unsafe fn section<'a>(&self) -> Section<'a> {
        let bytes = match self.start.is_null() {
            true => &[],
            // SAFETY: the caller's promise.
            false => unsafe { &*slice_from_raw_parts(self.start, self.length()) },
        };
        Section { address: self.start.addr() as u32, bytes }
    }
}
