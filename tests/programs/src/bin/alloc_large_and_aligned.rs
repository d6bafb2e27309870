//! The allocator keeps alignments, grows in place or by copying without loss, and refuses what cannot be.
//@ plain = true

use std::alloc::{Layout, alloc, dealloc};

fn main() {
    for align in [1, 8, 64, 4_096, 65_536] {
        let layout = Layout::from_size_align(align * 3, align).unwrap();
        // SAFETY: the layout has a size; the block is freed with the same layout, once.
        unsafe {
            let block = alloc(layout);
            assert!(!block.is_null() && block.addr() % align == 0);
            block.write_bytes(0xA5, layout.size());
            dealloc(block, layout);
        }
    }
    let mut bytes = Vec::new();
    for n in 0..3_000_000_u32 {
        bytes.push(n as u8);
    }
    assert!(bytes.iter().enumerate().all(|(n, byte)| *byte == n as u8));
    println!("{}", bytes.len());
    // One such block may be had where the address space is twice as large; two never fit.
    let (mut one, mut other) = (Vec::<u8>::new(), Vec::<u8>::new());
    let both =
        one.try_reserve_exact(isize::MAX as usize).is_ok() && other.try_reserve_exact(isize::MAX as usize).is_ok();
    println!("both: {both}");
}
