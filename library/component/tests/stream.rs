//! Streams: every way a copy can end, and every race between an end that goes and a copy that is going on.

mod common;

use core::mem::MaybeUninit;
use std::rc::Rc;

use common::time::Mark;
use common::{Bytes, KIND, filled, must_panic, room};
use component_rt::abi::fake::host::{self, live_handles};
use component_rt::abi::fake::streams::{HostReader, HostWriter};
use component_rt::event::{Copied, CopyResult};
use component_rt::patience::{Never, Until};
use component_rt::stream::{self, ReadableEnd, WritableEnd};

fn readable() -> (ReadableEnd<Bytes>, HostWriter) {
    let (handle, writer) = HostWriter::new(KIND, 1);
    (ReadableEnd::from_handle(handle), writer)
}

fn writable() -> (WritableEnd<Bytes>, HostReader) {
    let (readable, writable) = stream::new::<Bytes>();
    (writable, HostReader::take(KIND, readable.into_handle()))
}

/// A readable end whose index is above those of the set and the clock's subtask, so that their events are delivered first.
fn readable_with_high_index() -> (ReadableEnd<Bytes>, HostWriter) {
    let places = [(); 2].map(|()| host::add_resource("place", Rc::new(())));
    let ends = readable();
    places.into_iter().for_each(|place| host::drop_resource("place", place));
    ends
}

fn completed(count: usize) -> Copied {
    Copied { count, result: CopyResult::Completed }
}

fn dropped(count: usize) -> Copied {
    Copied { count, result: CopyResult::Dropped }
}

#[test]
fn read_takes_what_is_there() {
    let (mut end, writer) = readable();
    writer.write(b"hello");
    let mut buffer = room::<3>();
    assert_eq!(end.read(&mut buffer), completed(3));
    assert_eq!(filled(&buffer, 3), b"hel");
    assert_eq!(end.read(&mut buffer), completed(2));
    assert_eq!(filled(&buffer, 2), b"lo");
}

#[test]
fn read_blocks_until_something_comes() {
    let (mut end, writer) = readable();
    host::at(500, move || writer.write(b"late"));
    let mut buffer = room::<8>();
    assert_eq!(end.read(&mut buffer), completed(4));
    assert_eq!(filled(&buffer, 4), b"late");
    assert_eq!(host::now(), 500);
}

#[test]
fn read_of_nothing_asks_nobody() {
    let (mut end, _writer) = readable();
    assert_eq!(end.read(&mut []), completed(0));
}

#[test]
fn read_after_writer_dropped_is_the_end_for_ever() {
    let (mut end, writer) = readable();
    writer.end();
    assert_eq!(end.read(&mut room::<1>()), dropped(0));
    assert!(end.has_ended());
    // A second stream.read on an end that has seen the drop would trap.
    assert_eq!(end.read(&mut room::<1>()), dropped(0));
    assert_eq!(end.read_within(&mut room::<1>(), Never), Some(dropped(0)));
    assert_eq!(end.read_within(&mut room::<1>(), Until(Mark(1))), Some(dropped(0)));
}

#[test]
fn what_was_written_before_the_writer_dropped_is_read_first() {
    let (mut end, writer) = readable();
    writer.write(b"last words");
    writer.end();
    let mut buffer = room::<4>();
    assert_eq!(end.read(&mut buffer), completed(4));
    assert_eq!(end.read(&mut buffer), completed(4));
    // The rest, and the drop with it.
    assert_eq!(end.read(&mut buffer), dropped(2));
    assert_eq!(filled(&buffer, 2), b"ds");
    assert_eq!(end.read(&mut buffer), dropped(0));
}

#[test]
fn writer_that_drops_while_a_read_blocks_ends_it() {
    let (mut end, writer) = readable();
    host::at(10, move || writer.end());
    assert_eq!(end.read(&mut room::<1>()), dropped(0));
}

#[test]
fn read_until_gives_up_at_the_deadline_and_takes_nothing() {
    let (mut end, writer) = readable();
    let mut buffer = room::<8>();
    assert_eq!(end.read_within(&mut buffer, Until(Mark(1_000))), None);
    assert_eq!(host::now(), 1_000);
    writer.write(b"after");
    assert_eq!(end.read(&mut buffer), completed(5));
    drop(end);
    assert_eq!(live_handles(), ["waitable-set"], "the clock's subtask is gone; the spare set stays");
}

#[test]
fn read_until_wakes_before_the_deadline() {
    let (mut end, writer) = readable();
    host::at(400, move || writer.write(b"x"));
    assert_eq!(end.read_within(&mut room::<1>(), Until(Mark(1_000))), Some(completed(1)));
    assert_eq!(host::now(), 400);
}

#[test]
fn read_until_a_deadline_that_has_passed_still_takes_what_is_there() {
    let (mut end, writer) = readable();
    host::advance_to(50);
    assert_eq!(end.read_within(&mut room::<1>(), Until(Mark(10))), None);
    writer.write(b"x");
    assert_eq!(end.read_within(&mut room::<1>(), Until(Mark(10))), Some(completed(1)));
}

#[test]
fn cancel_that_lost_the_race_returns_the_bytes() {
    let (mut end, writer) = readable_with_high_index();
    // The clock's event first, and the bytes before anybody can cancel.
    host::at(100, move || {
        host::advance_to(100);
        writer.write(b"just in time");
    });
    let mut buffer = room::<16>();
    let copied = end.read_within(&mut buffer, Until(Mark(100))).expect("the bytes were taken out of the stream");
    assert_eq!(copied, completed(12));
    assert_eq!(filled(&buffer, 12), b"just in time");
}

#[test]
fn cancel_that_lost_the_race_to_a_drop_tells_of_the_drop() {
    let (mut end, writer) = readable();
    let mut buffer = room::<4>();
    host::at(0, move || {
        writer.write(b"ab");
        writer.end();
    });
    // Patience that never waits gives way once, and finds the event when it cancels.
    assert_eq!(end.read_within(&mut buffer, Never), Some(dropped(2)));
    assert_eq!(end.read(&mut buffer), dropped(0));
}

#[test]
fn try_read_does_not_block_and_leaves_no_copy_behind() {
    let (mut end, writer) = readable();
    assert_eq!(end.read_within(&mut room::<4>(), Never), None);
    assert_eq!(host::now(), 0);
    writer.write(b"abc");
    assert_eq!(end.read_within(&mut room::<4>(), Never), Some(completed(3)));
}

#[test]
fn write_returns_what_the_reader_took() {
    let (mut end, reader) = writable();
    reader.set_appetite(3);
    assert_eq!(end.write(b"hello"), completed(3));
    assert_eq!(reader.bytes(), b"hel");
}

#[test]
fn write_blocks_while_the_reader_takes_nothing() {
    let (mut end, reader) = writable();
    reader.set_appetite(0);
    let slow = reader.clone();
    host::at(70, move || slow.set_appetite(100));
    assert_eq!(end.write(b"patience"), completed(8));
    assert_eq!(host::now(), 70);
    assert_eq!(reader.bytes(), b"patience");
}

#[test]
fn write_after_reader_dropped_is_dropped_for_ever() {
    let (mut end, reader) = writable();
    reader.drop_end();
    assert_eq!(end.write(b"x"), dropped(0));
    assert_eq!(end.write(b"x"), dropped(0));
    assert!(end.has_ended());
}

#[test]
fn reader_that_drops_while_a_write_blocks_ends_it() {
    let (mut end, reader) = writable();
    reader.set_appetite(0);
    host::at(5, move || reader.drop_end());
    assert_eq!(end.write(b"x"), dropped(0));
}

#[test]
fn write_until_gives_up_and_nothing_was_taken() {
    let (mut end, reader) = writable();
    reader.set_appetite(0);
    assert_eq!(end.write_within(b"x", Until(Mark(9))), None);
    reader.set_appetite(5);
    assert_eq!(reader.bytes(), b"", "the cancelled write is over");
    assert_eq!(end.write_within(b"y", Until(Mark(9))), Some(completed(1)));
    assert_eq!(reader.bytes(), b"y");
}

#[test]
fn write_cancelled_too_late_counts() {
    let places = [(); 3].map(|()| host::add_resource("place", Rc::new(())));
    let (mut end, reader) = writable();
    places.into_iter().for_each(|place| host::drop_resource("place", place));
    reader.set_appetite(0);
    let late = reader.clone();
    host::at(9, move || {
        host::advance_to(9);
        late.set_appetite(2);
    });
    assert_eq!(end.write_within(b"xyz", Until(Mark(9))), Some(completed(2)));
    assert_eq!(reader.bytes(), b"xy");
}

#[test]
fn dropping_the_readable_end_tells_the_host() {
    let (end, writer) = readable();
    assert!(!writer.reader_is_gone());
    drop(end);
    assert!(writer.reader_is_gone());
}

#[test]
fn dropping_the_writable_end_tells_the_host() {
    let (end, reader) = writable();
    assert!(!reader.writer_is_gone());
    drop(end);
    assert!(reader.writer_is_gone());
    assert_eq!(live_handles(), [""; 0]);
}

#[test]
fn a_thread_that_nobody_can_wake_is_a_deadlock() {
    let (mut end, _writer) = readable();
    let message = must_panic(move || {
        end.read(&mut [MaybeUninit::uninit()]);
    });
    assert!(message.contains("deadlock"), "{message}");
}

#[test]
fn an_end_of_another_type_is_refused() {
    let (handle, _writer) = HostWriter::new("another stream", 1);
    let mut end = ReadableEnd::<Bytes>::from_handle(handle);
    let message = must_panic(move || {
        end.read(&mut [MaybeUninit::uninit()]);
    });
    assert!(message.contains("is not a readable end of"), "{message}");
}
