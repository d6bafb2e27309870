//! The canonical built-ins of one stream or one future, as a type: what the ends in [`crate::stream`] and
//! [`crate::future`] are generic over.

/// The canonical built-ins of one stream type, with the asynchronous lowering for the copies.
///
/// Made by [`stream_builtins!`](crate::stream_builtins), for the stream of a given index in a given function.
///
/// # Safety
///
/// The functions are the built-ins the names say, all of one stream, whose elements have in memory the layout of
/// `Element`.
pub unsafe trait StreamBuiltins {
    /// An element as it lies in memory (lowered): `u8`, a handle, or a record of the ABI room.
    type Element: 'static;

    /// Canonical ABI: `stream.new`; the readable end in the low half.
    #[allow(clippy::new_ret_no_self, reason = "the built-in's name")]
    fn new() -> u64;
    /// Canonical ABI: `stream.read`, `async`.
    ///
    /// # Safety
    ///
    /// `buffer` has room for `count` elements, and nobody touches it until the copy has ended.
    unsafe fn read(readable: u32, buffer: *mut Self::Element, count: usize) -> u32;
    /// Canonical ABI: `stream.write`, `async`.
    ///
    /// # Safety
    ///
    /// `buffer` holds `count` elements, and nobody changes it until the copy has ended.
    unsafe fn write(writable: u32, buffer: *const Self::Element, count: usize) -> u32;
    /// Canonical ABI: `stream.cancel-read`.
    fn cancel_read(readable: u32) -> u32;
    /// Canonical ABI: `stream.cancel-write`.
    fn cancel_write(writable: u32) -> u32;
    /// Canonical ABI: `stream.drop-readable`.
    fn drop_readable(readable: u32);
    /// Canonical ABI: `stream.drop-writable`.
    fn drop_writable(writable: u32);
}

/// The canonical built-ins of one future type, with the asynchronous lowering for the read.
///
/// Made by [`future_builtins!`](crate::future_builtins), for the future of a given index in a given function.
///
/// # Safety
///
/// The functions are the built-ins the names say, all of one future, whose value has in memory the layout of `Value`.
pub unsafe trait FutureBuiltins {
    /// The value as it lies in memory (lowered).
    type Value: 'static;

    /// Canonical ABI: `future.read`, `async`.
    ///
    /// # Safety
    ///
    /// `value` has room for the value, and nobody touches it until the copy has ended.
    unsafe fn read(readable: u32, value: *mut Self::Value) -> u32;
    /// Canonical ABI: `future.cancel-read`.
    fn cancel_read(readable: u32) -> u32;
    /// Canonical ABI: `future.drop-readable`.
    fn drop_readable(readable: u32);
}
