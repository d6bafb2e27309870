//! Connections. `wasi:sockets/types`: `tcp-socket`, in its state `connected`.

use core::cell::Cell;
use core::fmt;
use core::mem::MaybeUninit;
use core::net::SocketAddr;
use core::ops::{Deref, DerefMut};
use core::task::{Context, Poll, ready};
use core::time::Duration;

use super::modes::{Modes, Patience, mark_after};
use super::receiving::Receiving;
use super::sending::Sending;
use super::shutdown::Shutdown;
use crate::Error;
use crate::abi::sockets::TcpSocket;
use crate::abi::sockets::layout::{ConnectArguments, Outcome};
use crate::descriptor::Socket;
use component_rt::exclusive::Exclusive;
use component_rt::in_flight::InFlight;
use component_rt::wakers::Wakers;

/// A connection. Dropping it closes what is left of it; what was written still goes out.
pub struct TcpStream {
    // Declared before the socket, and so dropped before it: the streams end first.
    receiving: Exclusive<Receiving, Wakers>,
    sending: Exclusive<Sending, Wakers>,
    socket: TcpSocket,
    reading: Shutdown,
    writing: Shutdown,
    modes: Modes,
    nodelay: Cell<bool>,
}

/// Vectored operations up to this many bytes go through one buffer on the stack, in one call of the host; larger ones go slice
/// by slice. Copying 4 KiB costs less than the call that it saves.
const GATHERED: usize = 4_096;

impl TcpStream {
    /// Connects; blocks until the connection stands or has failed.
    pub fn connect(address: &SocketAddr) -> Result<TcpStream, Error> {
        let socket = TcpSocket::create(address)?;
        socket.connect(&super::destination(address))?;
        Ok(TcpStream::connected(socket))
    }

    /// As [`TcpStream::connect`], but fails with `TIMEDOUT` when `timeout` is over.
    pub fn connect_timeout(address: &SocketAddr, timeout: Duration) -> Result<TcpStream, Error> {
        let socket = TcpSocket::create(address)?;
        socket.connect_until(&super::destination(address), mark_after(timeout)).ok_or(Error::TIMEDOUT)??;
        Ok(TcpStream::connected(socket))
    }

    /// A socket that is connected, and of which nobody has asked for its streams.
    pub(super) fn connected(socket: TcpSocket) -> TcpStream {
        TcpStream {
            receiving: Exclusive::new(Receiving::default()),
            sending: Exclusive::new(Sending::default()),
            socket,
            reading: Shutdown::default(),
            writing: Shutdown::default(),
            modes: Modes::default(),
            nodelay: Cell::new(false),
        }
    }

    /// A socket whose connection has failed: whoever asks first is told how.
    pub(super) fn failed(socket: TcpSocket, error: Error) -> TcpStream {
        let receiving = Exclusive::new(Receiving::Ended(Some(error)));
        TcpStream { receiving, sending: Exclusive::new(Sending::Failed), ..TcpStream::connected(socket) }
    }

    /// Reads at least one byte, or none at the end of the stream. `AGAIN` when its patience ([`Modes`]) ends before one came.
    pub fn read(&self, buffer: &mut [u8]) -> Result<usize, Error> {
        // SAFETY: `u8` and `MaybeUninit<u8>` have the same layout, and `read_uninit` stores initialised bytes only.
        self.read_uninit(unsafe { &mut *(buffer as *mut [u8] as *mut [MaybeUninit<u8>]) })
    }

    /// As [`TcpStream::read`], into memory that need not be initialised: as many bytes of it are, afterwards, as are counted.
    pub fn read_uninit(&self, buffer: &mut [MaybeUninit<u8>]) -> Result<usize, Error> {
        let patience = self.modes.for_read();
        self.receiving.take_within(patience).ok_or(Error::AGAIN)?.read(&self.socket, buffer, patience, &self.reading)
    }

    /// As [`TcpStream::read`], into several buffers, each filled before the next.
    pub fn read_vectored<B: DerefMut<Target = [u8]>>(&self, buffers: &mut [B]) -> Result<usize, Error> {
        let mut patience = self.modes.for_read();
        let mut receiving = self.receiving.take_within(patience).ok_or(Error::AGAIN)?;
        let room: usize = buffers.iter().map(|buffer| buffer.len()).sum();
        if buffers.iter().filter(|buffer| !buffer.is_empty()).count() > 1 && room <= GATHERED {
            let mut gathered = [MaybeUninit::uninit(); GATHERED];
            let count = receiving.read(&self.socket, &mut gathered[..room], patience, &self.reading)?;
            // SAFETY: a read initialises as many bytes as it counts, from the beginning.
            let mut rest = unsafe { gathered[..count].assume_init_ref() };
            for buffer in buffers {
                let (now, later) = rest.split_at(buffer.len().min(rest.len()));
                buffer[..now.len()].copy_from_slice(now);
                rest = later;
            }
            return Ok(count);
        }
        let mut total = 0;
        for buffer in buffers.iter_mut().filter(|buffer| !buffer.is_empty()) {
            // SAFETY: as in `read`.
            let uninit = unsafe { &mut *(&mut **buffer as *mut [u8] as *mut [MaybeUninit<u8>]) };
            match receiving.read(&self.socket, uninit, patience, &self.reading) {
                Ok(count) => {
                    total += count;
                    if count < uninit.len() {
                        break;
                    }
                }
                Err(error) if total == 0 => return Err(error),
                // An end or an error that ends a read with bytes is met again by the next one.
                Err(_) => break,
            }
            patience = Patience::None;
        }
        Ok(total)
    }

    /// As [`TcpStream::read`], but the bytes stay to be read.
    pub fn peek(&self, buffer: &mut [u8]) -> Result<usize, Error> {
        let patience = self.modes.for_read();
        self.receiving.take_within(patience).ok_or(Error::AGAIN)?.peek(&self.socket, buffer, patience, &self.reading)
    }

    /// Writes at least one byte. `AGAIN` when its patience ends before one went; `PIPE` when none ever will.
    pub fn write(&self, bytes: &[u8]) -> Result<usize, Error> {
        let patience = self.modes.for_write();
        self.sending.take_within(patience).ok_or(Error::AGAIN)?.write(&self.socket, bytes, patience, &self.writing)
    }

    /// As [`TcpStream::write`], from several slices, each written before the next.
    pub fn write_vectored<B: Deref<Target = [u8]>>(&self, slices: &[B]) -> Result<usize, Error> {
        let mut patience = self.modes.for_write();
        let mut sending = self.sending.take_within(patience).ok_or(Error::AGAIN)?;
        let length: usize = slices.iter().map(|slice| slice.len()).fold(0, usize::saturating_add);
        if length == 0 {
            return sending.write(&self.socket, &[], patience, &self.writing);
        }
        if length <= GATHERED && slices.iter().filter(|slice| !slice.is_empty()).count() > 1 {
            let mut gathered = [0; GATHERED];
            let mut end = 0;
            for slice in slices {
                gathered[end..end + slice.len()].copy_from_slice(slice);
                end += slice.len();
            }
            return sending.write(&self.socket, &gathered[..end], patience, &self.writing);
        }
        let mut total = 0;
        for slice in slices.iter().filter(|slice| !slice.is_empty()) {
            match sending.write(&self.socket, slice, patience, &self.writing) {
                Ok(count) => {
                    total += count;
                    if count < slice.len() {
                        break;
                    }
                }
                Err(error) if total == 0 => return Err(error),
                Err(_) => break,
            }
            patience = Patience::None;
        }
        Ok(total)
    }

    /// As [`TcpStream::connect`], for who waits in an executor.
    pub fn begin_connect(address: &SocketAddr) -> Result<Connecting, Error> {
        let socket = TcpSocket::create(address)?;
        let call = Some(socket.begin_connect(&super::destination(address)));
        Ok(Connecting { call, socket: Some(socket) })
    }

    /// As [`TcpStream::read`], for who waits in an executor, whatever the modes. Left before it is ready, it has taken nothing.
    pub fn poll_read(&self, buffer: &mut [MaybeUninit<u8>], context: &mut Context<'_>) -> Poll<Result<usize, Error>> {
        ready!(self.receiving.poll_take(context)).poll_read(&self.socket, buffer, context, &self.reading)
    }

    /// As [`TcpStream::peek`], for who waits in an executor.
    pub fn poll_peek(&self, buffer: &mut [u8], context: &mut Context<'_>) -> Poll<Result<usize, Error>> {
        ready!(self.receiving.poll_take(context)).poll_peek(&self.socket, buffer, context, &self.reading)
    }

    /// As [`TcpStream::write`], for who waits in an executor. Left before it is ready, it has written nothing.
    pub fn poll_write(&self, bytes: &[u8], context: &mut Context<'_>) -> Poll<Result<usize, Error>> {
        ready!(self.sending.poll_take(context)).poll_write(&self.socket, bytes, context, &self.writing)
    }

    /// Waits in an executor until a read would not wait.
    pub fn poll_readable(&self, context: &mut Context<'_>) -> Poll<()> {
        ready!(self.receiving.poll_take(context)).poll_ready(&self.socket, context, &self.reading)
    }

    /// Waits in an executor until a write would not wait.
    pub fn poll_writable(&self, context: &mut Context<'_>) -> Poll<()> {
        ready!(self.sending.poll_take(context)).poll_ready(&self.socket, context, &self.writing)
    }

    /// Whether reading and writing have both ended.
    pub fn is_over(&self) -> bool {
        let reading = self.reading.is_closed()
            || self.receiving.try_take().is_some_and(|receiving| matches!(*receiving, Receiving::Ended(_)));
        let writing = self.writing.is_closed()
            || self.sending.try_take().is_some_and(|sending| matches!(*sending, Sending::ShutDown | Sending::Failed));
        reading && writing
    }

    /// How many bytes have come that can be read now, as far as is known without asking the host.
    pub fn bytes_here(&self) -> usize {
        self.receiving.try_take().map_or(0, |mut receiving| receiving.here())
    }

    /// Ends reading for every descriptor of the connection: reads give what has come, and then 0.
    pub fn shutdown_read(&self) {
        self.reading.close();
        if let Some(mut receiving) = self.receiving.try_take() {
            receiving.interrupt();
        }
    }

    /// Ends writing for every descriptor of the connection: the peer sees the end of the stream, writes give `PIPE`.
    /// `NOTCONN` when the connection has failed already.
    pub fn shutdown_write(&self) -> Result<(), Error> {
        self.writing.close();
        // A thread that is writing has been told and does it.
        self.sending.try_take().map_or(Ok(()), |mut sending| {
            sending.interrupt();
            sending.shut_down(&self.socket)
        })
    }

    /// Our address.
    pub fn local_addr(&self) -> Result<SocketAddr, Error> {
        self.socket.local_address()
    }

    /// The peer's address.
    pub fn peer_addr(&self) -> Result<SocketAddr, Error> {
        self.socket.remote_address()
    }

    /// The time to live of what is sent, in hops.
    pub fn ttl(&self) -> Result<u32, Error> {
        self.socket.hop_limit().map(u32::from)
    }

    /// Sets the time to live, 1 to 255 hops; others are `INVAL`.
    pub fn set_ttl(&self, ttl: u32) -> Result<(), Error> {
        self.socket.set_hop_limit(super::hop_limit(ttl)?)
    }

    /// What [`TcpStream::set_nodelay`] has set; false at first.
    pub fn nodelay(&self) -> bool {
        self.nodelay.get()
    }

    /// Keeps the wish that small writes are sent at once. WASI 0.3.0 has no TCP_NODELAY: the host decides, and no host can be
    /// told. It is no error, because the option never changes what is delivered, only when, and most programs that set it
    /// would rather run without it than not at all. A small write after another that the peer has not acknowledged yet may
    /// wait for that (Nagle, up to 40 ms); one large or vectored write does not.
    pub fn set_nodelay(&self, nodelay: bool) {
        self.nodelay.set(nodelay);
    }

    /// The error the connection has come to, if nobody was told of it yet: then it is told now. Never waits.
    pub fn take_error(&self) -> Option<Error> {
        self.receiving.try_take()?.take_error(&self.socket, &self.reading)
    }

    /// How long reads and writes wait.
    pub fn modes(&self) -> &Modes {
        &self.modes
    }
}

/// A connection that comes about, for who waits in an executor. Dropping it gives it up.
pub struct Connecting {
    // Declared before the socket, and so dropped before it: a call in flight has borrowed the socket's handle.
    call: Option<InFlight<Outcome<()>, ConnectArguments>>,
    socket: Option<TcpSocket>,
}

impl Connecting {
    /// The connection. Asked again after it was ready, it fails.
    pub fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<TcpStream, Error>> {
        if let Some(call) = &mut self.call {
            ready!(call.poll(context));
        }
        Poll::Ready(match (self.call.take().map(InFlight::returned), self.socket.take()) {
            (Some(Ok(outcome)), Some(socket)) => outcome.lift().map(|()| TcpStream::connected(socket)),
            _ => Err(Error::INVAL),
        })
    }
}

impl Socket for TcpStream {
    fn read(&self, buffer: &mut [MaybeUninit<u8>]) -> Result<usize, Error> {
        self.read_uninit(buffer)
    }

    fn write(&self, bytes: &[u8]) -> Result<usize, Error> {
        TcpStream::write(self, bytes)
    }
}

impl fmt::Debug for TcpStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TcpStream").field("socket", &self.socket).field("modes", &self.modes).finish_non_exhaustive()
    }
}
