//! One run of one component: from the setup to the outcome.
//!
//! Here because wasmtime reports an exit, a trap, a deadlock and a limit all as an error of the call, and the outcome
//! has to be told apart.

use crate::component::{Clocks, Command, Entry};
use crate::deadlock;
use crate::engine::Kind;
use crate::host::Host;
use crate::invoke::shown;
use crate::last_words;
use crate::limits::Limits;
use crate::outcome::Outcome;
use crate::refusal::Refusal;
use crate::setup::{Network, Setup};
use crate::stacks::Run;
use crate::trap::{FRAMES, Trap};
use crate::waiting::Waiting;
use crate::watchdog::{self, Deadline, Guarded};
use contract::exit;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Runtime;
use wasmparser::{KnownCustom, Name, Parser, Payload};
use wasmtime::component::Val as ComponentVal;
use wasmtime::error::Context as _;
use wasmtime::{Mutability, PoolConcurrencyLimitError, Store, Val, WasmCoreDump};
use wasmtime_wasi::I32Exit;

/// How many bytes below the stack pointer a function may use that calls no other one.
const RED_ZONE: i32 = 128;

/// How far below address 0 (as an unsigned number: below 4 GiB) an address still counts as the end of the stack, in
/// bytes.
const BELOW_STACK: u64 = 64 << 20;

/// Runs the `wasi:cli/command` in the file `component` and says how it ended.
///
/// Whatever the component does, the process goes on: a trap, a limit, a deadlock, a file that is no component are
/// outcomes. With a time limit, a guest that hangs inside a system call leaves a host thread behind.
pub fn run(component: impl AsRef<Path>, setup: Setup) -> Outcome {
    caught(|| whole(component.as_ref(), None, setup)).map_or_else(Outcome::Refused, |end| end.outcome)
}

/// Calls one function that the component in the file exports: `NAME(ARGUMENTS)`, with values in WAVE. `NAME` is the function's, or
/// `INTERFACE#FUNCTION`. Says how that ended and, if the function returned, what it gave, in WAVE.
pub fn invoke(component: impl AsRef<Path>, call: &str, setup: Setup) -> (Outcome, Option<String>) {
    match caught(|| whole(component.as_ref(), Some(call), setup)) {
        Ok(end) => (end.outcome, end.result),
        Err(refusal) => (Outcome::Refused(refusal), None),
    }
}

/// Nothing that a component or a host does makes the process panic.
pub(crate) fn caught<T>(run: impl FnOnce() -> Result<T, Refusal>) -> Result<T, Refusal> {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_| Err(panicked()))
}

fn panicked() -> Refusal {
    Refusal::Host { cause: "the runtime panicked: this is a defect of component-run".to_owned() }
}

fn whole(file: &Path, call: Option<&str>, setup: Setup) -> Result<End, Refusal> {
    let limit = setup.time_limit;
    let kind = Kind { features: setup.features, pooled: false };
    let (network, clocks) = match setup.schedule {
        None => (setup.network, Clocks::Real),
        // What comes over a network comes when it likes.
        Some(_) => (Network::None, Clocks::MadeUp),
    };
    let setup = Setup { network, ..setup };
    let command = Command::load(file, call, kind, &setup.cache, clocks)?;
    // What is not Unicode is refused below.
    if let Some(path) = setup.current_dir.as_deref().filter(|path| path.to_str().is_some()) {
        setup.check_current_dir(path.as_ref())?;
    }
    let host = Host::new(setup, file.as_os_str())?;
    let Some(limit) = limit else { return start(&command, host, &Deadline::default(), Duration::MAX) };
    let command = Arc::new(command);
    let watched = Arc::clone(&command);
    let guest = move |deadline: Deadline| start(&command, host, &deadline, limit);
    match watchdog::guard(limit, Some(&watched), guest) {
        Ok(Guarded::Returned(end)) => end,
        Ok(Guarded::GivenUp { computes }) => Ok(End::of(Outcome::given_up(limit, computes))),
        Ok(Guarded::Panicked) => Err(panicked()),
        Err(error) => Err(Refusal::Host { cause: format!("no thread for the guest: {error}") }),
    }
}

/// Runs the guest on this thread, with an event loop of its own.
fn start(command: &Command, host: Host, deadline: &Deadline, limit: Duration) -> Result<End, Refusal> {
    let reactor = reactor()?;
    let end = start_on(&reactor, command, host, deadline, limit);
    // A name lookup that never ends must not hold up the end of the run.
    reactor.shutdown_background();
    Ok(end)
}

/// The event loop of one thread.
pub(crate) fn reactor() -> Result<Runtime, Refusal> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Refusal::Host { cause: format!("the event loop cannot start: {error}") })
}

/// How a guest came to its end.
pub(crate) struct End {
    /// How the run ended.
    pub(crate) outcome: Outcome,
    /// Whether that was because `run` returned, not because the guest called exit.
    pub(crate) returned: bool,
    /// What an invoked function gave, in WAVE.
    pub(crate) result: Option<String>,
    /// The pooling allocator had nothing left for the guest.
    pub(crate) pool_exhausted: bool,
}

impl End {
    /// An end that came from outside.
    pub(crate) fn of(outcome: Outcome) -> End {
        End { outcome, returned: false, result: None, pool_exhausted: false }
    }
}

/// Runs the guest on this thread and this event loop.
pub(crate) fn start_on(reactor: &Runtime, command: &Command, host: Host, deadline: &Deadline, limit: Duration) -> End {
    let mut store = Store::new(&command.engine, host);
    store.limiter(|host| &mut host.limits);
    let run = Run::begin();
    let entered = deadline.enter(Some(&mut store));
    let mut begun = false;
    let ended = reactor.block_on(deadline.before(call(command, &mut store, &mut begun)));
    drop(entered);
    deadline.end();
    let returned = matches!(ended, Some(Ok(_)));
    let mut result = None;
    let pool_exhausted = matches!(&ended, Some(Err(error)) if error.is::<PoolConcurrencyLimitError>());
    let look = |store| deadlock::look(store, &run, reactor, command);
    let outcome = match ended {
        Some(Ok(Returned::Code(code))) => Outcome::Exited(code),
        Some(Ok(Returned::Values(values))) => {
            result = Some(values);
            Outcome::Exited(0)
        }
        Some(Err(error)) if error.downcast_ref() == Some(&wasmtime::Trap::AsyncDeadlock) => {
            Outcome::Deadlocked(look(store))
        }
        Some(Err(error)) => {
            let mut outcome = match outcome(&error, &mut store, command, deadline, limit) {
                Outcome::Trapped(trap) => lacking(&error, trap, &store.data().limits, begun),
                outcome => outcome,
            };
            if let Some(trap) = outcome.trap_mut() {
                trap.last_words = last_words::of(&error, &mut store);
                trap.thread = deadlock::thread_of_trap(store, &run, reactor, command, &trap.frames);
            }
            outcome
        }
        None => Outcome::TimedOut { limit, trap: None, blocked: look(store) },
    };
    End { outcome, returned, result, pool_exhausted }
}

/// What a call that returned gave.
enum Returned {
    /// The exit code of `run`.
    Code(u8),
    /// What an invoked function gave, in WAVE.
    Values(String),
}

/// Instantiates the component and calls its `run`, or the function that is invoked. The call is one that ends with a trap when nothing can ever wake the
/// guest.
/// `begun` is set when the component has been instantiated.
async fn call(command: &Command, store: &mut Store<Host>, begun: &mut bool) -> wasmtime::Result<Returned> {
    let instance = command.instance.instantiate_async(&mut *store).await?;
    *begun = true;
    match &command.entry {
        Entry::Run(run) => {
            let run = instance.get_typed_func::<(), (Result<(), ()>,)>(&mut *store, run)?;
            let (result,) = run.call_async(&mut *store, ()).await?;
            Ok(Returned::Code(u8::from(result.is_err())))
        }
        Entry::Function(invocation) => {
            let function = instance.get_func(&mut *store, invocation.function).context("the function is gone")?;
            let mut results = vec![ComponentVal::Bool(false); invocation.results];
            function.call_async(&mut *store, &invocation.arguments, &mut results).await?;
            Ok(Returned::Values(shown(&results)))
        }
    }
}

/// Tells apart why the call failed.
fn outcome(
    error: &wasmtime::Error,
    store: &mut Store<Host>,
    command: &Command,
    deadline: &Deadline,
    limit: Duration,
) -> Outcome {
    if let Some(exit) = error.downcast_ref::<I32Exit>() {
        // wasi:cli/exit.exit-with-code takes a u8.
        let code = exit.0.to_le_bytes()[0];
        let found = if code == exit::DEADLOCKED { deadlock::alone(&Trap::new(error).frames) } else { None };
        return found.map_or(Outcome::Exited(code), Outcome::Deadlocked);
    }
    let code = error.downcast_ref::<wasmtime::Trap>().copied();
    let trap = Trap::new(error);
    if deadline.has_interrupted() {
        let trap = Trap { reason: "it was computing".to_owned(), ..trap };
        return Outcome::TimedOut { limit, trap: Some(trap), blocked: Waiting::default() };
    }
    if code == Some(wasmtime::Trap::StackOverflow) || is_below_stack(error, &trap, store, &command.binary) {
        return Outcome::StackOverflowed(trap);
    }
    deadlock::alone(&trap.frames).map_or(Outcome::Trapped(trap), Outcome::Deadlocked)
}

/// What may be behind a trap, or behind an error that came before the guest had `begun`: memory that it did not get.
fn lacking(error: &wasmtime::Error, trap: Trap, limits: &Limits, begun: bool) -> Outcome {
    let begun = begun || !trap.frames.is_empty();
    if let Some(wanted) = limits.refused() {
        return Outcome::MemoryExhausted { wanted, limit: limits.limit(), trap: begun.then_some(trap) };
    }
    match Refusal::no_memory(error) {
        // For a thread's stack, for instance.
        Some(_) if begun => Outcome::MemoryExhausted { wanted: limits.used(), limit: None, trap: Some(trap) },
        Some(refusal) => Outcome::Refused(refusal),
        None => Outcome::Trapped(trap),
    }
}

/// Was the stack in linear memory exhausted? It lies at the bottom (`--stack-first`), so an overflow wraps around to
/// the top of the address space, where nothing else is, except for what an access of something before a null pointer
/// reaches. What tells it is the stack pointer, which wasm-ld makes the first global. (In programs with threads it is
/// elsewhere, but there each change of it is checked.) Where another linker keeps it elsewhere, a call stack deeper
/// than any other wild access has tells it, and the address of the access, if wasmtime knows it.
fn is_below_stack(error: &wasmtime::Error, trap: &Trap, store: &mut Store<Host>, binary: &[u8]) -> bool {
    if error.downcast_ref::<wasmtime::Trap>() != Some(&wasmtime::Trap::MemoryOutOfBounds) {
        return false;
    }
    let globals = error.downcast_ref::<WasmCoreDump>().map(WasmCoreDump::globals).unwrap_or_default();
    let mutable = globals.iter().find(|global| global.ty(&mut *store).mutability() == Mutability::Var);
    let is_within = |bytes: u64| fault_address(error).is_none_or(|address| address >= (1 << 32) - bytes);
    match mutable.map(|global| global.get(&mut *store)) {
        // A frame has less than 2 GiB, so the stack pointer is negative then.
        Some(Val::I32(..0)) => true,
        Some(Val::I32(0..=RED_ZONE)) if is_within(RED_ZONE as u64) => true,
        Some(_) if begins_with_stack_pointer(binary) => false,
        _ => trap.frames.len() == FRAMES && is_within(BELOW_STACK),
    }
}

/// Is the first global that can change the stack pointer? It is in what wasm-ld links, and nobody else gives it this
/// name. If no global has a name, the component is taken for a stripped one of wasm-ld's.
fn begins_with_stack_pointer(binary: &[u8]) -> bool {
    let sections = Parser::new(0).parse_all(binary).map_while(Result::ok);
    let names = sections.filter_map(|payload| match payload {
        Payload::CustomSection(section) => match section.as_known() {
            KnownCustom::Name(names) => Some(names.into_iter().map_while(Result::ok)),
            _ => None,
        },
        _ => None,
    });
    let globals = names.flatten().filter_map(|names| match names {
        Name::Global(names) => Some(names.into_iter().map_while(Result::ok)),
        _ => None,
    });
    let mut globals = globals.flatten().peekable();
    globals.peek().is_none() || globals.any(|global| global.name == "__stack_pointer")
}

/// The address in linear memory of an access that failed, beyond 4 GiB if an offset was added. wasmtime keeps it in a
/// message only.
fn fault_address(error: &wasmtime::Error) -> Option<u64> {
    error.chain().find_map(|cause| {
        let message = cause.to_string();
        let digits = message.strip_prefix("memory fault at wasm address 0x")?.split(' ').next()?;
        u64::from_str_radix(digits, 16).ok()
    })
}
