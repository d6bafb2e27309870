//! An open file: one position, shared by all duplicates of a descriptor, and the streams that make sequential access
//! fast.
//!
//! WASI 0.3 reads and writes files through streams that begin at an offset (`descriptor.read-via-stream`,
//! `write-via-stream`, `append-via-stream`). One stream each way is kept while accesses follow on one another: then a
//! read or a write is one call of the host. An access elsewhere opens a new stream. The streams are a cache and nothing
//! more: what a read gives and where a write lands depends on the position (or on the offset that the caller names)
//! alone.
//!
//! A byte for which a write returned `Ok` is in the host's hands. Should a host fail to store it afterwards, the next
//! call on the file says so: every call that must see the written data, or that ends the stream, first waits for the
//! host's last word ([`Cursor::settle`]).

use alloc_crate::rc::Rc;
use core::mem::MaybeUninit;

use super::appended;
use super::coherence::Since;
use super::cursor::{Cursor, Output, Position, Reader, Target, Writer};
use super::description::Description;
use super::metadata::{Metadata, Times};
use super::options::{Access, OpenOptions};
use super::path;
use crate::Error;
use crate::abi::filesystem::{Descriptor, DescriptorFlags, DescriptorType, OpenFlags, PathFlags, lift_result};
use component_rt::event::CopyResult;
use component_rt::exclusive::Taken;

/// Where a seek goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeekFrom {
    /// Bytes from the beginning.
    Start(u64),
    /// Bytes from the position.
    Current(i64),
    /// Bytes from the end.
    End(i64),
}

/// An open file description: what `open` makes, and what duplicates of its descriptor share.
pub struct OpenFile {
    description: Rc<Description>,
    access: Access,
    mount: usize,
}

/// Opens the file `name` below `directory`, which the preopen number `mount` has led to.
pub(super) fn open_at(
    directory: &Descriptor,
    mount: usize,
    name: &str,
    options: &OpenOptions,
) -> Result<OpenFile, Error> {
    let flags = options.flags().map_err(|_| Error::INVAL)?;
    let truncates = flags.open.contains(OpenFlags::TRUNCATE);
    if truncates {
        let others = appended::others_of_truncated(|| contents(directory, flags.path, name));
        others.iter().for_each(|other| other.locate());
    }
    let opened = directory.open_at(flags.path, name, flags.open, flags.descriptor)?;
    let description = Rc::new(Description::new(opened));
    if truncates {
        description.opened.wrote();
    }
    Ok(OpenFile { description, access: flags.access, mount })
}

/// The file that a name leads to, if it has contents.
#[cold]
fn contents(directory: &Descriptor, follow: PathFlags, name: &str) -> Option<Descriptor> {
    let stat = directory.stat_at(follow, name).ok()?;
    let has_contents = stat.kind == DescriptorType::RegularFile && stat.size != 0;
    let open = || directory.open_at(follow, name, OpenFlags::empty(), DescriptorFlags::WRITE).ok();
    has_contents.then(open).flatten()
}

impl OpenFile {
    /// The WASI descriptor, for calls that neither read nor write.
    pub(super) fn descriptor(&self) -> &Descriptor {
        &self.description.opened.descriptor
    }

    /// The preopen that has led to it.
    pub(super) fn mount(&self) -> usize {
        self.mount
    }

    /// Opens a file by a path below this directory; links and `..` may not lead out of it. An absolute path is opened
    /// as one.
    pub fn open_below(&self, path: &[u8], options: &OpenOptions) -> Result<OpenFile, Error> {
        if path.starts_with(b"/") {
            return super::open(path, options);
        }
        open_at(self.descriptor(), self.mount, path::text(path)?, options)
    }

    /// Reads at the position and moves it. Zero for a buffer with room is the end of the file.
    #[inline]
    pub fn read(&self, buffer: &mut [MaybeUninit<u8>]) -> Result<usize, Error> {
        let mut cursor = self.cursor();
        let position = self.position(&mut cursor)?;
        let count = self.read_from(&mut cursor, buffer, position)?;
        cursor.position = Position::At(position + count as u64);
        Ok(count)
    }

    /// Reads at `offset`; the position stays.
    pub fn read_at(&self, buffer: &mut [MaybeUninit<u8>], offset: u64) -> Result<usize, Error> {
        self.read_from(&mut self.cursor(), buffer, offset)
    }

    /// Writes at the position (in append mode: at the end) and moves it behind what was written.
    #[inline]
    pub fn write(&self, bytes: &[u8]) -> Result<usize, Error> {
        self.before_writing();
        let mut cursor = self.cursor();
        if self.access.append {
            let count = self.write_to(&mut cursor, bytes, Target::End)?;
            if count != 0 && !cursor.is_appended() {
                cursor.position = Position::Appended;
                appended::note(&self.description);
            }
            return Ok(count);
        }
        let position = self.position(&mut cursor)?;
        let count = self.write_to(&mut cursor, bytes, Target::Offset(position))?;
        cursor.position = Position::At(position + count as u64);
        Ok(count)
    }

    /// Writes at `offset`, in append mode too; the position stays.
    pub fn write_at(&self, bytes: &[u8], offset: u64) -> Result<usize, Error> {
        self.before_writing();
        let mut cursor = self.cursor();
        // Where this very file's last append ends is lost when something is written behind it.
        self.position(&mut cursor)?;
        self.write_to(&mut cursor, bytes, Target::Offset(offset))
    }

    /// Moves the position; gives the new one. `INVAL` for one below zero or above what a file can have. Asks the host
    /// only for [`SeekFrom::End`].
    #[inline]
    pub fn seek(&self, to: SeekFrom) -> Result<u64, Error> {
        let mut cursor = self.cursor();
        let target = match to {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::Current(by) => self.position(&mut cursor)?.checked_add_signed(by),
            SeekFrom::End(by) => self.size(&mut cursor)?.checked_add_signed(by),
        };
        let target = target.filter(|&target| i64::try_from(target).is_ok()).ok_or(Error::INVAL)?;
        cursor.position = Position::At(target);
        Ok(target)
    }

    /// Whether it was opened for reading, for writing, and for writing at the end.
    pub fn access(&self) -> [bool; 3] {
        let Access { read, write, append } = self.access;
        [read, write, append]
    }

    /// What the host knows about the file.
    pub fn stat(&self) -> Result<Metadata, Error> {
        self.cursor().settle()?;
        Ok(Metadata::new(self.descriptor().stat()?, self.mount))
    }

    /// Cuts or extends the file; the position stays.
    pub fn set_len(&self, size: u64) -> Result<(), Error> {
        if !self.access.write {
            return Err(Error::INVAL);
        }
        self.before_writing();
        let mut cursor = self.cursor();
        self.position(&mut cursor)?;
        cursor.settle()?;
        self.descriptor().set_size(size)?;
        self.description.opened.wrote();
        Ok(())
    }

    /// Sets the times that are given.
    pub fn set_times(&self, times: Times) -> Result<(), Error> {
        self.cursor().settle()?;
        self.descriptor().set_times(times.accessed(), times.modified())
    }

    /// Waits until the host says that everything written is stored as far as other readers can see.
    pub fn flush(&self) -> Result<(), Error> {
        self.cursor().settle()
    }

    /// Waits until the data is on the disk.
    pub fn sync_data(&self) -> Result<(), Error> {
        self.cursor().settle()?;
        self.descriptor().sync_data()
    }

    /// Waits until data and metadata are on the disk.
    pub fn sync_all(&self) -> Result<(), Error> {
        self.cursor().settle()?;
        self.descriptor().sync()
    }

    /// The cursor, for one call: another thread that is in a call on the same file comes first.
    #[inline]
    fn cursor(&self) -> Taken<'_, Cursor> {
        self.description.cursor.take()
    }

    /// Those that stand behind what they appended to this file, through another descriptor, find out where that is before the file
    /// changes.
    #[inline]
    fn before_writing(&self) {
        appended::others_of(&self.description).iter().for_each(|other| other.locate());
    }

    #[inline]
    fn position(&self, cursor: &mut Cursor) -> Result<u64, Error> {
        cursor.locate(self.descriptor())
    }

    fn size(&self, cursor: &mut Cursor) -> Result<u64, Error> {
        cursor.size(self.descriptor())
    }

    #[inline]
    fn read_from(&self, cursor: &mut Cursor, buffer: &mut [MaybeUninit<u8>], offset: u64) -> Result<usize, Error> {
        if !self.access.read {
            return Err(Error::BADF);
        }
        if buffer.is_empty() {
            return Ok(0);
        }
        cursor.settle()?;
        // One that cannot be used goes first, so that the host never holds two.
        cursor.reader = cursor
            .reader
            .take_if(|reader| reader.next == offset && reader.since.is_unwritten(&self.description.opened));
        let reader = cursor.reader.get_or_insert_with(|| self.open_reader(offset));
        let copied = reader.stream.read(buffer);
        reader.next += copied.count as u64;
        if copied.result == CopyResult::Dropped
            && let Some(reader) = cursor.reader.take()
            && copied.count == 0
        {
            // The end of the file, or an error. (With bytes it is neither yet: the next read asks anew.)
            drop(reader.stream);
            lift_result(reader.result.read())?;
        }
        Ok(copied.count)
    }

    #[inline]
    fn open_reader(&self, offset: u64) -> Reader {
        let since = Since::now();
        let (stream, result) = self.descriptor().read_via_stream(offset);
        Reader { next: offset, since, stream, result }
    }

    #[inline]
    fn write_to(&self, cursor: &mut Cursor, bytes: &[u8], target: Target) -> Result<usize, Error> {
        if !self.access.write {
            return Err(Error::BADF);
        }
        if bytes.is_empty() {
            return Ok(0);
        }
        let writer = match &mut cursor.writer {
            Some(writer) if writer.target() == Some(target) => writer,
            _ => {
                cursor.settle()?;
                cursor.writer.insert(self.open_writer(target))
            }
        };
        let count = writer.write(bytes);
        if count == 0 {
            // The host has ended the stream, and its reason is the error of this write.
            cursor.settle()?;
            return Err(Error::IO);
        }
        self.description.opened.wrote();
        Ok(count)
    }

    fn open_writer(&self, target: Target) -> Writer {
        match target {
            Target::Offset(offset) => {
                let (stream, result) = self.descriptor().write_via_stream(offset);
                Writer::At(offset, Output { stream, result })
            }
            Target::End => {
                let (stream, result) = self.descriptor().append_via_stream();
                Writer::Append(Output { stream, result })
            }
        }
    }
}

impl Drop for OpenFile {
    /// Waits for the last write; an error that nobody asked for is lost, as it is when a `std::fs::File` is dropped
    /// anywhere.
    fn drop(&mut self) {
        let _unasked = self.cursor().settle();
    }
}
