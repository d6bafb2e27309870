//! The fake host's file system as a tree, and how a path leads through it.

use alloc_crate::collections::BTreeMap;
use alloc_crate::rc::Rc;
use alloc_crate::string::{String, ToString};
use alloc_crate::vec::Vec;
use core::cell::RefCell;

use crate::Error;
use crate::abi::filesystem::{DescriptorType, Timestamp};

/// A file, directory or link; names refer to it.
pub(super) type NodeRef = Rc<RefCell<Node>>;

/// What is stored about a file.
pub(super) struct Node {
    pub(super) body: Body,
    pub(super) accessed: Timestamp,
    pub(super) modified: Timestamp,
    /// How many names refer to it.
    pub(super) links: u64,
}

/// What is in it.
pub(super) enum Body {
    File(Vec<u8>),
    Directory(BTreeMap<String, NodeRef>),
    Link(String),
}

impl Node {
    pub(super) fn new(body: Body) -> NodeRef {
        let epoch = Timestamp { seconds: 0, nanoseconds: 0 };
        Rc::new(RefCell::new(Node { body, accessed: epoch, modified: epoch, links: 1 }))
    }

    pub(super) fn kind(&self) -> DescriptorType {
        match self.body {
            Body::File(_) => DescriptorType::RegularFile,
            Body::Directory(_) => DescriptorType::Directory,
            Body::Link(_) => DescriptorType::SymbolicLink,
        }
    }

    pub(super) fn size(&self) -> u64 {
        match &self.body {
            Body::File(bytes) => bytes.len() as u64,
            Body::Directory(_) => 4096,
            Body::Link(target) => target.len() as u64,
        }
    }

    /// The names in a directory.
    ///
    /// # Panics
    ///
    /// Unless it is one.
    pub(super) fn entries(&mut self) -> &mut BTreeMap<String, NodeRef> {
        match &mut self.body {
            Body::Directory(entries) => entries,
            _ => panic!("only a directory has entries"),
        }
    }

    pub(super) fn file(&mut self) -> Result<&mut Vec<u8>, Error> {
        match &mut self.body {
            Body::File(bytes) => Ok(bytes),
            Body::Directory(_) => Err(Error::ISDIR),
            Body::Link(_) => Err(Error::BADF),
        }
    }
}

/// Where a path leads.
pub(super) struct Resolved {
    /// The directory of its last component.
    pub(super) parent: NodeRef,
    /// The last component; empty for `.` and `..`.
    pub(super) name: String,
    /// What has that name.
    pub(super) node: Option<NodeRef>,
    /// Whether the path ends in a slash: it must be a directory then.
    pub(super) directory: bool,
}

/// Follows `path` from `base`, which it may not leave; a link in the last place only if `follow`.
pub(super) fn resolve(base: &NodeRef, path: &str, follow: bool) -> Result<Resolved, Error> {
    if path.is_empty() {
        return Err(Error::NOENT);
    }
    if path.starts_with('/') {
        return Err(Error::PERM);
    }
    let directory = path.ends_with('/');
    let mut way = alloc_crate::vec![base.clone()];
    let mut pending: Vec<String> = path.split('/').rev().map(String::from).collect();
    let mut links = 0;
    let mut last = Resolved { parent: base.clone(), name: String::new(), node: Some(base.clone()), directory };
    while let Some(component) = pending.pop() {
        if matches!(&*component, "" | ".") {
            continue;
        }
        // The component before must have been a directory.
        let here = last.node.clone().ok_or(Error::NOENT)?;
        if here.borrow().kind() != DescriptorType::Directory {
            return Err(Error::NOTDIR);
        }
        if component == ".." {
            way.pop();
            let here = way.last().ok_or(Error::PERM)?.clone();
            last = Resolved { parent: here.clone(), name: String::new(), node: Some(here), directory };
            continue;
        }
        let node = here.borrow_mut().entries().get(&component).cloned();
        let target = match node.as_ref().map(|node| node.borrow()) {
            Some(node) => match &node.body {
                Body::Link(target) => Some(target.to_string()),
                _ => None,
            },
            None => None,
        };
        let is_last = pending.iter().all(|component| component.is_empty() || component == ".");
        if let Some(target) = target.filter(|_| follow || !is_last || directory) {
            links += 1;
            if links > 40 {
                return Err(Error::LOOP);
            }
            if target.starts_with('/') {
                return Err(Error::PERM);
            }
            pending.extend(target.split('/').rev().map(String::from));
            continue;
        }
        if let Some(node) = &node
            && node.borrow().kind() == DescriptorType::Directory
        {
            way.push(node.clone());
        }
        last = Resolved { parent: here, name: component, node, directory };
    }
    if let Some(node) = &last.node
        && directory
        && node.borrow().kind() != DescriptorType::Directory
    {
        return Err(Error::NOTDIR);
    }
    Ok(last)
}

/// Whether `node` is `tree` or lies in it.
pub(super) fn contains(tree: &NodeRef, node: &NodeRef) -> bool {
    if Rc::ptr_eq(tree, node) {
        return true;
    }
    let children: Vec<NodeRef> = match &tree.borrow().body {
        Body::Directory(entries) => entries.values().cloned().collect(),
        _ => return false,
    };
    children.iter().any(|child| contains(child, node))
}
