//! The runtime under its own name.
fn main() -> std::process::ExitCode {
    component_run::main()
}
