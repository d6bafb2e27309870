//! A file descriptor that can be read and written without blocking the host, whatever it is.
//!
//! Here because O_NONBLOCK belongs to the open file, which other processes share, and must not be touched. Regular files never block. For
//! everything else Linux has a flag for the single call (RWF_NOWAIT); where that is not supported, as for terminals, poll(2) is asked before
//! each call, and one write is small enough to fit wherever poll(2) says that there is room.

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::FileType;
use std::io::{self, IsTerminal as _};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};

// rustix asks the kernel directly, where std's `read` and `write` are libc's, which are places to cancel a thread at and so take longer.

/// PIPE_BUF of Linux: a write of so many bytes does not block on a pipe that poll(2) says is writable.
const ATOMIC: usize = 4096;

/// What the guest's stream stands on.
pub(crate) struct Descriptor {
    open: Open,
    /// Regular files are always ready.
    always_ready: bool,
    /// Single calls can be told not to wait, as far as is known.
    can_nowait: AtomicBool,
}

impl Descriptor {
    /// Takes the descriptor over.
    pub(crate) fn own(descriptor: OwnedFd) -> io::Result<Self> {
        Self::new(Open::Own(descriptor))
    }

    /// Uses one of this process's own, which stays open as long as the process lives. It is not duplicated: the kernel locks the position of
    /// an open file at each call if there is more than one descriptor for it.
    pub(super) fn share(descriptor: &'static impl AsFd) -> io::Result<Self> {
        Self::new(Open::Shared(descriptor.as_fd()))
    }

    fn new(open: Open) -> io::Result<Self> {
        let always_ready = FileType::from_raw_mode(rustix::fs::fstat(&open)?.st_mode).is_file();
        Ok(Self { open, always_ready, can_nowait: AtomicBool::new(true) })
    }

    /// Reads once. `WouldBlock` where nothing is there yet.
    pub(crate) fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.always_ready {
            return uninterrupted(|| Ok(rustix::io::read(&self.open, &mut *buffer)?));
        }
        if let Some(result) = self.nowait(|| nowait::read(&self.open, buffer)) {
            return result;
        }
        self.check(PollFlags::IN)?;
        uninterrupted(|| Ok(rustix::io::read(&self.open, &mut *buffer)?))
    }

    /// Writes as much as there is room for. `WouldBlock` where there is none.
    // A regular file's is inlined: after a call of the kernel, each return to a caller is one that the processor has not foreseen.
    #[inline(always)]
    pub(crate) fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        if self.always_ready {
            return uninterrupted(|| Ok(rustix::io::write(&self.open, bytes)?));
        }
        self.write_if_ready(bytes)
    }

    #[inline(never)]
    fn write_if_ready(&self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(result) = self.nowait(|| nowait::write(&self.open, bytes)) {
            return result;
        }
        self.check(PollFlags::OUT)?;
        uninterrupted(|| Ok(rustix::io::write(&self.open, &bytes[..bytes.len().min(ATOMIC)])?))
    }

    /// The result of a call that does not wait; `None` where there is no such call.
    fn nowait(&self, call: impl FnMut() -> io::Result<usize>) -> Option<io::Result<usize>> {
        if !self.can_nowait.load(Ordering::Relaxed) {
            return None;
        }
        match uninterrupted(call) {
            Err(error) if error.kind() == io::ErrorKind::Unsupported => {
                self.can_nowait.store(false, Ordering::Relaxed);
                None
            }
            result => Some(result),
        }
    }

    /// `WouldBlock` if a call would block now.
    pub(crate) fn check(&self, what: PollFlags) -> io::Result<()> {
        let ready = self.always_ready
            || poll(&mut [PollFd::new(&self.open, what)], Some(&Timespec { tv_sec: 0, tv_nsec: 0 }))? > 0;
        if ready { Ok(()) } else { Err(io::ErrorKind::WouldBlock.into()) }
    }

    /// Another descriptor of the same open file, for the reactor, which knows each only once.
    pub(crate) fn twin(&self) -> io::Result<OwnedFd> {
        self.open.as_fd().try_clone_to_owned()
    }

    /// Is it a terminal?
    pub(super) fn is_terminal(&self) -> bool {
        self.open.as_fd().is_terminal()
    }
}

/// A descriptor, and whose it is.
enum Open {
    Own(OwnedFd),
    Shared(BorrowedFd<'static>),
}

impl AsFd for Open {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Open::Own(descriptor) => descriptor.as_fd(),
            Open::Shared(descriptor) => *descriptor,
        }
    }
}

fn uninterrupted<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match call() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// Reads and writes, at the file's position, that do not wait.
#[cfg(target_os = "linux")]
mod nowait {
    use rustix::io::{ReadWriteFlags, preadv2, pwritev2};
    use std::io::{IoSlice, IoSliceMut, Result};
    use std::os::fd::AsFd;

    /// preadv2(2), pwritev2(2): the offset -1 stands for the file's position.
    const POSITION: u64 = u64::MAX;

    pub(super) fn read(file: &impl AsFd, buffer: &mut [u8]) -> Result<usize> {
        Ok(preadv2(file, &mut [IoSliceMut::new(buffer)], POSITION, ReadWriteFlags::NOWAIT)?)
    }

    pub(super) fn write(file: &impl AsFd, bytes: &[u8]) -> Result<usize> {
        Ok(pwritev2(file, &[IoSlice::new(bytes)], POSITION, ReadWriteFlags::NOWAIT)?)
    }
}

/// There are none.
#[cfg(not(target_os = "linux"))]
mod nowait {
    use std::io::{ErrorKind, Result};
    use std::os::fd::AsFd;

    pub(super) fn read(_: &impl AsFd, _: &mut [u8]) -> Result<usize> {
        Err(ErrorKind::Unsupported.into())
    }

    pub(super) fn write(_: &impl AsFd, _: &[u8]) -> Result<usize> {
        Err(ErrorKind::Unsupported.into())
    }
}
