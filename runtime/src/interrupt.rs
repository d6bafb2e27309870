//! How a guest that computes is ended from outside.
//!
//! Here because there are two ways. wasmtime's own are epochs: compiled code looks now and then whether it is to stop,
//! which costs a fifth of the time of a sort, and works everywhere. On Linux on x86-64 a signal does it, which costs
//! nothing before it comes (`signal`). `COMPONENT_PLAIN=1` has the first way there, too; so its tests run on the machines
//! that have the second.
//!
//! Left out: a guest that stays in one call of the host, such as the copy of a large piece of memory. Its thread is
//! left behind (watchdog.rs), and the outcome tells whether it computes or waits.

mod epochs;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod signal;

use crate::component::Command;
use crate::host::Host;
use crate::plain;
use std::any::Any;
use std::sync::{Arc, OnceLock};
use wasmtime::component::Component;
use wasmtime::{Config, Engine, Store};

/// A way to interrupt guests.
pub(crate) trait Mechanism: Sync {
    /// Has code compiled as this way wants it.
    fn configure(&self, config: &mut Config);

    /// What has to be known of a component; nothing if that cannot be found out, or need not.
    fn code_map(&self, engine: &Engine, component: &Component) -> Option<Arc<dyn Any + Send + Sync>>;

    /// By which one run can be interrupted.
    fn interrupt(&self) -> Arc<dyn Interrupt>;
}

/// By which one run can be interrupted. All but `request` is called on the thread that runs the guest.
pub(crate) trait Interrupt: Send + Sync {
    /// Before the guest in this store is run.
    fn prepare(self: Arc<Self>, store: &mut Store<Host>);

    /// From now on this thread runs the guest.
    fn begin(self: Arc<Self>);

    /// Now it does so no more.
    fn end(&self);

    /// Interrupts the guest if it computes at this moment. Called again and again, until it has ended.
    fn request(&self, command: &Command);

    /// Was the guest interrupted? Then the trap it ended with is not its own.
    fn has_hit(&self) -> bool;
}

/// The way of this process.
pub(crate) fn mechanism() -> &'static dyn Mechanism {
    static MECHANISM: OnceLock<&'static dyn Mechanism> = OnceLock::new();
    *MECHANISM.get_or_init(|| {
        #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
        if !plain::is_wanted() {
            return &signal::Signals;
        }
        &epochs::Epochs
    })
}
