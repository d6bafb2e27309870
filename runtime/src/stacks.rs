//! The native stacks of the guest's threads.
//!
//! Here for two reasons. A deadlock report reads the stacks of threads that are suspended, and wasmtime knows no other
//! way to them than to have made them. And a stack is used again for the next thread, where wasmtime itself would unmap
//! it: threads that come and go cost half.
//!
//! What is relied on beyond wasmtime's documentation is its layout of a suspended stack: the stack pointer stands 16
//! bytes below the top (wasmtime-internal-fiber 48, unix.rs). A test shows that it holds
//! (tests/programs/src/bin/deadlock_together.rs); if it did not, reports would have no backtraces.
//!
//! Left out: the pooling allocator's stacks, which are its own.

// SAFETY comments below speak of "the mapping": the pages from `Mapping::bottom` to `Mapping::top`, private and
// anonymous.
#![allow(unsafe_code)]

use rustix::mm::{Advice, MapFlags, MprotectFlags, ProtFlags, madvise, mmap_anonymous, mprotect, munmap};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use wasmtime::{StackCreator, StackMemory, Store};

/// How many stacks are kept for the next threads, and how much of what one has touched stays with it, in bytes.
const MAX_SPARE: usize = 256;
const KEPT: usize = 32 << 10;

/// Makes the stacks of an engine.
pub(crate) fn creator() -> Arc<dyn StackCreator> {
    Arc::new(Stacks)
}

/// One run of a guest: its stacks are those that this thread of the host makes until it is dropped.
pub(crate) struct Run(u64);

thread_local! {
    /// The run whose stacks this thread makes. 0: none that anybody will ask for.
    static RUN: Cell<u64> = const { Cell::new(0) };
}

impl Run {
    /// Begins one.
    pub(crate) fn begin() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(1);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        RUN.set(number);
        Self(number)
    }

    /// What is on each of its suspended stacks. `_store` is the run's: whoever has it knows that no stack of it is
    /// running.
    pub(crate) fn suspended<'a, T>(&self, _store: &'a Store<T>) -> impl Iterator<Item = Suspended> + 'a {
        let of_this = |(&top, &(bottom, run)): (&usize, &(usize, u64))| (run == self.0).then_some(bottom..top);
        let stacks: Vec<_> = registry().live.iter().filter_map(of_this).collect();
        stacks.into_iter().filter_map(read)
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        RUN.set(0);
    }
}

/// What is on a suspended stack, from its stack pointer up.
pub(crate) struct Suspended {
    /// The address of the first word.
    pub(crate) address: usize,
    /// The words, up to the top.
    pub(crate) words: Vec<usize>,
}

/// Copies what is on a stack of the run that `Run::suspended` is asked about, unless it has not been suspended.
fn read(stack: Range<usize>) -> Option<Suspended> {
    const WORD: usize = size_of::<usize>();
    let word = |address: usize| {
        // SAFETY: `address` is within the mapping. That was in the registry, so it belongs to the store that
        // `Run::suspended` was given: it stays mapped while that is borrowed, and the guest does not run meanwhile,
        // because running it takes the store, too.
        unsafe { std::ptr::with_exposed_provenance::<usize>(address).read() }
    };
    let end = stack.end - 2 * WORD;
    let address = word(end);
    let is_plausible = (stack.start..end).contains(&address) && address.is_multiple_of(WORD);
    is_plausible.then(|| Suspended { address, words: (address..end).step_by(WORD).map(word).collect() })
}

struct Stacks;

/// Pages of ours, the lowest of them a guard. Unmapped when dropped.
struct Mapping {
    /// The end of the guard page, and the beginning of the stack.
    bottom: usize,
    top: usize,
    page: usize,
}

/// A stack that wasmtime uses.
struct Stack(Option<Mapping>);

#[derive(Default)]
struct Registry {
    /// The stacks in use: bottom by top, and the run that each was made for.
    live: BTreeMap<usize, (usize, u64)>,
    spare: Vec<Mapping>,
}

fn registry() -> std::sync::MutexGuard<'static, Registry> {
    static REGISTRY: Mutex<Registry> = Mutex::new(Registry { live: BTreeMap::new(), spare: Vec::new() });
    // Every change leaves it whole.
    REGISTRY.lock().unwrap_or_else(PoisonError::into_inner)
}

// SAFETY: `new_stack` gives page-aligned memory that nobody else uses, with a guard page below; if it shall be zero, it
// is fresh.
unsafe impl StackCreator for Stacks {
    fn new_stack(&self, size: usize, zeroed: bool) -> Result<Box<dyn StackMemory>, wasmtime::Error> {
        let mut registry = registry();
        let fits = |mapping: &Mapping| mapping.top - mapping.bottom >= size && !zeroed;
        let mapping = match registry.spare.pop() {
            Some(spare) if fits(&spare) => spare,
            _ => Mapping::new(size)?,
        };
        registry.live.insert(mapping.top, (mapping.bottom, RUN.get()));
        Ok(Box::new(Stack(Some(mapping))))
    }
}

// SAFETY: the ranges are those of the mapping, which lives as long as this.
unsafe impl StackMemory for Stack {
    fn top(&self) -> *mut u8 {
        std::ptr::with_exposed_provenance_mut(self.range().end)
    }

    fn range(&self) -> Range<usize> {
        self.0.as_ref().map_or(0..0, |mapping| mapping.bottom..mapping.top)
    }

    fn guard_range(&self) -> Range<*mut u8> {
        let guard = self.0.as_ref().map_or(0..0, |mapping| mapping.bottom - mapping.page..mapping.bottom);
        std::ptr::with_exposed_provenance_mut(guard.start)..std::ptr::with_exposed_provenance_mut(guard.end)
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        let Some(mapping) = self.0.take() else { return };
        let mut registry = registry();
        registry.live.remove(&mapping.top);
        if registry.spare.len() < MAX_SPARE {
            mapping.forget();
            registry.spare.push(mapping);
        }
    }
}

impl Mapping {
    fn new(size: usize) -> std::io::Result<Self> {
        let page = rustix::param::page_size();
        let size = size.next_multiple_of(page);
        // SAFETY: a new mapping, where the kernel likes.
        let guard =
            unsafe { mmap_anonymous(std::ptr::null_mut(), page + size, ProtFlags::empty(), MapFlags::PRIVATE)? };
        let bottom = guard.expose_provenance() + page;
        let mapping = Self { bottom, top: bottom + size, page };
        // SAFETY: pages of the mapping just made.
        unsafe { mprotect(guard.byte_add(page), size, MprotectFlags::READ | MprotectFlags::WRITE)? };
        Ok(mapping)
    }

    /// Gives back to the kernel what lies deeper than most threads get.
    fn forget(&self) {
        let deep = (self.top - self.bottom).saturating_sub(KEPT);
        // SAFETY: pages of the mapping, and nobody uses what is on them any more. That it fails costs memory only.
        let _ = unsafe { madvise(std::ptr::with_exposed_provenance_mut(self.bottom), deep, Advice::LinuxDontNeed) };
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        let guard = std::ptr::with_exposed_provenance_mut(self.bottom - self.page);
        // SAFETY: the mapping made in `new`; whoever had it has given it up. Unmapping what is mapped does not fail.
        let _ = unsafe { munmap(guard, self.top - self.bottom + self.page) };
    }
}
