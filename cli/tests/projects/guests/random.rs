//! What getrandom's backend `custom` calls.

unsafe extern "C" {
    fn __getrandom_v03_custom(to: *mut u8, count: usize) -> u32;
}

fn main() {
    // SAFETY: no bytes are written.
    assert_eq!(unsafe { __getrandom_v03_custom(std::ptr::null_mut(), 0) }, 0);
}
