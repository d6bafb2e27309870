//! Threads of the component instance. Canonical ABI: `thread.new-indirect` and its companions.
//!
//! They are cooperative: one runs until it blocks or gives way. Each has a stack and thread-local variables in linear memory,
//! in one allocation with what this module knows of it. A thread cannot free the stack it runs on, so that is done by whoever
//! joins it or, if nobody does, by the next thread that is made or ends.
//!
//! Left out: destructors of thread-local variables, panics: std's.

mod description;
#[cfg(target_family = "wasm")]
mod entry;

use core::alloc::Layout;
use core::ffi::c_char;
use core::ptr::{self, NonNull};
use core::sync::atomic::AtomicU32;

use crate::abi::threads::{self, Start};
use crate::{assert, block, futex, schedule};
#[cfg(not(target_family = "wasm"))]
use alloc_crate::alloc::{alloc as allocate, dealloc as deallocate};
#[cfg(target_family = "wasm")]
use component_heap::{allocate, deallocate};
use description::Description;
pub(crate) use description::describe;

/// More live threads than this are refused. A host that runs out of room for a thread ends the whole program.
pub const MAX_LIVE: usize = 30_000;

/// Stacks smaller than this are made this large, in bytes.
pub const MIN_STACK: usize = 16 * 1024;

/// How many stacks of ended threads are kept for the next ones.
const MAX_SPARE: usize = 64;

/// Why no thread was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Memory is short.
    NoMemory,
    /// There are [`MAX_LIVE`] threads.
    TooMany,
}

/// A thread that somebody may join. Dropping it lets the thread run on by itself.
#[derive(Debug)]
pub struct Thread(NonNull<Block>);

// SAFETY: threads of an instance take turns, and a block is shared between the thread and the one owner of this.
unsafe impl Send for Thread {}
// SAFETY: as above; there are no methods on a shared reference.
unsafe impl Sync for Thread {}

/// What this module knows of a thread; it lies above the thread's stack, in the same allocation.
#[repr(C)]
pub(crate) struct Block {
    start: Start,
    main: extern "C" fn(*mut u8),
    argument: *mut u8,
    state: AtomicU32,
    /// Which thread it is to the host.
    index: u32,
    /// As [`spawn`] was given it.
    name: *const c_char,
    /// Nobody will join it.
    detached: bool,
    /// In the list of live, spare or ended ones.
    next: *mut Block,
    /// In the list of live ones.
    previous: *mut Block,
    /// The whole allocation.
    layout: Layout,
}

const RUNNING: u32 = 0;
const ENDED: u32 = 1;

struct Threads {
    live: usize,
    /// There has been a thread.
    begun: bool,
    /// The live threads but the first, the youngest in front.
    youngest: *mut Block,
    /// Which thread the first one is to the host; known once it has made another.
    first: u32,
    description: Description,
    /// Detached threads that have ended, with their stacks.
    ended: *mut Block,
    /// Stacks for new threads, all of one layout.
    spare: *mut Block,
    spares: usize,
    /// Turns of spinning loops since the last one that gave way.
    spins: u32,
}

crate::instance_state! {
    static THREADS: Threads = Threads {
        live: 0,
        begun: false,
        youngest: ptr::null_mut(),
        first: 0,
        description: Description::NONE,
        ended: ptr::null_mut(),
        spare: ptr::null_mut(),
        spares: 0,
        spins: 0,
    };
}

/// Makes a thread with a stack of at least `stack_size` bytes. It calls `main` with `argument` when its turn comes. `name`, if not
/// null, is where the host finds the thread's name when it reports a deadlock; nobody reads it here. `seed` is asked once, before
/// the first thread is made: threads then run by a schedule of that seed ([`crate::schedule`]).
///
/// # Errors
///
/// See [`Refused`].
pub fn spawn(
    stack_size: usize,
    name: *const c_char,
    main: extern "C" fn(*mut u8),
    argument: *mut u8,
    seed: fn() -> Option<u64>,
) -> Result<Thread, Refused> {
    free_ended();
    if THREADS.with(|threads| threads.live) >= MAX_LIVE {
        return Err(Refused::TooMany);
    }
    if THREADS.with(|threads| !core::mem::replace(&mut threads.begun, true)) {
        schedule::begin(seed());
    }
    let block = block(stack_size)?;
    // SAFETY: `block` gives a block of which nobody else knows; its `start` is complete.
    unsafe {
        (*block.as_ptr()).main = main;
        (*block.as_ptr()).argument = argument;
        (*block.as_ptr()).state = AtomicU32::new(RUNNING);
        (*block.as_ptr()).detached = false;
        (*block.as_ptr()).name = name;
        threads::initialize_tls((*block.as_ptr()).start.tls_base);
    }
    // SAFETY: the block begins with its `Start`; it is freed only when its state is ENDED and another thread runs.
    let index = unsafe { threads::new(block.as_ptr().cast()) };
    THREADS.with(|threads| {
        if threads.live == 0 {
            threads.first = threads::index();
        }
        // SAFETY: nobody else knows of the block yet; a live one's is not freed.
        unsafe { threads.enter(block.as_ptr(), index) };
    });
    schedule::resume_later(index);
    schedule::point();
    Ok(Thread(block))
}

/// Whether there are threads besides the first one.
#[cfg_attr(target_family = "wasm", rustc_nounwind)]
pub fn there_are_others() -> bool {
    THREADS.with(|threads| threads.live > 0)
}

impl Threads {
    /// # Safety
    ///
    /// The block is the caller's, and stays until it has been through `leave`.
    unsafe fn enter(&mut self, block: *mut Block, index: u32) {
        self.live += 1;
        // SAFETY: the caller's promise, of this block and of those in the list.
        unsafe {
            (*block).index = index;
            (*block).previous = ptr::null_mut();
            (*block).next = self.youngest;
            if let Some(next) = self.youngest.as_mut() {
                next.previous = block;
            }
        }
        self.youngest = block;
    }

    /// # Safety
    ///
    /// The block is in the list of live ones.
    unsafe fn leave(&mut self, block: *mut Block) {
        self.live -= 1;
        // SAFETY: the caller's promise; its neighbours are in the list, and so alive.
        unsafe {
            let (previous, next) = ((*block).previous, (*block).next);
            match previous.as_mut() {
                Some(previous) => previous.next = next,
                None => self.youngest = next,
            }
            if let Some(next) = next.as_mut() {
                next.previous = previous;
            }
        }
    }
}

impl Thread {
    /// Blocks until the thread has ended.
    #[cfg_attr(target_family = "wasm", rustc_nounwind)]
    pub fn join(self) {
        let block = self.0;
        core::mem::forget(self);
        // SAFETY: a block that is not detached is freed by its `Thread` only, which is this one.
        let state = unsafe { &(*block.as_ptr()).state };
        while futex::value(state) == RUNNING {
            futex::wait(state, RUNNING);
        }
        keep_or_free(block.as_ptr());
    }
}

impl Drop for Thread {
    fn drop(&mut self) {
        // SAFETY: as in `join`.
        let block = unsafe { self.0.as_mut() };
        if futex::value(&block.state) == ENDED {
            keep_or_free(block);
        } else {
            block.detached = true;
        }
    }
}

/// The life of a thread, on its own stack. `component_thread_start` calls it.
pub(crate) extern "C" fn run(block: *mut Start) {
    let block: *mut Block = block.cast();
    // SAFETY: the block is alive while its thread is.
    unsafe { ((*block).main)((*block).argument) };
    free_ended();
    // SAFETY: a thread's block is among the live ones from before it runs until here.
    THREADS.with(|threads| unsafe { threads.leave(block) });
    // From here on to the end of this thread nothing may block: another thread may free this stack.
    // SAFETY: as above.
    unsafe {
        futex::set(&(*block).state, ENDED);
        if (*block).detached {
            THREADS.with(|threads| (*block).next = core::mem::replace(&mut threads.ended, block));
        } else {
            futex::wake_all(&(*block).state);
        }
    }
    schedule::end();
}

/// A block with a stack of at least `stack_size` bytes.
fn block(stack_size: usize) -> Result<NonNull<Block>, Refused> {
    let (tls_size, tls_alignment) = threads::tls_layout();
    let stack = Layout::from_size_align(stack_size.max(MIN_STACK), 16).map_err(|_| Refused::NoMemory)?;
    let tls = Layout::from_size_align(tls_size, tls_alignment.max(1)).map_err(|_| Refused::NoMemory)?;
    let (layout, tls_offset) = stack.pad_to_align().extend(tls).map_err(|_| Refused::NoMemory)?;
    let (layout, block_offset) = layout.extend(Layout::new::<Block>()).map_err(|_| Refused::NoMemory)?;

    let spare = THREADS.with(|threads| {
        let spare = NonNull::new(threads.spare)?;
        // SAFETY: what is in the list are blocks that nobody else knows of.
        let spare_layout = unsafe { (*spare.as_ptr()).layout };
        if spare_layout != layout {
            return None;
        }
        // SAFETY: as above.
        threads.spare = unsafe { (*spare.as_ptr()).next };
        threads.spares -= 1;
        Some(spare)
    });
    if let Some(spare) = spare {
        return Ok(spare);
    }
    // SAFETY: the layout has a size: the block's at least.
    let base = NonNull::new(unsafe { allocate(layout) }).ok_or(Refused::NoMemory)?.as_ptr();
    // SAFETY: the offsets lie within the allocation, at the alignment of what they are for.
    unsafe {
        let block = base.add(block_offset).cast::<Block>();
        block.write(Block {
            start: Start {
                stack_pointer: base.add(stack.size() & !15),
                tls_base: base.add(tls_offset),
                stack_limit: base,
            },
            main: never,
            argument: ptr::null_mut(),
            state: AtomicU32::new(ENDED),
            index: 0,
            name: ptr::null(),
            detached: false,
            next: ptr::null_mut(),
            previous: ptr::null_mut(),
            layout,
        });
        Ok(NonNull::new_unchecked(block))
    }
}

extern "C" fn never(_argument: *mut u8) {
    assert::broken("a thread's block is complete before the thread runs")
}

/// Frees the stacks of detached threads that have ended.
fn free_ended() {
    let mut ended = THREADS.with(|threads| core::mem::replace(&mut threads.ended, ptr::null_mut()));
    while !ended.is_null() {
        // SAFETY: an ended thread put its block there last of all, and it has been taken out of the list just now.
        let next = unsafe { (*ended).next };
        keep_or_free(ended);
        ended = next;
    }
}

/// Gives back the stack of a thread that has ended.
fn keep_or_free(block: *mut Block) {
    let kept = THREADS.with(|threads| {
        // SAFETY: the caller gives the block away; those in the list are nobody else's.
        unsafe {
            let fits = threads.spare.is_null() || (*threads.spare).layout == (*block).layout;
            if fits && threads.spares < MAX_SPARE {
                (*block).next = core::mem::replace(&mut threads.spare, block);
                threads.spares += 1;
            }
            fits && threads.spares <= MAX_SPARE && threads.spare == block
        }
    });
    if !kept {
        // SAFETY: allocated in `block` with this layout, the stack's lowest address being its first.
        unsafe { deallocate((*block).start.stack_limit, (*block).layout) };
    }
}

/// Gives the other threads a turn.
#[cfg_attr(target_family = "wasm", rustc_nounwind)]
pub fn give_way() {
    block::give_way();
}

/// Gives the other threads a turn, where the linker has counted many looks at memory that nobody changes.
pub(crate) extern "C" fn yield_from_a_spin() {
    block::give_way();
}

/// Counts a turn of a loop that waits by looking at memory (`core::hint::spin_loop`). Such a loop would never end if the
/// other threads had no turn, and would be slow if they had one each time.
pub(crate) extern "C" fn spin() {
    const TURNS: u32 = 64;
    let due = THREADS.with(|threads| {
        threads.spins = (threads.spins + 1) % TURNS;
        threads.spins == 0
    });
    if due {
        block::give_way();
    }
}
