//! A trap's backtrace names functions, files and lines.
//@ lines = true
//@ native = "a trap is the target's"
//@ exit = 134
//@ stdout = "before\n"
//@ stderr = ["unreachable", "the_culprit", "trap_backtrace.rs:11"]

#[inline(never)]
fn the_culprit() {
    #[cfg(target_family = "wasm")]
    core::arch::wasm32::unreachable()
}

fn main() {
    println!("before");
    the_culprit();
}
