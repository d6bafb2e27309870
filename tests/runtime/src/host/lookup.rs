//! Name lookup for a guest that may use the loopback only, or nothing.
//!
//! Here because wasmtime-wasi knows all or nothing (and calls nothing a failure of the resolver), and a lookup of any other name would itself
//! go out to the network.

use tokio::net::lookup_host;
use wasmtime::Result;
use wasmtime::component::{Accessor, HasData};
use wasmtime_wasi::p3::bindings::sockets::ip_name_lookup::{ErrorCode, Host, HostWithStore};
use wasmtime_wasi::p3::bindings::sockets::types::IpAddress;

/// Resolves `localhost`, what ends in `.localhost` (RFC 6761), and addresses in text form.
pub(crate) struct Lookup {
    /// If not, access is denied.
    pub(crate) localhost: bool,
}

impl HasData for Lookup {
    type Data<'a> = Self;
}

impl Host for Lookup {}

impl<T> HostWithStore<T> for Lookup {
    async fn resolve_addresses(store: &Accessor<T, Self>, name: String) -> Result<Result<Vec<IpAddress>, ErrorCode>> {
        if !store.with(|mut access| access.get().localhost) {
            return Ok(Err(ErrorCode::AccessDenied));
        }
        if let Ok(address) = name.trim_matches(['[', ']']).parse::<std::net::IpAddr>() {
            return Ok(Ok(vec![address.into()]));
        }
        let host = name.strip_suffix('.').unwrap_or(&name).to_ascii_lowercase();
        if host != "localhost" && !host.ends_with(".localhost") {
            return Ok(Err(ErrorCode::AccessDenied));
        }
        Ok(match lookup_host(("localhost", 0)).await {
            Ok(addresses) => {
                let loopback = addresses.map(|address| address.ip()).filter(std::net::IpAddr::is_loopback);
                Ok(loopback.map(IpAddress::from).collect())
            }
            Err(_) => Err(ErrorCode::NameUnresolvable),
        })
    }
}
