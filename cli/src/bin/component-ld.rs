//! The linker under its own name.
fn main() -> std::process::ExitCode {
    component_ld::main()
}
