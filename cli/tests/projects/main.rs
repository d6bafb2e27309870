//! `cargo p3` with the toolchain: whole projects, built, run, tested, installed. Needs what `cargo p3 setup` makes.

#[path = "../project/mod.rs"]
mod project;

mod asynchronous;
mod bindings;
mod c_symbols;
mod compiler;
mod component;
mod configuration;
mod coverage;
mod crates;
mod guest;
mod hello;
mod installations;
mod installed;
mod names;
mod panics;
mod signatures;
mod verbs;
mod web;
