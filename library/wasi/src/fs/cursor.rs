//! The position of an open file, and the streams that make sequential access fast (see [`super::file`]).

use super::coherence::Since;
use crate::Error;
use crate::abi::filesystem::layout::Outcome;
use crate::abi::filesystem::{
    AppendResult, AppendStream, Descriptor, ReadResult, ReadStream, WriteResult, WriteStream, lift_result,
};
use component_rt::future::{FutureBuiltins, FutureReader};
use component_rt::stream::{ReadableEnd, StreamBuiltins, WritableEnd};

/// The position and the streams.
#[derive(Default)]
pub(super) struct Cursor {
    pub(super) position: Position,
    pub(super) reader: Option<Reader>,
    pub(super) writer: Option<Writer>,
}

/// Where the next access is.
#[derive(Clone, Copy)]
pub(super) enum Position {
    At(u64),
    /// Behind what was appended last; asked of the host when somebody wants to know, or is about to write there.
    Appended,
}

impl Default for Position {
    fn default() -> Self {
        Position::At(0)
    }
}

/// The stream that reads.
pub(super) struct Reader {
    /// The offset of the stream's next byte.
    pub(super) next: u64,
    pub(super) since: Since,
    pub(super) stream: ReadableEnd<ReadStream>,
    pub(super) result: FutureReader<ReadResult>,
}

/// The stream that writes.
pub(super) enum Writer {
    /// Writes at an offset: that of the next byte.
    At(u64, Output<WriteStream, WriteResult>),
    /// Writes at the end.
    Append(Output<AppendStream, AppendResult>),
    /// Has failed while somebody else waited for it: an error for the next call.
    Failed(Error),
}

/// A stream that writes, and how that ends.
pub(super) struct Output<S: StreamBuiltins, R: FutureBuiltins> {
    pub(super) stream: WritableEnd<S>,
    pub(super) result: FutureReader<R>,
}

/// Where a write goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    Offset(u64),
    End,
}

impl Cursor {
    /// Whether its position is the one behind an append.
    pub(super) fn is_appended(&self) -> bool {
        matches!(self.position, Position::Appended)
    }

    #[inline]
    pub(super) fn locate(&mut self, descriptor: &Descriptor) -> Result<u64, Error> {
        match self.position {
            Position::At(position) => Ok(position),
            Position::Appended => {
                let size = self.size(descriptor)?;
                self.position = Position::At(size);
                Ok(size)
            }
        }
    }

    pub(super) fn size(&mut self, descriptor: &Descriptor) -> Result<u64, Error> {
        self.settle()?;
        Ok(descriptor.stat()?.size)
    }

    /// Ends the stream that writes, and waits for what the host has to say about it. Afterwards the file is as it was
    /// written.
    #[inline]
    pub(super) fn settle(&mut self) -> Result<(), Error> {
        match self.writer.take() {
            None => Ok(()),
            Some(writer) => writer.finish(),
        }
    }
}

impl Writer {
    pub(super) fn target(&self) -> Option<Target> {
        match self {
            Writer::At(offset, _) => Some(Target::Offset(*offset)),
            Writer::Append(_) => Some(Target::End),
            Writer::Failed(_) => None,
        }
    }

    /// How many bytes the host took; zero when it takes no more.
    #[inline]
    pub(super) fn write(&mut self, bytes: &[u8]) -> usize {
        match self {
            Writer::At(offset, output) => {
                let count = output.stream.write(bytes).count;
                *offset += count as u64;
                count
            }
            Writer::Append(output) => output.stream.write(bytes).count,
            Writer::Failed(_) => 0,
        }
    }

    fn finish(self) -> Result<(), Error> {
        match self {
            Writer::At(_, output) => output.finish(),
            Writer::Append(output) => output.finish(),
            Writer::Failed(error) => Err(error),
        }
    }
}

impl<S: StreamBuiltins, R: FutureBuiltins<Value = Outcome<()>>> Output<S, R> {
    fn finish(self) -> Result<(), Error> {
        drop(self.stream);
        lift_result(self.result.read())
    }
}
