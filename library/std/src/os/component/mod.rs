//! What the component model has beyond other platforms: `async` without a crate, and on targets without WASI the host that a program brings.
//!
//! ```
//! use std::os::component;
//! use std::time::Duration;
//!
//! #[component::main]
//! async fn main() {
//!     let answer = component::spawn(async {
//!         component::sleep(Duration::from_millis(1)).await;
//!         42
//!     });
//!     assert_eq!(answer.await.unwrap(), 42);
//! }
//! ```
//!
//! # Executors
//!
//! [`block_on`] polls a future in the thread that calls it, and the tasks that are [`spawn`]ed meanwhile, and waits for the host when none of
//! them can go on. [`main`](macro@main) and [`test`](macro@test) call it. Tasks stay in their thread and need not be [`Send`]; those that are
//! left when `block_on` returns are dropped.
//!
//! Futures of bindings (of the crates `wit-bindgen` and `wasip3`) can be awaited in these executors, and those of this module in the executors
//! of bindings. Futures that need no executor of their own, as those of the crate `futures`, of channels and of `tokio::sync`, run in all of them.
//!
//! A call that blocks (`thread::sleep`, `Read::read`, `Mutex::lock`) blocks the tasks of its thread: use what this module has, or
//! [`spawn_blocking`].

#![stable(feature = "component_async", since = "1.96.0")]

mod combine;
#[cfg(target_env = "component")]
mod host;
#[cfg(all(target_os = "wasi", target_env = "p3"))]
mod io;
#[cfg(all(target_os = "wasi", target_env = "p3"))]
mod net;
#[cfg(target_env = "component")]
pub(crate) mod platform;
mod stream;
mod task;
mod time;

/// Makes an `async fn` the program's entry.
///
/// What it returns may be anything that implements [`Termination`](crate::process::Termination), and `?` works as in any `fn main`.
///
/// ```
/// #[std::os::component::main]
/// async fn main() -> Result<(), std::io::Error> {
///     Ok(())
/// }
/// ```
#[stable(feature = "component_async", since = "1.96.0")]
pub use component_macros::main;
/// Makes an `async fn` a test. `#[ignore]` and `#[should_panic]` mean what they mean for others.
#[stable(feature = "component_async", since = "1.96.0")]
pub use component_macros::test;
/// Makes functions and types those of the component: what others call is `extern "wasm" fn`, and so is what others define; a type with
/// `#[repr(wasm)]` crosses its boundary.
///
/// ```ignore (needs a component that is called)
/// #[std::os::component::wasm(interface = "example:shapes/api@1.0.0")]
/// pub mod api {
///     #[repr(wasm)]
///     pub struct Point {
///         pub x: u32,
///         pub y: u32,
///     }
///
///     /// The area of the rectangle between two corners.
///     pub extern "wasm" fn area(one: &Point, other: &Point) -> u32 {
///         one.x.abs_diff(other.x) * one.y.abs_diff(other.y)
///     }
/// }
/// ```
#[stable(feature = "component_signatures", since = "1.96.0")]
pub use component_macros::wasm;

/// What `#[wasm]` expands to refers to this.
#[stable(feature = "component_signatures", since = "1.96.0")]
#[doc(hidden)]
pub mod signature {
    #[stable(feature = "component_signatures", since = "1.96.0")]
    #[allow(exported_private_dependencies)]
    pub use component_rt::signature::*;
}

#[stable(feature = "component_async", since = "1.96.0")]
pub use self::combine::{join, race};
#[cfg(target_env = "component")]
pub(crate) use self::host::host;
#[cfg(target_env = "component")]
#[stable(feature = "component_host", since = "1.96.0")]
pub use self::host::{Host, set_host};
#[cfg(all(target_os = "wasi", target_env = "p3"))]
#[stable(feature = "component_async", since = "1.96.0")]
pub use self::io::{AsyncRead, AsyncWrite};
#[cfg(all(target_os = "wasi", target_env = "p3"))]
#[stable(feature = "component_async", since = "1.96.0")]
pub use self::net::{Destination, TcpListenerExt, TcpStreamExt, UdpSocketExt, lookup_host};
#[stable(feature = "component_signatures", since = "1.96.0")]
pub use self::stream::{FutureReader, FutureWriter, Stream, StreamWriter, future, stream};
#[stable(feature = "component_async", since = "1.96.0")]
pub use self::task::{JoinError, JoinHandle, block_on, spawn, spawn_blocking, yield_now};
#[stable(feature = "component_async", since = "1.96.0")]
pub use self::time::{Sleep, TimedOut, sleep, sleep_until, timeout};
