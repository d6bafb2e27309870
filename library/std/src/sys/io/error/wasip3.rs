//! What the platform's error numbers mean to std. This is the only place that decodes them.
//!
//! The numbers are those of WASI 0.1's `errno`, which the crate `wasi_rt` keeps for WASI 0.3's many error enums.

use wasi_rt::Error;

use crate::io::ErrorKind;

/// The error of the last C function that this thread has called (`library/c`). WASI 0.3's functions return their errors, so nothing of std's own
/// is ever told by this.
pub fn errno() -> i32 {
    wasi_rt::errno::get()
}

pub fn is_interrupted(code: i32) -> bool {
    Error::from_raw(code) == Error::INTR
}

pub fn decode_error_kind(code: i32) -> ErrorKind {
    match Error::from_raw(code) {
        Error::TOOBIG => ErrorKind::ArgumentListTooLong,
        Error::ACCES | Error::PERM => ErrorKind::PermissionDenied,
        Error::ADDRINUSE => ErrorKind::AddrInUse,
        Error::ADDRNOTAVAIL => ErrorKind::AddrNotAvailable,
        Error::AGAIN => ErrorKind::WouldBlock,
        Error::BUSY => ErrorKind::ResourceBusy,
        Error::CONNABORTED => ErrorKind::ConnectionAborted,
        Error::CONNREFUSED => ErrorKind::ConnectionRefused,
        Error::CONNRESET => ErrorKind::ConnectionReset,
        Error::DEADLK => ErrorKind::Deadlock,
        Error::DQUOT => ErrorKind::QuotaExceeded,
        Error::EXIST => ErrorKind::AlreadyExists,
        Error::FBIG => ErrorKind::FileTooLarge,
        Error::HOSTUNREACH => ErrorKind::HostUnreachable,
        Error::ILSEQ | Error::NAMETOOLONG => ErrorKind::InvalidFilename,
        Error::INPROGRESS => ErrorKind::InProgress,
        Error::INTR => ErrorKind::Interrupted,
        Error::INVAL => ErrorKind::InvalidInput,
        Error::ISDIR => ErrorKind::IsADirectory,
        Error::LOOP => ErrorKind::FilesystemLoop,
        Error::MLINK => ErrorKind::TooManyLinks,
        Error::NETDOWN => ErrorKind::NetworkDown,
        Error::NETUNREACH => ErrorKind::NetworkUnreachable,
        // A path outside every preopened directory names nothing that this program could ever see.
        Error::NOENT | Error::NOTCAPABLE => ErrorKind::NotFound,
        Error::NOMEM => ErrorKind::OutOfMemory,
        Error::NOSPC => ErrorKind::StorageFull,
        Error::NOSYS | Error::NOTSUP => ErrorKind::Unsupported,
        Error::NOTCONN => ErrorKind::NotConnected,
        Error::NOTDIR => ErrorKind::NotADirectory,
        Error::NOTEMPTY => ErrorKind::DirectoryNotEmpty,
        Error::PIPE => ErrorKind::BrokenPipe,
        Error::ROFS => ErrorKind::ReadOnlyFilesystem,
        Error::SPIPE => ErrorKind::NotSeekable,
        Error::STALE => ErrorKind::StaleNetworkFileHandle,
        Error::TIMEDOUT => ErrorKind::TimedOut,
        Error::TXTBSY => ErrorKind::ExecutableFileBusy,
        Error::XDEV => ErrorKind::CrossesDevices,
        _ => ErrorKind::Uncategorized,
    }
}

pub fn error_string(code: i32) -> String {
    Error::from_raw(code).message().to_owned()
}
