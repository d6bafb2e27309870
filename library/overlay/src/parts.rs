//! How much is laid over upstream's library: all of it, or only what the target cannot do without.
//!
//! Here because whoever moves the overlay to another Rust release begins with what is needed, and brings the rest
//! (`library/faster`) back piece by piece; and because what only makes programs faster must never be what makes them right.

/// What is laid over upstream's library.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parts {
    /// `library/edits` and the new files.
    Needed,
    /// `library/faster`, too.
    All,
}
