//! The executable: everything is in the library, which the tools of the checkout use too.
fn main() -> std::process::ExitCode {
    cargo_p3::main()
}
