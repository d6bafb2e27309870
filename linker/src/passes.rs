//! The passes over a program, between wasm-ld and the finished component: a table that says of each why it is there,
//! what it needs, what it comes after, and when it can be deleted.
//!
//! A pass is a file of `lower/`, if a program must have it, or of `optimize/`, if it only makes programs faster or
//! smaller.
//! `component-ld --explain-passes` prints the table.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::arguments::{Optimize, Strip};
use crate::contract;
use crate::inputs::Inputs;
use crate::lower::{
    atomics, built_in_names, component_types, constructors, context_slots, entry, exports, last_words, points,
    saved_globals, signatures, strip, thread_locals,
};
use crate::module::{Export, Module};
use crate::optimize::{
    branch_hints, forwarders, landing_pads, offsets, shorten, single_thread_locks, split_loads, wide_parameters,
};
use crate::platform::Platform;

/// What a link wants of the passes.
pub(crate) struct Options<'a> {
    pub(crate) optimize: Optimize,
    pub(crate) strip: Strip,
    /// Where the component's WIT goes, if anywhere.
    pub(crate) wit: Option<&'a Path>,
    /// The names of passes that are left out: see [`check_optional`].
    pub(crate) without: &'a [String],
    /// Whose functions std calls.
    pub(crate) platform: Platform,
    /// What the module was linked from: a program with threads asks for alignments, and errors for names.
    pub(crate) inputs: &'a Inputs,
}

/// A row of the table.
pub(crate) struct Pass {
    /// The name of its file.
    name: &'static str,
    folder: Folder,
    /// It is left out where one of these does not hold.
    only: &'static [Condition],
    /// The passes that have run before it, if they run.
    after: &'static [&'static str],
    why: &'static str,
    delete_when: &'static str,
    /// What an error is about.
    fails: &'static str,
    run: Run,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Folder {
    Lower,
    Optimize,
}

/// When a pass runs.
#[derive(Clone, Copy)]
enum Condition {
    /// Debug information counts in bytes of the code: instructions do not move.
    NoDebugInformation,
    /// Nothing else runs while a call waits: there are no threads, and no export is lifted `async`.
    Alone,
    Threads,
    /// There are several blocks of thread-local variables: of threads, or of tasks side by side.
    ThreadLocals,
    /// Stack pointers of threads are in context slots.
    Slots,
    /// Stack pointers of threads are saved around imports: `--thread-context=save-restore`.
    SaveRestore,
    /// `--schedule-points`.
    SchedulePoints,
    /// `--strip-all`.
    Stripped,
}

#[derive(Clone, Copy)]
enum Run {
    /// Over the core module.
    Module(fn(&mut Module<'_>, &Options<'_>) -> Result<()>),
    /// Over the component, of which no condition is known but [`Stripped`].
    Component(fn(&[u8]) -> Result<Vec<u8>>),
}

use Condition::{Alone, NoDebugInformation, SaveRestore, SchedulePoints, Slots, Stripped, ThreadLocals, Threads};
use Folder::{Lower, Optimize as Faster};

/// All passes, in order.
pub(crate) const PASSES: &[Pass] = &[
    Pass {
        name: "signatures",
        folder: Lower,
        only: &[],
        after: &[],
        why: "functions that Rust signatures declare get a component type, and the names by which it knows them",
        delete_when: "rustc makes component types of signatures",
        fails: "the functions that the program declares cannot be those of a component",
        run: Run::Module(signatures::rewrite),
    },
    Pass {
        name: "component_types",
        folder: Lower,
        only: &[],
        after: &[],
        why: "wasm-ld joins the component types of two bindings for one world; each gets a section",
        delete_when: "wit-component reads such a section, or wasm-ld leaves them apart",
        fails: "the component types of two bindings cannot be told apart",
        run: Run::Module(component_types::rewrite),
    },
    Pass {
        name: "entry",
        folder: Lower,
        only: &[],
        after: &[],
        why: "a program may bring `run` twice; what wit-component shall find gets the name it looks for",
        delete_when: "rustc can be told that a program has another entry than main",
        fails: "the program's entry cannot be chosen",
        run: Run::Module(entry::rewrite),
    },
    Pass {
        name: "constructors",
        folder: Lower,
        only: &[],
        // By the entry's name it knows a program that begins at main.
        after: &["entry"],
        why: "static constructors run once, at instantiation",
        delete_when: "wit-component calls `__wasm_call_ctors`, or wasm-ld makes an `_initialize`",
        fails: "the call of static constructors cannot be arranged",
        run: Run::Module(constructors::rewrite),
    },
    Pass {
        name: "single_thread_locks",
        folder: Faster,
        only: &[NoDebugInformation, Alone],
        after: &[],
        why: "in a program of one thread a lock that is taken is a deadlock: the code that waits and wakes goes",
        delete_when: "wasm-ld can be told to take another function for one that is defined",
        fails: "waiting for locks cannot be left out",
        run: Run::Module(single_thread_locks::rewrite),
    },
    Pass {
        name: "forwarders",
        folder: Faster,
        only: &[NoDebugInformation],
        // What it has emptied does nothing.
        after: &["single_thread_locks"],
        why: "calls of functions that only call another go there, and calls of functions that do nothing go",
        delete_when: "wasm-ld does it, or rustc makes such functions aliases",
        fails: "calls cannot be led to where they end up",
        run: Run::Module(forwarders::rewrite),
    },
    Pass {
        name: "landing_pads",
        folder: Faster,
        only: &[NoDebugInformation],
        // What waits no more, and what is not called, throws nothing.
        after: &["single_thread_locks", "forwarders"],
        why: "landing pads that no exception gets to go, and those inside of hot loops become functions",
        delete_when: "Cranelift keeps values in registers across calls with handlers",
        fails: "landing pads cannot be moved",
        run: Run::Module(landing_pads::rewrite),
    },
    Pass {
        name: "points",
        folder: Lower,
        only: &[SchedulePoints],
        after: &[],
        why: "a schedule by seed goes over to another thread at atomic operations",
        delete_when: "threads are preempted",
        fails: "atomic instructions cannot be made points of a schedule",
        run: Run::Module(points::rewrite),
    },
    Pass {
        name: "atomics",
        folder: Lower,
        only: &[],
        // It takes the marks away, and gives the functions that landing_pads makes what they need.
        after: &["landing_pads", "points"],
        why: "threads are cooperative: atomic instructions become plain ones, and loops that wait give way",
        delete_when: "no object with atomic instructions can reach the linker",
        fails: "atomic instructions cannot be replaced",
        run: Run::Module(atomics::rewrite),
    },
    Pass {
        name: "thread_locals",
        folder: Lower,
        only: &[ThreadLocals],
        after: &["atomics"],
        why: "each thread gets thread-local variables as they were before anyone wrote to them",
        delete_when: "wasm-ld makes `__wasm_init_tls` for modules without shared memory",
        fails: "thread-local variables cannot be arranged",
        run: Run::Module(thread_locals::rewrite),
    },
    Pass {
        name: "saved_globals",
        folder: Lower,
        only: &[Threads, SaveRestore],
        // It sees the reads that marks have become, and would call in the function that thread_locals fills.
        after: &["atomics", "thread_locals"],
        why: "bindings keep something of their own in the context slots: stack pointers are saved around imports",
        delete_when: "no bindings use context slots beside threads",
        fails: "the stack pointer cannot be saved around imports",
        run: Run::Module(saved_globals::rewrite),
    },
    Pass {
        name: "context_slots",
        folder: Lower,
        only: &[Threads, Slots],
        after: &["atomics", "thread_locals"],
        why: "LLVM 22 keeps stack pointer and thread-local base in globals, which all threads share",
        delete_when: "LLVM 23 is the oldest whose objects are linked",
        fails: "the stack pointer cannot be moved into a context slot",
        run: Run::Module(context_slots::rewrite),
    },
    Pass {
        name: "built_in_names",
        folder: Lower,
        only: &[],
        // They look built-ins up by the names of the assembly.
        after: &["atomics", "saved_globals", "context_slots"],
        why: "an assembler cannot write the names of canonical built-ins",
        delete_when: "LLVM's assembler takes quoted names in `.import_module` and `.import_name`",
        fails: "canonical built-ins cannot be renamed",
        run: Run::Module(built_in_names::rewrite),
    },
    Pass {
        name: "exports",
        folder: Lower,
        only: &[],
        // They look functions up by export.
        after: &["points", "atomics", "thread_locals", "saved_globals", "context_slots"],
        why: "what was exported for passes to find it is not the component's",
        delete_when: "no pass looks anything up by export",
        fails: "internal exports cannot be removed",
        run: Run::Module(exports::rewrite),
    },
    Pass {
        name: "last_words",
        folder: Lower,
        only: &[],
        // An export of its own is none for passes.
        after: &["exports"],
        why: "a component that imports nothing leaves a text behind when it traps; an export says where",
        delete_when: "the component model can hand a text to the host at a trap",
        fails: "the program's last words cannot be exported",
        run: Run::Module(last_words::rewrite),
    },
    Pass {
        name: "offsets",
        folder: Faster,
        only: &[NoDebugInformation],
        // It knows plain reads and writes.
        after: &["atomics"],
        why: "LLVM cannot make offsets of constants that it adds to addresses; with a page left free, the linker can",
        delete_when: "LLVM uses offsets wherever a pointer and what it is added to are of one object",
        fails: "constants cannot be moved into offsets",
        run: Run::Module(offsets::rewrite),
    },
    Pass {
        name: "split_loads",
        folder: Faster,
        only: &[NoDebugInformation],
        after: &["offsets"],
        why: "the processor cannot hand a read of eight bytes what two writes of four have just written",
        delete_when: "LLVM copies by the size of the fields, or processors forward from two writes",
        fails: "reads cannot be split",
        run: Run::Module(split_loads::rewrite),
    },
    Pass {
        name: "wide_parameters",
        folder: Faster,
        only: &[NoDebugInformation],
        // What is exported keeps its type.
        after: &["landing_pads", "atomics", "exports"],
        why: "Cranelift writes an `i32` parameter on the stack with four bytes and reads it with eight, which waits",
        delete_when: "Cranelift reads a parameter with as many bytes as it writes",
        fails: "parameters cannot be made wide",
        run: Run::Module(wide_parameters::rewrite),
    },
    Pass {
        name: "branch_hints",
        folder: Faster,
        only: &[],
        // A hint is at an offset in the code.
        after: &[
            "landing_pads",
            "atomics",
            "saved_globals",
            "context_slots",
            "offsets",
            "split_loads",
            "wide_parameters",
        ],
        why: "Cranelift does not see which branches lead to panics and slow paths",
        delete_when: "LLVM writes the section and wasm-ld keeps it",
        fails: "branches cannot be given hints",
        run: Run::Module(branch_hints::rewrite),
    },
    Pass {
        name: "strip",
        folder: Lower,
        only: &[Stripped],
        // They know functions by their names.
        after: &["single_thread_locks", "branch_hints"],
        why: "passes need the names that the user wants gone",
        delete_when: "no pass needs a name",
        fails: "custom sections cannot be removed",
        run: Run::Component(strip::custom_sections),
    },
    Pass {
        name: "shorten",
        folder: Faster,
        only: &[Stripped],
        after: &[],
        why: "what wit-component hands from module to module has names of which nobody outside knows",
        delete_when: "wit-component does it",
        fails: "names between core modules cannot be shortened",
        run: Run::Component(shorten::core_names),
    },
];

/// Runs the passes over a core module, as far as they are wanted.
///
/// # Errors
///
/// The module is not one wasm-ld writes.
pub(crate) fn over_module(module: &mut Module<'_>, options: &Options<'_>) -> Result<()> {
    for pass in PASSES {
        let Run::Module(run) = pass.run else { continue };
        if pass.is_wanted(options) && pass.only.iter().all(|condition| condition.holds(module, options)) {
            run(module, options).context(pass.fails)?;
        }
    }
    Ok(())
}

/// Runs the passes over a component, as far as they are wanted.
///
/// # Errors
///
/// It is not one that wit-component makes.
pub(crate) fn over_component(mut component: Vec<u8>, options: &Options<'_>) -> Result<Vec<u8>> {
    for pass in PASSES {
        let Run::Component(run) = pass.run else { continue };
        let holds = |condition: &Condition| matches!(condition, Stripped) && options.strip == Strip::All;
        if pass.is_wanted(options) && pass.only.iter().all(holds) {
            component = run(&component).context(pass.fails)?;
        }
    }
    Ok(component)
}

/// Whether a pass of this name may be left out.
///
/// # Errors
///
/// There is none, or no program can do without it.
pub(crate) fn check_optional(name: &str) -> Result<()> {
    match PASSES.iter().find(|pass| pass.name == name) {
        Some(Pass { folder: Faster, .. }) => Ok(()),
        Some(_) => bail!("no program can do without the pass `{name}`: `--explain-passes` says why"),
        None => bail!("there is no pass `{name}`: `--explain-passes` lists them"),
    }
}

/// The table as a text.
pub(crate) fn explained() -> String {
    let mut text = String::from("Passes, in the order in which they run:\n");
    for pass in PASSES {
        let kind = match pass.folder {
            Lower => "needed",
            Faster => "optional: not with --no-optimize",
        };
        _ = write!(text, "\n{} ({kind})\n  why: {}\n", pass.name, pass.why);
        if !pass.only.is_empty() {
            let conditions: Vec<&str> = pass.only.iter().map(|condition| condition.words()).collect();
            _ = writeln!(text, "  only: {}", conditions.join("; "));
        }
        if !pass.after.is_empty() {
            _ = writeln!(text, "  after: {}", pass.after.join(", "));
        }
        _ = writeln!(text, "  delete when: {}", pass.delete_when);
    }
    text
}

impl Pass {
    fn is_wanted(&self, options: &Options<'_>) -> bool {
        self.folder == Lower
            || (options.optimize != Optimize::No && !options.without.iter().any(|name| name == self.name))
    }
}

impl Condition {
    fn holds(self, module: &Module<'_>, options: &Options<'_>) -> bool {
        let has = |function| module.exported_function(function).is_some();
        match self {
            NoDebugInformation => !module.has_dwarf,
            Alone => {
                let is_async = |export: &Export<'_>| export.name.starts_with("[async-lift");
                !module.makes_threads() && !module.exports().iter().any(is_async)
            }
            Threads => module.makes_threads(),
            ThreadLocals => module.makes_threads() || has(contract::TASK_HOOK_SINGLE),
            Slots => !has(contract::TASK_HOOK_SAVED),
            SaveRestore => has(contract::TASK_HOOK_SAVED),
            SchedulePoints => has(contract::SCHEDULE_POINT),
            Stripped => options.strip == Strip::All,
        }
    }

    fn words(self) -> &'static str {
        match self {
            NoDebugInformation => "without debug information, which counts in bytes of the code",
            Alone => "in a program of one thread that lifts nothing `async`",
            Threads => "in a program with threads",
            ThreadLocals => "in a program with threads, or with tasks side by side",
            Slots => "where stack pointers are in context slots",
            SaveRestore => "with --thread-context=save-restore",
            SchedulePoints => "with --schedule-points",
            Stripped => "with --strip-all",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_pass_comes_after_those_it_needs() {
        for (at, pass) in PASSES.iter().enumerate() {
            for before in pass.after {
                assert!(PASSES[..at].iter().any(|pass| pass.name == *before), "{} before {before}", pass.name);
            }
        }
    }

    #[test]
    fn each_pass_is_a_file_and_stands_in_the_page() {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/src");
        let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
        for pass in PASSES {
            let folder = if pass.folder == Lower { "lower" } else { "optimize" };
            let file = format!("{root}/{folder}/{}.rs", pass.name);
            assert!(std::path::Path::new(&file).is_file(), "{file}");
            assert!(page.contains(&format!("| `{}` |", pass.name)), "README.md says nothing of {}", pass.name);
            assert!(explained().contains(&format!("\n{} (", pass.name)), "{}", pass.name);
        }
    }
}
