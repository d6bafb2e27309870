//! Imports by Rust signatures: WASI's streams and futures, its types, and calls that take time.
//@ native = "std has no imports there"
//@ stdin = "from one stream\ninto another\n"
//@ stdout = "FROM ONE STREAM\nINTO ANOTHER\nasync, random 7, time-out\n"

#[cfg(not(target_family = "wasm"))]
fn main() {}

#[cfg(target_family = "wasm")]
mod wasi {
    use std::os::component::{self, FutureReader, Stream};

    /// Declared as it is there.
    #[component::wasm(interface = "wasi:cli/types@0.3.0")]
    #[repr(wasm)]
    #[derive(Debug, PartialEq)]
    pub enum ErrorCode {
        Io,
        IllegalByteSequence,
        Pipe,
    }

    #[component::wasm(import = "wasi:cli/stdin@0.3.0")]
    extern "wasm" {
        pub fn read_via_stream() -> (Stream<u8>, FutureReader<Result<(), ErrorCode>>);
    }

    #[component::wasm(import = "wasi:cli/stdout@0.3.0")]
    extern "wasm" {
        pub fn write_via_stream(data: Stream<u8>) -> FutureReader<Result<(), ErrorCode>>;
    }

    #[component::wasm(import = "wasi:clocks/monotonic-clock@0.3.0")]
    extern "wasm" {
        pub fn now() -> u64;
        pub async fn wait_for(how_long: u64);
    }

    #[component::wasm(import = "wasi:random/random@0.3.0")]
    extern "wasm" {
        pub fn get_random_bytes(max_len: u64) -> Vec<u8>;
    }
}

#[cfg(target_family = "wasm")]
#[std::os::component::main]
async fn main() {
    use std::io::{Read, Write};
    use std::os::component;
    use std::time::Duration;

    let (mut input, end) = wasi::read_via_stream();
    let (mut writer, reader) = component::stream();
    let written = wasi::write_via_stream(reader);
    let mut first = input.read(4).await;
    assert_eq!(first, b"from");
    first.make_ascii_uppercase();
    assert!(writer.write_all(first).await.is_empty());
    // Blocking, as std's own streams do.
    let mut byte = [0; 2];
    input.read_exact(&mut byte).unwrap();
    byte.make_ascii_uppercase();
    writer.write_all(byte.to_vec()).await;
    let third = input.next().await.unwrap();
    Write::write_all(&mut writer, &[third.to_ascii_uppercase()]).unwrap();
    let rest = input.collect().await;
    writer.write_all(rest.to_ascii_uppercase()).await;

    let before = wasi::now();
    component::join(wasi::wait_for(20_000_000), wasi::wait_for(20_000_000)).await;
    let took = wasi::now() - before;
    assert!((20_000_000..1_000_000_000).contains(&took), "{took}");
    // One that never began, and one that is cancelled.
    drop(wasi::wait_for(1));
    let late = component::timeout(Duration::from_millis(1), wasi::wait_for(u64::MAX / 2)).await;
    let random = wasi::get_random_bytes(7).len();
    let said = format!("async, random {random}, {}\n", if late.is_err() { "time-out" } else { "over" });
    writer.write_all(said.into_bytes()).await;
    drop(writer);
    assert_eq!(written.await, Some(Ok(())));
    assert_eq!(end.await, Some(Ok(())));
}
