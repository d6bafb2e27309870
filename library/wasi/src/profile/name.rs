//! The name of a profile's file: a pattern in which `%` and a letter stand for what differs from run to run.
//!
//! | in the pattern | becomes |
//! |---|---|
//! | `%p` | a number of this run's own: WASI has no processes with numbers, so it is a random one |
//! | `%m` | the program's signature: its runs share a file, and add to it |
//! | `%4m` | the same, over four files (one to nine), so that runs at the same time seldom wait for each other |
//! | `%t` | the value of `TMPDIR` |
//! | `%h`, `%b`, `%c` | nothing: there is no host's name, no mark in the program, and no profile that grows meanwhile |

use alloc_crate::vec::Vec;

use super::Image;
use crate::{env, random};

/// The file's name.
pub(super) struct Name {
    pub(super) path: Vec<u8>,
    /// Other runs have the same.
    pub(super) is_shared: bool,
}

impl Name {
    pub(super) fn of(pattern: &[u8], image: &Image<'_>) -> Name {
        let mut name = Name { path: Vec::new(), is_shared: false };
        let mut run = None;
        let mut run = || {
            *run.get_or_insert_with(|| {
                let mut number = [0; 4];
                random::fill(&mut number);
                u32::from_le_bytes(number)
            })
        };
        let mut has_own = false;
        let mut rest = pattern;
        while let Some((&first, after)) = rest.split_first() {
            rest = after;
            if first != b'%' {
                name.path.push(first);
                continue;
            }
            match *after {
                [b'p', ..] => {
                    has_own = true;
                    decimal(&mut name.path, run().into());
                    rest = &after[1..];
                }
                [b'm', ..] => {
                    name.share(image, 0);
                    rest = &after[1..];
                }
                [files @ b'1'..=b'9', b'm', ..] => {
                    name.share(image, run() % u32::from(files - b'0'));
                    rest = &after[2..];
                }
                [b't', ..] => {
                    name.path.extend(env::get(b"TMPDIR").unwrap_or_default());
                    rest = &after[1..];
                }
                [b'h' | b'b' | b'c', ..] => rest = &after[1..],
                _ => name.path.push(first),
            }
        }
        name.is_shared &= !has_own;
        name
    }

    fn share(&mut self, image: &Image<'_>, file: u32) {
        decimal(&mut self.path, image.signature());
        self.path.push(b'_');
        decimal(&mut self.path, file.into());
        self.is_shared = true;
    }
}

fn decimal(path: &mut Vec<u8>, number: u64) {
    path.extend(alloc_crate::format!("{number}").into_bytes());
}
