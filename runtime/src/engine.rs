//! The wasmtime engine: which features are on, how large stacks are, what a trap records.
//!
//! Here because everything that decides whether a component is accepted, and how its code is compiled, belongs side by side. What a store
//! adds for one run (limits, deadline) is in run.rs.

use crate::baseline;
use crate::interrupt;
use crate::setup::Features;
use crate::stacks;
use crate::trap::FRAMES;
use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};
use wasmtime::{Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, Result, WasmBacktraceDetails};

/// The wasm stack of each thread of the guest, in bytes. A program that recurses through native's main stack of 8 MiB needs several times as
/// much here, because cranelift's frames come on top of the shadow stack's. Only reserved: pages are committed as they are touched.
const WASM_STACK: usize = 64 << 20;

/// What host functions may use of the same stack beyond the guest's part, in bytes.
const HOST_STACK: usize = 2 << 20;

/// How many instances, memories and tables a pooled engine has room for, and how many threads all its guests together. What goes beyond is run
/// without the pool (isolation.rs). Only addresses are reserved: 4 GiB a memory, so that none can outgrow its slot.
const SLOTS: u32 = 256;
const STACKS: u32 = 4096;

/// How many elements a table may have in a pooled engine, and how large the runtime's own data about an instance may be, in bytes.
const ELEMENTS: usize = 1 << 20;
const INSTANCE: usize = 64 << 20;

/// How much of what a guest has touched is cleared by hand when it ends instead of being given back to the kernel, in bytes: a page fault costs more.
const KEEP_RESIDENT: usize = 256 << 10;

/// How an engine differs from another one. Code compiled for one kind does not run on another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kind {
    /// What the guest may use.
    pub(crate) features: Features,
    /// Memories, tables and stacks come from slots that are reserved once and used again, so that an instance costs microseconds.
    pub(crate) pooled: bool,
}

/// The engine of this kind, made at its first use and kept: making one takes longer than starting a small guest.
pub(crate) fn engine(kind: Kind) -> Result<Engine> {
    static ENGINES: Mutex<Vec<(Kind, Engine)>> = Mutex::new(Vec::new());
    let mut engines = ENGINES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, engine)) = engines.iter().find(|(of, _)| *of == kind) {
        return Ok(engine.clone());
    }
    let engine = Engine::new(&config(kind))?;
    engines.push((kind, engine.clone()));
    Ok(engine)
}

fn config(kind: Kind) -> Config {
    let mut config = Config::new();
    config
        .max_wasm_stack(WASM_STACK)
        .async_stack_size(WASM_STACK + HOST_STACK)
        .wasm_backtrace_details(WasmBacktraceDetails::Enable)
        .wasm_backtrace_max_frames(NonZeroUsize::new(FRAMES))
        // What component-ld knows to be hardly ever run is laid out of the way.
        .wasm_branch_hinting(true)
        // For the stack pointer at the moment of a trap (run.rs).
        .coredump_on_trap(true);
    interrupt::mechanism().configure(&mut config);
    if kind.features == Features::All {
        config
            .wasm_component_model_threading(true)
            .wasm_component_model_more_async_builtins(true)
            .wasm_component_model_async_stackful(true);
    } else {
        baseline::only(&mut config);
    }
    if !kind.pooled {
        config.with_host_stack(stacks::creator());
    } else {
        config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool()));
    }
    config
}

fn pool() -> PoolingAllocationConfig {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(SLOTS)
        .total_core_instances(SLOTS * 8)
        .total_memories(SLOTS)
        .total_tables(SLOTS * 4)
        .total_gc_heaps(SLOTS)
        .total_stacks(STACKS)
        .max_component_instance_size(INSTANCE)
        .max_core_instance_size(INSTANCE)
        .table_elements(ELEMENTS)
        .linear_memory_keep_resident(KEEP_RESIDENT)
        .table_keep_resident(KEEP_RESIDENT);
    pool
}
