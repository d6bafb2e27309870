//! Copies of a few bytes: what is written piece by piece is short, and copying memory is a call of the host's, three
//! times as long as such a piece takes.

/// Copies up to sixteen bytes, by two pieces that overlap where the length is none of theirs.
///
/// # Safety
///
/// As for `ptr::copy_nonoverlapping`; `count` is at most 16.
#[inline(always)]
pub(super) unsafe fn copy(from: *const u8, to: *mut u8, count: usize) {
    /// Copies the first and the last `T` of the bytes.
    ///
    /// # Safety
    ///
    /// As for `copy`; `count` is the size of `T` at least.
    #[inline(always)]
    unsafe fn ends<T: Copy>(from: *const u8, to: *mut u8, count: usize) {
        let last = count - size_of::<T>();
        // SAFETY: both are within `count` bytes, says the caller.
        unsafe {
            let (first, second) = (from.cast::<T>().read_unaligned(), from.add(last).cast::<T>().read_unaligned());
            to.cast::<T>().write_unaligned(first);
            to.add(last).cast::<T>().write_unaligned(second);
        }
    }

    // SAFETY: each is called with a count that is its own.
    unsafe {
        match count {
            8.. => ends::<u64>(from, to, count),
            4.. => ends::<u32>(from, to, count),
            1.. => {
                ends::<u8>(from, to, count);
                *to.add(count / 2) = *from.add(count / 2);
            }
            0 => {}
        }
    }
}
