//! Whether a byte is in a short text: a last index is looked for in each piece of text that is written line by line,
//! and most pieces are short and without it.

/// Whether `x` is in `text`, of four to sixteen bytes: by two words that overlap.
#[inline]
pub(super) fn has(x: u8, text: &[u8]) -> bool {
    let ones = u64::from_ne_bytes([1; 8]);
    // What is no `x` is not zero in here.
    let has_zero = |word: u64| word.wrapping_sub(ones) & !word & (ones << 7) != 0;
    let x = ones * u64::from(x);
    let (first, last) = match (text.first_chunk::<8>(), text.last_chunk::<8>()) {
        (Some(first), Some(last)) => (u64::from_ne_bytes(*first), u64::from_ne_bytes(*last)),
        _ => {
            let four = |chunk: Option<&[u8; 4]>| u64::from(chunk.map_or(0, |chunk| u32::from_ne_bytes(*chunk)));
            let both = (four(text.first_chunk()) << 32) | four(text.last_chunk());
            (both, both)
        }
    };
    has_zero(first ^ x) | has_zero(last ^ x)
}
