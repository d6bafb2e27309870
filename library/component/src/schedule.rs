//! Schedules by seed: which thread runs next is decided here, and not by the host, so that a seed gives the same interleaving every time.
//!
//! Only one thread has the turn. Whoever else could run is suspended and in a list, and where the one with the turn blocks or comes to a
//! [`point`], a generator of random numbers picks from the list. A thread that waits for the host gives its turn away before, and wants it
//! back afterwards. The points: blocking, waking, giving way, making a thread, ending, waiting for the host and coming back from there; and
//! atomic operations where the linker is told so (`--schedule-points`).
//!
//! It begins with the first thread that is made, if whoever makes it has a seed. Else the host has its way, and all this
//! costs is looking at [`HOOKS`]. Only making threads leads to what stands behind it, so it is in no program that makes none.
//!
//! Left out: the order in which the host's events come. It is reproducible under a host that sees to it (`component-run --schedule-seed`).

use alloc_crate::vec::Vec;

use crate::abi::{builtins, threads};
use crate::{assert, instance};

crate::instance_state! {
    static HOOKS: Option<&'static Hooks> = None;
    static WATCH: Option<Watch> = None;
    static SCHEDULE: Schedule = Schedule { random: 0, runnable: Vec::new(), turn: None };
}

/// What is done in the place of the host's scheduling. Functions of C's ABI do not unwind: else whoever blocks would have to be ready for it.
struct Hooks {
    suspend: extern "C" fn(),
    resume_later: extern "C" fn(u32),
    give_way: extern "C" fn(),
    point: extern "C" fn(),
    leave: extern "C" fn(),
    enter: extern "C" fn(),
}

struct Schedule {
    random: u64,
    /// Suspended, and could run.
    runnable: Vec<u32>,
    /// Who runs. `None`: all wait for the host, and nobody is runnable.
    turn: Option<u32>,
}

/// Begins schedules by that seed, if there is one; called before the first thread is made.
pub(crate) fn begin(seed: Option<u64>) {
    if let Some(seed) = seed {
        let runnable = Vec::new();
        SCHEDULE.with(|schedule| *schedule = Schedule { random: seed, runnable, turn: Some(threads::index()) });
        // A compiler that sees the only value there is writes it into the places that look, and then it is in every program.
        HOOKS.with(|hooks| *hooks = Some(core::hint::black_box(&SEEDED)));
    }
}

#[cfg_attr(target_family = "wasm", rustc_nounwind)]
fn hooks() -> Option<&'static Hooks> {
    HOOKS.with(|hooks| *hooks)
}

/// Blocks until another thread calls [`resume_later`] for this one.
#[cfg_attr(target_family = "wasm", rustc_nounwind)]
pub(crate) fn suspend() {
    match hooks() {
        None => suspend_now(),
        Some(hooks) => (hooks.suspend)(),
    }
}

/// Makes a suspended thread runnable.
#[cfg_attr(target_family = "wasm", rustc_nounwind)]
pub(crate) fn resume_later(thread: u32) {
    match hooks() {
        None => threads::resume_later(thread),
        Some(hooks) => (hooks.resume_later)(thread),
    }
}

/// Gives the host and the other threads a turn.
#[cfg_attr(target_family = "wasm", rustc_nounwind)]
pub(crate) fn give_way() {
    match hooks() {
        None => yield_now(),
        Some(hooks) => (hooks.give_way)(),
    }
}

/// With a seed, perhaps another thread goes on from here. Without one nothing happens.
#[cfg_attr(target_family = "wasm", rustc_nounwind)]
pub fn point() {
    instance::assert_nothing_borrowed();
    if let Some(hooks) = hooks() {
        (hooks.point)();
    }
}

/// A [`point`] before an atomic instruction.
pub(crate) extern "C" fn at_atomic() {
    point();
}

/// Waits for the host by `wait`. Others run meanwhile.
pub(crate) fn outside<R>(wait: impl FnOnce() -> R) -> R {
    let Some(hooks) = hooks() else { return wait() };
    (hooks.leave)();
    let result = wait();
    (hooks.enter)();
    result
}

/// Gives the turn away for good: this thread ends.
pub(crate) fn end() {
    if let Some(hooks) = hooks() {
        (hooks.leave)();
    }
}

/// Has `stops` called whenever a thread stops: when it blocks, gives way or ends. For who waits for what another thread may do and will not tell.
pub(crate) fn watch(stops: extern "C" fn()) {
    let now = hooks();
    if now.is_some_and(|hooks| core::ptr::eq(hooks, &WATCHED)) {
        return;
    }
    WATCH.with(|watch| *watch = Some(Watch { stops, before: now }));
    HOOKS.with(|hooks| *hooks = Some(core::hint::black_box(&WATCHED)));
}

/// Who is told, and by what hooks the rest is done.
#[derive(Clone, Copy)]
struct Watch {
    stops: extern "C" fn(),
    before: Option<&'static Hooks>,
}

static WATCHED: Hooks = Hooks {
    suspend: suspend_watched,
    resume_later: resume_watched,
    give_way: give_way_watched,
    point: point_watched,
    leave: leave_watched,
    enter: enter_watched,
};

/// The hooks behind the watch.
fn behind() -> Option<&'static Hooks> {
    WATCH.with(|watch| watch.and_then(|watch| watch.before))
}

fn tell() {
    if let Some(watch) = WATCH.with(|watch| *watch) {
        (watch.stops)();
    }
}

extern "C" fn suspend_watched() {
    tell();
    behind().map_or_else(suspend_now, |hooks| (hooks.suspend)());
}

extern "C" fn resume_watched(thread: u32) {
    behind().map_or_else(|| threads::resume_later(thread), |hooks| (hooks.resume_later)(thread));
}

extern "C" fn give_way_watched() {
    tell();
    behind().map_or_else(yield_now, |hooks| (hooks.give_way)());
}

extern "C" fn point_watched() {
    if let Some(hooks) = behind() {
        (hooks.point)();
    }
}

extern "C" fn leave_watched() {
    tell();
    if let Some(hooks) = behind() {
        (hooks.leave)();
    }
}

extern "C" fn enter_watched() {
    if let Some(hooks) = behind() {
        (hooks.enter)();
    }
}

static SEEDED: Hooks = Hooks {
    suspend: suspend_seeded,
    resume_later: make_runnable,
    give_way: give_way_seeded,
    point: perhaps_switch,
    leave: pass_on,
    enter,
};

extern "C" fn suspend_seeded() {
    pass_on();
    suspend_now();
}

extern "C" fn make_runnable(thread: u32) {
    SCHEDULE.with(|schedule| schedule.runnable.push(thread));
}

extern "C" fn give_way_seeded() {
    if SCHEDULE.with(|schedule| schedule.runnable.is_empty()) {
        outside(yield_now);
    } else {
        perhaps_switch();
    }
}

/// Takes the turn, or waits for it.
extern "C" fn enter() {
    let this = threads::index();
    let taken = SCHEDULE.with(|schedule| {
        let free = schedule.turn.is_none();
        if free {
            schedule.turn = Some(this);
        } else {
            schedule.runnable.push(this);
        }
        !free
    });
    if taken {
        suspend_now();
    }
}

/// Has one of the runnable threads run when this one stops.
extern "C" fn pass_on() {
    let next = SCHEDULE.with(|schedule| {
        schedule.turn = schedule.pick();
        schedule.turn
    });
    if let Some(next) = next {
        threads::resume_later(next);
    }
}

/// Lets one of the runnable threads or this one go on.
extern "C" fn perhaps_switch() {
    let this = threads::index();
    SCHEDULE.with(|schedule| schedule.runnable.push(this));
    let next = SCHEDULE.with(|schedule| {
        schedule.turn = schedule.pick();
        schedule.turn
    });
    if let Some(next) = next.filter(|next| *next != this) {
        threads::resume_later(next);
        suspend_now();
    }
}

impl Schedule {
    /// Takes one of the runnable threads.
    fn pick(&mut self) -> Option<u32> {
        let count = self.runnable.len() as u64;
        if count == 0 {
            return None;
        }
        // SplitMix64: every seed, also 0 and 1, leads to numbers that look random.
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut number = self.random;
        number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        number ^= number >> 31;
        // The index is below a length.
        Some(self.runnable.remove((number % count) as usize))
    }
}

/// Canonical ABI: `thread.suspend`.
fn suspend_now() {
    not_cancelled(threads::suspend());
}

/// Canonical ABI: `thread.yield`.
fn yield_now() {
    not_cancelled(builtins::thread_yield());
}

fn not_cancelled(cancelled: u32) {
    assert::holds(cancelled == 0, "a task that never asked to be cancellable is not told of a cancellation");
}
