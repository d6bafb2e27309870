//! The guest's threads, all of which wait: which there are, what each waits for, and where.
//!
//! Here because a deadlock, and a time limit that passes while nothing happens, are told in the same words. Threads
//! that wait at the same place are told of together, so that ten thousand of them have a report that can be read.
//!
//! Left out, because std does not know it: who holds a mutex or a reader-writer lock. It shows who waits for the same
//! one.

use crate::description::Described;
use crate::trap::{Frame, write_frames};
use std::collections::HashMap;
use std::fmt;

/// What a thread without a name is called.
pub(crate) const UNNAMED: &str = "<unnamed>";

/// What a thread waits for that does not wait for another one.
pub(crate) const HOST: &str = "an event of the host";

/// The most places that are told, and the most threads that are named at one, or as waiting for the same.
const PLACES: usize = 32;
const NAMED: usize = 8;
const ALIKE: usize = 4;

/// The threads of a guest, all of which wait.
#[derive(Debug, Default)]
pub struct Waiting {
    /// Where they wait, the place of the first thread first, then in the order of the oldest thread there; at most 32.
    pub places: Vec<Place>,
    /// How many threads there are at other places.
    pub more: usize,
}

/// The threads that wait at one place.
#[derive(Debug)]
pub struct Place {
    /// The threads, the oldest first; at most 8.
    pub threads: Vec<Blocked>,
    /// How many there are beyond.
    pub more: usize,
    /// Their call stack, innermost first; empty where it could not be found out.
    pub frames: Vec<Frame>,
}

/// One thread that waits.
#[derive(Debug)]
pub struct Blocked {
    /// Its name, as `std::thread::Builder` was given it; the first thread's is `main`.
    pub name: Option<String>,
    /// What it waits for, in words.
    pub waits_for: String,
}

impl Waiting {
    /// The one thread of a program that makes none.
    pub(crate) fn alone(waits_for: &str, frames: Vec<Frame>) -> Self {
        let main = Blocked { name: Some("main".to_owned()), waits_for: waits_for.to_owned() };
        Self { places: vec![Place { threads: vec![main], more: 0, frames }], more: 0 }
    }

    /// Each of `threads` with the return addresses on its stack. `frames` tells of addresses which functions they are
    /// in.
    pub(crate) fn of(threads: &[(Described, Vec<usize>)], frames: impl Fn(&[usize]) -> Vec<Frame>) -> Self {
        let mut words = Words::new(threads.iter().map(|(thread, _)| thread));
        Self::grouped(threads.iter().map(|(_, calls)| &calls[..]), frames, |index, kind| {
            let (thread, _) = &threads[index];
            Blocked { name: thread.name.clone(), waits_for: words.say(thread, kind) }
        })
    }

    /// Threads of which nothing is known but their stacks.
    pub(crate) fn undescribed(stacks: &[Vec<usize>], frames: impl Fn(&[usize]) -> Vec<Frame>) -> Self {
        let say = |kind: Option<(&str, bool)>| kind.map_or("what is not known", |(kind, _)| kind).to_owned();
        Self::grouped(stacks.iter().map(|calls| &calls[..]), frames, |_, kind| Blocked {
            name: None,
            waits_for: say(kind),
        })
    }

    /// The threads by their stacks. `blocked` tells of one by its index, and by the kind of thing that is waited for
    /// there.
    fn grouped<'a>(
        stacks: impl Iterator<Item = &'a [usize]>,
        frames: impl Fn(&[usize]) -> Vec<Frame>,
        mut blocked: impl FnMut(usize, Option<(&str, bool)>) -> Blocked,
    ) -> Self {
        let mut groups: Vec<(&[usize], Vec<usize>)> = Vec::new();
        let mut known = HashMap::new();
        for (index, calls) in stacks.enumerate() {
            let group = *known.entry(calls).or_insert(groups.len());
            match groups.get_mut(group) {
                Some((_, there)) => there.push(index),
                None => groups.push((calls, vec![index])),
            }
        }
        let place = |(calls, there): &(&[usize], Vec<usize>)| {
            let frames = frames(calls);
            let kind = kind(&frames);
            let threads: Vec<_> = there.iter().take(NAMED).map(|index| blocked(*index, kind)).collect();
            Place { more: there.len() - threads.len(), threads, frames }
        };
        let more = groups.iter().skip(PLACES).map(|(_, there)| there.len()).sum();
        Self { places: groups.iter().take(PLACES).map(place).collect(), more }
    }
}

/// What threads wait for, in words.
struct Words<'a> {
    /// The threads by the address whose change tells that they have ended.
    ending: HashMap<u32, &'a Described>,
    /// The threads by the address that they wait for; of which it has not been told yet.
    waiting: HashMap<u32, Vec<&'a Described>>,
}

impl<'a> Words<'a> {
    fn new(threads: impl Iterator<Item = &'a Described>) -> Self {
        let mut words = Self { ending: HashMap::new(), waiting: HashMap::new() };
        for thread in threads {
            words.ending.entry(thread.ends_at).or_insert(thread);
            words.waiting.entry(thread.waits_for).or_default().push(thread);
        }
        words
    }

    /// What this one waits for, which `kind` tells. The first time that an address is told, it says who else waits for
    /// it.
    fn say(&mut self, thread: &Described, kind: Option<(&str, bool)>) -> String {
        if thread.waits_for == 0 {
            return HOST.to_owned();
        }
        if let Some(joined) = self.ending.get(&thread.waits_for) {
            return format!("{} to end", title(joined));
        }
        let (what, is_its_word) = kind.unwrap_or(("a change of the word", true));
        if !is_its_word {
            return what.to_owned();
        }
        let mut words = format!("{what} at 0x{:08x}", thread.waits_for);
        let alike = self.waiting.remove(&thread.waits_for).unwrap_or_default();
        let others: Vec<_> =
            alike.iter().filter(|other| other.block != thread.block).map(|other| title(other)).collect();
        if let Some((first, rest)) = others.split_first() {
            words += &format!(", as does {first}");
            rest.iter().take(ALIKE - 1).for_each(|other| words += &format!(", {other}"));
            match rest.len().saturating_sub(ALIKE - 1) {
                0 => {}
                more => words += &format!(" and {more} more"),
            }
        }
        words
    }
}

fn title(thread: &Described) -> String {
    match &thread.name {
        Some(name) => format!("thread '{name}'"),
        None => "a thread without a name".to_owned(),
    }
}

impl fmt::Display for Blocked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name.as_deref().unwrap_or(UNNAMED);
        write!(f, "thread '{name}' waits for {}", self.waits_for)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, thread) in self.threads.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{thread}")?;
        }
        match self.more {
            0 => {}
            1 => write!(f, "\nand 1 more thread waits at the same place")?,
            more => write!(f, "\nand {more} more threads wait at the same place")?,
        }
        write_frames(f, &self.frames)
    }
}

/// A line for each thread, with a line break before it.
impl fmt::Display for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.places.iter().try_for_each(|place| write!(f, "\n{place}"))?;
        match self.more {
            0 => Ok(()),
            1 => write!(f, "\nand 1 more thread waits elsewhere"),
            more => write!(f, "\nand {more} more threads wait elsewhere"),
        }
    }
}

/// Functions of std, what a thread waits for in them, and whether the word it waits for is that thing's; else it is one
/// of the thread's own. What is built on others comes before them.
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
pub(crate) fn kind(frames: &[Frame]) -> Option<(&'static str, bool)> {
    // Functions that were inlined may be without their modules; then the file tells.
    let module = |frame: &Frame| frame.file.as_ref().map(|file| file.replace('/', "::").replace("::src::", "::"));
    let of_std = |frame: &&Frame| {
        let name = frame.function.trim_start_matches('<');
        // A landing pad is called by the function it is of.
        let is_std = ["std::", "core::", "alloc::", "component_rt", "wasi_rt", "__wrap_component_", "landing pad"]
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
