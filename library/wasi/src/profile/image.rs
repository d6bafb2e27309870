//! What an instrumented program holds of its profile, and the file that LLVM's tools read.
//!
//! LLVM's raw profile format, version 10 (LLVM 19 to 22: `InstrProfData.inc`): a header of sixteen 64-bit words, then the sections as they lie in
//! memory, each filled up to eight bytes: a record for each function (hash of its name, hash of its regions, where its counters are), the
//! counters, the bits of conditions, and the functions' names, compressed by the compiler. Where something is, is told by distances between
//! addresses, so that a reader need not know the program.

use alloc_crate::vec::Vec;
use core::ops::Range;

/// The sections of a program, of one thread or many: they take turns, and nobody counts while somebody reads.
#[derive(Clone, Copy, Debug)]
pub struct Image<'a> {
    /// The format's version, with the bits that say what kind of profile it is.
    pub version: u64,
    /// `__llvm_prf_data`: a record for each function.
    pub data: Section<'a>,
    /// `__llvm_prf_cnts`: counters of 64 bits.
    pub counters: Section<'a>,
    /// `__llvm_prf_bits`: which combinations of conditions occurred.
    pub bits: Section<'a>,
    /// `__llvm_prf_names`.
    pub names: Section<'a>,
}

/// A section in memory.
#[derive(Clone, Copy, Debug)]
pub struct Section<'a> {
    /// Where it lies.
    pub address: u32,
    /// What it holds.
    pub bytes: &'a [u8],
}

/// The version this file speaks.
pub const VERSION: u64 = 10;

/// `\xfflprofR\x81`: a profile of a program whose pointers have 32 bits.
const MAGIC: u64 = u64::from_be_bytes(*b"\xfflprofR\x81");
/// The last of the kinds of values that could be profiled.
const LAST_VALUE_KIND: u64 = 2;
const HEADER: usize = 16 * 8;

/// A function's record: its size, and where it says how many values of each kind are profiled.
const RECORD: usize = 48;
const VALUE_SITES: Range<usize> = 36..42;

impl Image<'_> {
    /// The file.
    pub fn encode(&self) -> Vec<u8> {
        let Image { version, data, counters, bits, names } = *self;
        let distance = |section: Section<'_>| u64::from(section.address.wrapping_sub(data.address));
        let header = [
            MAGIC,
            version,
            0, // bytes of the program's own marks: it has none
            (data.bytes.len() / RECORD) as u64,
            0, // bytes between records and counters
            (counters.bytes.len() / 8) as u64,
            0, // bytes between counters and bits
            bits.bytes.len() as u64,
            filling(bits) as u64,
            names.bytes.len() as u64,
            distance(counters),
            distance(bits),
            u64::from(names.address),
            0, // tables of virtual functions
            0, // bytes of their names
            LAST_VALUE_KIND,
        ];
        let mut file = Vec::with_capacity(self.length());
        file.extend(header.iter().flat_map(|word| word.to_le_bytes()));
        file.extend_from_slice(data.bytes);
        for record in file[HEADER..].chunks_exact_mut(RECORD) {
            // None is profiled here; a reader would look for what these promise.
            record[VALUE_SITES].fill(0);
        }
        file.extend_from_slice(counters.bytes);
        for section in [bits, names] {
            file.extend_from_slice(section.bytes);
            file.resize(file.len() + filling(section), 0);
        }
        file
    }

    /// Adds what an earlier run of the same program has counted, `before`, to `profile`, which [`Image::encode`] made. Says whether it is one.
    pub fn add(&self, profile: &mut [u8], before: &[u8]) -> bool {
        let counters = HEADER + self.data.bytes.len()..HEADER + self.data.bytes.len() + self.counters.bytes.len();
        let bits = counters.end..counters.end + self.bits.bytes.len();
        let is_same = before.len() == profile.len()
            && before[..counters.start] == profile[..counters.start]
            && before[bits.end..] == profile[bits.end..];
        if !is_same {
            return false;
        }
        for (sum, counter) in profile[counters.clone()].as_chunks_mut().0.iter_mut().zip(before[counters].as_chunks().0)
        {
            *sum = u64::from_le_bytes(*sum).saturating_add(u64::from_le_bytes(*counter)).to_le_bytes();
        }
        for (union, bits) in profile[bits.clone()].iter_mut().zip(&before[bits]) {
            *union |= bits;
        }
        true
    }

    /// A number for the program: the same for each of its runs, another for every other build that counts otherwise (FNV-1a).
    pub fn signature(&self) -> u64 {
        let bytes = self.data.bytes.iter().chain(self.names.bytes);
        bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
    }

    fn length(&self) -> usize {
        let filled = |section: Section<'_>| section.bytes.len() + filling(section);
        HEADER + self.data.bytes.len() + self.counters.bytes.len() + filled(self.bits) + filled(self.names)
    }
}

/// How many bytes fill a section up to eight.
fn filling(section: Section<'_>) -> usize {
    section.bytes.len().wrapping_neg() % 8
}
