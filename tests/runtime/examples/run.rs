//! `cargo run -p component-run --example run -- FILE`: the runtime on its own, without the rest of the tools.
fn main() -> std::process::ExitCode {
    component_run::main()
}
