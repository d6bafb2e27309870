//! What is in files: `read-via-stream`, `write-via-stream` and `append-via-stream`.
//!
//! Here for the reasons of errors, which wasmtime-wasi calls `io` where it does not know them (a full quota, for one); for what has no places
//! in it, such as a named pipe, where wasmtime-wasi only fails; and for speed: a program that seeks makes a stream for each read. Files are
//! read and written in place, on the guest's thread of the host: no byte is copied in between, and all threads of the guest wait. A pipe
//! blocks the one thread that uses it.

use super::super::Host;
use super::super::stdio::{self, Descriptor as Pipe, Waiter};
use super::devices;
use super::ending::{Ending, ending};
use super::reason;
use rustix::event::PollFlags;
use rustix::io::{Errno, ReadWriteFlags, pread, pwrite, pwritev2, retry_on_intr};
use std::fs::File;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use wasmtime::component::{
    Destination, FutureReader, LinkerInstance, Resource, Source, StreamConsumer, StreamProducer, StreamReader,
    StreamResult, VecBuffer,
};
use wasmtime::{Result, StoreContextMut};
use wasmtime_wasi::filesystem::Descriptor;
use wasmtime_wasi::p3::bindings::filesystem::types::ErrorCode;

/// What one call offers when no guest but another host stream reads, in bytes.
const HOST_READ: usize = 8192;

/// The future beside a stream: how that ended.
type Ended = FutureReader<Result<(), ErrorCode>>;

/// Defines the functions.
pub(super) fn add_to_linker(types: &mut LinkerInstance<'_, Host>) -> Result<()> {
    types.func_wrap(
        "[method]descriptor.read-via-stream",
        |mut store: StoreContextMut<'_, Host>, (descriptor, offset): (Resource<Descriptor>, u64)| {
            let Host { table, devices, .. } = store.data();
            let file = match table.get(&descriptor)? {
                Descriptor::File(file) => match devices.as_ref().and_then(|devices| devices.source(&file.file)) {
                    Some(source) => return Ok((stdio::read_as_file(&mut store, source)?,)),
                    None => Ok(Open::new(&file.file)),
                },
                Descriptor::Dir(_) => Err(ErrorCode::IsDirectory),
            };
            let (ending, ended) = ending();
            let stream = StreamReader::new(&mut store, Reader { file, offset, ending })?;
            Ok(((stream, FutureReader::new(&mut store, ended)?),))
        },
    )?;
    types.func_wrap(
        "[method]descriptor.write-via-stream",
        |store: StoreContextMut<'_, Host>, (descriptor, data, offset): (_, StreamReader<u8>, u64)| {
            write(store, &descriptor, data, Some(offset))
        },
    )?;
    types.func_wrap(
        "[method]descriptor.append-via-stream",
        |store: StoreContextMut<'_, Host>, (descriptor, data): (_, StreamReader<u8>)| {
            write(store, &descriptor, data, None)
        },
    )
}

/// Lets the guest's stream flow into a file, from this offset on or at its end.
fn write(
    mut store: StoreContextMut<'_, Host>,
    descriptor: &Resource<Descriptor>,
    mut data: StreamReader<u8>,
    offset: Option<u64>,
) -> Result<(Ended,)> {
    let Host { table, devices, .. } = store.data();
    let file = match table.get(descriptor)? {
        Descriptor::File(file) if file.perms.write_not_permitted() => match devices {
            Some(devices) if devices::is_writable(file) => match devices.sink(&file.file) {
                Some(sink) => return Ok((stdio::write_as_file(&mut store, sink, data)?,)),
                None => Ok(Open::new(&file.file)),
            },
            _ => Err(ErrorCode::NotPermitted),
        },
        Descriptor::File(file) => Ok(Open::new(&file.file)),
        Descriptor::Dir(_) => Err(ErrorCode::BadDescriptor),
    };
    let (ending, ended) = ending();
    match file {
        Ok(file) => data.pipe(&mut store, Writer { file, offset, ending })?,
        Err(code) => {
            data.close(&mut store)?;
            ending.end(Err(code));
        }
    }
    Ok((FutureReader::new(&mut store, ended)?,))
}

/// The writable end of a stream that reads a file.
struct Reader {
    file: Result<Open, ErrorCode>,
    /// Where the next byte comes from.
    offset: u64,
    ending: Ending,
}

impl<D> StreamProducer<D> for Reader {
    type Item = u8;
    type Buffer = VecBuffer<u8>;

    fn poll_produce<'a>(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        store: StoreContextMut<'a, D>,
        destination: Destination<'a, u8, VecBuffer<u8>>,
        finish: bool,
    ) -> Poll<Result<StreamResult>> {
        let this = &mut *self;
        let mut destination = destination.as_direct(store, HOST_READ);
        if destination.remaining().is_empty() {
            return Poll::Ready(Ok(StreamResult::Completed));
        }
        let read = match &mut this.file {
            Ok(file) => file.poll_read(cx, destination.remaining(), this.offset),
            Err(code) => Poll::Ready(Err(code.clone())),
        };
        Poll::Ready(Ok(match read {
            Poll::Ready(Ok(0)) => this.ending.dropped(Ok(())),
            Poll::Ready(Ok(count)) => {
                destination.mark_written(count);
                // No file is so large that this wraps.
                this.offset = this.offset.wrapping_add(count as u64);
                StreamResult::Completed
            }
            Poll::Ready(Err(code)) => this.ending.dropped(Err(code)),
            Poll::Pending if finish => StreamResult::Cancelled,
            Poll::Pending => return Poll::Pending,
        }))
    }
}

/// The readable end of a stream that writes a file.
struct Writer {
    file: Open,
    /// Where the next byte goes; `None` is the end of the file.
    offset: Option<u64>,
    ending: Ending,
}

impl<D: 'static> StreamConsumer<D> for Writer {
    type Item = u8;

    fn poll_consume(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        store: StoreContextMut<'_, D>,
        source: Source<'_, u8>,
        finish: bool,
    ) -> Poll<Result<StreamResult>> {
        let this = &mut *self;
        let mut source = source.as_direct(store);
        if source.remaining().is_empty() {
            return Poll::Ready(Ok(StreamResult::Completed));
        }
        Poll::Ready(Ok(match this.file.poll_write(cx, source.remaining(), this.offset) {
            Poll::Ready(Ok(count)) => {
                source.mark_read(count);
                this.offset = this.offset.map(|offset| offset.wrapping_add(count as u64));
                StreamResult::Completed
            }
            Poll::Ready(Err(code)) => this.ending.dropped(Err(code)),
            Poll::Pending if finish => StreamResult::Cancelled,
            Poll::Pending => return Poll::Pending,
        }))
    }
}

/// An open file, as one stream sees it.
struct Open {
    file: Arc<File>,
    /// It turned out to have no places in it.
    pipe: Option<Box<(Pipe, Waiter)>>,
}

impl Open {
    fn new(file: &Arc<File>) -> Self {
        Self { file: file.clone(), pipe: None }
    }

    /// Reads from this offset, where there are offsets.
    fn poll_read(&mut self, cx: &mut Context<'_>, buffer: &mut [u8], offset: u64) -> Poll<Result<usize, ErrorCode>> {
        let (pipe, waiter) = match &mut self.pipe {
            Some(pipe) => &mut **pipe,
            none => match retry_on_intr(|| pread(&self.file, &mut *buffer, offset)) {
                Err(errno) if has_no_places(errno) => none.insert(pipe(&self.file)?),
                result => return Poll::Ready(result.map_err(reason::of)),
            },
        };
        waiter.poll(cx, pipe, PollFlags::IN, || pipe.read(buffer)).map_err(of)
    }

    /// Writes at this offset or the end, where there are such.
    fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        bytes: &[u8],
        offset: Option<u64>,
    ) -> Poll<Result<usize, ErrorCode>> {
        let (pipe, waiter) = match &mut self.pipe {
            Some(pipe) => &mut **pipe,
            none => match retry_on_intr(|| write_to(&self.file, bytes, offset)) {
                Err(errno) if has_no_places(errno) => none.insert(pipe(&self.file)?),
                result => return Poll::Ready(result.map_err(reason::of)),
            },
        };
        waiter.poll(cx, pipe, PollFlags::OUT, || pipe.write(bytes)).map_err(of)
    }
}

/// Pipes, sockets and the like have no places; a terminal that has nothing to read says that this is not the time.
fn has_no_places(errno: Errno) -> bool {
    matches!(errno, Errno::SPIPE | Errno::AGAIN)
}

/// The same file, read and written as it comes.
fn pipe(file: &File) -> Result<Box<(Pipe, Waiter)>, ErrorCode> {
    let pipe = file.try_clone().and_then(|file| Pipe::own(file.into())).map_err(of)?;
    Ok(Box::new((pipe, Waiter::default())))
}

fn write_to(file: &File, bytes: &[u8], offset: Option<u64>) -> Result<usize, Errno> {
    match offset {
        Some(offset) => pwrite(file, bytes, offset),
        None => pwritev2(file, &[IoSlice::new(bytes)], 0, ReadWriteFlags::APPEND),
    }
}

fn of(error: io::Error) -> ErrorCode {
    Errno::from_io_error(&error).map_or_else(|| error.into(), reason::of)
}
