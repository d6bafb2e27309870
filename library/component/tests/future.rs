//! Futures: the value, its absence, and the races around giving up.

mod common;

use common::time::Mark;
use common::{END_KIND, end, must_panic};
use component_rt::abi::fake::futures::HostFuture;
use component_rt::abi::fake::host::{self, live_handles};
use component_rt::abi::memory::RawResult;
use component_rt::future::FutureReader;
use component_rt::patience::{Never, Until};

type Reader = FutureReader<end::Future>;

fn future() -> (Reader, HostFuture) {
    let (handle, writer) = HostFuture::new(END_KIND);
    (FutureReader::from_handle(handle), writer)
}

fn value(result: Result<(), u8>) -> RawResult<(), u8> {
    RawResult::lower(result)
}

#[test]
fn read_gives_the_value_that_is_there() {
    let (reader, writer) = future();
    writer.write(value(Err(2)));
    assert_eq!(reader.read().expect("a value").lift(), Err(2));
    assert_eq!(live_handles(), [""; 0], "the end is dropped after the read");
}

#[test]
fn read_blocks_until_the_value_comes() {
    let (reader, writer) = future();
    host::at(33, move || writer.write(value(Ok(()))));
    assert_eq!(reader.read().expect("a value").lift(), Ok(()));
    assert_eq!(host::now(), 33);
}

#[test]
fn read_of_a_future_whose_writer_has_gone_is_none() {
    let (reader, writer) = future();
    host::at(3, move || writer.drop_end());
    assert!(reader.read().is_none());
}

#[test]
fn read_until_gives_the_reader_back_and_it_can_be_asked_again() {
    let (reader, writer) = future();
    let Err(reader) = reader.read_within(Until(Mark(10))) else { panic!("there is no value yet") };
    writer.write(value(Ok(())));
    assert_eq!(reader.read().expect("a value").lift(), Ok(()));
}

#[test]
fn read_until_wakes_before_the_deadline() {
    let (reader, writer) = future();
    host::at(5, move || writer.write(value(Err(1))));
    let Ok(Some(end)) = reader.read_within(Until(Mark(10))) else { panic!("the value came in time") };
    assert_eq!(end.lift(), Err(1));
    assert_eq!(host::now(), 5);
}

#[test]
fn try_read_does_not_block() {
    let (reader, writer) = future();
    let Err(reader) = reader.read_within(Never) else { panic!("there is no value yet") };
    writer.write(value(Ok(())));
    assert!(reader.read_within(Never).is_ok_and(|value| value.is_some()));
    assert_eq!(host::now(), 0);
}

#[test]
fn value_that_comes_while_try_read_gives_way_is_taken() {
    let (reader, writer) = future();
    host::at(0, move || writer.write(value(Ok(()))));
    assert!(reader.read_within(Never).is_ok_and(|value| value.is_some()), "the cancellation lost the race");
}

#[test]
fn a_value_nobody_asks_for_is_dropped() {
    let (reader, writer) = future();
    writer.write(value(Ok(())));
    drop(reader);
    assert_eq!(live_handles(), [""; 0]);
}

#[test]
fn the_fake_host_traps_on_a_future_of_another_type() {
    let (handle, _writer) = HostFuture::new("another future");
    let reader = Reader::from_handle(handle);
    let message = must_panic(move || assert!(reader.read().is_none()));
    assert!(message.contains("is not a readable end of"), "{message}");
}
