//! The fake host's clocks: virtual time. It moves in waits only, straight to the next thing that happens.

/// `wasi:clocks/monotonic-clock`.
pub mod monotonic {
    use component_rt::abi::fake::{host, threads, waitables};

    pub(crate) fn now() -> u64 {
        host::now()
    }

    pub(crate) fn wait_until(mark: u64) {
        threads::sleep_until(mark);
    }

    pub(crate) fn wait_for(duration: u64) {
        threads::sleep_until(host::now().saturating_add(duration));
    }

    pub(crate) fn wait_until_async(mark: u64) -> u32 {
        waitables::begin_subtask(mark, || ())
    }
}

/// `wasi:clocks/system-clock`.
pub mod system {
    use core::cell::Cell;

    use crate::abi::clocks::RawInstant;
    use component_rt::abi::fake::host;
    use component_rt::abi::fake::instance::per_instance;

    per_instance! {
        /// Nanoseconds between the Unix epoch and the host's beginning.
        static BEGINNING: Cell<i128> = Cell::new(0);
    }

    /// Sets the time of day: nanoseconds since the Unix epoch, negative before it.
    pub fn set(nanoseconds: i128) {
        BEGINNING.with(|beginning| beginning.set(nanoseconds - i128::from(host::now())));
    }

    /// # Safety
    ///
    /// `instant` is writable.
    pub(crate) unsafe fn now(instant: *mut RawInstant) {
        let nanoseconds = BEGINNING.with(Cell::get) + i128::from(host::now());
        let now = RawInstant {
            seconds: i64::try_from(nanoseconds.div_euclid(1_000_000_000)).expect("the time fits 64 bits of seconds"),
            nanoseconds: nanoseconds.rem_euclid(1_000_000_000) as u32,
        };
        // SAFETY: the caller promises room for the record.
        unsafe { instant.write(now) };
    }
}
