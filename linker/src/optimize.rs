//! Passes that only make programs faster or smaller: `--no-optimize` leaves all of them out, and a program does the
//! same without them.

pub(crate) mod branch_hints;
pub(crate) mod forwarders;
pub(crate) mod landing_pads;
pub(crate) mod offsets;
pub(crate) mod shorten;
pub(crate) mod single_thread_locks;
pub(crate) mod split_loads;
pub(crate) mod wide_parameters;
