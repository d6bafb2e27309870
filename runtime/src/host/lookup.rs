//! Name lookup.
//!
//! Here for two reasons. wasmtime-wasi knows all or nothing (and calls nothing a failure of the resolver), while a
//! guest that may use the loopback only can look up what lies there; a lookup of any other name would itself go out to
//! the network. And it leaves the system's resolver, which waits, to tokio's threads, which panic where the host gives
//! no thread: here that is a failure of the lookup.

use crate::setup::Network;
use std::net::{IpAddr, Ipv6Addr, ToSocketAddrs as _};
use std::thread::Builder;
use tokio::sync::{Semaphore, oneshot};
use wasmtime::Result;
use wasmtime::component::{Accessor, HasData};
use wasmtime_wasi::p3::bindings::sockets::ip_name_lookup::{ErrorCode, Host, HostWithStore};
use wasmtime_wasi::p3::bindings::sockets::types::IpAddress;

/// How many names are looked up at a time, by one thread of the host each.
static THREADS: Semaphore = Semaphore::const_new(64);

/// Resolves what may be resolved. With the loopback only, that is `localhost`, what ends in `.localhost` (RFC 6761),
/// and addresses in text form.
pub(crate) struct Lookup {
    /// The addresses that the guest may use.
    pub(crate) network: Network,
}

impl HasData for Lookup {
    type Data<'a> = Self;
}

impl Host for Lookup {}

impl<T> HostWithStore<T> for Lookup {
    async fn resolve_addresses(store: &Accessor<T, Self>, name: String) -> Result<Result<Vec<IpAddress>, ErrorCode>> {
        let network = store.with(|mut access| access.get().network);
        Ok(addresses(&name, network).await.map(|addresses| addresses.into_iter().map(IpAddress::from).collect()))
    }
}

async fn addresses(name: &str, network: Network) -> Result<Vec<IpAddr>, ErrorCode> {
    match network {
        Network::None => Err(ErrorCode::AccessDenied),
        Network::Loopback => {
            if let Ok(address) = name.trim_matches(['[', ']']).parse() {
                return Ok(vec![address]);
            }
            let host = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
            if host != "localhost" && !host.ends_with(".localhost") {
                return Err(ErrorCode::AccessDenied);
            }
            let addresses = resolve("localhost".to_owned()).await?;
            Ok(addresses.into_iter().filter(IpAddr::is_loopback).collect())
        }
        // What is no name in the form of the network's (with letters of other alphabets, for instance) is brought into
        // it.
        Network::All => match url::Host::parse(name) {
            Ok(url::Host::Domain(domain)) => resolve(domain).await,
            Ok(url::Host::Ipv4(address)) => Ok(vec![address.into()]),
            Ok(url::Host::Ipv6(address)) => Ok(vec![address.into()]),
            Err(_) => match name.parse::<Ipv6Addr>() {
                Ok(address) => Ok(vec![address.into()]),
                Err(_) => Err(ErrorCode::InvalidArgument),
            },
        },
    }
}

/// Asks the system's resolver.
async fn resolve(host: String) -> Result<Vec<IpAddr>, ErrorCode> {
    let Ok(place) = THREADS.acquire().await else { return Err(ErrorCode::Other(None)) };
    let (sender, receiver) = oneshot::channel();
    let ask = move || {
        let addresses = (host, 0).to_socket_addrs();
        drop(place);
        // The guest may have ended, or given the call up.
        let _ = sender.send(addresses.map(|found| found.map(|address| address.ip().to_canonical()).collect()));
    };
    if Builder::new().name("lookup".to_owned()).spawn(ask).is_err() {
        return Err(ErrorCode::TemporaryResolverFailure);
    }
    match receiver.await {
        Ok(Ok(addresses)) => Ok(addresses),
        Ok(Err(_)) => Err(ErrorCode::NameUnresolvable),
        Err(_) => Err(ErrorCode::Other(None)),
    }
}
