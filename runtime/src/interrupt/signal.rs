//! A signal ends a guest that computes, at no cost before that. Linux on x86-64.
//!
//! The guest's thread gets the signal. If that finds it within a function of the guest, the handler has it go on at a
//! trap instruction, as if the guest had called a function that traps; what follows is wasmtime's, and the backtrace
//! tells where the guest was. If it finds it in a call of the host, it has the processor stop after each instruction
//! until the guest goes on; and the sender tries again.
//!
//! What is relied on beyond wasmtime's documentation: a trap may happen at every instruction of a guest's function, as
//! far as wasmtime's handler is concerned (it takes the frame pointer from the signal, and all else from the entry into
//! the guest); compiled code keeps frame pointers, and nothing beyond 128 bytes below its stack pointer.
//! tests/interrupt.rs shows that it works.

// SAFETY comments below speak of "the handler": `handle`, which runs on the thread that the signal was sent to.
#![allow(unsafe_code)]

use super::{Interrupt, Mechanism};
use crate::compiling;
use crate::component::Command;
use crate::host::Host;
use std::any::Any;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, Once, OnceLock, PoisonError};
use wasmtime::component::Component;
use wasmtime::{Config, Engine, Module, Store};

/// The signal. By default it does nothing, and few programs use it: it tells of urgent data on a socket.
const SIGNAL: libc::c_int = libc::SIGURG;

/// The signal that comes after each instruction in single steps; how many of them are made at a time, which takes some
/// ten milliseconds; and how many signals of the sender there are to one such walk, so that the host gets on with what
/// takes long.
const STEP: libc::c_int = libc::SIGTRAP;
const STEPS: u32 = 10_000;
const STEP_EACH: u32 = 16;

/// The instruction that wasmtime makes of `unreachable`.
const TRAP_INSTRUCTION: &[u8] = &[0x0f, 0x0b];

/// How far below the stack pointer a function may keep what is its own, in bytes.
const BELOW_STACK_POINTER: usize = 256;

/// The way.
pub(super) struct Signals;

impl Mechanism for Signals {
    fn configure(&self, _: &mut Config) {}

    fn code_map(&self, engine: &Engine, component: &Component) -> Option<Arc<dyn Any + Send + Sync>> {
        Some(Arc::new(CodeMap::new(engine, component)?))
    }

    fn interrupt(&self) -> Arc<dyn Interrupt> {
        Arc::new(Run::default())
    }
}

/// Where the code of a component can be interrupted, and where it goes on then.
struct CodeMap {
    /// The guest's functions, in order.
    functions: Vec<Range<usize>>,
    /// The address of the trap instruction.
    trap: usize,
    /// What it is part of.
    _module: Module,
}

impl CodeMap {
    /// `None`: wasmtime's code does not look as expected.
    fn new(engine: &Engine, component: &Component) -> Option<Self> {
        let module = compiling::trapping(engine).ok()?;
        let function = module.functions().next()?;
        let code = module.text().get(function.offset..function.offset + function.len)?;
        let place = code.windows(TRAP_INSTRUCTION.len()).position(|bytes| bytes == TRAP_INSTRUCTION)?;
        let trap = code.as_ptr().addr() + place;
        let text = component.text().as_ptr().addr();
        let range = |offset: usize, length| text + offset..text + offset + length;
        let mut functions: Vec<_> = component.functions().map(|found| range(found.offset, found.len)).collect();
        functions.sort_unstable_by_key(|range| range.start);
        Some(Self { functions, trap, _module: module })
    }

    /// The function that this address is in.
    fn function(&self, address: usize) -> Option<&Range<usize>> {
        let after = self.functions.partition_point(|range| range.start <= address);
        self.functions.get(after.checked_sub(1)?).filter(|range| range.contains(&address))
    }
}

/// One run.
#[derive(Default)]
struct Run {
    /// The thread that runs the guest now.
    thread: Mutex<Option<libc::pthread_t>>,
    /// Set when the guest is to be interrupted.
    code_map: OnceLock<Arc<CodeMap>>,
    /// How many signals have come, and how many steps are left of those being made.
    signals: AtomicU32,
    steps: AtomicU32,
    has_hit: AtomicBool,
}

thread_local! {
    /// What may interrupt this thread.
    static OWN: AtomicPtr<Run> = const { AtomicPtr::new(std::ptr::null_mut()) };
}

impl Interrupt for Run {
    fn prepare(self: Arc<Self>, _: &mut Store<Host>) {}

    fn begin(self: Arc<Self>) {
        static INSTALLED: Once = Once::new();
        INSTALLED.call_once(|| install(SIGNAL));
        // SAFETY: asks for nothing.
        *self.lock() = Some(unsafe { libc::pthread_self() });
        // `end` gives it back.
        OWN.with(|own| own.store(Arc::into_raw(self).cast_mut(), Ordering::Release));
    }

    fn end(&self) {
        *self.lock() = None;
        let own = OWN.with(|own| own.swap(std::ptr::null_mut(), Ordering::AcqRel));
        if !own.is_null() {
            // SAFETY: `begin` has put it there out of an `Arc`, and nobody else takes it away. No handler runs on this
            // thread meanwhile but within its code, and finds nothing any more.
            drop(unsafe { Arc::from_raw(own) });
        }
    }

    fn request(&self, command: &Command) {
        static INSTALLED: Once = Once::new();
        let Some(code_map) = command.code_map().and_then(|code_map| Arc::clone(code_map).downcast::<CodeMap>().ok())
        else {
            return;
        };
        INSTALLED.call_once(|| install(STEP));
        self.code_map.get_or_init(|| code_map);
        if let Some(handle) = *self.lock() {
            // SAFETY: the thread lives: it stands here until `end` is called there, which takes the lock. The
            // handler is installed. A signal that is not sent is as one that does not hit.
            unsafe { libc::pthread_kill(handle, SIGNAL) };
        }
    }

    fn has_hit(&self) -> bool {
        self.has_hit.load(Ordering::Acquire)
    }
}

impl Run {
    fn lock(&self) -> std::sync::MutexGuard<'_, Option<libc::pthread_t>> {
        self.thread.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn install(signal: libc::c_int) {
    // SAFETY: all zeros is a value of this structure of numbers; what matters is set below.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    let handler: extern "C" fn(libc::c_int, *mut libc::siginfo_t, *mut libc::c_void) = handle;
    action.sa_sigaction = handler as usize;
    // On the other stack, because the guest's may be full; system calls go on where they were.
    action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_RESTART;
    for other in [SIGNAL, STEP] {
        // SAFETY: a set of signals of our own, and numbers of signals. Neither interrupts the handler of the other:
        // that would be stepped through, which a handler that keeps off further steps cannot be.
        unsafe { libc::sigaddset(&raw mut action.sa_mask, other) };
    }
    // SAFETY: the action is a handler of the form that SA_SIGINFO asks for, and it calls nothing that a handler may not
    // call. That it fails is told by guests that are not interrupted.
    unsafe { libc::sigaction(signal, &raw const action, std::ptr::null_mut()) };
}

/// Has the guest go on at the trap, if it is the guest that was running here and it is to be interrupted. Takes no lock
/// and no memory.
extern "C" fn handle(signal: libc::c_int, _: *mut libc::siginfo_t, context: *mut libc::c_void) {
    // SAFETY: with SA_SIGINFO, the third argument is the context of this thread, the handler's alone until it returns.
    let registers = unsafe { &mut (*context.cast::<libc::ucontext_t>()).uc_mcontext };
    let interrupt = OWN.with(|own| own.load(Ordering::Acquire));
    // SAFETY: what `begin` put there lives until `end` takes it away again on this thread.
    let interrupt = unsafe { interrupt.as_ref() }.filter(|interrupt| !interrupt.has_hit());
    let Some((interrupt, code_map)) = interrupt.and_then(|interrupt| Some((interrupt, interrupt.code_map.get()?)))
    else {
        return step(registers, false);
    };
    let (at, stack, frame) = state(registers);
    let Some(function) = code_map.function(at) else {
        let left = match signal {
            STEP => interrupt.steps.load(Ordering::Relaxed).saturating_sub(1),
            _ if interrupt.signals.fetch_add(1, Ordering::Relaxed).is_multiple_of(STEP_EACH) => STEPS,
            _ => interrupt.steps.load(Ordering::Relaxed),
        };
        interrupt.steps.store(left, Ordering::Relaxed);
        return step(registers, left > 0 && !is_system_call(at));
    };
    step(registers, false);
    // As the beginning of a called function leaves it: the caller's frame pointer and the return address, with the
    // frame pointer at the two; and above it the frame that the interrupted function has not made yet, or has no more.
    // Backtraces look up the byte before a return address.
    let callee = ((stack - BELOW_STACK_POINTER) & !15) - 4 * size_of::<usize>();
    let words = std::ptr::with_exposed_provenance_mut::<usize>(callee);
    // SAFETY: the stack pointer is the guest's, below it are the pages that wasmtime keeps for the host's functions
    // (engine.rs, HOST_STACK), and what is so far below it nobody uses.
    unsafe {
        words.write(frame);
        words.add(1).write(at + 1);
        if let Some(caller) = unframed(at, function.start, stack) {
            words.write(callee + 2 * size_of::<usize>());
            words.add(2).write(frame);
            words.add(3).write(caller);
        }
    }
    go_on(registers, code_map.trap, callee);
    interrupt.has_hit.store(true, Ordering::Release);
}

/// The instruction pointer, the stack pointer and the frame pointer.
fn state(registers: &libc::mcontext_t) -> (usize, usize, usize) {
    let register = |number: libc::c_int| registers.gregs[number as usize].cast_unsigned() as usize;
    (register(libc::REG_RIP), register(libc::REG_RSP), register(libc::REG_RBP))
}

/// Where a function returns to that has not made its frame yet (`push rbp; mov rbp, rsp`), or has no more (`ret`).
fn unframed(at: usize, start: usize, stack: usize) -> Option<usize> {
    const RETURNS: [u8; 2] = [0xc3, 0xc2];
    // SAFETY: the address of the next instruction of a function, which is mapped.
    let next = unsafe { std::ptr::with_exposed_provenance::<u8>(at).read() };
    let place = match at - start {
        1 => stack + size_of::<usize>(),
        0 => stack,
        _ if RETURNS.contains(&next) => stack,
        _ => return None,
    };
    // SAFETY: there the call of this function has put its return address, and `push` the caller's frame pointer below
    // it.
    Some(unsafe { std::ptr::with_exposed_provenance::<usize>(place).read() })
}

/// Continues at `address`, in a frame at `frame` that has nothing.
fn go_on(registers: &mut libc::mcontext_t, address: usize, frame: usize) {
    for (number, value) in [(libc::REG_RIP, address), (libc::REG_RSP, frame), (libc::REG_RBP, frame)] {
        registers.gregs[number as usize] = (value as u64).cast_signed();
    }
}

/// Is this the instruction that calls the kernel? That can block signals, and a step that cannot be told ends the
/// process.
fn is_system_call(at: usize) -> bool {
    let code = std::ptr::with_exposed_provenance::<u8>(at);
    // SAFETY: `at` is the address of the next instruction, which is mapped, and one that begins with this byte has
    // another one.
    unsafe { code.read() == 0x0f && code.add(1).read() == 0x05 }
}

/// Begins or ends single steps.
fn step(registers: &mut libc::mcontext_t, on: bool) {
    const TRAP_FLAG: libc::greg_t = 1 << 8;
    let flags = &mut registers.gregs[libc::REG_EFL as usize];
    *flags = if on { *flags | TRAP_FLAG } else { *flags & !TRAP_FLAG };
}
