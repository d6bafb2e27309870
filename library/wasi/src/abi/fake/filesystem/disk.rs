//! The fake host's disk as a test sees it: what it gives the guest, looks at, and does behind the guest's back.

use alloc_crate::boxed::Box;
use alloc_crate::string::{String, ToString};
use alloc_crate::vec::Vec;
use core::cell::{Cell, RefCell};

use super::tree::{self, Body, Node, NodeRef};
use component_rt::abi::fake::instance::per_instance;
use component_rt::abi::fake::streams::HostWriter;

per_instance! {
    static DISK: Disk = Disk { preopens: RefCell::new(Vec::new()), space: Cell::new(usize::MAX), calls: Cell::new(0), intruder: RefCell::new(None), held: RefCell::new(None) };
}

struct Disk {
    /// Name, directory, whether it is for reading only.
    preopens: RefCell<Vec<(String, NodeRef, bool)>>,
    /// Bytes that can still be written.
    space: Cell<usize>,
    calls: Cell<usize>,
    /// What happens before which call.
    intruder: RefCell<Option<Intruder>>,
    /// The streams of reads that began since [`hold_reads`].
    held: RefCell<Option<Vec<HostWriter>>>,
}

/// How many calls come first, and what happens then.
type Intruder = (usize, Box<dyn FnOnce()>);

/// Gives the guest a directory under a name; for reading only, if `read_only`. To be done before its first call.
pub fn give(name: &str, read_only: bool) {
    let node = Node::new(Body::Directory(Default::default()));
    DISK.with(|disk| disk.preopens.borrow_mut().push((name.to_string(), node, read_only)));
}

/// Gives the guest the directory `inside` of the preopen `name` once more, as `other`: two ways to one directory.
pub fn give_again(name: &str, inside: &str, other: &str) {
    let node = node(name, inside).expect("the directory is there");
    DISK.with(|disk| disk.preopens.borrow_mut().push((other.to_string(), node, false)));
}

/// The bytes of a file in the preopen `name`, as another program of the host would see them.
pub fn contents(name: &str, path: &str) -> Option<Vec<u8>> {
    match &node(name, path)?.borrow().body {
        Body::File(bytes) => Some(bytes.clone()),
        _ => None,
    }
}

/// Writes a file as another program of the host would.
pub fn put(name: &str, path: &str, bytes: &[u8]) {
    let (directory, file) = path.rsplit_once('/').unwrap_or((".", path));
    let directory = node(name, directory).expect("the directory is there");
    let new = Node::new(Body::File(bytes.to_vec()));
    directory.borrow_mut().entries().insert(file.to_string(), new);
}

/// Exchanges what two names of the preopen `name` stand for, as another program could at any moment.
pub fn exchange(name: &str, one: &str, other: &str) {
    let place = |path: &str| {
        let (directory, file) = path.rsplit_once('/').unwrap_or((".", path));
        (node(name, directory).expect("the directory is there"), file.to_string())
    };
    let ((here, one), (there, other)) = (place(one), place(other));
    let first = here.borrow_mut().entries().remove(&one).expect("it is there");
    let second = there.borrow_mut().entries().remove(&other).expect("it is there");
    here.borrow_mut().entries().insert(one, second);
    there.borrow_mut().entries().insert(other, first);
}

/// From now on files are as a pipe that nobody writes: reads of them find nothing, and no end.
pub fn hold_reads() {
    DISK.with(|disk| *disk.held.borrow_mut() = Some(Vec::new()));
}

/// The streams that were read from since [`hold_reads`]: to write there as the host.
pub fn held_reads() -> Vec<HostWriter> {
    DISK.with(|disk| disk.held.borrow().clone().unwrap_or_default())
}

/// Keeps a stream that is read, if reads are held.
pub(super) fn holds(writer: &HostWriter) -> bool {
    DISK.with(|disk| disk.held.borrow_mut().as_mut().map(|held| held.push(writer.clone())).is_some())
}

/// Leaves room on the disk for that many bytes more.
pub fn set_space(bytes: usize) {
    DISK.with(|disk| disk.space.set(bytes));
}

/// Bytes that can still be written.
pub(super) fn space() -> usize {
    DISK.with(|disk| disk.space.get())
}

/// How many calls of `wasi:filesystem` the guest has made since the last time this was asked.
pub fn calls() -> usize {
    DISK.with(|disk| disk.calls.take())
}

fn node(name: &str, path: &str) -> Option<NodeRef> {
    let root = DISK.with(|disk| {
        disk.preopens.borrow().iter().find(|(known, ..)| known == name).map(|(_, node, _)| node.clone())
    })?;
    tree::resolve(&root, path, false).ok()?.node
}

/// Has `action` happen right before the guest's call number `number` from now, counted from zero: as another program
/// could at any moment.
pub fn before_call(number: usize, action: impl FnOnce() + 'static) {
    DISK.with(|disk| *disk.intruder.borrow_mut() = Some((number, Box::new(action))));
}

/// Counts a call of the guest, and does it.
pub(super) fn counted<T>(call: impl FnOnce() -> T) -> T {
    let due = DISK.with(|disk| {
        disk.calls.set(disk.calls.get() + 1);
        let mut intruder = disk.intruder.borrow_mut();
        match &mut *intruder {
            Some((0, _)) => intruder.take(),
            Some((number, _)) => {
                *number -= 1;
                None
            }
            None => None,
        }
    });
    if let Some((_, action)) = due {
        action();
    }
    call()
}

/// Every preopen: name, directory, whether it is for reading only.
pub(super) fn preopens() -> Vec<(String, NodeRef, bool)> {
    DISK.with(|disk| disk.preopens.borrow().clone())
}
