//! An exception that is no panic would get past `catch_unwind`, and safe code relies on nothing getting past it (rust-lang/rust#148273). The linker
//! refuses this program. If it ever links, it must not print that what is outside was dropped.

#[cfg(target_family = "wasm")]
fn main() {
    use std::panic::catch_unwind;

    unsafe extern "C-unwind" {
        safe fn throw_foreign();
    }

    struct Loud(&'static str);

    impl Drop for Loud {
        fn drop(&mut self) {
            println!("dropped {}", self.0);
        }
    }

    println!("before");
    let _outside = Loud("what is outside catch_unwind");
    let outcome = catch_unwind(|| {
        let _inside = Loud("what is inside");
        throw_foreign();
    });
    println!("went on, caught: {}", outcome.is_err());
}

#[cfg(not(target_family = "wasm"))]
fn main() {
    println!("natively C has no such exception");
}
