//! Why a component was not started.
//!
//! Here because each of these is a mistake of the person who runs it, not of the guest: one message that names the
//! thing, the cause and the next step. Exit code 127: there is no such file; 126: the file is there but cannot be run;
//! 125: what was asked for cannot be had.

use contract::exit;
use std::fmt;
use std::path::PathBuf;

/// Why a component was not started.
#[derive(Debug)]
#[non_exhaustive]
pub enum Refusal {
    /// The file cannot be read.
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
    /// The file is not a WebAssembly binary.
    NotWasm {
        /// The file.
        file: PathBuf,
    },
    /// The file is a core module.
    CoreModule {
        /// The file.
        file: PathBuf,
    },
    /// The component is not valid, or uses a feature that is off.
    Invalid {
        /// The file.
        file: PathBuf,
        /// What wasmtime says.
        cause: String,
    },
    /// The component wants imports that do not exist here.
    MissingImports {
        /// The file.
        file: PathBuf,
        /// The imports by name.
        imports: Vec<String>,
    },
    /// The component does not export `wasi:cli/run@0.3.0`.
    NoRun {
        /// The file.
        file: PathBuf,
    },
    /// What the component exports as `run` in `wasi:cli/run@0.3.0` is of another type.
    OtherRun {
        /// The file.
        file: PathBuf,
    },
    /// The component exports no function of that name.
    NoFunction {
        /// The file.
        file: PathBuf,
        /// The name.
        name: String,
        /// The functions that it exports, with their types.
        functions: Vec<String>,
    },
    /// A call is not one that its function takes.
    Call {
        /// The call.
        call: String,
        /// What is wrong with it.
        cause: String,
    },
    /// A string for the guest is not Unicode.
    NotUnicode {
        /// What it is, for instance "argument 2".
        what: String,
        /// The string, with what is not Unicode escaped.
        value: String,
    },
    /// A directory that was to be granted cannot be opened.
    Directory {
        /// The directory.
        host: PathBuf,
        /// What the system says.
        cause: String,
    },
    /// The current directory is none that the guest could use.
    CurrentDirectory {
        /// Its path in the guest.
        guest: PathBuf,
        /// Where it would be on the host. `None`: it is in no granted directory.
        host: Option<PathBuf>,
    },
    /// The host could not do its part.
    Host {
        /// What failed and why.
        cause: String,
    },
}

impl Refusal {
    /// `None`: the error is about something else than the host's memory.
    pub(crate) fn no_memory(error: &wasmtime::Error) -> Option<Self> {
        lacks_memory(error).then(|| Self::Host {
            cause: format!(
                "the host has no memory for the guest: {error:#}. Each memory of a guest takes 4 GiB of addresses, and each \
                 thread 66 MiB, however little is used of them: is there a limit (`ulimit -v`)?"
            ),
        })
    }

    /// 125, 126 or 127.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Unreadable { cause, .. } if cause.kind() == std::io::ErrorKind::NotFound => exit::NOT_FOUND,
            Self::Unreadable { .. }
            | Self::NotWasm { .. }
            | Self::CoreModule { .. }
            | Self::Invalid { .. }
            | Self::MissingImports { .. }
            | Self::NoRun { .. }
            | Self::OtherRun { .. }
            | Self::NoFunction { .. } => exit::NOT_RUNNABLE,
            Self::Call { .. }
            | Self::NotUnicode { .. }
            | Self::Directory { .. }
            | Self::CurrentDirectory { .. }
            | Self::Host { .. } => exit::MISUSED,
        }
    }
}

/// Is this error that the host had no memory, or no addresses, to give?
pub(crate) fn lacks_memory(error: &wasmtime::Error) -> bool {
    error.chain().any(|cause| {
        let is_errno = cause.downcast_ref() == Some(&rustix::io::Errno::NOMEM);
        let error = cause.downcast_ref::<std::io::Error>();
        is_errno || error.is_some_and(|error| error.kind() == std::io::ErrorKind::OutOfMemory)
    })
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { file, cause } => write!(f, "{}: cannot be read: {cause}", file.display()),
            Self::NotWasm { file } => write!(
                f,
                "{}: not a WebAssembly binary. A component is made by `cargo p3 build`, or from text by `wasm-tools parse`",
                file.display()
            ),
            Self::CoreModule { file } => write!(
                f,
                "{}: a core module, not a component. Link it with component-ld, or make a component of it with `wasm-tools component new`",
                file.display()
            ),
            Self::Invalid { file, cause } => write!(f, "{}: cannot be compiled: {cause}", file.display()),
            Self::MissingImports { file, imports } => {
                write!(f, "{}: imports what does not exist here:", file.display())?;
                for import in imports {
                    write!(f, "\n  {import}")?;
                }
                write!(f, "\nOnly wasi:cli, clocks, filesystem, random and sockets at 0.3.0 are provided.")?;
                if imports.iter().any(|import| import.starts_with("wasi:") && import.contains("@0.2.")) {
                    write!(
                        f,
                        " Those at 0.2 come from building for another target than wasm32-wasip3, or from a crate that binds to WASI 0.2 itself: \
                         `cargo tree -i wasi` and `cargo tree -i wasip2` tell what brings it in"
                    )?;
                }
                Ok(())
            }
            Self::NoRun { file } => write!(
                f,
                "{}: does not export wasi:cli/run@0.3.0, so it is no command. A program with a main function exports it; a library \
                 (cdylib) is called by another component, or with --invoke 'NAME(ARGUMENTS)'",
                file.display()
            ),
            Self::OtherRun { file } => write!(
                f,
                "{}: its run is not that of wasi:cli/run@0.3.0, `run: async func() -> result`, so it cannot be called. Make the \
                 component for the world wasi:cli/command",
                file.display()
            ),
            Self::NoFunction { file, name, functions } => {
                write!(f, "{}: exports no function `{name}`", file.display())?;
                match &functions[..] {
                    [] => write!(f, "; it exports no function at all"),
                    _ => {
                        write!(f, "; it exports:")?;
                        functions.iter().try_for_each(|function| write!(f, "\n  {function}"))
                    }
                }
            }
            Self::Call { call, cause } => write!(f, "--invoke '{call}': {cause}"),
            Self::NotUnicode { what, value } => write!(
                f,
                "{what} is not Unicode: {value}. The component model's strings are Unicode, so a component cannot be given it"
            ),
            Self::Directory { host, cause } => write!(f, "--dir {}: cannot be opened: {cause}", host.display()),
            Self::CurrentDirectory { guest, host: None } => write!(
                f,
                "--cwd {}: the guest has no such directory. Grant it, or one it lies in, with --dir",
                guest.display()
            ),
            Self::CurrentDirectory { guest, host: Some(host) } => {
                write!(f, "--cwd {}: {} is no directory", guest.display(), host.display())
            }
            Self::Host { cause } => f.write_str(cause),
        }
    }
}
