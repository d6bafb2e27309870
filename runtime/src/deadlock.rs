//! A deadlock: which threads there are, what each waits for, and where.
//!
//! Here because "nothing can ever happen again" is of little help to whoever has to find out why. Three sources meet.
//! The guest's own list of its threads (description.rs). The threads' native stacks, which tell where each is
//! (stacks.rs, walk.rs). And the names of std's functions there, which tell what kind of thing it waits for
//! (waiting.rs). Where one is missing, the report says less.
//!
//! A trap has its thread found here as well, by the same means: it is the one that is not suspended.

use crate::code::Code;
use crate::component::Command;
use crate::description::{Described, List};
use crate::host::Host;
use crate::stacks::Run;
use crate::trap::Frame;
use crate::waiting::{HOST, UNNAMED, Waiting, kind};
use crate::walk::Walked;
use contract::paths;
use std::collections::{HashMap, HashSet};
use std::fmt::{self, Display as _};
use tokio::runtime::Runtime;
use wasmtime::Store;

/// Looks at the threads of a run in which none will run again.
pub(crate) fn look(mut store: Store<Host>, run: &Run, runtime: &Runtime, command: &Command) -> Waiting {
    let list = List::of(&mut store, runtime);
    let code = Code::new(command.instance.component(), &command.binary);
    let stacks = suspended(&store, run, &code);
    let frames = |calls: &[usize]| code.stack(calls);
    match list.and_then(|list| list.ask(store, command)) {
        Some(described) => {
            let calls = |stack: Option<Walked>| stack.map(|stack| stack.calls).unwrap_or_default();
            let threads = pair(described, stacks).into_iter().map(|(thread, stack)| (thread, calls(stack)));
            Waiting::of(&threads.collect::<Vec<_>>(), frames)
        }
        None => match &stacks[..] {
            // The one thread of a program that makes none.
            [only] => Waiting::alone(HOST, frames(&only.calls)),
            _ => Waiting::undescribed(&stacks.into_iter().map(|stack| stack.calls).collect::<Vec<_>>(), frames),
        },
    }
}

/// The name of the thread that a guest's trap happened in, whose backtrace is `frames`. Its stack is the one that is
/// not suspended. `None`: the guest makes no threads, or several have no stack because they have not begun.
pub(crate) fn thread_of_trap(
    mut store: Store<Host>,
    run: &Run,
    runtime: &Runtime,
    command: &Command,
    frames: &[Frame],
) -> Option<String> {
    let list = List::of(&mut store, runtime)?;
    let code = Code::new(command.instance.component(), &command.binary);
    let stacks = suspended(&store, run, &code);
    let threads = pair(list.ask(store, command)?, stacks);
    let outermost = frames.iter().any(|frame| frame.function == paths::THREAD);
    let is_possible =
        |(thread, stack): &&(Described, Option<Walked>)| stack.is_none() && (thread.block != 0) >= outermost;
    let mut possible = threads.iter().filter(is_possible);
    let (thread, _) = possible.next().filter(|_| possible.next().is_none())?;
    Some(thread.name.clone().unwrap_or_else(|| UNNAMED.to_owned()))
}

/// The deadlock of a program that makes no threads: std finds it, says so and calls exit there, or traps if it has no WASI.
/// `None`: this is another exit, or another trap.
pub(crate) fn alone(frames: &[Frame]) -> Option<Waiting> {
    let is_end = |frame: &Frame| {
        [paths::DEADLOCK, paths::DEADLOCK_WITHOUT_WASI].iter().any(|path| frame.function.starts_with(path))
    };
    let end = frames.iter().position(is_end)?;
    let frames = frames[end + 1..].iter().skip_while(|frame| frame.function == contract::FATAL[1]);
    let frames: Vec<_> = frames.cloned().collect();
    let waits_for = kind(&frames).map_or("what only another thread could do", |(kind, _)| kind);
    Some(Waiting::alone(waits_for, frames))
}

/// What is said of a deadlock.
pub(crate) fn write(f: &mut fmt::Formatter<'_>, threads: &Waiting) -> fmt::Result {
    f.write_str(
        "deadlock: every thread of the guest waits for something that only the guest itself could do (a lock, a join, a channel)",
    )?;
    threads.fmt(f)?;
    let mut waiting = threads.places.iter().flat_map(|place| &place.threads);
    if waiting.any(|thread| thread.waits_for.contains("mutex") || thread.waits_for.contains("lock")) {
        write!(f, "\nnote: std's locks do not record who holds them")?;
    }
    let mut functions = threads.places.iter().flat_map(|place| &place.frames).map(|frame| &frame.function);
    if functions.clone().next().is_some() && functions.all(|function| function.starts_with("function ")) {
        write!(
            f,
            "\nnote: the program is stripped: functions have numbers, and what kind of thing a thread waits for is not known"
        )?;
    }
    Ok(())
}

fn suspended(store: &Store<Host>, run: &Run, code: &Code<'_>) -> Vec<Walked> {
    run.suspended(store).filter_map(|stack| Walked::new(&stack, code)).collect()
}

/// Each thread, and its stack if that was found.
fn pair(described: Vec<Described>, stacks: Vec<Walked>) -> Vec<(Described, Option<Walked>)> {
    let blocks: HashSet<u32> = described.iter().map(|thread| thread.block).filter(|block| *block != 0).collect();
    // What was called with none of the blocks is the first thread.
    let mut by_block: HashMap<u32, Walked> =
        stacks.into_iter().map(|stack| (stack.block(&blocks).unwrap_or(0), stack)).collect();
    described
        .into_iter()
        .map(|thread| {
            let stack = by_block.remove(&thread.block);
            (thread, stack)
        })
        .collect()
}
