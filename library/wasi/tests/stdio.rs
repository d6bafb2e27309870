//! The standard streams: what arrives, when a write returns, and how they end.

#[path = "../../component/tests/common/mod.rs"]
mod common;

use common::spawn;
use component_rt::abi::fake::host::{self, live_handles};
use component_rt::abi::memory::RawResult;
use component_rt::thread;
use wasi_rt::Error;
use wasi_rt::abi::fake::cli::configure;
use wasi_rt::stdio;

fn calls(import: &str) -> usize {
    configure(|process| process.calls.get(import).copied().unwrap_or(0))
}

fn outcome(result: Result<(), u8>) -> RawResult<(), u8> {
    RawResult::lower(result)
}

#[test]
fn stdout_is_opened_once_by_the_first_write() {
    assert_eq!(calls("stdout"), 0);
    assert_eq!(stdio::write_stdout(b"one\n"), Ok(4));
    assert_eq!(stdio::write_stdout(b"two\n"), Ok(4));
    assert_eq!(calls("stdout"), 1);
    assert_eq!(configure(|process| process.outputs[0].0.bytes()), b"one\ntwo\n");
}

#[test]
fn stderr_is_a_stream_of_its_own() {
    stdio::write_stderr(b"oops").unwrap();
    assert_eq!((calls("stdout"), calls("stderr")), (0, 1));
    assert_eq!(configure(|process| process.errors[0].0.bytes()), b"oops");
}

#[test]
fn empty_write_opens_nothing_it_need_not() {
    assert_eq!(stdio::write_stdout(b""), Ok(0));
    assert_eq!(calls("stdout"), 0);
}

#[test]
fn write_returns_when_a_slow_reader_has_the_bytes() {
    stdio::write_stdout(b"first").unwrap();
    let reader = configure(|process| process.outputs[0].0.clone());
    reader.set_appetite(0);
    let slow = reader.clone();
    host::at(1_000, move || slow.set_appetite(3));
    assert_eq!(stdio::write_stdout(b"second"), Ok(3), "as many as the reader took");
    assert_eq!(host::now(), 1_000);
    assert_eq!(reader.bytes(), b"firstsec");
}

#[test]
fn write_to_a_reader_that_has_gone_is_a_broken_pipe_for_ever() {
    stdio::write_stdout(b"x").unwrap();
    configure(|process| {
        let (reader, end) = process.outputs[0].clone();
        reader.drop_end();
        end.write(outcome(Ok(())));
    });
    assert_eq!(stdio::write_stdout(b"y"), Err(Error::PIPE));
    assert_eq!(stdio::write_stdout(b"z"), Err(Error::PIPE));
    assert_eq!(calls("stdout"), 1);
    assert!(!live_handles().iter().any(|handle| handle.contains("stream")), "{:?}", live_handles());
}

#[test]
fn the_hosts_reason_is_the_error() {
    for (code, expected) in [(0, Error::IO), (1, Error::ILSEQ), (2, Error::PIPE)] {
        let got = std::thread::spawn(move || {
            stdio::write_stderr(b"x").unwrap();
            configure(|process| {
                let (reader, end) = process.errors[0].clone();
                reader.drop_end();
                // Later: the error is worth waiting for.
                host::at(50, move || end.write(outcome(Err(code))));
            });
            stdio::write_stderr(b"y")
        });
        assert_eq!(got.join().unwrap(), Err(expected));
    }
}

#[test]
fn bytes_taken_before_the_reader_went_count() {
    stdio::write_stdout(b"x").unwrap();
    let reader = configure(|process| process.outputs[0].0.clone());
    reader.set_appetite(0);
    host::at(5, move || {
        // Taken and gone before the writer sees either.
        reader.set_appetite(2);
        reader.drop_end();
    });
    assert_eq!(stdio::write_stdout(b"abc"), Ok(2));
    configure(|process| process.outputs[0].1.drop_end());
    assert_eq!(stdio::write_stdout(b"c"), Err(Error::PIPE));
}

#[test]
fn close_waits_for_the_host_and_leaves_nothing() {
    stdio::write_stdout(b"x").unwrap();
    let end = configure(|process| process.outputs[0].1.clone());
    host::at(9, move || end.write(outcome(Ok(()))));
    stdio::close();
    assert_eq!(host::now(), 9);
    assert_eq!(live_handles(), ["waitable-set"]);
    // Nothing is open: closing again asks nobody.
    stdio::close();
}

#[test]
fn close_of_streams_never_used_imports_nothing() {
    stdio::close();
    assert_eq!((calls("stdout"), calls("stderr")), (0, 0));
}

#[test]
fn write_after_close_opens_anew() {
    stdio::write_stdout(b"x").unwrap();
    configure(|process| process.outputs[0].1.write(outcome(Ok(()))));
    stdio::close();
    stdio::write_stdout(b"late").unwrap();
    assert_eq!(configure(|process| process.outputs[1].0.bytes()), b"late");
}

#[test]
fn stdin_is_read_to_its_end_and_stays_there() {
    configure(|process| process.input = b"hello".to_vec());
    let mut buffer = [0; 3];
    assert_eq!(stdio::read_stdin(&mut buffer), Ok(3));
    assert_eq!(&buffer, b"hel");
    assert_eq!(stdio::read_stdin(&mut buffer), Ok(2));
    assert_eq!(&buffer[..2], b"lo");
    assert_eq!(stdio::read_stdin(&mut buffer), Ok(0));
    assert_eq!(stdio::read_stdin(&mut buffer), Ok(0));
    assert_eq!(calls("stdin"), 1);
    assert_eq!(live_handles(), [""; 0]);
}

#[test]
fn stdin_blocks_until_somebody_types() {
    configure(|process| process.input_stays_open = true);
    host::at(0, || ());
    let mut buffer = [0; 8];
    // Opened by the first read; the typing comes while that read blocks.
    host::at(700, || configure(|process| process.inputs[0].0.write(b"y\n")));
    assert_eq!(stdio::read_stdin(&mut buffer), Ok(2));
    assert_eq!(&buffer[..2], b"y\n");
    assert_eq!(host::now(), 700);
}

#[test]
fn stdin_that_fails_fails_again() {
    configure(|process| process.input_stays_open = true);
    host::at(1, || {
        configure(|process| {
            let (writer, end) = process.inputs[0].clone();
            writer.end();
            end.write(outcome(Err(0)));
        });
    });
    assert_eq!(stdio::read_stdin(&mut [0; 4]), Err(Error::IO));
    assert_eq!(stdio::read_stdin(&mut [0; 4]), Err(Error::IO));
}

#[test]
fn empty_read_is_not_the_end() {
    configure(|process| process.input = b"x".to_vec());
    assert_eq!(stdio::read_stdin(&mut []), Ok(0));
    assert_eq!(stdio::read_stdin(&mut [0; 1]), Ok(1));
}

#[test]
fn terminals_are_told_by_the_host_and_leave_no_handle() {
    configure(|process| process.terminals = [true, false, true]);
    assert_eq!([0, 1, 2, 3, -1].map(stdio::is_terminal), [true, false, true, false, false]);
    assert_eq!(live_handles(), [""; 0]);
}

#[test]
fn threads_read_stdin_one_after_another() {
    configure(|process| process.input_stays_open = true);
    let readers = [(); 3].map(|()| {
        spawn(|| {
            let mut buffer = [0; 1];
            stdio::read_stdin(&mut buffer).map(|count| buffer[..count].to_vec())
        })
    });
    thread::give_way();
    host::at(100, || configure(|process| process.inputs[0].0.write(b"abc")));
    let mut all = readers.map(|reader| reader.join().unwrap()).concat();
    all.sort_unstable();
    assert_eq!(all, b"abc", "each byte went to one of them");
    assert_eq!(calls("stdin"), 1);
}

#[test]
fn thread_waits_for_another_that_writes_to_a_slow_reader() {
    stdio::write_stderr(b".").unwrap();
    let reader = configure(|process| process.errors[0].0.clone());
    reader.set_appetite(0);
    let first = spawn(|| stdio::write_stderr(b"first"));
    let second = spawn(|| stdio::write_stderr(b"second"));
    let slow = reader.clone();
    host::at(50, move || slow.set_appetite(100));
    assert_eq!((first.join(), second.join()), (Ok(5), Ok(6)));
    assert_eq!(reader.bytes(), b".firstsecond");
    assert_eq!(calls("stderr"), 1);
}

#[test]
fn close_does_not_wait_for_a_write_that_another_thread_is_stuck_in() {
    stdio::write_stdout(b".").unwrap();
    configure(|process| process.outputs[0].0.set_appetite(0));
    drop(spawn(|| stdio::write_stdout(b"nobody reads this")));
    thread::give_way();
    stdio::close();
    assert_eq!(host::now(), 0);
}
