//! A file descriptor that can be read and written without blocking the host, whatever it is.
//!
//! Here because O_NONBLOCK belongs to the open file, which other processes share, and must not be touched. Regular files never block; for
//! everything else poll(2) is asked before each call, and one write is small enough to fit wherever poll(2) says that there is room.

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::fs::File;
use std::io::{self, IsTerminal, Read as _, Write as _};
use std::os::fd::{AsFd, OwnedFd};

/// PIPE_BUF of Linux: a write of so many bytes does not block on a pipe that poll(2) says is writable.
const ATOMIC: usize = 4096;

/// What the guest's stream stands on.
pub(super) struct Descriptor {
    file: File,
    /// Regular files are always ready.
    always_ready: bool,
}

impl Descriptor {
    /// Takes the descriptor over.
    pub(super) fn new(descriptor: OwnedFd) -> io::Result<Self> {
        let file = File::from(descriptor);
        let always_ready = file.metadata()?.is_file();
        Ok(Self { file, always_ready })
    }

    /// Duplicates one that stays in use elsewhere.
    pub(super) fn duplicate(descriptor: &impl AsFd) -> io::Result<Self> {
        Self::new(descriptor.as_fd().try_clone_to_owned()?)
    }

    /// Reads once. `WouldBlock` where nothing is there yet.
    pub(super) fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        self.check(PollFlags::IN)?;
        uninterrupted(|| (&self.file).read(buffer))
    }

    /// Writes as much as there is room for. `WouldBlock` where there is none.
    pub(super) fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        if self.always_ready {
            return uninterrupted(|| (&self.file).write(bytes));
        }
        let mut written = 0;
        while written < bytes.len() {
            let rest = &bytes[written..];
            let once = || {
                self.check(PollFlags::OUT)?;
                uninterrupted(|| (&self.file).write(&rest[..rest.len().min(ATOMIC)]))
            };
            match once() {
                Ok(count) => written += count,
                Err(error) if written == 0 => return Err(error),
                // Told at the next call, if it is still so.
                Err(_) => break,
            }
        }
        Ok(written)
    }

    /// `WouldBlock` if a call would block now.
    pub(super) fn check(&self, what: PollFlags) -> io::Result<()> {
        let ready = self.always_ready
            || poll(&mut [PollFd::new(&self.file, what)], Some(&Timespec { tv_sec: 0, tv_nsec: 0 }))? > 0;
        if ready { Ok(()) } else { Err(io::ErrorKind::WouldBlock.into()) }
    }

    /// Another descriptor of the same open file, for the reactor, which knows each only once.
    pub(super) fn twin(&self) -> io::Result<OwnedFd> {
        self.file.as_fd().try_clone_to_owned()
    }

    /// Is it a terminal?
    pub(super) fn is_terminal(&self) -> bool {
        self.file.is_terminal()
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
