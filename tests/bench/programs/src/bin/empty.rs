//! The smallest program: its size, and the time from start to end seen from outside.

fn main() {}
