//! A panic becomes an error: the libraries that read and write modules assert what they expect of them, and a user who meets such an
//! assertion needs to be told what was going on and what to do.

use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::Once;

use anyhow::{Result, bail};

thread_local! {
    /// How many calls of [`guarded`] are under way in this thread.
    static DEPTH: Cell<u32> = const { Cell::new(0) };
    /// What the last panic in one of them said, and where.
    static SAID: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Does `work`; if it panics, nothing is printed and the error says what the panic said.
///
/// # Errors
///
/// Those of `work`, and that it panicked.
pub(crate) fn guarded<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| match DEPTH.get() {
            0 => before(info),
            _ => SAID.set(text(info)),
        }));
    });
    DEPTH.set(DEPTH.get() + 1);
    // What `work` has borrowed mutably is not looked at after a panic: the error ends the link.
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    DEPTH.set(DEPTH.get() - 1);
    match result {
        Ok(result) => result,
        Err(_) => bail!(
            "the linker has met what it does not expect: {}. That is a defect of component-ld, whatever the program is. \
             -Clink-arg=--skip-wit-component leaves the core module for a look, and -Clink-arg=--no-optimize leaves out what may be left out",
            SAID.take()
        ),
    }
}

/// A panic in one line: crate, file and line, and the message.
fn text(info: &PanicHookInfo<'_>) -> String {
    let message = info.payload_as_str().unwrap_or("a panic without words");
    let message = message.split_whitespace().collect::<Vec<_>>().join(" ");
    match info.location() {
        Some(location) => format!("{}:{}: {message}", of_crate(location.file()), location.line()),
        None => message,
    }
}

/// The file of a published crate by the crate's name and version, not by where cargo keeps it.
fn of_crate(file: &str) -> &str {
    match file.split_once("/registry/src/") {
        Some((_, inside)) => inside.split_once('/').map_or(inside, |(_, file)| file),
        None => file,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error_with_what_it_said_and_where() {
        let error = guarded(|| guarded::<()>(|| panic!("a number\n  was here"))).unwrap_err().to_string();
        for word in ["guard.rs:", "a number was here", "defect of component-ld", "--skip-wit-component"] {
            assert!(error.contains(word), "{word} is missing from: {error}");
        }
        assert_eq!(guarded(|| Ok(1)).unwrap(), 1);
    }

    #[test]
    fn a_file_of_a_crate_is_told_without_the_place_of_the_registry() {
        let file =
            "/home/me/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/wit-component-0.263.0/src/encoding.rs";
        assert_eq!(of_crate(file), "wit-component-0.263.0/src/encoding.rs");
        assert_eq!(of_crate("linker/src/lib.rs"), "linker/src/lib.rs");
    }
}
