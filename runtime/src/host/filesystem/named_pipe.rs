//! Opening a named pipe, which waits until somebody has opened its other side.
//!
//! Here because open(2) would wait with the whole guest, whose other threads may be the ones to open the other side, and cannot be called off
//! when the run ends. So the pipe is opened without waiting, and looked at from time to time: the kernel tells nobody when the other side
//! comes. A reader is there for writers from the beginning; a writer cannot be, and comes when there is a reader.

use super::super::clock;
use super::opening::{self, Opening};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use std::fs::File;
use std::io::{PipeReader, PipeWriter, pipe};
use std::os::fd::AsRawFd as _;
use std::sync::Arc;
use wasmtime_wasi::filesystem::{Descriptor, Dir};
use wasmtime_wasi::p3::bindings::filesystem::types::{DescriptorFlags, OpenFlags, PathFlags};

/// Nanoseconds between two looks, at first and at most: soon for a peer that is about to come, and seldom for one that is not.
const INTERVALS: (u64, u64) = (100_000, 10_000_000);

/// How a path is opened for writing, again and again.
pub(super) struct Writer {
    pub(super) directory: Dir,
    pub(super) follow: PathFlags,
    pub(super) path: String,
    pub(super) open: OpenFlags,
    pub(super) flags: DescriptorFlags,
}

/// An open side without another one.
pub(super) struct Reader {
    pub(super) descriptor: Descriptor,
    pub(super) file: Arc<File>,
}

impl Reader {
    /// Waits until there is a writer, or was one.
    pub(super) async fn opened(self) -> Result<Descriptor, Errno> {
        let scratch = pipe().map_err(|error| Errno::from_io_error(&error).unwrap_or(Errno::IO))?;
        let mut wait = INTERVALS.0;
        while !has_writer(&self.file, &scratch)? {
            pause(&mut wait).await;
        }
        Ok(self.descriptor)
    }
}

impl Writer {
    /// Waits until there is a reader. What the path leads to meanwhile, if that is something else, is opened as what it is.
    pub(super) async fn opened(self) -> Result<Descriptor, Errno> {
        let mut wait = INTERVALS.0;
        loop {
            match opening::open_at(&self.directory, self.follow, &self.path, self.open, self.flags) {
                Err(Errno::NXIO) => pause(&mut wait).await,
                Ok(Opening::Kept) => return Err(Errno::ACCESS),
                Ok(Opening::Done(descriptor) | Opening::Reader(Reader { descriptor, .. })) => return Ok(descriptor),
                Err(errno) => return Err(errno),
            }
        }
    }
}

async fn pause(wait: &mut u64) {
    clock::wait(*wait).await;
    *wait = (*wait * 2).min(INTERVALS.1);
}

/// Whether somebody has the pipe open for writing, or had since we opened it. Takes nothing out of it.
fn has_writer(reader: &File, scratch: &(PipeReader, PipeWriter)) -> Result<bool, Errno> {
    let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
    if poll(&mut [PollFd::new(reader, PollFlags::IN)], Some(&at_once))? > 0 {
        return Ok(true);
    }
    // SAFETY: tee(2) takes two open descriptors, both of which are borrowed for the call, and no memory.
    #[allow(unsafe_code)]
    let copied = unsafe { libc::tee(reader.as_raw_fd(), scratch.1.as_raw_fd(), 1, libc::SPLICE_F_NONBLOCK) };
    match copied {
        // Nothing there, and nobody to write it.
        0 => Ok(false),
        1.. => Ok(true),
        _ => match Errno::from_io_error(&std::io::Error::last_os_error()) {
            // Nothing there yet.
            Some(Errno::AGAIN) => Ok(true),
            Some(Errno::INTR) => Ok(false),
            errno => Err(errno.unwrap_or(Errno::IO)),
        },
    }
}
