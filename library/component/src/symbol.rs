//! Functions of Rust under names of their own, for the linker and for crates that only name them.
//!
//! Here because a `no_mangle` function is exported from every program that contains it. A function of assembly that calls
//! one of Rust is not, and is linked only where its name is wanted.

/// Gives functions names: `"name" "(i32, i64) -> (i32)" 0 1 = function;`, with the numbers of the parameters. In front
/// of a name may stand `weak`, if a program may bring its own, and `hidden`.
#[macro_export]
macro_rules! symbol {
    ($($($binding:ident)* $name:literal $signature:literal $($parameter:literal)* = $function:path;)+) => {$(
        #[cfg(target_family = "wasm")]
        core::arch::global_asm!(
            concat!(".section .text.", $name, ",\"\",@"),
            concat!(".globl ", $name),
            $(concat!(".", stringify!($binding), " ", $name),)*
            concat!(".type ", $name, ",@function"),
            concat!(".functype {function} ", $signature),
            concat!($name, ":"),
            concat!(".functype ", $name, " ", $signature),
            $(concat!("local.get ", $parameter),)*
            "call {function}",
            "end_function",
            function = sym $function,
        );
    )+};
}
