//! Arguments, environment, clocks, random data, exit.

#[path = "../../component/tests/common/mod.rs"]
mod common;

use std::collections::BTreeSet;

use common::must_panic;
use component_rt::abi::fake::host;
use wasi_rt::abi::fake::cli::{Exited, configure};
use wasi_rt::abi::fake::clocks::system;
use wasi_rt::time::Mark;
use wasi_rt::{Error, env, exit, random, stdio, thread, time};

fn calls(import: &str) -> usize {
    configure(|process| process.calls.get(import).copied().unwrap_or(0))
}

#[test]
fn args_are_asked_for_once() {
    configure(|process| process.arguments = ["rg", "", "ünïcode"].map(String::from).into());
    assert_eq!(env::args(), ["rg", "", "ünïcode"]);
    assert_eq!(env::args().as_ptr(), env::args().as_ptr());
    assert_eq!(calls("get-arguments"), 1);
}

#[test]
fn args_may_be_none_at_all() {
    assert!(env::args().is_empty());
}

#[test]
fn environment_is_asked_for_once_and_then_ours() {
    configure(|process| process.variables = [("HOME", "/root"), ("EMPTY", "")].map(pair).into());
    assert_eq!(env::get(b"HOME").as_deref(), Some(&b"/root"[..]));
    assert_eq!(env::get(b"EMPTY").as_deref(), Some(&b""[..]));
    assert_eq!(env::get(b"HOM"), None);
    env::set(b"NEW", b"1").unwrap();
    env::set(b"HOME", b"/home").unwrap();
    env::unset(b"EMPTY").unwrap();
    env::unset(b"NEVER THERE").unwrap();
    let expected = [("HOME", "/home"), ("NEW", "1")].map(pair).map(|(name, value)| (name.into(), value.into()));
    assert_eq!(env::variables(), expected);
    assert_eq!(calls("get-environment"), 1);
}

fn pair((name, value): (&str, &str)) -> (String, String) {
    (name.into(), value.into())
}

#[test]
fn names_that_no_program_could_read_are_refused() {
    for name in [&b""[..], b"A=B", b"A\0"] {
        assert_eq!(env::set(name, b"x"), Err(Error::INVAL));
        assert_eq!(env::unset(name), Err(Error::INVAL));
    }
    assert_eq!(env::set(b"A", b"x\0y"), Err(Error::INVAL));
    assert_eq!(env::get(b"A=B"), None);
}

/// In which order three threads run that were made in one.
fn order_of_threads() -> Vec<u8> {
    extern "C" fn run(name: *mut u8) {
        ORDER.with(|order| order.push(name.addr() as u8));
    }
    let names = [1, 2, 3].map(std::ptr::without_provenance_mut);
    let threads = names.map(|name| thread::spawn(0, std::ptr::null(), run, name).expect("room for one more"));
    threads.into_iter().for_each(component_rt::thread::Thread::join);
    ORDER.with(|order| order.clone())
}

component_rt::instance_state! {
    static ORDER: Vec<u8> = Vec::new();
}

#[test]
fn a_seed_in_the_environment_makes_the_schedule() {
    let with = |seed: Option<String>| {
        let instance = std::thread::spawn(|| {
            configure(|process| process.variables.extend(seed.map(|seed| ("COMPONENT_SCHEDULE_SEED".into(), seed))));
            let order = order_of_threads();
            assert_eq!(calls("get-environment"), 1, "it is asked for before the first thread is made");
            order
        });
        instance.join().expect("the instance does not trap")
    };
    assert_eq!(with(None), [1, 2, 3]);
    assert_eq!(with(Some("no number".into())), [1, 2, 3]);
    let orders: BTreeSet<_> = (0..20).map(|seed| with(Some(seed.to_string()))).collect();
    assert!(orders.len() > 1, "{orders:?}");
}

#[test]
fn initial_cwd_is_what_the_host_says() {
    assert_eq!(env::initial_cwd(), None);
    configure(|process| process.initial_cwd = Some("/given".into()));
    assert_eq!(env::initial_cwd().as_deref(), Some("/given"));
}

#[test]
fn system_time_before_the_epoch_counts_nanoseconds_upwards() {
    system::set(-1);
    assert_eq!(time::system_now(), (-1, 999_999_999));
    system::set(-1_000_000_000);
    assert_eq!(time::system_now(), (-1, 0));
    system::set(1_500_000_000);
    assert_eq!(time::system_now(), (1, 500_000_000));
}

#[test]
fn sleep_takes_as_long_as_it_was_asked_to() {
    time::sleep(1_000);
    assert_eq!(time::monotonic_now(), 1_000);
    time::sleep_until(Mark(5_000));
    assert_eq!(time::monotonic_now(), 5_000);
    time::sleep_until(Mark(10));
    assert_eq!(time::monotonic_now(), 5_000);
}

#[test]
fn the_end_of_time_is_far_but_there() {
    host::advance_to(10);
    assert_eq!(Mark::after(u64::MAX), Mark(u64::MAX));
}

#[test]
fn fill_fills_every_byte_whatever_the_length() {
    for length in [0, 1, 7, 8, 9, 16, 17, 1_000, 1_001, 70_000] {
        let mut bytes = vec![0; length];
        // A byte that random data leaves zero once is not zero for ever.
        for _ in 0..20 {
            let mut more = vec![0; length];
            random::fill(&mut more);
            bytes.iter_mut().zip(more).for_each(|(all, byte)| *all |= byte);
        }
        assert!(bytes.iter().all(|&byte| byte != 0), "{length}");
    }
}

#[test]
fn seeds_differ() {
    assert_ne!(random::insecure_seed(), random::insecure_seed());
}

#[test]
fn exit_keeps_the_low_eight_bits() {
    for (code, expected) in [(0, 0), (7, 7), (255, 255), (256, 0), (-1, 255), (i32::MIN, 0)] {
        let payload = std::panic::catch_unwind(|| exit::exit(code)).expect_err("it does not return");
        assert_eq!(payload.downcast_ref(), Some(&Exited(expected)));
    }
}

#[test]
fn exit_ends_the_output_first() {
    // The host confirms the end when the writer has gone: the orderly way.
    stdio::write_stdout(b"bye\n").unwrap();
    let (reader, end) = configure(|process| process.outputs[0].clone());
    let confirming = reader.clone();
    host::at(100, move || {
        assert!(confirming.writer_is_gone());
        end.write(component_rt::abi::memory::RawResult::<(), u8>::lower(Ok(())));
    });
    assert!(std::panic::catch_unwind(|| exit::exit(0)).is_err());
    assert_eq!(host::now(), 100, "exit waits until the host has confirmed");
    assert_eq!(reader.bytes(), b"bye\n");
}

#[test]
fn every_error_has_a_name_and_a_message() {
    for number in 1..=76 {
        let error = Error::from_raw(number);
        assert_eq!(error.raw(), number);
        assert!(error.name().is_some(), "{number}");
        assert_ne!(error.message(), Error::from_raw(0).message(), "{number}");
    }
    assert_eq!(format!("{:?} {}", Error::NOENT, Error::NOENT), "Error::NOENT No such file or directory");
    assert_eq!(Error::from_raw(77).name(), None);
    assert_eq!(Error::from_raw(77).message(), "No error information");
    assert_eq!(Error::from_raw(-1).raw(), -1);
    assert_eq!(Error::from_raw(70_000).raw(), 70_000);
}

#[test]
fn an_unknown_error_code_is_the_hosts_fault() {
    let message = must_panic(|| {
        wasi_rt::error::CLI.error(3);
    });
    assert!(message.contains("one of its enumeration"), "{message}");
}
