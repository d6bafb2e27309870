//! The guest's own list of its threads, which it is asked for when nothing else of it will ever run.
//!
//! Here because only the guest's library knows the names of its threads and the addresses they wait for: component-ld
//! exports a function from programs with threads that describes one after the other. It is code of the guest, which may
//! have gone wrong or may be meant to do harm: it may compute for ever, wait, or call the host. So it runs on a thread
//! of its own, for a limited time, and what it says is looked at with doubt.

use crate::compiling;
use crate::component::Command;
use crate::host::Host;
use crate::run::reactor;
use crate::watchdog::{self, Deadline, Guarded};
use contract::DESCRIBE_THREAD;
use std::time::Duration;
use tokio::runtime::Runtime;
use wasmtime::{AsContextMut, Instance, Memory, Store, TypedFunc, WasmCoreDump};

/// How long the guest may take. As many threads as there can be take less than a second.
const LIMIT: Duration = Duration::from_secs(5);

/// More threads than the library lets live.
const MAX_LIVE: usize = 1 << 16;

/// The most bytes of a name.
const NAME: usize = 256;

/// What the guest says of a thread.
pub(crate) struct Described {
    /// By which the guest knows the thread; 0 for the first one.
    pub(crate) block: u32,
    pub(crate) name: Option<String>,
    /// The address whose change it waits for. 0: it waits for the host.
    pub(crate) waits_for: u32,
    /// The address whose change tells that it has ended.
    pub(crate) ends_at: u32,
}

/// Where a guest answers.
pub(crate) struct List {
    describe: TypedFunc<u32, u32>,
    memory: Memory,
}

impl List {
    /// `None`: the guest makes no threads, or comes from another linker.
    pub(crate) fn of(store: &mut Store<Host>, runtime: &Runtime) -> Option<Self> {
        runtime.block_on(exports(store))
    }

    /// Has the guest describe its threads: the first one, then from the oldest to the youngest. `None`: it does not
    /// answer.
    pub(crate) fn ask(self, mut store: Store<Host>, command: &Command) -> Option<Vec<Described>> {
        let describe = move |deadline: Deadline| {
            let runtime = reactor().ok()?;
            let entered = deadline.enter(Some(&mut store));
            let described = runtime.block_on(deadline.before(describe(&mut store, &self)))?;
            drop(entered);
            // To unmap what the guest had is no part of the answer: it is sent along.
            Some((described?, store))
        };
        match watchdog::guard(LIMIT, Some(command), describe) {
            Ok(Guarded::Returned(Some((described, _store)))) => Some(described),
            _ => None,
        }
    }
}

async fn describe(store: &mut Store<Host>, list: &List) -> Option<Vec<Described>> {
    let mut threads = Vec::new();
    let mut next = 0;
    // The list may lead in a circle.
    while threads.len() <= MAX_LIVE {
        let at = list.describe.call_async(&mut *store, next).await.ok()?;
        let data = list.memory.data(&*store);
        let word = |index: usize| {
            let place = (at as usize).checked_add(4 * index)?;
            data.get(place..place.checked_add(4)?)?.try_into().ok().map(u32::from_le_bytes)
        };
        let name = match word(2)? {
            _ if next == 0 => Some("main".to_owned()),
            0 => None,
            name => data.get(name as usize..).and_then(text),
        };
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

/// A text that ends with a zero, if it does soon.
fn text(bytes: &[u8]) -> Option<String> {
    let end = bytes.iter().take(NAME).position(|byte| *byte == 0)?;
    Some(String::from_utf8_lossy(&bytes[..end]).into_owned())
}

/// Finds a core export of the guest. The component model hides them; a core dump, which is made of any trap in the
/// store, does not.
async fn exports(store: &mut Store<Host>) -> Option<List> {
    let engine = store.engine();
    let module = compiling::trapping(engine).ok()?;
    let instance = Instance::new_async(&mut *store, &module, &[]).await.ok()?;
    let trap = instance.get_typed_func::<(), ()>(&mut *store, "f").ok()?;
    let error = trap.call_async(&mut *store, ()).await.err()?;
    error.downcast_ref::<WasmCoreDump>()?.instances().iter().find_map(|instance| {
        let mut store = store.as_context_mut();
        let describe = instance.get_typed_func(&mut store, DESCRIBE_THREAD).ok()?;
        Some(List { describe, memory: instance.get_memory(&mut store, "memory")? })
    })
}
