//! wasmtime's own way: compiled code compares a number of the engine with one of the store, at the beginning of each
//! function and of each round of a loop.
//!
//! All runs of an engine share its number, so each one is asked at each change whether it is meant.

use super::{Interrupt, Mechanism};
use crate::component::Command;
use crate::host::Host;
use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use wasmtime::component::Component;
use wasmtime::{Config, Engine, Store, Trap, UpdateDeadline};

/// The way.
pub(super) struct Epochs;

/// One run.
#[derive(Default)]
struct Run {
    is_meant: AtomicBool,
    has_hit: AtomicBool,
}

impl Mechanism for Epochs {
    fn configure(&self, config: &mut Config) {
        config.epoch_interruption(true);
    }

    fn code_map(&self, _: &Engine, _: &Component) -> Option<Arc<dyn Any + Send + Sync>> {
        None
    }

    fn interrupt(&self) -> Arc<dyn Interrupt> {
        Arc::new(Run::default())
    }
}

impl Interrupt for Run {
    fn prepare(self: Arc<Self>, store: &mut Store<Host>) {
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(move |_| {
            if !self.is_meant.load(Ordering::Acquire) {
                return Ok(UpdateDeadline::Continue(1));
            }
            self.has_hit.store(true, Ordering::Release);
            Err(Trap::Interrupt.into())
        });
    }

    fn begin(self: Arc<Self>) {}

    fn end(&self) {}

    fn request(&self, command: &Command) {
        self.is_meant.store(true, Ordering::Release);
        command.engine.increment_epoch();
    }

    fn has_hit(&self) -> bool {
        self.has_hit.load(Ordering::Acquire)
    }
}
