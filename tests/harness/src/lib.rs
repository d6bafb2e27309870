//! Builds test programs for the target, runs them on the runtime and judges the outcome.
