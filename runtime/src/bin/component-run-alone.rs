//! `component-run` without the rest of the tools, under a name of its own so that it is never mistaken for the installed one: what the tests
//! of the command line start, and `cargo run -p component-run`.

fn main() -> std::process::ExitCode {
    component_run::main()
}
