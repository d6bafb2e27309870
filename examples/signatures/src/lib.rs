//! Two components without WIT and without bindings: `examples/gives.rs` and `examples/takes.rs`.
