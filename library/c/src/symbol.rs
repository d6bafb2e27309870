//! How a function gets its name.
//!
//! By assembly, as everywhere in the platform (`component_rt::symbol!`): a `no_mangle` function is exported from every program that has it.

/// Names functions: `"read" "(i32, i32, i32) -> (i32)" 0 1 2 = read;`, the signature in the types of WebAssembly, and the numbers of the
/// parameters. A function that C declares with `...` has one parameter more: where the arguments lie.
macro_rules! c {
    ($($name:literal $signature:literal $($parameter:literal)* = $function:path;)+) => {$(
        #[cfg(target_family = "wasm")]
        core::arch::global_asm!(
            concat!(".section .text.component_c_", $name, ",\"\",@"),
            concat!(".globl component_c_", $name),
            concat!(".type component_c_", $name, ",@function"),
            concat!(".functype {function} ", $signature),
            concat!("component_c_", $name, ":"),
            concat!(".functype component_c_", $name, " ", $signature),
            $(concat!("local.get ", $parameter),)*
            "call {function}",
            "end_function",
            function = sym $function,
        );
        #[cfg(not(target_family = "wasm"))]
        const _: *const () = $function as *const ();
    )+};
}
