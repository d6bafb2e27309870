//! Passes that only make programs faster or smaller: `--no-optimize` leaves all of them out, and a program does the
//! same without them.

pub(crate) mod branch_hints;
pub(crate) mod detours;
pub(crate) mod landing_pads;
pub(crate) mod lone_locks;
pub(crate) mod offsets;
pub(crate) mod shorten;
pub(crate) mod split_loads;
pub(crate) mod wide_parameters;
