//! Symbols, exports and imports that the linker shares with the library, with rustc and with the runtime.
//!
//! The library's assembly and the target specs refer to this file by comment. What these names mean to the component
//! model is said where they are used; wit-component's own names (`[async-lift]` and the like) are not repeated here.

/// Symbol of rustc's main shim, `() -> i32`: `entry-name` in the target specs. It returns 0 (ok) or 1 (err) and nothing else, and so is
/// the sync lift of `wasi:cli/run.run`: exported as [`RUN`], unless bindings export a `run` of their own. lower/entry.rs says
/// which of the two a program starts with.
pub const MAIN: &str = "component_main";

/// Core export of a command. A module that exports it, or one of its async lifts, becomes a command.
pub const RUN: &str = "wasi:cli/run@0.3.0#run";

/// The interface of [`RUN`], whose versions 0.3.x a host takes for each other.
pub const RUN_INTERFACE: &str = "wasi:cli/run";

/// How the module names of imports of standard output begin.
pub const STDOUT: &str = "wasi:cli/stdout@0.3.";

/// Function `() -> ()` of std: what it still holds of standard output goes to the reader, and from then on it holds back nothing. Called
/// before a `run` of bindings returns, as std's own end of main does it.
pub const END_OUTPUT: &str = "component_end_output";

/// Made by this linker, `() -> i32`: a `run` that is lifted synchronously, and then [`END_OUTPUT`].
pub const FINISHED_RUN: &str = "component_finished_run";

/// Data of a program whose main function is libtest's: how the line begins by which such a program tells a harness what it understands.
pub const TESTS: &[u8] = b"isolated tests, version ";

/// Allocator for what the host passes to the program, `(old, old_size, align, new_size) -> ptr`.
///
/// component-rt defines it as a weak symbol, so that the one of a user's wit-bindgen may stand beside it.
pub const REALLOC: &str = "cabi_realloc";

/// The same of std's own, exported as [`REALLOC`] in a program without bindings: what arrives is for std alone then, and need not come out of the
/// program's global allocator, which might call the host in the middle of being called by it.
pub const REALLOC_OWN: &str = "component_realloc";

/// Made by wasm-ld: runs the static constructors (`.init_array`) of all objects, once.
pub const CALL_CONSTRUCTORS: &str = "__wasm_call_ctors";

/// Core export that wit-component calls when the component is instantiated, all imports being callable already.
pub const INITIALIZE: &str = "_initialize";

/// Custom sections whose names begin with this hold component types. Bindings generators put them into objects; std's
/// objects hold none, because the world of a std program is the linker's.
pub const COMPONENT_TYPE: &str = "component-type";

/// Module name of the imports of WASI 0.1.
pub const WASI_0_1: &str = "wasi_snapshot_preview1";

/// Functions of the library with the signatures of [`WASI_0_1`], `component_wasi_0_1_random_get` and so on: what they
/// serve of it. Calls of an import of that name are linked to them.
pub const WASI_0_1_SERVED: &str = "component_wasi_0_1_";

/// Functions of the library with the names of a C library's behind this, `component_c_read` and so on: what it serves of one. A name that
/// nobody defines is linked to them (linker/src/c_symbols.rs).
pub const C_SERVED: &str = "component_c_";

/// The crate that has them, which std does not depend on. It lies where the library's other crates do.
pub const C_CRATE: &str = "c_rt-";

/// The crate of the library that it stands on. Where this is no input, all crates were made one piece.
pub const C_STANDS_ON: &str = "wasi_rt";

/// Data that this crate defines under its own name.
pub const C_DATA: [&str; 2] = ["_CLOCK_MONOTONIC", "_CLOCK_REALTIME"];

/// What stands behind [`C_SERVED`] in the place of `poll` for a program with [`POLLS_AMONG_THREADS`]: it ends with `EINTR` when another thread
/// has run.
pub const C_POLL_AMONG_THREADS: &str = "poll_among_threads";

/// The crate whose way to end a `poll` from another thread is a flag that nobody sees who waits: on WASI it takes a program to have one thread.
pub const POLLS_AMONG_THREADS: &str = "mio";

/// Libraries of a C system that crates ask for with `#[link]`. There are none: a request for one is met with nothing,
/// and only a symbol that is really wanted is an error, by name.
pub const C_LIBRARIES: &[&str] = &[
    "c",
    "m",
    "pthread",
    "dl",
    "rt",
    "util",
    "xnet",
    "resolv",
    "crypt",
    "nsl",
    "socket",
    "anl",
    "execinfo",
    "ssp",
    "ssp_nonshared",
    "c-printscan-long-double",
    "c-printscan-no-floating-point",
    "setjmp",
    "System",
    "wasi-emulated-getpid",
    "wasi-emulated-mman",
    "wasi-emulated-process-clocks",
    "wasi-emulated-pthread",
    "wasi-emulated-signal",
];

/// Libraries that C and C++ compilers bring along for what they compile. They are met with nothing unless a directory of the
/// command line (`-L`) holds one: that is a user's own.
pub const COMPILER_LIBRARIES: &[&str] = &[
    "c++",
    "c++abi",
    "c++experimental",
    "stdc++",
    "stdc++fs",
    "supc++",
    "gcc",
    "gcc_eh",
    "gcc_s",
    "unwind",
    "atomic",
    "compiler-rt",
    "compiler_rt",
    "clang_rt.builtins",
    "clang_rt.builtins-wasm32",
];

// What follows concerns programs with threads. Their functions that must not have a stack frame are assembly in
// component-rt (and in wasi-rt, for what needs a clock); the passes in lower/ finish what an assembler and wasm-ld
// cannot say.

/// Module name under which assembly imports canonical built-ins, because an assembler has neither `$root` nor brackets:
/// `component_built_in.context_get_0` means `$root.[context-get-0]`.
pub const BUILT_IN: &str = "component_built_in";

/// Field of [`BUILT_IN`]: `thread.new-indirect`. A program in whose linked code it is reachable has threads; no other
/// has.
pub const THREAD_NEW: &str = "thread_new_indirect_v0";

/// Symbols of the other thread built-ins. In a program that cannot make a thread, `X` among them is `__wrap_X`, a
/// function of the library: suspending is then a deadlock, and nobody is there to be resumed.
pub const THREAD_BUILT_INS: &[&str] =
    &["component_thread_index", "component_thread_suspend", "component_thread_resume_later"];

/// Made by wasm-ld: the shadow stack's pointer. In a program with threads it is context slot 0; the global keeps its
/// first value, which is the top of the main stack.
pub const STACK_POINTER: &str = "__stack_pointer";

/// Made by wasm-ld: where the thread-local variables are. In a program with threads it is context slot 1; the global is
/// the main thread's.
pub const TLS_BASE: &str = "__tls_base";

/// Core export, `(event) -> ()`, that wit-component has called around every task: sets both slots of one that has none
/// yet. It is the one function that sees the globals [`STACK_POINTER`] and [`TLS_BASE`] themselves.
pub const TASK_HOOK: &str = "__wasm_task_hook";

/// Function `(event) -> ()`, exported as [`TASK_HOOK`] in a program with threads whose stack pointers are saved and
/// restored around imports: every task begins with the first values of the two globals.
pub const TASK_HOOK_SAVED: &str = "component_task_hook_saved";

/// Function `(event) -> ()`, exported as [`TASK_HOOK`] in a program that makes no threads but has exports lifted async:
/// bindings expect each task to have thread-local variables of its own. It exchanges the contents of the one block;
/// context slot 0 is free for it.
pub const TASK_HOOK_SINGLE: &str = "component_task_hook_single";

/// Function `(new) -> ()`: sets the stack pointer, and ends the program with a message if that lies beyond the thread's
/// stack.
pub const SET_STACK_POINTER: &str = "component_set_stack_pointer";

/// Function `() -> ()`: gives the other threads a turn. Code that waits by looking at memory again and again is made to
/// call it.
pub const GIVE_WAY: &str = "component_rt_give_way";

/// Function `() -> ()`: a point of a schedule by seed. Only there if the program's atomic instructions are to be
/// points.
pub const SCHEDULE_POINT: &str = "component_rt_schedule_point";

/// Core export, `(block) -> description`: what a runtime asks about each thread of a program whose threads all wait for
/// each other, beginning with block 0, the first thread's. It calls this when nothing else of the program will ever
/// run.
pub const DESCRIBE_THREAD: &str = "component_describe_thread";

/// Data, `[u32; 2]`: size and alignment of the thread-local variables, in bytes, filled in after linking.
pub const TLS_LAYOUT: &str = "component_tls";

/// Function `(to) -> ()`: gives thread-local variables at `to` their first values. The one call in it, of a function
/// `(to, from, length) -> ()`, becomes a `memory.init`, which an assembler cannot name a segment for.
pub const TLS_INITIALIZE: &str = "component_tls_init";

/// Core export: the table of functions, out of which `thread.new-indirect` takes a thread's first.
pub const TABLE: &str = "__indirect_function_table";

/// Functions `(address, expected, nanoseconds) -> u32` for `memory.atomic.wait32` and `wait64`, `(address, count) ->
/// u32` for `memory.atomic.notify`, of crates that use these instructions.
pub const FUTEX: [&str; 3] = ["component_futex_notify", "component_futex_wait32", "component_futex_wait64"];

/// Function `() -> pointer`: one of four by which objects of LLVM 23 for `wasm32-wasip3` reach what objects of LLVM 22 have in
/// [`STACK_POINTER`] and [`TLS_BASE`]. thread_context.rs defines them for who does not bring his own.
pub const GET_STACK_POINTER: &str = "__wasm_get_stack_pointer";

/// As [`GET_STACK_POINTER`], `(to) -> ()`.
pub const SET_STACK_POINTER_TO: &str = "__wasm_set_stack_pointer";

/// As [`GET_STACK_POINTER`], of the thread-local variables, `() -> base`.
pub const GET_TLS_BASE: &str = "__wasm_get_tls_base";

/// As [`GET_STACK_POINTER`], of the thread-local variables, `(to) -> ()`.
pub const SET_TLS_BASE: &str = "__wasm_set_tls_base";

/// What the symbols of std's thread-local variables have in their names, which are plain statics to the compiler
/// (library/std/src/sys/thread_local/native/component.rs). It is the name that std's macro gives them.
pub const THREAD_LOCAL: &str = "__RUST_STD_INTERNAL_VAL";

// Marks: constants that no code computes with. The library writes them into assembly, lower/marks.rs finds them.

/// `i32.const LOOK, drop`: here code looks, atomically, at what another thread may have changed (library/core/src/sync/atomic/mark.rs).
pub const LOOK: i32 = 0x4c4f_4f4b;

/// `i32.const CHANGE, drop`: here it changes it without having to look.
pub const CHANGE: i32 = 0x4348_4e47;

/// `i32.const BASE, i32.const BASE, i32.sub`: where the thread-local variables are from which the addresses of [`THREAD_LOCAL`] count, or 0
/// if these are addresses as any other.
pub const BASE: i32 = 0x4241_5345;

/// `i32.const SET_BASE, drop, drop`: takes where the thread-local variables are to be.
pub const SET_BASE: i32 = 0x5345_5442;

/// `i32.const SAYS_LAST_WORDS, drop, i32.const ADDRESS, drop`: here the program's last words begin, which lie at that address: how many
/// bytes there are, as four bytes, and the bytes (library/core/src/component.rs).
pub const SAYS_LAST_WORDS: i32 = 0x4c57_5244;

/// Core export, a global: the address in [`SAYS_LAST_WORDS`].
pub const LAST_WORDS: &str = "component_last_words";

/// Function `() -> ()`: a turn of a loop that waits by looking at memory. `core::hint::spin_loop` calls it.
pub const SPIN: &str = "component_rt_spin";

/// Functions `() -> never` by which library/component tells how a program ends that cannot go on: library/wasi defines
/// them. The runtime knows the second one, which is on the stack of who waits for ever.
pub const FATAL: [&str; 3] = ["component_stack_overflow", "component_deadlock", "component_out_of_memory"];

/// Functions of a program with threads that no export needs: a thread begins in the first; the others are what Rust
/// calls of the built-ins.
pub const THREAD_FUNCTIONS: [&str; 5] = [
    "component_thread_start",
    "component_rt_thread_new_indirect",
    "component_rt_thread_index",
    "component_rt_thread_suspend",
    "component_rt_thread_resume_later",
];

/// The name of each function that the linker puts around an import: to the runtime, one of the library's.
pub const AROUND_IMPORT: &str = "component_rt_call";

/// The symbol that the crate getrandom 0.3 calls where it is told to ask somebody else.
pub const GETRANDOM: &str = "__getrandom_v03_custom";

/// What the library defines of all this, by symbol. `__wrap_` stands before the built-ins of programs without threads.
pub fn of_the_library() -> impl Iterator<Item = &'static str> {
    const OTHERS: [&str; 13] = [
        REALLOC,
        REALLOC_OWN,
        TASK_HOOK,
        TASK_HOOK_SAVED,
        TASK_HOOK_SINGLE,
        SET_STACK_POINTER,
        GIVE_WAY,
        SCHEDULE_POINT,
        DESCRIBE_THREAD,
        TLS_LAYOUT,
        TLS_INITIALIZE,
        GETRANDOM,
        END_OUTPUT,
    ];
    let wrapped =
        ["__wrap_component_thread_index", "__wrap_component_thread_suspend", "__wrap_component_thread_resume_later"];
    OTHERS.into_iter().chain([SPIN]).chain(FUTEX).chain(FATAL).chain(THREAD_FUNCTIONS).chain(wrapped)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The target's entry, which is a name of no object of the library. (Elsewhere this crate lies beside other files.)
    #[test]
    fn the_target_has_the_entry() {
        let target = include_str!("../../../targets/wasm32-wasip3.json");
        assert!(target.contains(&std::format!("\"entry-name\": \"{MAIN}\"")));
        assert!(crate::isolated::MARK.as_bytes().starts_with(TESTS));
    }
}
