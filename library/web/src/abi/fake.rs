//! The page as the tests have it: clocks of virtual time, two streams that are kept, numbers that are not random.

use std::cell::RefCell;
use std::string::String;
use std::vec::Vec;

use component_rt::abi::fake::instance::per_instance;
use component_rt::abi::fake::{host, threads, waitables};
use component_rt::abi::memory::{RawList, RawString};

/// What the page has, and what the program did.
#[derive(Debug, Default)]
pub struct Page {
    /// What `system-now` gives.
    pub date: f64,
    /// The arguments.
    pub args: Vec<String>,
    /// The variables.
    pub vars: Vec<(String, String)>,
    /// What was written to standard output.
    pub stdout: Vec<u8>,
    /// What was written to standard error.
    pub stderr: Vec<u8>,
    /// The last random number.
    pub random: u64,
    /// How many bytes each call of `random-bytes` asked for.
    pub asked: Vec<u32>,
    /// The marks that were slept until.
    pub marks: Vec<f64>,
}

per_instance! {
    static PAGE: RefCell<Page> = RefCell::default();
}

/// Looks at or changes this thread's page.
pub fn page<R>(f: impl FnOnce(&mut Page) -> R) -> R {
    PAGE.with(|page| f(&mut page.borrow_mut()))
}

/// How `exit` leaves the instance: as the payload of a panic.
#[derive(Debug, PartialEq, Eq)]
pub struct Exited(pub u32);

pub(crate) fn monotonic_now() -> f64 {
    host::now() as f64 / 1e6
}

pub(crate) fn system_now() -> f64 {
    page(|page| page.date)
}

fn nanoseconds(mark: f64) -> u64 {
    page(|page| page.marks.push(mark));
    (mark * 1e6) as u64
}

pub(crate) fn sleep_until(mark: f64) {
    threads::sleep_until(nanoseconds(mark));
}

pub(crate) fn sleep_until_async(mark: f64) -> u32 {
    waitables::begin_subtask(nanoseconds(mark), || ())
}

pub(crate) fn random_u64() -> u64 {
    page(|page| {
        page.random += 1;
        page.random
    })
}

/// # Safety
///
/// `bytes` is writable.
pub(crate) unsafe fn random_bytes(count: u32, bytes: *mut RawList<u8>) {
    let random = page(|page| {
        page.asked.push(count);
        (0..count).map(|number| number as u8).collect()
    });
    // SAFETY: the caller promises room for the list.
    unsafe { bytes.write(RawList::lower(random)) };
}

pub(crate) fn is_terminal(stream: u32) -> u32 {
    u32::from(stream == 1)
}

/// # Safety
///
/// So many bytes lie there.
pub(crate) unsafe fn write_stdout(text: *const u8, length: usize) {
    // SAFETY: the caller's promise.
    page(|page| page.stdout.extend(unsafe { core::slice::from_raw_parts(text, length) }));
}

/// # Safety
///
/// So many bytes lie there.
pub(crate) unsafe fn write_stderr(text: *const u8, length: usize) {
    // SAFETY: the caller's promise.
    page(|page| page.stderr.extend(unsafe { core::slice::from_raw_parts(text, length) }));
}

/// # Safety
///
/// `arguments` is writable.
pub(crate) unsafe fn args(arguments: *mut RawList<RawString>) {
    let list = page(|page| page.args.iter().map(|text| RawString::lower(text)).collect());
    // SAFETY: the caller promises room for the list.
    unsafe { arguments.write(RawList::lower(list)) };
}

/// # Safety
///
/// `variables` is writable.
pub(crate) unsafe fn vars(variables: *mut RawList<[RawString; 2]>) {
    let both = |(name, value): &(String, String)| [RawString::lower(name), RawString::lower(value)];
    let list = page(|page| page.vars.iter().map(both).collect());
    // SAFETY: the caller promises room for the list.
    unsafe { variables.write(RawList::lower(list)) };
}

pub(crate) fn exit(code: u32) {
    std::panic::panic_any(Exited(code));
}
