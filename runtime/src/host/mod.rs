//! The host's side of WASI 0.3.0: which interfaces there are, and the state of one run behind them.
//!
//! Here because most of WASI is wasmtime-wasi's, and where ours takes its place must be visible at one spot. The standard streams:
//! wasmtime-wasi's would block the whole guest on a full pipe, and cannot be captured with a bound that does not fail the guest. Name lookup:
//! it knows all or nothing, and panics without threads. The environment: the guest's library asks there where it is. On
//! Linux, for precision and the reasons of errors: the clock, and functions for files; and what is in `faster`.

mod backtrace;
#[cfg(target_os = "linux")]
mod clock;
#[cfg(target_os = "linux")]
mod faster;
#[cfg(target_os = "linux")]
mod filesystem;
mod lookup;
mod stdio;

use crate::limits::Limits;
#[cfg(target_os = "linux")]
use crate::plain;
use crate::refusal::Refusal;
use crate::schedule;
use crate::setup::{Access, Network, Setup};
use lookup::Lookup;
use std::collections::HashSet;
use std::hash::Hash;
use std::net::SocketAddr;
use stdio::{Stdio, Streams};
use wasmtime::Result;
use wasmtime::component::{Linker, ResourceTable};
use wasmtime_wasi::cli::{WasiCli, WasiCliView};
use wasmtime_wasi::p3::bindings::{cli, sockets};
use wasmtime_wasi::sockets::SocketAddrUse;
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxView, WasiView, p3};

/// The interfaces that a guest may import, without their version.
const INTERFACES: &[&str] = &[
    "wasi:cli/environment",
    "wasi:cli/exit",
    "wasi:cli/stderr",
    "wasi:cli/stdin",
    "wasi:cli/stdout",
    "wasi:cli/terminal-input",
    "wasi:cli/terminal-output",
    "wasi:cli/terminal-stderr",
    "wasi:cli/terminal-stdin",
    "wasi:cli/terminal-stdout",
    "wasi:cli/types",
    "wasi:clocks/monotonic-clock",
    "wasi:clocks/system-clock",
    "wasi:clocks/types",
    "wasi:filesystem/preopens",
    "wasi:filesystem/types",
    "wasi:random/insecure",
    "wasi:random/insecure-seed",
    "wasi:random/random",
    "wasi:sockets/ip-name-lookup",
    "wasi:sockets/types",
];

/// Is this one of our interfaces at a version that 0.3.0 satisfies?
pub(crate) fn provides(import: &str) -> bool {
    let Some((interface, version)) = import.split_once('@') else { return false };
    let patch = version.strip_prefix("0.3.").unwrap_or_default();
    INTERFACES.contains(&interface) && !patch.is_empty() && patch.bytes().all(|byte| byte.is_ascii_digit())
}

/// The host's state of one run.
pub(crate) struct Host {
    wasi: WasiCtx,
    table: ResourceTable,
    streams: Streams,
    /// What the guest may look up.
    network: Network,
    asked: backtrace::Asked,
    #[cfg(target_os = "linux")]
    parents: faster::Parents,
    /// `/dev`, if it is granted.
    #[cfg(target_os = "linux")]
    devices: Option<filesystem::Devices>,
    /// The limit on the guest's memory.
    pub(crate) limits: Limits,
}

impl WasiView for Host {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

/// Defines every interface of [`INTERFACES`].
pub(crate) fn add_to_linker(linker: &mut Linker<Host>) -> Result<()> {
    cli::environment::add_to_linker::<_, WasiCli>(linker, Host::cli)?;
    cli::exit::add_to_linker::<_, WasiCli>(linker, Host::cli)?;
    stdio::add_to_linker(linker, |host| Stdio { streams: &host.streams, table: &mut host.table })?;
    p3::clocks::add_to_linker(linker)?;
    p3::filesystem::add_to_linker(linker)?;
    p3::random::add_to_linker(linker)?;
    p3::sockets::add_to_linker(linker)?;
    linker.allow_shadowing(true);
    backtrace::add_to_linker(linker)?;
    #[cfg(target_os = "linux")]
    {
        clock::add_to_linker(linker)?;
        filesystem::add_to_linker(linker)?;
        if !plain::is_wanted() {
            faster::add_to_linker(linker)?;
        }
    }
    sockets::ip_name_lookup::add_to_linker::<_, Lookup>(linker, |host| Lookup { network: host.network })
}

impl Host {
    /// Opens what the setup grants. `program` is argument 0 where the setup names none.
    pub(crate) fn new(setup: Setup, program: &std::ffi::OsStr) -> Result<Self, Refusal> {
        let mut wasi = WasiCtx::builder();
        wasi.allow_blocking_current_thread(true);
        wasi.arg(unicode(|| "argument 0".to_owned(), setup.program.as_deref().unwrap_or(program))?);
        for (index, argument) in setup.arguments.iter().enumerate() {
            wasi.arg(unicode(|| format!("argument {}", index + 1), argument)?);
        }
        for (name, value) in last_of_each(&setup.environment) {
            let name = unicode(|| "the name of an environment variable".to_owned(), name)?;
            wasi.env(name, unicode(|| format!("the environment variable {name}"), value)?);
        }
        if let Some(seed) = setup.schedule {
            wasi.env(contract::variables::SCHEDULE_SEED, seed.to_string())
                .secure_random(schedule::random(seed))
                .insecure_random(schedule::random(seed))
                .insecure_random_seed(seed.into());
        }
        if let Some(path) = &setup.current_dir {
            wasi.initial_cwd(unicode(|| "the current directory".to_owned(), path)?);
        }
        for directory in &setup.directories {
            let guest = unicode(|| "the guest's name of a directory".to_owned(), &directory.guest)?;
            let permissions = match directory.access {
                Access::ReadOnly => FsPerms::ReadOnly,
                Access::ReadWrite => FsPerms::ReadWrite,
            };
            wasi.preopened_dir(&directory.host, guest, permissions).map_err(|error| Refusal::Directory {
                host: directory.host.clone(),
                cause: error.root_cause().to_string(),
            })?;
        }
        // A socket by itself, and its options, lead nowhere: each use of an address is asked for, and denied unless it is allowed below.
        wasi.allow_tcp(true).allow_udp(true);
        match setup.network {
            Network::None => {}
            Network::Loopback => {
                wasi.socket_addr_check(|address, purpose| Box::pin(async move { is_on_loopback(address, &purpose) }));
            }
            Network::All => {
                wasi.inherit_network();
            }
        }
        let streams = Streams::new(setup.stdin, setup.stdout, setup.stderr)?;
        #[cfg(target_os = "linux")]
        let devices = setup.devices.then(|| filesystem::Devices::new(&streams, setup.schedule)).transpose()?;
        Ok(Self {
            wasi: wasi.build(),
            table: ResourceTable::new(),
            streams,
            #[cfg(target_os = "linux")]
            devices,
            network: setup.network,
            asked: backtrace::Asked::new(setup.current_dir.as_deref().and_then(|path| path.to_str())),
            #[cfg(target_os = "linux")]
            parents: faster::Parents::default(),
            limits: Limits::new(setup.memory_limit),
        })
    }
}

/// The string, or a refusal that names it.
fn unicode(what: impl FnOnce() -> String, value: &std::ffi::OsStr) -> Result<&str, Refusal> {
    value.to_str().ok_or_else(|| Refusal::NotUnicode { what: what(), value: format!("{value:?}") })
}

/// The pairs without those whose name comes again: the guest's std would take the first one.
fn last_of_each<T: Eq + Hash>(pairs: &[(T, T)]) -> Vec<&(T, T)> {
    let mut names = HashSet::with_capacity(pairs.len());
    let mut last: Vec<_> = pairs.iter().rev().filter(|(name, _)| names.insert(name)).collect();
    last.reverse();
    last
}

/// Whether a guest that is granted the loopback may use `address` so. A socket that connects or sends without having been bound is bound by the
/// host, to no address in particular; that alone leads nowhere, because where it connects, listens, sends and receives is asked as well.
fn is_on_loopback(address: SocketAddr, purpose: &SocketAddrUse) -> bool {
    let binds = matches!(purpose, SocketAddrUse::TcpBind | SocketAddrUse::UdpBind);
    address.ip().is_loopback() || (binds && address.ip().is_unspecified() && address.port() == 0)
}

#[cfg(test)]
mod tests {
    use super::last_of_each;

    #[test]
    fn of_several_entries_of_one_name_the_last_one_counts_in_its_place() {
        let pairs = [("a", "1"), ("b", "2"), ("a", "3"), ("c", "4"), ("a", "5"), ("b", "2")];
        let last: Vec<_> = last_of_each(&pairs).into_iter().copied().collect();
        assert_eq!(last, [("c", "4"), ("a", "5"), ("b", "2")]);
    }

    #[test]
    fn a_long_environment_costs_no_more_for_each_entry_than_a_short_one() {
        // Compared with one another, these would take long.
        let pairs: Vec<_> = (0..1_000_000).map(|number: u32| (number, number)).collect();
        assert_eq!(last_of_each(&pairs).len(), pairs.len());
    }
}
