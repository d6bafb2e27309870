//! Descriptors: the small numbers that std's `RawFd` is, and what each stands for.
//!
//! WASI has handles of many types; std wants one number for all of them, which can be duplicated, handed around as an
//! integer and closed once. So this table is the instance's own: an entry shares what it stands for with its
//! duplicates, and the last one closes it. 0, 1 and 2 are the standard streams. The lowest free number is given out, as
//! POSIX has it.

use alloc_crate::rc::Rc;
use alloc_crate::vec::Vec;
use core::any::Any;
use core::mem::MaybeUninit;
use core::ops::{Deref, DerefMut};

use crate::Error;
use crate::fs::{FileType, Metadata, OpenFile};
use crate::stdio;

/// A descriptor's number, as `std::os::fd::RawFd`.
pub type RawFd = i32;

/// What a descriptor stands for.
#[derive(Clone)]
pub enum Entry {
    /// Standard input.
    Stdin,
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
    /// A file or directory.
    File(Rc<OpenFile>),
    /// A socket or an end of a pipe. Behind a vtable, so that only programs that make them contain, and
    /// import, what they need.
    Socket(Rc<dyn Socket>),
}

/// A socket or an end of a pipe, as this table sees it; [`socket`] gives the whole.
pub trait Socket: Any {
    /// Reads into a buffer that need not be initialised; gives how many bytes at its beginning are now. Zero is the
    /// end.
    fn read(&self, buffer: &mut [MaybeUninit<u8>]) -> Result<usize, Error>;
    /// Reads what is there without waiting; none if this kind cannot tell.
    fn read_on(&self, _buffer: &mut [MaybeUninit<u8>]) -> usize {
        0
    }
    /// Writes; gives how many bytes were taken.
    fn write(&self, bytes: &[u8]) -> Result<usize, Error>;
    /// It is taken for one of another type. Ok: it has become another one in the table.
    fn become_other(self: Rc<Self>) -> Result<(), Error> {
        Err(Error::PROTOTYPE)
    }
}

impl From<OpenFile> for Entry {
    fn from(file: OpenFile) -> Entry {
        Entry::File(Rc::new(file))
    }
}

component_rt::instance_state! {
    static TABLE: Table = Table { slots: Vec::new(), lowest_free: 0 };
}

struct Table {
    /// Empty before the first use; then the standard streams come first.
    slots: Vec<Option<Entry>>,
    /// No slot below is free.
    lowest_free: usize,
}

impl Table {
    #[inline]
    fn slots(&mut self) -> &mut Vec<Option<Entry>> {
        if self.slots.is_empty() {
            self.begin();
        }
        &mut self.slots
    }

    #[cold]
    fn begin(&mut self) {
        self.slots.extend([Some(Entry::Stdin), Some(Entry::Stdout), Some(Entry::Stderr)]);
        self.lowest_free = 3;
    }

    fn insert(&mut self, entry: Entry, at_least: usize) -> Result<RawFd, Error> {
        let from = self.lowest_free.max(at_least);
        let slots = self.slots();
        let number = (from..slots.len()).find(|&number| slots[number].is_none()).unwrap_or(slots.len().max(at_least));
        let fd = RawFd::try_from(number).map_err(|_| Error::MFILE)?;
        match slots.get_mut(number) {
            Some(slot) => *slot = Some(entry),
            None => slots.push(Some(entry)),
        }
        if from == self.lowest_free {
            self.lowest_free = number + 1;
        }
        Ok(fd)
    }

    /// As [`Table::insert`], at `least` or the next number that is free.
    fn insert_from(&mut self, entry: Entry, least: usize) -> Result<RawFd, Error> {
        if least >= MOST {
            return Err(Error::INVAL);
        }
        let slots = self.slots();
        if least > slots.len() {
            slots.resize(least, None);
        }
        self.insert(entry, least)
    }

    #[inline]
    fn slot(&mut self, fd: RawFd) -> Result<&mut Option<Entry>, Error> {
        let number = usize::try_from(fd).map_err(|_| Error::BADF)?;
        self.slots().get_mut(number).filter(|slot| slot.is_some()).ok_or(Error::BADF)
    }
}

/// Gives `entry` a number.
pub fn insert(entry: Entry) -> Result<RawFd, Error> {
    TABLE.with(|table| {
        table.slots();
        table.insert(entry, 0)
    })
}

/// What `fd` stands for; `BADF` if it is not open.
#[inline]
pub fn get(fd: RawFd) -> Result<Entry, Error> {
    TABLE.with(|table| table.slot(fd)?.clone().ok_or(Error::BADF))
}

/// The file that `fd` stands for; `BADF` if it is not open, `SPIPE`, which POSIX has for what cannot be sought in, if it
/// is no file.
#[inline]
pub fn file(fd: RawFd) -> Result<Rc<OpenFile>, Error> {
    match get(fd)? {
        Entry::File(file) => Ok(file),
        _ => Err(Error::SPIPE),
    }
}

/// The socket of type `S` that `fd` stands for; `BADF` if it is not open, `NOTSOCK` if it is no socket, `PROTOTYPE` if
/// it is one of another type.
#[inline]
pub fn socket<S: Socket>(fd: RawFd) -> Result<Rc<S>, Error> {
    match get(fd)? {
        Entry::Socket(socket) => (socket.clone() as Rc<dyn Any>).downcast().or_else(|_| {
            socket.become_other()?;
            match get(fd)? {
                Entry::Socket(socket) => (socket as Rc<dyn Any>).downcast().map_err(|_| Error::PROTOTYPE),
                _ => Err(Error::NOTSOCK),
            }
        }),
        _ => Err(Error::NOTSOCK),
    }
}

/// Another number for the same thing, never one of the standard streams'.
pub fn duplicate(fd: RawFd) -> Result<RawFd, Error> {
    TABLE.with(|table| {
        let entry = table.slot(fd)?.clone().ok_or(Error::BADF)?;
        table.insert(entry, 3)
    })
}

/// As [`duplicate`], with the lowest free number that is not below `least`.
pub fn duplicate_from(fd: RawFd, least: RawFd) -> Result<RawFd, Error> {
    let least = usize::try_from(least).map_err(|_| Error::INVAL)?;
    TABLE.with(|table| {
        let entry = table.slot(fd)?.clone().ok_or(Error::BADF)?;
        table.insert_from(entry, least)
    })
}

/// Makes `to` stand for what `fd` stands for; what `to` stood for before is closed with its last number.
pub fn duplicate_to(fd: RawFd, to: RawFd) -> Result<(), Error> {
    let number = usize::try_from(to).ok().filter(|number| *number < MOST).ok_or(Error::BADF)?;
    let before = TABLE.with(|table| {
        let entry = table.slot(fd)?.clone();
        let slots = table.slots();
        if number >= slots.len() {
            slots.resize(number + 1, None);
        }
        Ok(core::mem::replace(&mut slots[number], entry))
    })?;
    // Outside: the end of a file may wait for the host.
    drop(before);
    Ok(())
}

/// As many descriptors as anybody may have by choosing their numbers.
const MOST: usize = 65_536;

/// All numbers that stand for this socket stand for `entry` from now on.
pub fn become_another(socket: &Rc<dyn Socket>, entry: &Entry) {
    let mut before = Vec::new();
    TABLE.with(|table| {
        for slot in table.slots() {
            if matches!(slot, Some(Entry::Socket(other)) if core::ptr::addr_eq(Rc::as_ptr(other), Rc::as_ptr(socket))) {
                before.push(slot.replace(entry.clone()));
            }
        }
    });
}

/// Frees the number; what it stood for is closed with its last number.
pub fn close(fd: RawFd) -> Result<(), Error> {
    let entry = TABLE.with(|table| -> Result<_, Error> {
        let entry = table.slot(fd)?.take();
        table.lowest_free = table.lowest_free.min(fd as usize);
        Ok(entry)
    })?;
    // Outside: the end of a file may wait for the host.
    drop(entry);
    Ok(())
}

/// How many descriptors are open besides the standard streams.
pub fn open_count() -> usize {
    TABLE.with(|table| table.slots().iter().skip(3).flatten().count())
}

/// Reads into a buffer that need not be initialised; gives how many bytes at its beginning are now. Zero is the end.
// Not inline, as `write` is not: compiled in this crate, where most of what is called is seen not to unwind.
pub fn read(fd: RawFd, buffer: &mut [MaybeUninit<u8>]) -> Result<usize, Error> {
    get(fd)?.read(buffer)
}

/// Writes; gives how many bytes were taken.
pub fn write(fd: RawFd, bytes: &[u8]) -> Result<usize, Error> {
    get(fd)?.write(bytes)
}

/// Reads into one buffer after the other.
pub fn read_vectored<B: DerefMut<Target = [u8]>>(fd: RawFd, buffers: &mut [B]) -> Result<usize, Error> {
    let entry = get(fd)?;
    scatter(buffers, |buffer, done| match &entry {
        // What has come is there to be given: nobody waits for more.
        Entry::Socket(socket) if done > 0 => Ok(socket.read_on(buffer)),
        entry => entry.read(buffer),
    })
}

/// Writes one slice after the other. Short ones go in one piece, so that a line made of several slices is appended as a
/// whole.
pub fn write_vectored<B: Deref<Target = [u8]>>(fd: RawFd, slices: &[B]) -> Result<usize, Error> {
    let entry = get(fd)?;
    gather(slices, |bytes, _| entry.write(bytes))
}

/// [`OpenFile::read_at`] into one buffer after the other.
pub fn read_vectored_at<B: DerefMut<Target = [u8]>>(fd: RawFd, buffers: &mut [B], offset: u64) -> Result<usize, Error> {
    let file = file(fd)?;
    scatter(buffers, |buffer, done| file.read_at(buffer, offset + done as u64))
}

/// [`OpenFile::write_at`] of one slice after the other.
pub fn write_vectored_at<B: Deref<Target = [u8]>>(fd: RawFd, slices: &[B], offset: u64) -> Result<usize, Error> {
    let file = file(fd)?;
    gather(slices, |bytes, done| file.write_at(bytes, offset + done as u64))
}

/// Waits until the host has stored what was written, as far as other readers can see. Only files have something to wait
/// for.
pub fn flush(fd: RawFd) -> Result<(), Error> {
    match get(fd)? {
        Entry::File(file) => file.flush(),
        _ => Ok(()),
    }
}

/// What is known about what `fd` stands for: of anything but a file, that it is none.
pub fn stat(fd: RawFd) -> Result<Metadata, Error> {
    match get(fd)? {
        Entry::File(file) => file.stat(),
        _ if is_terminal(fd) => Ok(Metadata::of_no_file(FileType::CharacterDevice)),
        _ => Ok(Metadata::of_no_file(FileType::Other)),
    }
}

/// Whether `fd` is a terminal.
pub fn is_terminal(fd: RawFd) -> bool {
    match get(fd) {
        Ok(Entry::Stdin) => stdio::is_terminal(0),
        Ok(Entry::Stdout) => stdio::is_terminal(1),
        Ok(Entry::Stderr) => stdio::is_terminal(2),
        _ => false,
    }
}

impl Entry {
    #[inline]
    fn read(&self, buffer: &mut [MaybeUninit<u8>]) -> Result<usize, Error> {
        match self {
            Entry::Stdin => stdio::read_stdin_uninit(buffer),
            Entry::Stdout | Entry::Stderr => Err(Error::BADF),
            Entry::File(file) => file.read(buffer),
            Entry::Socket(socket) => socket.read(buffer),
        }
    }

    #[inline]
    fn write(&self, bytes: &[u8]) -> Result<usize, Error> {
        match self {
            Entry::Stdin => Err(Error::BADF),
            Entry::Stdout => stdio::write_stdout(bytes),
            Entry::Stderr => stdio::write_stderr(bytes),
            Entry::File(file) => file.write(bytes),
            Entry::Socket(socket) => socket.write(bytes),
        }
    }
}

/// Fills buffer after buffer as long as each is filled. An error counts only before the first byte. Without any room,
/// it is asked all the same whether there can be a read.
fn scatter<B: DerefMut<Target = [u8]>>(
    buffers: &mut [B],
    mut read: impl FnMut(&mut [MaybeUninit<u8>], usize) -> Result<usize, Error>,
) -> Result<usize, Error> {
    if buffers.iter().all(|buffer| buffer.is_empty()) {
        return read(&mut [], 0);
    }
    let mut done = 0;
    for buffer in buffers.iter_mut().filter(|buffer| !buffer.is_empty()) {
        match read(uninitialised(buffer), done) {
            Ok(count) => {
                done += count;
                if count < buffer.len() {
                    break;
                }
            }
            Err(error) if done == 0 => return Err(error),
            Err(_) => break,
        }
    }
    Ok(done)
}

/// How many bytes of slices are put together before they are written.
const TOGETHER: usize = 4096;

/// Writes slice after slice as long as each is taken in full. An error counts only before the first byte. Without any
/// byte, it is asked all the same whether there can be a write.
fn gather<B: Deref<Target = [u8]>>(
    slices: &[B],
    mut write: impl FnMut(&[u8], usize) -> Result<usize, Error>,
) -> Result<usize, Error> {
    let total: usize = slices.iter().map(|slice| slice.len()).sum();
    let mut filled = slices.iter().filter(|slice| !slice.is_empty());
    if let (Some(_), Some(_), true) = (filled.next(), filled.next(), total <= TOGETHER) {
        let mut together = Vec::with_capacity(total);
        slices.iter().for_each(|slice| together.extend_from_slice(slice));
        return write(&together, 0);
    }
    if total == 0 {
        return write(&[], 0);
    }
    let mut done = 0;
    for slice in slices.iter().filter(|slice| !slice.is_empty()) {
        match write(slice, done) {
            Ok(count) => {
                done += count;
                if count < slice.len() {
                    break;
                }
            }
            Err(error) if done == 0 => return Err(error),
            Err(_) => break,
        }
    }
    Ok(done)
}

fn uninitialised(buffer: &mut [u8]) -> &mut [MaybeUninit<u8>] {
    let buffer: *mut [u8] = buffer;
    // SAFETY: the same memory, borrowed for as long; reads store bytes there and nothing uninitialised.
    unsafe { &mut *(buffer as *mut [MaybeUninit<u8>]) }
}
