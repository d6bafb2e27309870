//! Reading and writing std's own types without blocking.

use wasi_rt::descriptor;
use wasi_rt::{net, pipe, stdio};

use crate::fs::File;
use crate::future::{Future, poll_fn};
use crate::io::{self, PipeReader, PipeWriter, Read, Stderr, Stdin, Stdout, Write};
use crate::mem::MaybeUninit;
use crate::net::TcpStream;
use crate::os::fd::AsRawFd;
use crate::string::String;
use crate::sys::map_error;
use crate::task::{Context, Poll};
use crate::vec::Vec;

/// Reading without blocking, for [`TcpStream`], [`Stdin`], [`PipeReader`] and [`File`].
///
/// Whether a socket is in nonblocking mode or has timeouts makes no difference here. Files are always ready: reading one waits for the disk.
#[stable(feature = "component_async", since = "1.96.0")]
pub trait AsyncRead {
    /// As [`Read::read`], but instead of blocking it has `context`'s waker woken when there is something to read. Several tasks may wait at once.
    ///
    /// Nothing that is pending refers to `buffer`. Bytes that come when nobody waits any more are there for the next read, blocking or not.
    ///
    /// # Errors
    ///
    /// As [`Read::read`].
    #[stable(feature = "component_async", since = "1.96.0")]
    fn poll_read(&self, context: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>>;

    /// As [`Read::read`]. Dropped before it is ready, it has taken nothing.
    ///
    /// # Errors
    ///
    /// As [`Read::read`].
    #[stable(feature = "component_async", since = "1.96.0")]
    fn read_async(&self, buffer: &mut [u8]) -> impl Future<Output = io::Result<usize>> {
        poll_fn(|context| self.poll_read(context, buffer))
    }

    /// As [`Read::read_exact`]. Dropped before it is ready, it has taken what is in the buffer.
    ///
    /// # Errors
    ///
    /// As [`Read::read_exact`].
    #[stable(feature = "component_async", since = "1.96.0")]
    fn read_exact_async(&self, buffer: &mut [u8]) -> impl Future<Output = io::Result<()>> {
        async move {
            let mut rest = buffer;
            while !rest.is_empty() {
                match self.read_async(rest).await {
                    Ok(0) => return Err(io::Error::READ_EXACT_EOF),
                    Ok(count) => rest = &mut rest[count..],
                    Err(error) if error.is_interrupted() => {}
                    Err(error) => return Err(error),
                }
            }
            Ok(())
        }
    }

    /// As [`Read::read_to_end`]. Dropped before it is ready, it has taken what is in the vector.
    ///
    /// # Errors
    ///
    /// As [`Read::read_to_end`].
    #[stable(feature = "component_async", since = "1.96.0")]
    fn read_to_end_async(&self, to: &mut Vec<u8>) -> impl Future<Output = io::Result<usize>> {
        async move {
            let before = to.len();
            let mut filled = before;
            let result = poll_fn(|context| {
                loop {
                    if to.len() < filled + 4096 {
                        to.resize(to.len().max(4096) * 2, 0);
                    }
                    match self.poll_read(context, &mut to[filled..]) {
                        Poll::Pending => {
                            to.truncate(filled);
                            return Poll::Pending;
                        }
                        Poll::Ready(Ok(0)) => return Poll::Ready(Ok(())),
                        Poll::Ready(Ok(count)) => filled += count,
                        Poll::Ready(Err(error)) if error.is_interrupted() => {}
                        Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                    }
                }
            })
            .await;
            to.truncate(filled);
            result.map(|()| filled - before)
        }
    }

    /// As [`Read::read_to_string`].
    ///
    /// # Errors
    ///
    /// As [`Read::read_to_string`].
    #[stable(feature = "component_async", since = "1.96.0")]
    fn read_to_string_async(&self, to: &mut String) -> impl Future<Output = io::Result<usize>> {
        async move {
            let mut bytes = Vec::new();
            self.read_to_end_async(&mut bytes).await?;
            let text = String::from_utf8(bytes).map_err(|_| io::Error::INVALID_UTF8)?;
            to.push_str(&text);
            Ok(text.len())
        }
    }
}

/// Writing without blocking, for [`TcpStream`], [`PipeWriter`], [`File`], [`Stdout`] and [`Stderr`].
///
/// Files and the standard streams are always ready: writing one waits for whoever reads it.
#[stable(feature = "component_async", since = "1.96.0")]
pub trait AsyncWrite {
    /// As [`Write::write`], but instead of blocking it has `context`'s waker woken when something can be written. Several tasks may wait at once.
    ///
    /// Pending, it has written nothing, and refers to nothing.
    ///
    /// # Errors
    ///
    /// As [`Write::write`].
    #[stable(feature = "component_async", since = "1.96.0")]
    fn poll_write(&self, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>>;

    /// As [`Write::flush`].
    ///
    /// # Errors
    ///
    /// As [`Write::flush`].
    #[stable(feature = "component_async", since = "1.96.0")]
    fn poll_flush(&self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let _ = context;
        Poll::Ready(Ok(()))
    }

    /// As [`Write::write`]. Dropped before it is ready, it has written nothing.
    ///
    /// # Errors
    ///
    /// As [`Write::write`].
    #[stable(feature = "component_async", since = "1.96.0")]
    fn write_async(&self, bytes: &[u8]) -> impl Future<Output = io::Result<usize>> {
        poll_fn(move |context| self.poll_write(context, bytes))
    }

    /// As [`Write::write_all`]. Dropped before it is ready, it has written some of `bytes`, and nobody knows how many.
    ///
    /// # Errors
    ///
    /// As [`Write::write_all`].
    #[stable(feature = "component_async", since = "1.96.0")]
    fn write_all_async(&self, bytes: &[u8]) -> impl Future<Output = io::Result<()>> {
        async move {
            let mut rest = bytes;
            while !rest.is_empty() {
                match self.write_async(rest).await {
                    Ok(0) => return Err(io::Error::WRITE_ALL_EOF),
                    Ok(count) => rest = &rest[count..],
                    Err(error) if error.is_interrupted() => {}
                    Err(error) => return Err(error),
                }
            }
            Ok(())
        }
    }

    /// As [`Write::flush`].
    ///
    /// # Errors
    ///
    /// As [`Write::flush`].
    #[stable(feature = "component_async", since = "1.96.0")]
    fn flush_async(&self) -> impl Future<Output = io::Result<()>> {
        poll_fn(|context| self.poll_flush(context))
    }
}

/// As memory that need not be initialised.
fn uninit(buffer: &mut [u8]) -> &mut [MaybeUninit<u8>] {
    // SAFETY: the layout is the same, and what this is given to stores initialised bytes only.
    unsafe { &mut *(crate::ptr::from_mut(buffer) as *mut [MaybeUninit<u8>]) }
}

#[stable(feature = "component_async", since = "1.96.0")]
impl AsyncRead for TcpStream {
    fn poll_read(&self, context: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        let socket = descriptor::socket::<net::TcpStream>(self.as_raw_fd()).map_err(map_error)?;
        socket.poll_read(uninit(buffer), context).map_err(map_error)
    }
}

#[stable(feature = "component_async", since = "1.96.0")]
impl AsyncWrite for TcpStream {
    fn poll_write(&self, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let socket = descriptor::socket::<net::TcpStream>(self.as_raw_fd()).map_err(map_error)?;
        socket.poll_write(bytes, context).map_err(map_error)
    }
}

#[stable(feature = "component_async", since = "1.96.0")]
impl AsyncRead for PipeReader {
    fn poll_read(&self, context: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        match descriptor::socket::<pipe::ReadEnd>(self.as_raw_fd()) {
            Ok(end) => end.poll_read(uninit(buffer), context).map_err(map_error),
            // Made of something else's descriptor.
            Err(_) => Poll::Ready((&*self).read(buffer)),
        }
    }
}

#[stable(feature = "component_async", since = "1.96.0")]
impl AsyncWrite for PipeWriter {
    fn poll_write(&self, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match descriptor::socket::<pipe::WriteEnd>(self.as_raw_fd()) {
            Ok(end) => end.poll_write(bytes, context).map_err(map_error),
            Err(_) => Poll::Ready((&*self).write(bytes)),
        }
    }
}

#[stable(feature = "component_async", since = "1.96.0")]
impl AsyncRead for Stdin {
    /// What std's buffer holds comes first.
    fn poll_read(&self, context: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        if let Some(count) = self.read_buffered(buffer) {
            return Poll::Ready(Ok(count));
        }
        stdio::poll_read_stdin(uninit(buffer), context).map_err(map_error)
    }
}

#[stable(feature = "component_async", since = "1.96.0")]
impl AsyncRead for File {
    fn poll_read(&self, _: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        Poll::Ready((&*self).read(buffer))
    }
}

#[stable(feature = "component_async", since = "1.96.0")]
impl AsyncWrite for File {
    fn poll_write(&self, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Ready((&*self).write(bytes))
    }
}

#[stable(feature = "component_async", since = "1.96.0")]
impl AsyncWrite for Stdout {
    fn poll_write(&self, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Ready((&*self).write(bytes))
    }

    fn poll_flush(&self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready((&*self).flush())
    }
}

#[stable(feature = "component_async", since = "1.96.0")]
impl AsyncWrite for Stderr {
    fn poll_write(&self, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Ready((&*self).write(bytes))
    }
}

#[stable(feature = "component_async", since = "1.96.0")]
impl<T: AsyncRead + ?Sized> AsyncRead for &T {
    fn poll_read(&self, context: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        (**self).poll_read(context, buffer)
    }
}

#[stable(feature = "component_async", since = "1.96.0")]
impl<T: AsyncWrite + ?Sized> AsyncWrite for &T {
    fn poll_write(&self, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        (**self).poll_write(context, bytes)
    }

    fn poll_flush(&self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        (**self).poll_flush(context)
    }
}
