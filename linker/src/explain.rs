//! Why a link failed, in terms of crates and functions.
//!
//! Two things go wrong in ways wasm-ld and wit-component can only name by symbol: a function nobody defines (mostly one
//! of a C library, which is no part of these targets), and an import no world offers (mostly one of WASI 0.1).
//! Everything else stays in the words of the tool that said it, as this linker's own errors and warnings.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use crate::c_symbols;
use crate::contract;
use crate::demangle::{demangle, demangle_all};
use crate::inputs::{self, Inputs, Referrer, Wanted};

/// How many of a kind are listed before the rest is only counted.
const LISTED: usize = 20;

/// What stands in front of a symbol that wasm-ld has found undefined.
const UNDEFINED: &str = ": undefined symbol: ";

/// The symbols that wasm-ld has found undefined, by what it wrote.
pub(crate) fn undefined_symbols(messages: &str) -> impl Iterator<Item = &str> {
    messages.lines().filter_map(|line| Some(line.split_once(UNDEFINED)?.1.trim()))
}

/// What wasm-ld wrote when it failed, with undefined symbols explained and Rust names demangled. `regardless` gives the module with the
/// symbols as imports: objects in LLVM's own format say nothing of who wants them.
#[must_use]
pub(crate) fn failure(messages: &str, inputs: &Inputs, regardless: impl FnOnce() -> Option<Vec<u8>>) -> String {
    let mut symbols = BTreeSet::new();
    let mut text = String::new();
    for line in messages.lines() {
        match line.split_once(UNDEFINED) {
            Some((_, symbol)) => {
                symbols.insert(symbol.trim());
            }
            None => _ = writeln!(text, "{}", demangle_all(&as_ours(line))),
        }
    }
    let mut referrers: Vec<(&str, Vec<Referrer>)> =
        symbols.iter().take(LISTED).map(|symbol| (*symbol, inputs.who_wants(Wanted::Symbol(symbol)))).collect();
    if referrers.iter().any(|(_, referrers)| referrers.is_empty())
        && let Some(linked) = regardless()
    {
        for (symbol, referrers) in referrers.iter_mut().filter(|(_, referrers)| referrers.is_empty()) {
            *referrers = inputs::callers(&linked, "env", symbol).unwrap_or_default();
        }
    }
    for (symbol, referrers) in referrers {
        _ = write!(text, "component-ld: error: {}", undefined(symbol, &referrers, inputs));
    }
    if let Some(more) = symbols.len().checked_sub(LISTED).filter(|more| *more > 0) {
        _ = writeln!(text, "component-ld: error: and {more} more symbols that nothing defines");
    }
    text
}

/// What wasm-ld wrote when it did not fail.
#[must_use]
pub(crate) fn warnings(messages: &str) -> String {
    messages.lines().fold(String::new(), |mut text, line| {
        _ = writeln!(text, "{}", demangle_all(&as_ours(line)));
        text
    })
}

/// A line of wasm-ld's. It begins an error or a warning with the name that it was called by, which is one of many.
fn as_ours(line: &str) -> Cow<'_, str> {
    let said = line.split_once(": ").filter(|(name, _)| !name.contains(char::is_whitespace)).map(|(_, said)| said);
    match said.filter(|said| said.starts_with("error: ") || said.starts_with("warning: ")) {
        Some(said) => format!("component-ld: {said}").into(),
        None => line.into(),
    }
}

/// The imports of a linked module that no world offers, as one message.
#[must_use]
pub(crate) fn unknown_imports(linked: &[u8], imports: &[(&str, &str)], inputs: &Inputs) -> String {
    let mut reasons = BTreeSet::new();
    let mut text = String::new();
    for (module, field) in imports.iter().take(LISTED) {
        let mut referrers = inputs.who_wants(Wanted::Import(module, field));
        if referrers.is_empty() {
            // Objects in LLVM's own format tell nothing, but wasm-ld has kept the names of functions.
            referrers = inputs::callers(linked, module, field).unwrap_or_default();
        }
        let referrers = list(&referrers);
        let (what, reason) = match *module {
            contract::WASI_0_1 => (format!("`{field}` of WASI 0.1 ({module})"), NO_WASI_0_1),
            // Where wasm-ld puts undefined symbols when it is told to allow them.
            "env" => (format!("`{}`", demangle(field)), NO_C_LIBRARY),
            _ => (format!("the import `{field}` of `{module}`"), NO_WIT),
        };
        reasons.insert(reason);
        _ = writeln!(text, "{what} is wanted by {referrers}");
    }
    if let Some(more) = imports.len().checked_sub(LISTED).filter(|more| *more > 0) {
        _ = writeln!(text, "and {more} more imports");
    }
    for reason in reasons {
        _ = writeln!(text, "  {reason}");
    }
    text.truncate(text.trim_end().len());
    text
}

/// Why one name is exported by two things, and what to do.
#[must_use]
pub(crate) fn exported_twice(name: &str, inputs: &Inputs) -> String {
    let other = if name == "memory" { "that is what every program exports its memory as, and " } else { "" };
    format!(
        "two things are exported as `{name}`: {other}{}. Give that another name, or take `#[no_mangle]` or `#[export_name]` away from it",
        match &inputs.who_defines(name)[..] {
            [] => "a symbol of this name is exported, too".to_owned(),
            definers => format!("it is defined by {}", list(definers)),
        }
    )
}

/// Why a function is exported by two lifts, and what to do.
#[must_use]
pub(crate) fn lifted_twice(function: &str, lifts: [&str; 2], inputs: &Inputs) -> String {
    let definers: Vec<Referrer> = lifts.iter().flat_map(|lift| inputs.who_defines(lift)).collect();
    format!(
        "`{function}` is exported twice, as `{}` and as `{}`{}. A component has it once: leave one of the two out, which bindings export by `export!`",
        lifts[0],
        lifts[1],
        if definers.is_empty() { String::new() } else { format!(", by {}", list(&definers)) }
    )
}

/// What is said if wasm-ld, or LLVM in it, has come to an end that it did not mean.
#[must_use]
pub(crate) fn crash(wasm_ld: &Path, status: &str, messages: &str, inputs: &Inputs) -> String {
    let said = messages.lines().find_map(|line| line.split_once("LLVM ERROR: ")).map(|(_, said)| said.trim());
    let cause = match (inputs.malformed(), said) {
        (Some((object, error)), _) => {
            format!("{object} is not an object file that can be read ({error}): build it again")
        }
        (None, Some(said)) => format!("LLVM says: {said}"),
        (None, None) => {
            "an object file may be malformed, or made by a newer compiler: build everything again with one compiler"
                .to_owned()
        }
    };
    format!("{} has crashed ({status}): {cause}", wasm_ld.display())
}

/// What a library exports that nobody can call, as a warning; none if it exports nothing.
#[must_use]
pub(crate) fn unreached(functions: &[String]) -> Option<String> {
    let (first, rest) = functions.split_first()?;
    let mut names = format!("`{}`", demangle(first));
    for name in rest.iter().take(LISTED - 1) {
        _ = write!(names, ", `{}`", demangle(name));
    }
    if let Some(more) = functions.len().checked_sub(LISTED).filter(|more| *more > 0) {
        _ = write!(names, " and {more} more");
    }
    Some(format!(
        "component-ld: warning: nobody can call {names}: a component exports what a WIT world describes, and there is none in this library. \
         Write the world, and let wit-bindgen make the bindings (`wit_bindgen::generate!` and `export!`); what is for Rust alone needs no \
         `#[no_mangle]`\n"
    ))
}

const NO_WASI_0_1: &str = "this target is WASI 0.3, which has other functions under other names: look for a newer version of that crate, or a \
                           feature of it that goes through std; `cargo tree -i CRATE` shows what brings it in";
const NO_C_LIBRARY: &str = "no crate of this link defines it. If it is a function of a C library: docs/c-symbols.md lists those that are here on \
                            wasm32-wasip3, and this is none of them; look for a feature of that crate, or a newer version, that does without; \
                            `cargo tree -i CRATE` shows what brings it in";
const C_OUT_OF_REACH: &str = "the library has this function of a C library (docs/c-symbols.md), but not for a program that is optimised as a whole \
                              and in which no crate depends on the crate libc: add `libc` to the program's dependencies, or take `lto` out of its \
                              profile";
const NO_RANDOM: &str = "through it the crate getrandom asks for random numbers, and a component without WASI has none. Define this function, with \
                         numbers that the program's world imports, or do without what needs them; `cargo tree -i getrandom` shows what brings it in";
const NO_WIT: &str = "no WIT of this program offers that: a component imports only what a world describes. Bindings made by wit-bindgen bring \
                      their world along; a bare `extern` block with `wasm_import_module` needs one too";

fn undefined(symbol: &str, referrers: &[Referrer], inputs: &Inputs) -> String {
    let name = demangle(symbol);
    let reason = if name != symbol {
        let krate = name.trim_start_matches(['<', '&']).split("::").next().unwrap_or(&name);
        format!(
            "crate `{krate}` of this link does not define it: were its parts built by different compilers, or against different sysroots?"
        )
    } else if symbol.starts_with("__getrandom_") {
        NO_RANDOM.to_owned()
    } else if c_symbols::is_out_of_reach(symbol, inputs) {
        C_OUT_OF_REACH.to_owned()
    } else {
        NO_C_LIBRARY.to_owned()
    };
    format!("`{name}` is wanted by {}\n  {reason}\n", list(referrers))
}

/// One line for one, a line each for several.
fn list(referrers: &[Referrer]) -> String {
    match referrers {
        [] => "an object that is not named on the command line".to_owned(),
        [one] => one.to_string(),
        many => {
            let mut text = String::new();
            for referrer in many.iter().take(3) {
                _ = write!(text, "\n    {referrer}");
            }
            if many.len() > 3 {
                _ = write!(text, "\n    and {} more functions", many.len() - 3);
            }
            text
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_about_symbols_is_said_in_wasm_lds_words_under_one_name() {
        for name in ["rust-lld", "wasm-ld-22", "lld", "/opt/x/wasm-ld"] {
            let said = format!("{name}: warning: a\n{name}: error: duplicate symbol: f\n>>> defined in a.o\n");
            let ours = "component-ld: warning: a\ncomponent-ld: error: duplicate symbol: f\n>>> defined in a.o\n";
            assert_eq!(failure(&said, &Inputs::default(), || None), ours);
            assert_eq!(warnings(&said), ours);
        }
        let quoted = "an object says: error: x\n";
        assert_eq!(warnings(quoted), quoted);
    }

    #[test]
    fn an_undefined_symbol_is_said_once_however_many_want_it() {
        let said = "rust-lld: error: a.o: undefined symbol: open\nrust-lld: error: b.o: undefined symbol: open\n";
        let text = failure(said, &Inputs::default(), || None);
        assert_eq!(text.matches("`open`").count(), 1, "{text}");
        assert!(text.contains("C library"), "{text}");
    }

    #[test]
    fn a_rust_symbol_is_not_blamed_on_a_c_library() {
        let text = failure(
            "rust-lld: error: a.o: undefined symbol: _RNvNtCs1234_7mycrate3foo3bar\n",
            &Inputs::default(),
            || None,
        );
        assert!(text.contains("`mycrate::foo::bar`") && text.contains("crate `mycrate`"), "{text}");
        assert!(!text.contains("C library"), "{text}");
    }

    #[test]
    fn many_symbols_are_cut_short_with_a_count() {
        let said: String = (0..30).map(|i| format!("x: undefined symbol: f{i:02}\n")).collect();
        assert!(failure(&said, &Inputs::default(), || None).contains("and 10 more symbols"));
    }
}
