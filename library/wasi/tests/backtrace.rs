//! The call stack, from hosts that tell it and from others.

use wasi_rt::abi::fake::cli::configure;
use wasi_rt::backtrace::{self, Form};
use wasi_rt::env;

#[test]
fn a_host_that_says_nothing_leaves_none() {
    assert_eq!(backtrace::ask(Form::Short), None);
    assert_eq!(backtrace::ask(Form::Full), None);
}

#[test]
fn what_the_host_tells_is_no_variable_of_the_program() {
    let variables = [("COMPONENT_BACKTRACE_SHORT", "short"), ("COMPONENT_BACKTRACE_FULL", "full")];
    configure(|process| process.backtrace = variables.map(|(name, text)| (name.into(), text.into())).into());
    assert_eq!(backtrace::ask(Form::Short).as_deref(), Some(&b"short"[..]));
    assert_eq!(backtrace::ask(Form::Full).as_deref(), Some(&b"full"[..]));
    assert_eq!(backtrace::ask(Form::List), None);
    assert!(env::variables().is_empty());
}

fn parts(list: &[u8]) -> Vec<[&str; 5]> {
    backtrace::functions(list).map(|f| [f.address, f.name, f.line, f.column, f.file]).collect()
}

#[test]
fn a_list_has_a_function_in_each_line() {
    let list = b"0x1f\tinner\t3\t5\tsrc/main.rs\n\tmain\t9\t1\tsrc/a file.rs\n0x2a\tstart\t\t\t\n";
    let expected = [
        ["0x1f", "inner", "3", "5", "src/main.rs"],
        ["", "main", "9", "1", "src/a file.rs"],
        ["0x2a", "start", "", "", ""],
    ];
    assert_eq!(parts(list), expected);
}

#[test]
fn a_list_that_makes_no_sense_is_one_all_the_same() {
    assert_eq!(parts(b"what\n\n\t\t\t\t\t"), [["what", "", "", "", ""], [""; 5], ["", "", "", "", "\t"]]);
    assert!(parts(b"\xff").is_empty());
}
