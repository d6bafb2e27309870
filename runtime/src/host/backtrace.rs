//! `wasi:cli/environment.get-environment`, which also answers a guest that asks where it is.
//!
//! Here because a guest cannot see its own stack, and WASI 0.3.0 has no word for the question. The guest's library asks for the environment again,
//! from a function that is found on the stack by its name, and finds the stack in variables that no other caller sees. The first time,
//! which is all that most programs ask, nobody looks. The texts have the form that std gives them elsewhere.

use super::Host;
use crate::trap::{self, Frame};
use contract::{paths, variables};
use std::fmt::Write as _;
use std::path::Path;
use wasmtime::component::Linker;
use wasmtime::{FrameInfo, Result, StoreContextMut, WasmBacktrace};
use wasmtime_wasi::cli::WasiCliView as _;
use wasmtime_wasi::p3::bindings::cli::environment;

/// How many frames there are at most until that function.
const BETWEEN: usize = 5;

/// Between these functions lies what is of interest when a program panics; std calls it through them.
const BEGINS: &str = "__rust_end_short_backtrace";
const ENDS: &str = "__rust_begin_short_backtrace";

/// What a run keeps for this.
#[derive(Default)]
pub(super) struct Asked {
    /// Whether the guest has asked for its environment.
    before: bool,
    /// The directory it started in: names of files in it are shown without it.
    current_dir: Option<String>,
}

impl Asked {
    pub(super) fn new(current_dir: Option<&str>) -> Self {
        Self { before: false, current_dir: current_dir.map(str::to_owned) }
    }
}

/// Defines the function, in the place of wasmtime-wasi's.
pub(super) fn add_to_linker(linker: &mut Linker<Host>) -> Result<()> {
    let mut environment = linker.instance("wasi:cli/environment@0.3.0")?;
    environment.func_wrap("get-environment", |mut store: StoreContextMut<'_, Host>, ()| {
        let mut variables = environment::Host::get_environment(&mut Host::cli(store.data_mut()))?;
        if std::mem::replace(&mut store.data_mut().asked.before, true)
            && let Some(calls) = calls(&WasmBacktrace::capture(&store))
        {
            let current_dir = store.data().asked.current_dir.as_deref().map(Path::new);
            variables.push((variables::BACKTRACE_SHORT.to_owned(), short(&calls, current_dir)));
            variables.push((variables::BACKTRACE_FULL.to_owned(), full(&calls)));
            variables.push((variables::BACKTRACE_LIST.to_owned(), list(&calls)));
        }
        Ok((variables,))
    })
}

/// One call on the stack.
struct Call {
    /// Where in the module.
    address: usize,
    /// The function, last, and before it those that were inlined into it.
    functions: Vec<Frame>,
}

/// The calls that led to the guest's question, innermost first, if it is one.
fn calls(stack: &WasmBacktrace) -> Option<Vec<Call>> {
    let frames = stack.frames();
    let asks = |frame: &FrameInfo| frame.func_name().is_some_and(|name| trap::demangle(name) == paths::ASKS_FOR_STACK);
    let asks = frames.iter().take(BETWEEN).position(asks)?;
    let call =
        |frame| Call { address: FrameInfo::module_offset(frame).unwrap_or_default(), functions: trap::frames(frame) };
    Some(frames[asks + 1..].iter().map(call).collect())
}

/// What a panic shows with `RUST_BACKTRACE=1`.
fn short(calls: &[Call], current_dir: Option<&Path>) -> String {
    let mut text = "stack backtrace:\n".to_owned();
    let (mut is_shown, mut omitted, mut number) = (false, 0, 0);
    for call in calls {
        let mut begins = true;
        for function in &call.functions {
            if function.function.contains(BEGINS) {
                is_shown = true;
            } else if is_shown && function.function.contains(ENDS) {
                is_shown = false;
            } else if !is_shown {
                omitted += 1;
            } else {
                if omitted > 0 && number > 0 {
                    let s = if omitted == 1 { "" } else { "s" };
                    line(&mut text, format_args!("      [... omitted {omitted} frame{s} ...]"));
                }
                omitted = 0;
                match begins {
                    true => line(&mut text, format_args!("{number:4}: {}", function.function)),
                    false => line(&mut text, format_args!("      {}", function.function)),
                }
                number += usize::from(begins);
                begins = false;
                if let Some(place) = place(function, current_dir) {
                    line(&mut text, format_args!("             at {place}"));
                }
            }
        }
    }
    text + "note: Some details are omitted, run with `RUST_BACKTRACE=full` for a verbose backtrace.\n"
}

/// What a panic shows with `RUST_BACKTRACE=full`.
fn full(calls: &[Call]) -> String {
    let mut text = "stack backtrace:\n".to_owned();
    for (number, call) in calls.iter().enumerate() {
        for (inlined, function) in call.functions.iter().enumerate() {
            match inlined {
                0 => line(&mut text, format_args!("{number:4}: {:#10x} - {}", call.address, function.function)),
                _ => line(&mut text, format_args!("                   {}", function.function)),
            }
            if let Some(place) = place(function, None) {
                line(&mut text, format_args!("                       at {place}"));
            }
        }
    }
    text
}

/// For `std::backtrace`: a line for each function, its parts with tabs between. Only the first one of a call has an address.
fn list(calls: &[Call]) -> String {
    let mut text = String::new();
    let number = |number: Option<u32>| number.map(|number| number.to_string()).unwrap_or_default();
    for call in calls {
        let mut address = format!("{:#x}", call.address);
        for function in &call.functions {
            let (name, file) = (&function.function, function.file.as_deref().unwrap_or_default());
            let (row, column) = (number(function.line), number(function.column));
            line(&mut text, format_args!("{address}\t{name}\t{row}\t{column}\t{file}"));
            address.clear();
        }
    }
    text
}

/// The place in the source. A file in `current_dir` is shown from there.
fn place(function: &Frame, current_dir: Option<&Path>) -> Option<String> {
    let file = function.file.as_deref()?;
    let inside = current_dir.and_then(|directory| Path::new(file).strip_prefix(directory).ok()?.to_str());
    let mut place = match inside {
        Some(inside) => format!("./{inside}"),
        None => file.to_owned(),
    };
    for number in [function.line?].into_iter().chain(function.column) {
        // Writing to a string cannot fail.
        let _ = write!(place, ":{number}");
    }
    Some(place)
}

fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn function(name: &str, place: Option<(&str, u32, u32)>) -> Frame {
        Frame {
            function: name.to_owned(),
            file: place.map(|(file, ..)| file.to_owned()),
            line: place.map(|(_, line, _)| line),
            column: place.map(|(.., column)| column),
        }
    }

    /// A panic in a closure that was inlined into what main called, beside a callback from one panicking machinery to another.
    fn stack() -> Vec<Call> {
        let call = |address, functions| Call { address, functions };
        let plain = |name| vec![function(name, None)];
        vec![
            call(0x100, plain("std::panicking::default_hook")),
            call(0x110, plain("std::sys::backtrace::__rust_end_short_backtrace::<x, !>")),
            call(0x120, plain("core::panicking::panic_fmt")),
            call(
                0x130,
                vec![
                    function("a::main::{closure#0}", Some(("/home/me/a/src/main.rs", 7, 5))),
                    function("a::inner", Some(("/rust/core.rs", 250, 1))),
                ],
            ),
            call(0x140, plain("std::sys::backtrace::__rust_begin_short_backtrace::<y, ()>")),
            call(0x150, plain("std::rt::lang_start")),
            call(0x160, plain("std::sys::backtrace::__rust_end_short_backtrace::<z, ()>")),
            call(0x170, plain("a::called_back")),
        ]
    }

    #[test]
    fn a_short_one_shows_the_programs_part() {
        let expected = "stack backtrace:
   0: core::panicking::panic_fmt
   1: a::main::{closure#0}
             at ./src/main.rs:7:5
      a::inner
             at /rust/core.rs:250:1
      [... omitted 1 frame ...]
   2: a::called_back
note: Some details are omitted, run with `RUST_BACKTRACE=full` for a verbose backtrace.
";
        assert_eq!(short(&stack(), Some(Path::new("/home/me/a"))), expected);
    }

    #[test]
    fn a_full_one_shows_all_with_addresses_and_whole_names() {
        let text = full(&stack());
        assert!(text.starts_with("stack backtrace:\n   0:      0x100 - std::panicking::default_hook\n"), "{text}");
        let inner = "   3:      0x130 - a::main::{closure#0}
                       at /home/me/a/src/main.rs:7:5
                   a::inner
                       at /rust/core.rs:250:1
   4: ";
        assert!(text.contains(inner), "{text}");
        assert_eq!(text.lines().count(), 1 + 9 + 2);
    }

    #[test]
    fn a_list_has_a_line_for_each_function_and_one_address_for_each_call() {
        let expected = "0x130\ta::main::{closure#0}\t7\t5\t/home/me/a/src/main.rs\n\ta::inner\t250\t1\t/rust/core.rs\n";
        assert_eq!(list(&stack()[3..4]), expected);
        assert_eq!(list(&stack()[7..]), "0x170\ta::called_back\t\t\t\n");
    }
}
