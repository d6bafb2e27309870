//! Whether the runtime is to do without what is there for speed alone.

/// Says so, by an environment variable that all tools understand.
pub(crate) fn is_wanted() -> bool {
    std::env::var_os(contract::variables::PLAIN).is_some_and(|value| value == "1")
}
