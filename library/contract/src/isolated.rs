//! The words between a test binary (`library/test/src/isolated.rs`) and who runs its tests one by one.

/// Asks for the list of tests.
pub const LIST: &str = "--isolated-list";

/// Asks for the run of one test, by its number behind these words.
pub const TEST: &str = "--isolated-test=";

/// The first line of the list. A binary in whose bytes this is understands the words.
pub const MARK: &str = "isolated tests, version 2: number, name, kind, should, run or ignore, reason\n";

/// What a test exits with that was to abort and did, in a binary that aborts where others unwind.
pub const ABORTED_RIGHTLY: u8 = 50;

/// What a test exits with that failed.
pub const FAILED: u8 = 51;

#[cfg(test)]
mod tests {
    use super::*;

    /// libtest has no dependency on this crate: its manifest is upstream's.
    #[test]
    fn libtest_has_the_same_words() {
        let libtest = include_str!("../../test/src/isolated.rs");
        for (name, word) in [("LIST", LIST), ("TEST", TEST), ("MARK", MARK)] {
            let line = std::format!("const {name}: &str = {word:?};\n");
            assert!(libtest.contains(&line), "{line}");
        }
        // libtest's TR_OK.
        assert_eq!(ABORTED_RIGHTLY, 50);
        assert_eq!(FAILED, ABORTED_RIGHTLY + 1);
    }
}
