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

            /// What went wrong, in the words people know from Unix: programs and their tests compare them.
            pub fn message(self) -> &'static str {
                match self.0 {
                    $($number => $message,)*
                    _ => "No error information",
                }
            }
        }
    };
}

errors! {
    TOOBIG = 1, "Argument list too long";
    ACCES = 2, "Permission denied";
    ADDRINUSE = 3, "Address in use";
    ADDRNOTAVAIL = 4, "Address not available";
    AFNOSUPPORT = 5, "Address family not supported by protocol";
    AGAIN = 6, "Resource temporarily unavailable";
    ALREADY = 7, "Operation already in progress";
    BADF = 8, "Bad file descriptor";
    BADMSG = 9, "Bad message";
    BUSY = 10, "Resource busy";
    CANCELED = 11, "Operation canceled";
    CHILD = 12, "No child process";
    CONNABORTED = 13, "Connection aborted";
    CONNREFUSED = 14, "Connection refused";
    CONNRESET = 15, "Connection reset by peer";
    DEADLK = 16, "Resource deadlock would occur";
    DESTADDRREQ = 17, "Destination address required";
    DOM = 18, "Domain error";
    DQUOT = 19, "Quota exceeded";
    EXIST = 20, "File exists";
    FAULT = 21, "Bad address";
    FBIG = 22, "File too large";
    HOSTUNREACH = 23, "Host is unreachable";
    IDRM = 24, "Identifier removed";
    ILSEQ = 25, "Illegal byte sequence: WASI takes UTF-8 only";
    INPROGRESS = 26, "Operation in progress";
    INTR = 27, "Interrupted system call";
    INVAL = 28, "Invalid argument";
    IO = 29, "I/O error";
    ISCONN = 30, "Socket is connected";
    ISDIR = 31, "Is a directory";
    LOOP = 32, "Too many levels of symbolic links";
    MFILE = 33, "Too many open files";
    MLINK = 34, "Too many links";
    MSGSIZE = 35, "Message too large";
    MULTIHOP = 36, "Multihop attempted";
    NAMETOOLONG = 37, "File name too long";
    NETDOWN = 38, "Network is down";
    NETRESET = 39, "Connection reset by network";
    NETUNREACH = 40, "Network unreachable";
    NFILE = 41, "Too many open files in system";
    NOBUFS = 42, "No buffer space available";
    NODEV = 43, "No such device";
    NOENT = 44, "No such file or directory";
    NOEXEC = 45, "Exec format error";
    NOLCK = 46, "No locks available";
    NOLINK = 47, "Link has been severed";
    NOMEM = 48, "Out of memory";
    NOMSG = 49, "No message of desired type";
    NOPROTOOPT = 50, "Protocol not available";
    NOSPC = 51, "No space left on device";
    NOSYS = 52, "Function not implemented";
    NOTCONN = 53, "Socket not connected";
    NOTDIR = 54, "Not a directory";
    NOTEMPTY = 55, "Directory not empty";
    NOTRECOVERABLE = 56, "State not recoverable";
    NOTSOCK = 57, "Not a socket";
    NOTSUP = 58, "Not supported";
    NOTTY = 59, "Not a tty";
    NXIO = 60, "No such device or address";
    OVERFLOW = 61, "Value too large for data type";
    OWNERDEAD = 62, "Previous owner died";
    PERM = 63, "Operation not permitted";
    PIPE = 64, "Broken pipe";
    PROTO = 65, "Protocol error";
    PROTONOSUPPORT = 66, "Protocol not supported";
    PROTOTYPE = 67, "Protocol wrong type for socket";
    RANGE = 68, "Result not representable";
    ROFS = 69, "Read-only file system";
    SPIPE = 70, "Invalid seek";
    SRCH = 71, "No such process";
    STALE = 72, "Stale file handle";
    TIMEDOUT = 73, "Operation timed out";
    TXTBSY = 74, "Text file busy";
    XDEV = 75, "Cross-device link";
    NOTCAPABLE = 76, "Outside every directory that was given to the program";
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

impl Error {
    /// The error with this message.
    pub(crate) fn from_message(message: &str) -> Option<Error> {
        (1..=Error::NOTCAPABLE.0).map(Error).find(|error| error.message() == message)
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
            None => component_rt::assert::broken("an error code is one of its enumeration"),
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
