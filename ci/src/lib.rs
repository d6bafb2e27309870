//! What holds in this checkout: the checks that CI runs, and the report on how ready the target is for a tier of Rust's.
//!
//! Two executables stand on it: `ci` (`cargo ci`) and `readiness` (`cargo p3 readiness`). Left out: how any of the tools works; they are started
//! as processes, and what they print and write is read.

mod checkout;
mod crates;
mod layers;
mod newest;
pub mod readiness;
mod report;
pub mod steps;
mod suites;
mod tidy;
mod web;

pub use checkout::Checkout;
pub use crates::{Extent, crates};
pub use newest::newest;
pub use suites::suites;
pub use tidy::tidy;
pub use web::web;
