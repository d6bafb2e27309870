//! What one run is given: the arguments, the grants, the limits, and where its standard streams lead.
//!
//! Here because the command line, `cargo p3` and the test harness fill in the same form. The default grants nothing: no argument, no
//! variable, no directory, no network, an empty stdin, output that is discarded.

use crate::cache::Cache;
use crate::refusal::Refusal;
use std::ffi::OsString;
use std::fs::File;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// What one run of a component is given.
#[derive(Debug, Default)]
pub struct Setup {
    /// The guest's argument 0. `None`: the component's path, as it was given to [`run`](crate::run).
    pub program: Option<OsString>,
    /// The arguments that follow it. They must be Unicode, because the component model's strings are.
    pub arguments: Vec<OsString>,
    /// The guest's environment. Of several entries of one name the last one counts.
    pub environment: Vec<(OsString, OsString)>,
    /// The guest's current directory, a path in the guest (`wasi:cli/environment.get-initial-cwd`), in one of `directories`.
    pub current_dir: Option<OsString>,
    /// The directories the guest may use.
    pub directories: Vec<Directory>,
    /// Whether the guest has `/dev` with `null`, `zero`, `full`, `random` and `urandom`, and with its own streams as `stdin`, `stdout` and
    /// `stderr`. Nothing of that is more than it has anyway.
    pub devices: bool,
    /// The addresses the guest may use.
    pub network: Network,
    /// How many bytes of memory the guest may have, tables included. `None`: as much as its own limits say.
    pub memory_limit: Option<u64>,
    /// How long the guest may run, counted from the moment it is started (compiling it is not counted).
    pub time_limit: Option<Duration>,
    /// The seed by which the guest's threads are scheduled, the same way every time; then time is made up, random numbers are not random,
    /// and there is no network. `None`: as the host has it.
    pub schedule: Option<u64>,
    /// The features of WebAssembly and of the component model that the guest may use.
    pub features: Features,
    /// What the guest reads from `wasi:cli/stdin`.
    pub stdin: Input,
    /// Where `wasi:cli/stdout` leads.
    pub stdout: Output,
    /// Where `wasi:cli/stderr` leads.
    pub stderr: Output,
    /// Where compiled code is kept between runs.
    pub cache: Cache,
}

impl Setup {
    /// The same for another run, with an empty stdin, and output that is discarded.
    #[must_use]
    pub fn without_streams(&self) -> Setup {
        Setup {
            program: self.program.clone(),
            arguments: self.arguments.clone(),
            environment: self.environment.clone(),
            current_dir: self.current_dir.clone(),
            directories: self.directories.clone(),
            cache: self.cache.clone(),
            stdin: Input::Empty,
            stdout: Output::Discard,
            stderr: Output::Discard,
            ..*self
        }
    }

    /// Is `path`, in the guest, a directory in one that is granted? Not if `..` or a symbolic link leads out of them.
    pub(crate) fn check_current_dir(&self, path: &Path) -> Result<(), Refusal> {
        let refusal = |host| Refusal::CurrentDirectory { guest: path.to_owned(), host };
        let host = self.place(path).ok_or_else(|| refusal(None))?;
        if !host.is_dir() {
            return Err(refusal(Some(host)));
        }
        let is_inside = |host: &Path| {
            let granted = self.directories.iter().filter_map(|directory| directory.host.canonicalize().ok());
            granted.into_iter().any(|granted| host.starts_with(granted))
        };
        match host.canonicalize() {
            Ok(host) if is_inside(&host) => Ok(()),
            _ => Err(refusal(None)),
        }
    }

    /// Where a path of the guest leads on the host. Of several directories, the one with the longest name has it, and of several with one
    /// name the last. As in the guest, a `..` that climbs out of a granted directory leads to what is beside its name.
    fn place(&self, path: &Path) -> Option<PathBuf> {
        let mut path = path.to_owned();
        loop {
            let granted = |directory: &'_ Directory| {
                let rest = path.strip_prefix(&directory.guest).ok()?;
                Some((directory.guest.len(), directory.host.clone(), rest.to_owned()))
            };
            let (_, host, rest) = self.directories.iter().filter_map(granted).max_by_key(|(length, ..)| *length)?;
            let Some(above) = climb(&rest) else { return Some(host.join(rest)) };
            let within = path.components().count() - rest.components().count();
            let name: PathBuf = path.components().take(within).collect();
            path = name.parent()?.join(above);
        }
    }
}

/// What follows the `..` that climbs out of the directory in which a path begins, if one does.
fn climb(path: &Path) -> Option<PathBuf> {
    let mut depth = 0_usize;
    let mut components = path.components();
    while let Some(component) = components.next() {
        match component {
            Component::ParentDir if depth == 0 => return Some(components.as_path().to_owned()),
            Component::ParentDir => depth -= 1,
            Component::Normal(_) => depth += 1,
            _ => {}
        }
    }
    None
}

/// A directory of the host, and its name in the guest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directory {
    /// The directory on the host.
    pub host: PathBuf,
    /// Its path in the guest.
    pub guest: OsString,
    /// What the guest may do there.
    pub access: Access,
}

/// What the guest may do in a directory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Access {
    /// Read.
    ReadOnly,
    /// Read, write, create and remove.
    #[default]
    ReadWrite,
}

/// The addresses that the guest may bind, connect to and send to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Network {
    /// None, and no name lookup.
    #[default]
    None,
    /// 127.0.0.0/8 and ::1, and of names only `localhost` and what ends in `.localhost`.
    Loopback,
    /// All, with name lookup.
    All,
}

/// The features of WebAssembly and of the component model that the guest may use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Features {
    /// The CPU baseline, and of the component model what wasmtime 48 has on by default.
    Stock,
    /// All that wasmtime 48 has on by default, and the component model's cooperative threads, more async built-ins and stackful lifts.
    #[default]
    All,
}

/// What the guest reads from stdin.
#[derive(Debug, Default)]
pub enum Input {
    /// The end of the stream.
    #[default]
    Empty,
    /// This process's stdin. No byte is read that the guest did not ask for.
    Inherit,
    /// These bytes, then the end of the stream.
    Bytes(Vec<u8>),
    /// A file, a pipe, a terminal, from its present position.
    File(File),
}

/// Where the guest's stdout or stderr leads.
#[derive(Debug, Default)]
pub enum Output {
    /// Nowhere: every write succeeds.
    #[default]
    Discard,
    /// To this process's stdout or stderr, without a buffer between.
    Inherit,
    /// Into memory.
    Capture(Capture),
    /// To a file, a pipe, a terminal, at its present position.
    File(File),
}

/// Output kept in memory, up to a bound. Clones share what they hold, so that it can be read during and after the run.
#[derive(Clone, Debug)]
pub struct Capture(Arc<Mutex<Captured>>);

#[derive(Debug)]
struct Captured {
    bytes: Vec<u8>,
    bound: usize,
    total: u64,
}

impl Capture {
    /// Keeps the first `bound` bytes. What the guest writes beyond is counted and thrown away; its writes succeed.
    #[must_use]
    pub fn new(bound: usize) -> Self {
        Self(Arc::new(Mutex::new(Captured { bytes: Vec::new(), bound, total: 0 })))
    }

    /// A copy of what was kept so far.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        self.lock().bytes.clone()
    }

    /// How many bytes the guest wrote so far, those beyond the bound included.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.lock().total
    }

    /// Takes all of `bytes`.
    pub(crate) fn write(&self, bytes: &[u8]) {
        let mut captured = self.lock();
        let room = captured.bound - captured.bytes.len();
        captured.bytes.extend_from_slice(&bytes[..bytes.len().min(room)]);
        captured.total += bytes.len() as u64;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Captured> {
        // Every update leaves the value whole, so a panic elsewhere while it was held does no harm.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
