//! The fake host's files: `wasi:filesystem` over a tree in memory.
//!
//! It does what the interface allows and a lazy or eager host may do: it reads ahead (all of the file, when a stream is
//! opened) and it takes what is written a moment before it stores it. A test sets up directories with [`give`], looks
//! at files with [`contents`], and makes the disk small with [`set_space`]. Left out: permissions of single files, and
//! times other than those that were set.

use alloc_crate::rc::Rc;
use alloc_crate::string::{String, ToString};
use alloc_crate::vec::Vec;

use crate::Error;
use crate::abi::filesystem::layout::{Outcome, RawDescriptorType, RawEntry, RawErrorCode, RawPreopen, RawStat};
use crate::abi::filesystem::{DescriptorFlags, DescriptorType, OpenFlags, Timestamp};
use component_rt::abi::fake::futures::HostFuture;
use component_rt::abi::fake::host;
use component_rt::abi::fake::streams::{HostReader, HostWriter};
use component_rt::abi::memory::{RawList, RawOption, RawResult, RawString, StreamAndFuture};

mod disk;
mod tree;

pub use disk::{before_call, calls, contents, exchange, give, give_again, held_reads, hold_reads, put, set_space};

use disk::{counted, space};
use tree::{Body, Node, NodeRef, Resolved};

const KIND: &str = "descriptor";

/// An open file or directory.
struct Open {
    node: NodeRef,
    flags: DescriptorFlags,
}

fn open(this: u32) -> Rc<Open> {
    host::resource(KIND, this)
}

/// # Safety
///
/// A string argument as the imports take it.
unsafe fn text<'a>(pointer: *const u8, length: usize) -> &'a str {
    // SAFETY: the caller's promise.
    let bytes = unsafe { core::slice::from_raw_parts(pointer, length) };
    core::str::from_utf8(bytes).expect("the canonical ABI takes UTF-8 only")
}

fn lower<T>(result: Result<T, Error>) -> Outcome<T> {
    RawResult::lower(result.map_err(RawErrorCode::lower))
}

/// Does what an import does: looks up the descriptor, and stores the result.
///
/// # Safety
///
/// `area` has room for the result.
unsafe fn answer<U>(area: *mut Outcome<U>, this: u32, call: impl FnOnce(&Open) -> Result<U, Error>) {
    let result = counted(|| call(&open(this)));
    // SAFETY: the caller's promise.
    unsafe { area.write(lower(result)) };
}

impl Open {
    fn mutable(&self) -> Result<&Open, Error> {
        if self.flags.contains(DescriptorFlags::MUTATE_DIRECTORY) { Ok(self) } else { Err(Error::ROFS) }
    }

    fn resolve(&self, flags: u32, path: &str) -> Result<Resolved, Error> {
        tree::resolve(&self.node, path, flags & 1 != 0)
    }
}

pub(crate) unsafe fn get_directories(area: *mut RawList<RawPreopen>) {
    let lower = |(name, node, read_only): (String, NodeRef, bool)| {
        let flags = DescriptorFlags::READ.with(DescriptorFlags::MUTATE_DIRECTORY, !read_only);
        let directory = host::add_resource(KIND, Rc::new(Open { node, flags }));
        RawPreopen { directory, name: RawString::lower(&name) }
    };
    let list = RawList::lower(disk::preopens().into_iter().map(lower).collect());
    // SAFETY: the return area of the import.
    unsafe { area.write(list) };
}

pub(crate) fn drop_descriptor(this: u32) {
    host::drop_resource(KIND, this);
}

pub(crate) unsafe fn read_via_stream(this: u32, offset: u64, area: *mut StreamAndFuture) {
    let open = counted(|| open(this));
    let (stream, writer) = HostWriter::new("wasi:filesystem/types@0.3.0#[method]descriptor.read-via-stream#0", 1);
    let (future, end) = HostFuture::new("wasi:filesystem/types@0.3.0#[method]descriptor.read-via-stream#1");
    let held = disk::holds(&writer);
    let result = if open.flags.contains(DescriptorFlags::READ) {
        let write = |bytes: &mut Vec<u8>| writer.write(bytes.get(offset as usize..).unwrap_or_default());
        if held { Ok(()) } else { open.node.borrow_mut().file().map(write) }
    } else {
        Err(Error::BADF)
    };
    if !held {
        writer.end();
        end.write(lower(result));
    }
    // SAFETY: the return area of the import.
    unsafe { area.write(StreamAndFuture { stream, future }) };
}

pub(crate) fn write_via_stream(this: u32, data: u32, offset: u64) -> u32 {
    let reader = HostReader::take("wasi:filesystem/types@0.3.0#[method]descriptor.write-via-stream#0", data);
    let (future, end) = HostFuture::new("wasi:filesystem/types@0.3.0#[method]descriptor.write-via-stream#1");
    store(this, reader, end, Some(offset as usize));
    future
}

pub(crate) fn append_via_stream(this: u32, data: u32) -> u32 {
    let reader = HostReader::take("wasi:filesystem/types@0.3.0#[method]descriptor.append-via-stream#0", data);
    let (future, end) = HostFuture::new("wasi:filesystem/types@0.3.0#[method]descriptor.append-via-stream#1");
    store(this, reader, end, None);
    future
}

/// Stores what comes from `reader`, from `offset` on or at the end, and tells `end` how it went.
fn store(this: u32, reader: HostReader, end: HostFuture, offset: Option<usize>) {
    let open = counted(|| open(this));
    let refused = if open.flags.contains(DescriptorFlags::WRITE) {
        open.node.borrow_mut().file().err()
    } else {
        Some(Error::BADF)
    };
    if let Some(error) = refused {
        reader.drop_end();
        end.write(lower::<()>(Err(error)));
        return;
    }
    reader.set_appetite(space());
    let mut next = offset;
    let mut end = Some(end);
    reader.observe(move |reader| {
        let bytes = reader.bytes();
        let mut node = open.node.borrow_mut();
        let file = node.file().expect("a file stays one");
        let at = next.unwrap_or(file.len());
        if !bytes.is_empty() {
            let behind = at + bytes.len();
            file.resize(file.len().max(behind), 0);
            file[at..behind].copy_from_slice(&bytes);
        }
        next = next.map(|at| at + bytes.len());
        set_space(space() - bytes.len());
        let full = space() == 0;
        if full || reader.writer_is_gone() {
            if let Some(end) = end.take() {
                end.write(lower(if full { Err(Error::NOSPC) } else { Ok(()) }));
            }
            reader.drop_end();
        }
    });
}

pub(crate) unsafe fn read_directory(this: u32, area: *mut StreamAndFuture) {
    let open = counted(|| open(this));
    let (stream, writer) =
        HostWriter::new("wasi:filesystem/types@0.3.0#[method]descriptor.read-directory#0", size_of::<RawEntry>());
    let (future, end) = HostFuture::new("wasi:filesystem/types@0.3.0#[method]descriptor.read-directory#1");
    let mut result = Ok(());
    match &open.node.borrow().body {
        Body::Directory(entries) => {
            let lower = |(name, node): (&String, &NodeRef)| RawEntry {
                kind: RawDescriptorType::lower(node.borrow().kind()),
                name: RawString::lower(name),
            };
            // A name of `\u{fffd}` stands for one that is no string: it ends the listing, as in wasmtime.
            let strings = entries.iter().take_while(|(name, _)| *name != "\u{fffd}");
            writer.write_values(strings.map(lower).collect());
            if entries.contains_key("\u{fffd}") {
                result = Err(Error::ILSEQ);
            }
        }
        _ => result = Err(Error::NOTDIR),
    }
    writer.end();
    end.write(lower(result));
    // SAFETY: the return area of the import.
    unsafe { area.write(StreamAndFuture { stream, future }) };
}

pub(crate) unsafe fn sync_data(this: u32, area: *mut Outcome<()>) {
    // SAFETY: the return area of the import, as in every function below.
    unsafe { answer(area, this, |_| Ok(())) };
}

pub(crate) unsafe fn sync(this: u32, area: *mut Outcome<()>) {
    // SAFETY: see `sync_data`.
    unsafe { answer(area, this, |_| Ok(())) };
}

pub(crate) unsafe fn get_flags(this: u32, area: *mut Outcome<u8>) {
    // SAFETY: see `sync_data`.
    unsafe { answer(area, this, |open| Ok(open.flags.bits())) };
}

pub(crate) unsafe fn set_size(this: u32, size: u64, area: *mut Outcome<()>) {
    let resize = |open: &Open| {
        open.node.borrow_mut().file()?.resize(size as usize, 0);
        Ok(())
    };
    // SAFETY: see `sync_data`.
    unsafe { answer(area, this, resize) };
}

#[expect(clippy::too_many_arguments, reason = "the canonical ABI's flattening")]
pub(crate) unsafe fn set_times(
    this: u32,
    accessed: u32,
    accessed_seconds: i64,
    accessed_nanoseconds: u32,
    modified: u32,
    modified_seconds: i64,
    modified_nanoseconds: u32,
    area: *mut Outcome<()>,
) {
    let set = |open: &Open| {
        let node = &mut *open.node.borrow_mut();
        set_time(&mut node.accessed, accessed, accessed_seconds, accessed_nanoseconds);
        set_time(&mut node.modified, modified, modified_seconds, modified_nanoseconds);
        Ok(())
    };
    // SAFETY: see `sync_data`.
    unsafe { answer(area, this, set) };
}

#[expect(clippy::too_many_arguments, reason = "the canonical ABI's flattening")]
pub(crate) unsafe fn set_times_at(
    this: u32,
    flags: u32,
    path: *const u8,
    length: usize,
    accessed: u32,
    accessed_seconds: i64,
    accessed_nanoseconds: u32,
    modified: u32,
    modified_seconds: i64,
    modified_nanoseconds: u32,
    area: *mut Outcome<()>,
) {
    // SAFETY: see `sync_data`; a string argument, as in every function below.
    unsafe {
        answer(area, this, |open| {
            let node = open.mutable()?.existing(flags, text(path, length))?;
            let node = &mut *node.borrow_mut();
            set_time(&mut node.accessed, accessed, accessed_seconds, accessed_nanoseconds);
            set_time(&mut node.modified, modified, modified_seconds, modified_nanoseconds);
            Ok(())
        });
    }
}

fn set_time(time: &mut Timestamp, tag: u32, seconds: i64, nanoseconds: u32) {
    match tag {
        0 => {}
        2 => *time = Timestamp { seconds, nanoseconds },
        _ => panic!("the guest sets times that it names"),
    }
}

pub(crate) unsafe fn stat(this: u32, area: *mut Outcome<RawStat>) {
    // SAFETY: see `sync_data`.
    unsafe { answer(area, this, |open| Ok(raw_stat(&open.node))) };
}

pub(crate) unsafe fn stat_at(this: u32, flags: u32, path: *const u8, length: usize, area: *mut Outcome<RawStat>) {
    // SAFETY: see `set_times_at`.
    unsafe { answer(area, this, |open| Ok(raw_stat(&open.existing(flags, text(path, length))?))) };
}

fn raw_stat(node: &NodeRef) -> RawStat {
    let node = node.borrow();
    RawStat {
        kind: RawDescriptorType::lower(node.kind()),
        link_count: node.links,
        size: node.size(),
        accessed: RawOption::lower(Some(node.accessed)),
        modified: RawOption::lower(Some(node.modified)),
        changed: RawOption::lower(None),
    }
}

pub(crate) unsafe fn open_at(
    this: u32,
    path_flags: u32,
    path: *const u8,
    length: usize,
    open_flags: u32,
    flags: u32,
    area: *mut Outcome<u32>,
) {
    let (open_flags, flags) = (OpenFlags::from_bits(open_flags as u8), DescriptorFlags::from_bits(flags as u8));
    // SAFETY: see `set_times_at`.
    unsafe {
        answer(area, this, |open| {
            let node = open.open_at(path_flags, text(path, length), open_flags, flags)?;
            Ok(host::add_resource(KIND, Rc::new(Open { node, flags })))
        });
    }
}

impl Open {
    fn open_at(&self, path_flags: u32, path: &str, open: OpenFlags, flags: DescriptorFlags) -> Result<NodeRef, Error> {
        let changes = flags.contains(DescriptorFlags::WRITE)
            || flags.contains(DescriptorFlags::MUTATE_DIRECTORY)
            || open.contains(OpenFlags::TRUNCATE)
            || open.contains(OpenFlags::CREATE);
        if changes {
            self.mutable()?;
        }
        let found = self.resolve(path_flags, path)?;
        let Some(node) = found.node else {
            if !open.contains(OpenFlags::CREATE) {
                return Err(Error::NOENT);
            }
            let node = Node::new(Body::File(Vec::new()));
            found.parent.borrow_mut().entries().insert(found.name, node.clone());
            return Ok(node);
        };
        if open.contains(OpenFlags::EXCLUSIVE) {
            return Err(Error::EXIST);
        }
        match node.borrow().kind() {
            DescriptorType::SymbolicLink => {
                return Err(if open.contains(OpenFlags::DIRECTORY) { Error::NOTDIR } else { Error::LOOP });
            }
            DescriptorType::Directory if flags.contains(DescriptorFlags::WRITE) => return Err(Error::ISDIR),
            DescriptorType::Directory => {}
            _ if open.contains(OpenFlags::DIRECTORY) => return Err(Error::NOTDIR),
            _ => {}
        }
        if open.contains(OpenFlags::TRUNCATE) {
            node.borrow_mut().file()?.clear();
        }
        Ok(node)
    }

    fn existing(&self, flags: u32, path: &str) -> Result<NodeRef, Error> {
        self.resolve(flags, path)?.node.ok_or(Error::NOENT)
    }

    /// Puts `node` where `path` leads, if there is nothing.
    fn add(&self, path: &str, node: NodeRef) -> Result<(), Error> {
        let found = self.mutable()?.resolve(0, path)?;
        if found.node.is_some() {
            return Err(Error::EXIST);
        }
        if found.directory && node.borrow().kind() != DescriptorType::Directory {
            return Err(Error::NOENT);
        }
        found.parent.borrow_mut().entries().insert(found.name, node);
        Ok(())
    }

    /// Takes away the name `path`, if what it names passes `check`.
    fn remove(&self, path: &str, check: impl FnOnce(&mut Node) -> Result<(), Error>) -> Result<(), Error> {
        let found = self.mutable()?.resolve(0, path)?;
        let node = found.node.ok_or(Error::NOENT)?;
        check(&mut node.borrow_mut())?;
        if found.name.is_empty() {
            return Err(Error::INVAL);
        }
        node.borrow_mut().links -= 1;
        found.parent.borrow_mut().entries().remove(&found.name);
        Ok(())
    }
}

pub(crate) unsafe fn create_directory_at(this: u32, path: *const u8, length: usize, area: *mut Outcome<()>) {
    // SAFETY: see `set_times_at`.
    unsafe { answer(area, this, |open| open.add(text(path, length), Node::new(Body::Directory(Default::default())))) };
}

pub(crate) unsafe fn remove_directory_at(this: u32, path: *const u8, length: usize, area: *mut Outcome<()>) {
    let empty = |node: &mut Node| match &node.body {
        Body::Directory(entries) if entries.is_empty() => Ok(()),
        Body::Directory(_) => Err(Error::NOTEMPTY),
        _ => Err(Error::NOTDIR),
    };
    // SAFETY: see `set_times_at`.
    unsafe { answer(area, this, |open| open.remove(text(path, length), empty)) };
}

pub(crate) unsafe fn unlink_file_at(this: u32, path: *const u8, length: usize, area: *mut Outcome<()>) {
    let no_directory = |node: &mut Node| match node.kind() {
        DescriptorType::Directory => Err(Error::ISDIR),
        _ => Ok(()),
    };
    // SAFETY: see `set_times_at`.
    unsafe { answer(area, this, |open| open.remove(text(path, length), no_directory)) };
}

pub(crate) unsafe fn readlink_at(this: u32, path: *const u8, length: usize, area: *mut Outcome<RawString>) {
    // SAFETY: see `set_times_at`.
    unsafe {
        answer(area, this, |open| match &open.existing(0, text(path, length))?.borrow().body {
            Body::Link(target) => Ok(RawString::lower(target)),
            _ => Err(Error::INVAL),
        });
    }
}

pub(crate) unsafe fn symlink_at(
    this: u32,
    target: *const u8,
    target_length: usize,
    path: *const u8,
    length: usize,
    area: *mut Outcome<()>,
) {
    // SAFETY: see `set_times_at`.
    unsafe {
        answer(area, this, |open| match text(target, target_length) {
            target if target.starts_with('/') => Err(Error::PERM),
            target => open.add(text(path, length), Node::new(Body::Link(target.to_string()))),
        });
    }
}

#[expect(clippy::too_many_arguments, reason = "the canonical ABI's flattening")]
pub(crate) unsafe fn link_at(
    this: u32,
    flags: u32,
    old: *const u8,
    old_length: usize,
    there: u32,
    new: *const u8,
    new_length: usize,
    area: *mut Outcome<()>,
) {
    // SAFETY: see `set_times_at`.
    unsafe {
        answer(area, this, |here| {
            let node = here.mutable()?.existing(flags, text(old, old_length))?;
            if node.borrow().kind() == DescriptorType::Directory {
                return Err(Error::PERM);
            }
            open(there).add(text(new, new_length), node.clone())?;
            node.borrow_mut().links += 1;
            Ok(())
        });
    }
}

pub(crate) unsafe fn rename_at(
    this: u32,
    old: *const u8,
    old_length: usize,
    there: u32,
    new: *const u8,
    new_length: usize,
    area: *mut Outcome<()>,
) {
    // SAFETY: see `set_times_at`.
    unsafe {
        answer(area, this, |here| {
            let from = here.mutable()?.resolve(0, text(old, old_length))?;
            let node = from.node.ok_or(Error::NOENT)?;
            let to = open(there).mutable()?.resolve(0, text(new, new_length))?;
            if tree::contains(&node, &to.parent) {
                return Err(Error::INVAL);
            }
            let is_directory = node.borrow().kind() == DescriptorType::Directory;
            match to.node.as_ref().map(|node| node.borrow()).as_deref().map(|node| &node.body) {
                Some(Body::Directory(_)) if !is_directory => return Err(Error::ISDIR),
                Some(Body::Directory(entries)) if !entries.is_empty() => return Err(Error::NOTEMPTY),
                Some(Body::File(_) | Body::Link(_)) if is_directory => return Err(Error::NOTDIR),
                _ => {}
            }
            from.parent.borrow_mut().entries().remove(&from.name);
            to.parent.borrow_mut().entries().insert(to.name, node);
            Ok(())
        });
    }
}

pub(crate) fn is_same_object(this: u32, other: u32) -> u32 {
    counted(|| u32::from(Rc::ptr_eq(&open(this).node, &open(other).node)))
}
