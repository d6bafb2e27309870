//! Errors: what every call of this crate may fail with.
//!
//! A number in the numbering of WASI preview 1 (`errno`), because that is what `io::Error::from_raw_os_error` and crates that
//! look at `raw_os_error()` expect of a WASI target. The error codes of WASI 0.3's interfaces are translated here and nowhere
//! else, each by a table in the order of its WIT enumeration, which `tests/abi_matches_wit.rs` compares with WIT.

/// An error: a WASI `errno`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Error(i32);

macro_rules! errors {
    ($($name:ident = $number:literal, $message:literal;)*) => {
        impl Error {
            $(
                #[doc = $message]
                pub const $name: Error = Error($number);
            )*

            /// The name of the constant; `None` for a number that is no error of WASI.
            pub fn name(self) -> Option<&'static str> {
                match self.0 {
                    $($number => Some(stringify!($name)),)*
                    _ => None,
                }
            }

            /// What went wrong, for people.
            pub fn message(self) -> &'static str {
                match self.0 {
                    $($number => $message,)*
                    _ => "unknown error",
                }
            }
        }
    };
}

errors! {
    TOOBIG = 1, "argument list too long";
    ACCES = 2, "permission denied";
    ADDRINUSE = 3, "address in use";
    ADDRNOTAVAIL = 4, "address not available";
    AFNOSUPPORT = 5, "address family not supported";
    AGAIN = 6, "try again: the operation would block";
    ALREADY = 7, "the operation is already under way";
    BADF = 8, "bad file descriptor";
    BADMSG = 9, "bad message";
    BUSY = 10, "device or resource busy";
    CANCELED = 11, "operation cancelled";
    CHILD = 12, "no child processes";
    CONNABORTED = 13, "connection aborted";
    CONNREFUSED = 14, "connection refused";
    CONNRESET = 15, "connection reset by the other side";
    DEADLK = 16, "deadlock would occur";
    DESTADDRREQ = 17, "destination address required";
    DOM = 18, "argument out of the function's domain";
    DQUOT = 19, "disk quota exceeded";
    EXIST = 20, "file exists";
    FAULT = 21, "bad address";
    FBIG = 22, "file too large";
    HOSTUNREACH = 23, "host unreachable";
    IDRM = 24, "identifier removed";
    ILSEQ = 25, "illegal byte sequence: WASI takes UTF-8 only";
    INPROGRESS = 26, "operation in progress";
    INTR = 27, "interrupted";
    INVAL = 28, "invalid argument";
    IO = 29, "input/output error";
    ISCONN = 30, "socket is connected already";
    ISDIR = 31, "is a directory";
    LOOP = 32, "too many levels of symbolic links";
    MFILE = 33, "too many open files";
    MLINK = 34, "too many links";
    MSGSIZE = 35, "message too long";
    MULTIHOP = 36, "multihop attempted";
    NAMETOOLONG = 37, "file name too long";
    NETDOWN = 38, "network is down";
    NETRESET = 39, "connection aborted by the network";
    NETUNREACH = 40, "network unreachable";
    NFILE = 41, "too many open files in the system";
    NOBUFS = 42, "no buffer space available";
    NODEV = 43, "no such device";
    NOENT = 44, "no such file or directory";
    NOEXEC = 45, "executable file format error";
    NOLCK = 46, "no locks available";
    NOLINK = 47, "link severed";
    NOMEM = 48, "out of memory";
    NOMSG = 49, "no message of the desired type";
    NOPROTOOPT = 50, "protocol option not available";
    NOSPC = 51, "no space left on device";
    NOSYS = 52, "function not supported";
    NOTCONN = 53, "socket is not connected";
    NOTDIR = 54, "not a directory";
    NOTEMPTY = 55, "directory not empty";
    NOTRECOVERABLE = 56, "state not recoverable";
    NOTSOCK = 57, "not a socket";
    NOTSUP = 58, "operation not supported";
    NOTTY = 59, "not a terminal";
    NXIO = 60, "no such device or address";
    OVERFLOW = 61, "value too large";
    OWNERDEAD = 62, "previous owner died";
    PERM = 63, "operation not permitted";
    PIPE = 64, "broken pipe";
    PROTO = 65, "protocol error";
    PROTONOSUPPORT = 66, "protocol not supported";
    PROTOTYPE = 67, "wrong protocol type for the socket";
    RANGE = 68, "result out of range";
    ROFS = 69, "read-only file system";
    SPIPE = 70, "not seekable";
    SRCH = 71, "no such process";
    STALE = 72, "stale file handle";
    TIMEDOUT = 73, "timed out";
    TXTBSY = 74, "text file busy";
    XDEV = 75, "cross-device link";
    NOTCAPABLE = 76, "outside every directory that was given to the program";
}

impl Error {
    /// The number, for `io::Error::from_raw_os_error`.
    pub const fn raw(self) -> i32 {
        self.0
    }

    /// The error of a number, as `io::Error::raw_os_error` gives it. Numbers that WASI does not know stay what they are.
    pub const fn from_raw(number: i32) -> Error {
        Error(number)
    }
}

impl core::fmt::Debug for Error {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self.name() {
            Some(name) => write!(f, "Error::{name}"),
            None => write!(f, "Error({})", self.0),
        }
    }
}

impl core::fmt::Display for Error {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.message())
    }
}

impl core::error::Error for Error {}

/// The error codes of one interface, and what each becomes.
#[derive(Clone, Copy, Debug)]
pub struct ErrorCodes {
    /// The interface that defines `error-code`.
    pub interface: &'static str,
    /// The cases' names, in the order of the WIT enumeration or variant.
    pub names: &'static [&'static str],
    /// Our errors, in the same order.
    pub errors: &'static [Error],
}

impl ErrorCodes {
    /// Our error for a case by its discriminant.
    #[inline]
    pub fn error(&self, discriminant: u8) -> Error {
        match self.errors.get(discriminant as usize) {
            Some(&error) => error,
            None => crate::contract::broken("an error code is one of its enumeration"),
        }
    }
}

/// Declares [`ErrorCodes`]: one line per case, in the order of WIT.
macro_rules! error_codes {
    ($($(#[$meta:meta])* $name:ident = $interface:literal { $($case:literal => $error:ident,)* })*) => {
        $(
            $(#[$meta])*
            pub const $name: ErrorCodes = ErrorCodes {
                interface: $interface,
                names: &[$($case),*],
                errors: &[$(Error::$error),*],
            };
        )*

        /// Every interface's error codes, for the test that compares them with WIT.
        pub const ERROR_CODES: &[ErrorCodes] = &[$($name),*];
    };
}

error_codes! {
    /// How a standard stream failed.
    CLI = "wasi:cli/types@0.3.0" {
        "io" => IO,
        "illegal-byte-sequence" => ILSEQ,
        "pipe" => PIPE,
    }
    /// How a call on a file or directory failed.
    FILESYSTEM = "wasi:filesystem/types@0.3.0" {
        "access" => ACCES,
        "already" => ALREADY,
        "bad-descriptor" => BADF,
        "busy" => BUSY,
        "deadlock" => DEADLK,
        "quota" => DQUOT,
        "exist" => EXIST,
        "file-too-large" => FBIG,
        "illegal-byte-sequence" => ILSEQ,
        "in-progress" => INPROGRESS,
        "interrupted" => INTR,
        "invalid" => INVAL,
        "io" => IO,
        "is-directory" => ISDIR,
        "loop" => LOOP,
        "too-many-links" => MLINK,
        "message-size" => MSGSIZE,
        "name-too-long" => NAMETOOLONG,
        "no-device" => NODEV,
        "no-entry" => NOENT,
        "no-lock" => NOLCK,
        "insufficient-memory" => NOMEM,
        "insufficient-space" => NOSPC,
        "not-directory" => NOTDIR,
        "not-empty" => NOTEMPTY,
        "not-recoverable" => NOTRECOVERABLE,
        "unsupported" => NOTSUP,
        "no-tty" => NOTTY,
        "no-such-device" => NXIO,
        "overflow" => OVERFLOW,
        "not-permitted" => PERM,
        "pipe" => PIPE,
        "read-only" => ROFS,
        "invalid-seek" => SPIPE,
        "text-file-busy" => TXTBSY,
        "cross-device" => XDEV,
        "other" => IO,
    }
    /// How a call on a socket failed. `invalid-state` is ENOTCONN: in what std asks of a socket no other wrong state comes about.
    SOCKETS = "wasi:sockets/types@0.3.0" {
        "access-denied" => ACCES,
        "not-supported" => NOTSUP,
        "invalid-argument" => INVAL,
        "out-of-memory" => NOMEM,
        "timeout" => TIMEDOUT,
        "invalid-state" => NOTCONN,
        "address-not-bindable" => ADDRNOTAVAIL,
        "address-in-use" => ADDRINUSE,
        "remote-unreachable" => HOSTUNREACH,
        "connection-refused" => CONNREFUSED,
        "connection-broken" => PIPE,
        "connection-reset" => CONNRESET,
        "connection-aborted" => CONNABORTED,
        "datagram-too-large" => MSGSIZE,
        "other" => IO,
    }
    /// Why a host name has no addresses.
    LOOKUP = "wasi:sockets/ip-name-lookup@0.3.0" {
        "access-denied" => ACCES,
        "invalid-argument" => INVAL,
        "name-unresolvable" => NOENT,
        "temporary-resolver-failure" => AGAIN,
        "permanent-resolver-failure" => NOTRECOVERABLE,
        "other" => IO,
    }
}
