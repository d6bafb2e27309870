//! Test binaries for browsers: std asks the page for everything but variables, of which a page has none.
//!
//! Whoever runs tests has some to give, as `RUST_TEST_THREADS` and what cargo says. So a test binary, and no other program, imports them.

use std::env;

/// Gives std the variables.
pub(crate) fn attach() {
    for (name, value) in web_rt::env::vars() {
        // SAFETY: there is one thread.
        unsafe { env::set_var(name, value) };
    }
}
