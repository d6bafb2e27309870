//! Positions behind an append.
//!
//! Such a position is the end of the file as long as nobody else writes it. So whoever is about to write has those who
//! stand there ask where that is. Here is who they are.

use alloc_crate::rc::{Rc, Weak};
use alloc_crate::vec::Vec;

use super::description::Description;
use crate::abi::filesystem::Descriptor;

component_rt::instance_state! {
    static APPENDED: Appended = Appended { count: 0, positions: Vec::new() };
}

struct Appended {
    /// How often a position came to be the one behind an append.
    count: u64,
    /// Those whose position is, with the count when it came to be, in that order.
    positions: Vec<(u64, Weak<Description>)>,
}

/// Notes that the position is now the one behind an append.
pub(super) fn note(description: &Rc<Description>) {
    APPENDED.with(|appended| {
        appended.count += 1;
        let own = Rc::as_ptr(description);
        appended.positions.retain(|(_, other)| other.strong_count() != 0 && other.as_ptr() != own);
        appended.positions.push((appended.count, Rc::downgrade(description)));
    });
}

/// Those that stand behind what they appended to this file through another descriptor, and have come there since this
/// was asked last.
#[inline]
pub(super) fn others_of(description: &Description) -> Vec<Rc<Description>> {
    let count = APPENDED.with(|appended| appended.count);
    if description.others_until.get() == count { Vec::new() } else { look_for_others(description, count) }
}

#[cold]
fn look_for_others(description: &Description, count: u64) -> Vec<Rc<Description>> {
    let known = description.others_until.replace(count);
    let mut others: Vec<Rc<Description>> = APPENDED.with(|appended| {
        let first = appended.positions.partition_point(|&(count, _)| count <= known);
        appended.positions[first..].iter().filter_map(|(_, other)| other.upgrade()).collect()
    });
    let file = &description.opened.descriptor;
    others.retain(|other| !core::ptr::eq(&**other, description) && other.opened.descriptor.is_same_object(file));
    others
}

/// The same before a file is emptied by opening it: `open` opens it as it is, if there is something in it.
pub(super) fn others_of_truncated(open: impl FnOnce() -> Option<Descriptor>) -> Vec<Rc<Description>> {
    let mut others: Vec<Rc<Description>> = APPENDED.with(|appended| {
        let others = appended.positions.iter().filter_map(|(_, other)| other.upgrade());
        // One that is in a call is asked after that.
        others.filter(|other| other.cursor.try_take().is_none_or(|cursor| cursor.is_appended())).collect()
    });
    if others.is_empty() {
        return others;
    }
    let file = open();
    others.retain(|other| file.as_ref().is_some_and(|file| other.opened.descriptor.is_same_object(file)));
    others
}
