//! A deadlock: which threads there are, what each waits for, and where.
//!
//! Here because "nothing can ever happen again" is of little help to whoever has to find out why. Three sources meet. The guest's own list of
//! its threads, asked for by a function that component-ld exports from programs with threads. The threads' native stacks, which tell where each
//! is. And the names of std's functions there, which tell what kind of thing it waits for. Where one is missing, the report says less.
//!
//! A trap has its thread found here as well, by the same means: it is the one that is not suspended.
//!
//! Left out, because std does not know it: who holds a mutex or a reader-writer lock. It shows who waits for the same one.

use crate::code::Code;
use crate::interrupt::TRAP;
use crate::stacks::{self, Suspended};
use crate::trap::{FRAMES, Frame, write_frames};
use std::fmt;
use wasmtime::component::Component;
use wasmtime::{AsContextMut, Instance, Memory, Module, Store, TypedFunc, WasmCoreDump};

/// The core export that describes a thread, `(thread) -> description`.
const DESCRIBE_THREAD: &str = "component_describe_thread";

/// The function of the library that ends a program whose only thread waits for another one.
const FOUND_BY_STD: &str = "component_rt::thread::deadlock";

/// The exit code it gives.
pub(crate) const EXIT_CODE: u8 = 135;

/// The library's function in which every thread but the first begins, and what a thread without a name is called.
const FIRST_OF_THREAD: &str = "component_rt::thread::run";
const UNNAMED: &str = "<unnamed>";

/// The most threads that are reported, and the most bytes of a name.
const THREADS: usize = 64;
const NAME: usize = 256;

/// What a thread waits for that does not wait for another one.
const HOST: &str = "an event of the host";

/// More threads than the library lets live.
const MAX_LIVE: usize = 1 << 16;

/// How many places on a stack may be the guest's innermost frame.
const CANDIDATES: usize = 16;

/// All threads of a guest wait for each other.
#[derive(Debug, Default)]
pub struct Deadlock {
    /// The threads, the first one first, then from the oldest to the youngest; at most 64.
    pub threads: Vec<Blocked>,
    /// How many there are beyond.
    pub more: usize,
}

/// One thread that waits.
#[derive(Debug)]
pub struct Blocked {
    /// Its name, as `std::thread::Builder` was given it; the first thread's is `main`.
    pub name: Option<String>,
    /// What it waits for, in words.
    pub waits_for: String,
    /// Where, innermost first; empty where that could not be found out.
    pub frames: Vec<Frame>,
}

/// Looks at the threads of a store in which none will run again. `binary` is what the component was compiled from.
pub(crate) async fn look<T: Send>(store: &mut Store<T>, component: &Component, binary: &[u8]) -> Deadlock {
    let suspended = stacks::suspended();
    let described = describe(store).await;
    let code = Code::new(component, binary);
    let mut stacks: Vec<_> = suspended.iter().filter_map(|stack| Walked::new(stack, &code)).collect();
    let Some(threads) = described else { return alone(&stacks, &code) };
    let blocks: Vec<u32> = threads.iter().map(|thread| thread.block).filter(|block| *block != 0).collect();
    let blocked: Vec<(Described, Vec<Frame>)> = threads
        .into_iter()
        .map(|thread| {
            let own = stacks.iter().position(|stack| stack.block(&blocks).unwrap_or(0) == thread.block);
            let frames = own.map(|index| stacks.swap_remove(index).frames(&code)).unwrap_or_default();
            (thread, frames)
        })
        .collect();
    let said = |(thread, frames): &(Described, Vec<Frame>)| Blocked {
        name: thread.name.clone(),
        waits_for: waits_for(thread, frames, &blocked),
        frames: frames.clone(),
    };
    Deadlock { threads: blocked.iter().take(THREADS).map(said).collect(), more: blocked.len().saturating_sub(THREADS) }
}

/// The name of the thread that a guest's trap happened in, whose backtrace is `frames`. Its stack is the one that is not suspended. `None`: the
/// guest makes no threads, or several have no stack because they have not begun.
pub(crate) async fn thread_of_trap<T: Send>(
    store: &mut Store<T>,
    component: &Component,
    binary: &[u8],
    frames: &[Frame],
) -> Option<String> {
    let suspended = stacks::suspended();
    let described = describe(store).await?;
    let code = Code::new(component, binary);
    let blocks: Vec<u32> = described.iter().map(|thread| thread.block).filter(|block| *block != 0).collect();
    let stacks = suspended.iter().filter_map(|stack| Walked::new(stack, &code));
    let waiting: Vec<u32> = stacks.map(|stack| stack.block(&blocks).unwrap_or(0)).collect();
    let outermost = frames.iter().any(|frame| frame.function == FIRST_OF_THREAD);
    let is_possible = |thread: &&Described| !waiting.contains(&thread.block) && (thread.block != 0) >= outermost;
    let mut possible = described.iter().filter(is_possible);
    let thread = possible.next().filter(|_| possible.next().is_none())?;
    Some(thread.name.clone().unwrap_or_else(|| UNNAMED.to_owned()))
}

/// The one thread of a program that makes none, if the guest was there.
fn alone(stacks: &[Walked<'_>], code: &Code<'_>) -> Deadlock {
    let frames = stacks.first().map(|stack| stack.frames(code));
    let main = |frames| Blocked { name: Some("main".to_owned()), waits_for: HOST.to_owned(), frames };
    Deadlock { threads: frames.map(main).into_iter().collect(), more: 0 }
}

/// What the guest says of a thread.
struct Described {
    block: u32,
    name: Option<String>,
    waits_for: u32,
    ends_at: u32,
}

/// Has the guest describe its threads. `None`: it makes none, or comes from another linker.
async fn describe<T: Send>(store: &mut Store<T>) -> Option<Vec<Described>> {
    let (describe, memory) = exports(store).await?;
    let mut threads = Vec::new();
    let mut next = 0;
    // A guest that has trapped may have written anywhere, and its list may lead in a circle.
    while threads.len() <= MAX_LIVE {
        let at = describe.call_async(&mut *store, next).await.ok()?;
        let data = memory.data(&*store);
        let word = |index: usize| {
            let place = (at as usize).checked_add(4 * index)?;
            data.get(place..place + 4)?.try_into().ok().map(u32::from_le_bytes)
        };
        let name = data.get(word(2)? as usize..).filter(|_| word(2) != Some(0));
        let name = name.and_then(|bytes| bytes.iter().take(NAME).position(|byte| *byte == 0).map(|end| &bytes[..end]));
        let name = name.map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        let name = if next == 0 { Some("main".to_owned()) } else { name };
        threads.push(Described { block: word(0)?, name, waits_for: word(3)?, ends_at: word(4)? });
        next = word(1)?;
        if next == 0 {
            // The guest begins with the youngest.
            threads[1..].reverse();
            return Some(threads);
        }
    }
    None
}

/// Finds a core export of the guest. The component model hides them; a core dump, which is made of any trap in the store, does not.
async fn exports<T: Send>(store: &mut Store<T>) -> Option<(TypedFunc<u32, u32>, Memory)> {
    let module = Module::new(store.engine(), TRAP).ok()?;
    let instance = Instance::new_async(&mut *store, &module, &[]).await.ok()?;
    let trap = instance.get_typed_func::<(), ()>(&mut *store, "f").ok()?;
    let error = trap.call_async(&mut *store, ()).await.err()?;
    error.downcast_ref::<WasmCoreDump>()?.instances().iter().find_map(|instance| {
        let mut store = store.as_context_mut();
        let describe = instance.get_typed_func(&mut store, DESCRIBE_THREAD).ok()?;
        Some((describe, instance.get_memory(&mut store, "memory")?))
    })
}

/// A stack on which the guest's frames have been found.
struct Walked<'a> {
    stack: &'a Suspended,
    /// The return addresses, innermost first.
    calls: Vec<usize>,
    /// Which word lies above the guest's frames.
    end: usize,
}

impl<'a> Walked<'a> {
    /// The guest's code keeps frame pointers, the runtime's does not. So the innermost pair of frame pointer and return address is searched for
    /// from which every frame leads to the next, up to the piece of code by which the runtime calls the guest. Remains of earlier calls seldom
    /// lead there, because what they led to has been written over, and then by fewer frames: of the innermost pairs the one with most counts.
    /// `None`: the guest has not begun here, or has ended.
    fn new(stack: &'a Suspended, code: &Code<'_>) -> Option<Self> {
        let walk = |from: usize| {
            let mut calls = Vec::new();
            let mut at = from;
            let mut end = from;
            while let [frame, back, ..] = stack.words[at..] {
                if !code.contains(back) {
                    break;
                }
                calls.push(back);
                end = at;
                match frame.checked_sub(stack.address).map(|distance| distance / size_of::<usize>()) {
                    Some(next) if next > at && next < stack.words.len() => at = next,
                    _ => break,
                }
            }
            Self { stack, calls, end }
        };
        let is_whole = |walked: &Self| {
            let Some((entry, inner)) = walked.calls.split_last() else { return false };
            !code.is_guest(*entry) && inner.iter().any(|call| code.is_guest(*call))
        };
        let candidates = (0..stack.words.len()).map(walk).filter(is_whole).take(CANDIDATES);
        candidates.reduce(|best, next| if next.calls.len() > best.calls.len() { next } else { best })
    }

    /// Which of `blocks` the thread's first function was called with: the runtime keeps that above the guest's frames.
    fn block(&self, blocks: &[u32]) -> Option<u32> {
        let halves = |word: &usize| [*word as u32, (*word >> 32) as u32];
        self.stack.words[self.end..].iter().rev().flat_map(halves).find(|half| blocks.contains(half))
    }

    fn frames(&self, code: &Code<'_>) -> Vec<Frame> {
        self.calls.iter().flat_map(|call| code.frames(*call)).take(FRAMES).collect()
    }
}

/// What a thread waits for, in words.
fn waits_for(thread: &Described, frames: &[Frame], all: &[(Described, Vec<Frame>)]) -> String {
    let title = |other: &Described| match &other.name {
        Some(name) => format!("thread '{name}'"),
        None => "a thread without a name".to_owned(),
    };
    if thread.waits_for == 0 {
        return HOST.to_owned();
    }
    if let Some((joined, _)) = all.iter().find(|(other, _)| other.ends_at == thread.waits_for) {
        return format!("{} to end", title(joined));
    }
    let (what, is_its_word) = kind(frames).unwrap_or(("a change of the word", true));
    if !is_its_word {
        return what.to_owned();
    }
    let mut words = format!("{what} at 0x{:08x}", thread.waits_for);
    let others = all.iter().filter(|(other, _)| other.waits_for == thread.waits_for && other.block != thread.block);
    let others: Vec<_> = others.take(4).map(|(other, _)| title(other)).collect();
    if !others.is_empty() {
        words += &format!(", as does {}", others.join(", "));
    }
    words
}

/// Functions of std, what a thread waits for in them, and whether the word it waits for is that thing's; else it is one of the thread's own. What is
/// built on others comes before them.
const KINDS: &[(&str, &str, bool)] = &[
    ("std::sync::mpsc::", CHANNEL, false),
    ("std::sync::mpmc::", CHANNEL, false),
    ("std::thread::scoped::", "the threads of its scope to end", false),
    ("std::sync::barrier::", "the others at a barrier", true),
    ("std::sync::poison::barrier::", "the others at a barrier", true),
    ("::sync::once::", "a Once that is being run", true),
    ("::sync::condvar::", "a condition variable", true),
    ("::RwLock>::read", "a reader-writer lock, to read,", true),
    ("::RwLock>::write", "a reader-writer lock, to write,", true),
    ("::sync::rwlock::", "a reader-writer lock", true),
    ("::sync::mutex::", "a mutex", true),
    ("::thread_parking::", "being unparked", false),
    ("std::thread::functions::park", "being unparked", false),
    ("std::thread::thread::Thread>::park", "being unparked", false),
];

/// Which side of a channel waits, the functions tell.
const CHANNEL: &str = "a channel";
const SIDES: &[(&str, &str)] = &[("::recv", "a message from a channel"), ("::send", "room in a channel")];

/// What kind of thing it is, by the functions of std that have been called last.
fn kind(frames: &[Frame]) -> Option<(&'static str, bool)> {
    // Functions that were inlined may be without their modules; then the file tells.
    let module = |frame: &Frame| frame.file.as_ref().map(|file| file.replace('/', "::").replace("::src::", "::"));
    let of_std = |frame: &&Frame| {
        let name = frame.function.trim_start_matches('<');
        // A landing pad is called by the function it is of.
        let is_std = ["std::", "core::", "alloc::", "component_rt", "__wrap_component_", "landing pad"]
            .iter()
            .any(|one| name.starts_with(one));
        is_std || module(frame).is_some_and(|module| module.contains("::library::"))
    };
    // What the linker put around an import has no name.
    let named = frames.iter().skip_while(|frame| frame.function.starts_with("function "));
    let innermost: Vec<_> = named.take_while(of_std).collect();
    let is_in = |frame: &Frame, part: &str| {
        frame.function.contains(part) || module(frame).is_some_and(|module| module.contains(part))
    };
    let (_, kind, is_its_word) = KINDS.iter().find(|(part, ..)| innermost.iter().any(|frame| is_in(frame, part)))?;
    let side = SIDES.iter().find(|(part, _)| innermost.iter().any(|frame| frame.function.contains(part)));
    let kind = side.filter(|_| *kind == CHANNEL).map_or(*kind, |(_, side)| side);
    Some((kind, *is_its_word))
}

impl Deadlock {
    /// The deadlock of a program that makes no threads: std finds it, says so and calls exit there. `None`: this is another exit.
    pub(crate) fn alone(frames: &[Frame]) -> Option<Self> {
        let end = frames.iter().position(|frame| frame.function.starts_with(FOUND_BY_STD))?;
        let frames = frames[end + 1..].to_vec();
        let waits_for = kind(&frames).map_or("what only another thread could do", |(kind, _)| kind).to_owned();
        Some(Self { threads: vec![Blocked { name: Some("main".to_owned()), waits_for, frames }], more: 0 })
    }
}

impl fmt::Display for Blocked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name.as_deref().unwrap_or(UNNAMED);
        write!(f, "thread '{name}' waits for {}", self.waits_for)?;
        write_frames(f, &self.frames)
    }
}

impl fmt::Display for Deadlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "deadlock: every thread of the guest waits for something that only the guest itself could do (a lock, a join, a channel)",
        )?;
        for thread in &self.threads {
            write!(f, "\n{thread}")?;
        }
        if self.more > 0 {
            write!(f, "\nand {} more threads", self.more)?;
        }
        if self.threads.iter().any(|thread| thread.waits_for.contains("mutex") || thread.waits_for.contains("lock")) {
            write!(f, "\nnote: std's locks do not record who holds them")?;
        }
        let mut functions = self.threads.iter().flat_map(|thread| &thread.frames).map(|frame| &frame.function);
        if functions.clone().next().is_some() && functions.all(|function| function.starts_with("function ")) {
            write!(
                f,
                "\nnote: the program is stripped: functions have numbers, and what kind of thing a thread waits for is not known"
            )?;
        }
        Ok(())
    }
}
