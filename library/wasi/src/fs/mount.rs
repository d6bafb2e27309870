//! The directories this instance was given, under the names it sees them by, and the current directory among them.
//!
//! Read once, at the first use of a path, and kept for the life of the instance: preopens can neither be added nor
//! closed.

use alloc_crate::boxed::Box;
use alloc_crate::rc::Rc;
use alloc_crate::string::String;
use alloc_crate::vec::Vec;
use core::cell::{Cell, RefCell};

use super::path;
use crate::Error;
use crate::abi::filesystem::{self as host, Descriptor, DescriptorFlags};

component_rt::instance_state! {
    static MOUNTS: Option<Rc<Mounts>> = None;
}

/// All preopens and the current directory.
pub(super) struct Mounts {
    pub(super) list: Box<[Mount]>,
    cwd: RefCell<Rc<str>>,
}

/// One preopened directory.
pub(super) struct Mount {
    pub(super) directory: Descriptor,
    /// Absolute and clean; the root is the empty string.
    pub(super) path: Box<str>,
    mutable: Cell<Option<bool>>,
}

impl Mounts {
    /// The preopens of this instance.
    pub(super) fn get() -> Rc<Mounts> {
        if let Some(mounts) = MOUNTS.with(|mounts| mounts.clone()) {
            return mounts;
        }
        let mounts = Rc::new(Mounts::ask_host());
        MOUNTS.with(|slot| slot.get_or_insert(mounts).clone())
    }

    /// Absolute and clean; the root is the empty string. A host that states none means the root.
    pub(super) fn current_directory(&self) -> Rc<str> {
        self.cwd.borrow().clone()
    }

    pub(super) fn set_current_directory(&self, absolute: String) {
        *self.cwd.borrow_mut() = absolute.into();
    }

    fn ask_host() -> Mounts {
        let cwd = crate::env::initial_cwd();
        let cwd = trimmed(path::clean("", cwd.as_deref().unwrap_or("/")));
        // A preopen may have a relative name (`wasmtime --dir .`): it is relative to where the program begins.
        let list: Vec<Mount> = host::get_directories()
            .into_iter()
            .map(|(directory, name)| {
                let path = trimmed(path::clean(&cwd, &name)).into_boxed_str();
                Mount { directory, path, mutable: Cell::new(None) }
            })
            .collect();
        Mounts { list: list.into_boxed_slice(), cwd: RefCell::new(cwd.into()) }
    }
}

impl Mount {
    /// Whether files below may be changed. Asked of the host once: `descriptor.get-flags`.
    pub(super) fn is_mutable(&self) -> bool {
        if let Some(known) = self.mutable.get() {
            return known;
        }
        let answer: Result<DescriptorFlags, Error> = self.directory.get_flags();
        let mutable = answer.is_ok_and(|flags| flags.contains(DescriptorFlags::MUTATE_DIRECTORY));
        self.mutable.set(Some(mutable));
        mutable
    }
}

fn trimmed(mut path: String) -> String {
    if path.ends_with('/') {
        path.pop();
    }
    path
}
