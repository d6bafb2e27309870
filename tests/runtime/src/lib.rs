//! Runs a WASI 0.3 component: the runtime that tests and cargo p3 use.
