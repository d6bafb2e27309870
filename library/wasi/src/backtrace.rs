//! Where this thread is: its call stack, if the host tells.
//!
//! WebAssembly keeps return addresses where no code can read them, so the host alone knows, and WASI 0.3.0 has no word for the question.
//! A host that wants to answer adds variables to the environment when it is asked for it from [`ask`], which it finds on the stack; nobody
//! else sees them, and every other host gives the same environment again. `component-run` answers.
//!
//! The host writes the text, because what it takes to write one would be in every program that can panic. Left out: stacks of other
//! threads, and names that the host does not find in the component.

use alloc_crate::vec::Vec;

use contract::variables;

use crate::env;

/// In which form to tell the stack.
#[derive(Clone, Copy)]
pub enum Form {
    /// As a panic prints it: the program's own part.
    Short,
    /// As a panic prints it: all of it, with addresses.
    Full,
    /// For [`functions`].
    List,
}

/// Asks the host for the stack of the thread that calls.
#[inline(never)]
pub fn ask(form: Form) -> Option<Vec<u8>> {
    // The first time a program asks for its environment, the host does not look who it is.
    env::prepare();
    let variable = match form {
        Form::Short => variables::BACKTRACE_SHORT,
        Form::Full => variables::BACKTRACE_FULL,
        Form::List => variables::BACKTRACE_LIST,
    };
    env::ask().into_iter().find(|(name, _)| name == variable.as_bytes()).map(|(_, text)| text)
}

/// A function on the stack. What is not known is empty.
pub struct Function<'a> {
    /// Where in the module, hexadecimal. Empty: the function before was inlined into this one.
    pub address: &'a str,
    /// Its name, demangled.
    pub name: &'a str,
    /// The line in `file`.
    pub line: &'a str,
    /// The column in `line`.
    pub column: &'a str,
    /// The source file.
    pub file: &'a str,
}

/// The functions of a [`Form::List`], innermost first: one in each line, its parts with tabs between.
pub fn functions(list: &[u8]) -> impl Iterator<Item = Function<'_>> {
    str::from_utf8(list).unwrap_or_default().lines().map(|line| {
        let mut words = line.splitn(5, '\t');
        let mut word = || words.next().unwrap_or_default();
        Function { address: word(), name: word(), line: word(), column: word(), file: word() }
    })
}
