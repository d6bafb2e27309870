//! The limit on the guest's memory.
//!
//! Here because wasmtime's own limiter counts each memory apart and forgets what it refused. A refused growth is not the end: the guest sees
//! a failed allocation, as a native program under `ulimit -v` does. Only if it traps afterwards is the outcome "memory exhausted".

use wasmtime::{ResourceLimiter, Result};

/// The bytes that one element of a table takes on the host.
const ELEMENT: u64 = 8;

/// Counts the memories and tables of one run against one limit.
#[derive(Debug)]
pub(crate) struct Limits {
    limit: Option<u64>,
    used: u64,
    refused: Option<u64>,
}

impl Limits {
    /// `limit` is in bytes.
    pub(crate) fn new(limit: Option<u64>) -> Self {
        Self { limit, used: 0, refused: None }
    }

    /// The limit in bytes.
    pub(crate) fn limit(&self) -> Option<u64> {
        self.limit
    }

    /// The bytes that the guest has.
    pub(crate) fn used(&self) -> u64 {
        self.used
    }

    /// The bytes that the guest would have had in all with the first growth that it did not get.
    pub(crate) fn refused(&self) -> Option<u64> {
        self.refused
    }

    /// Counts a growth, sizes in bytes. One beyond the memory's own maximum is the guest's affair: wasmtime lets it fail.
    fn grow(&mut self, current: u64, desired: u64, maximum: Option<u64>) -> bool {
        if maximum.is_some_and(|maximum| desired > maximum) {
            return true;
        }
        let wanted = self.used.saturating_add(desired.saturating_sub(current));
        if self.limit.is_some_and(|limit| wanted > limit) {
            self.refused.get_or_insert(wanted);
            return false;
        }
        self.used = wanted;
        true
    }

    /// Notes that the host had no more to give; other errors are about the memory's own maximum.
    fn failed(&mut self, error: &wasmtime::Error) {
        if error.is::<std::io::Error>() {
            self.refused.get_or_insert(self.used);
        }
    }
}

impl ResourceLimiter for Limits {
    fn memory_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> Result<bool> {
        Ok(self.grow(current as u64, desired as u64, maximum.map(|maximum| maximum as u64)))
    }

    fn memory_grow_failed(&mut self, error: wasmtime::Error) -> Result<()> {
        self.failed(&error);
        Ok(())
    }

    fn table_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> Result<bool> {
        let bytes = |elements: usize| ELEMENT.saturating_mul(elements as u64);
        Ok(self.grow(bytes(current), bytes(desired), maximum.map(bytes)))
    }

    fn table_grow_failed(&mut self, error: wasmtime::Error) -> Result<()> {
        self.failed(&error);
        Ok(())
    }
}
