//! What CI runs: every check of this repository, one subcommand each.
fn main() {}
