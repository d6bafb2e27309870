//! Waiting for descriptors: `poll` and `select`.

use core::ffi::c_int;

use alloc_crate::vec::Vec;
use wasi_rt::Error;
use wasi_rt::poll::{self, Polled, Timeout};
use wasi_rt::time::Mark;

use crate::abi::*;
use crate::answer::number;

c! {
    "poll" "(i32, i32, i32) -> (i32)" 0 1 2 = self::poll;
    "poll_among_threads" "(i32, i32, i32) -> (i32)" 0 1 2 = poll_among_threads;
    "select" "(i32, i32, i32, i32, i32) -> (i32)" 0 1 2 3 4 = select;
}

const _: () = assert!(
    POLLIN == poll::IN
        && POLLOUT == poll::OUT
        && POLLERR == poll::ERR
        && POLLHUP == poll::HUP
        && POLLNVAL == poll::NVAL
        && size_of::<pollfd>() == size_of::<Polled>()
);

/// # Safety
///
/// There are so many.
unsafe fn all<'a>(fds: *mut pollfd, count: nfds_t) -> &'a mut [Polled] {
    // SAFETY: the caller's promise; one has the layout of the other.
    if count == 0 { &mut [] } else { unsafe { core::slice::from_raw_parts_mut(fds.cast(), count as usize) } }
}

/// Milliseconds; a negative number is for ever.
fn timeout(milliseconds: c_int) -> Timeout {
    match u64::try_from(milliseconds) {
        Ok(0) => Timeout::Zero,
        Ok(milliseconds) => Timeout::Until(Mark::after(milliseconds * 1_000_000)),
        Err(_) => Timeout::Never,
    }
}

/// POSIX: `poll`.
pub unsafe extern "C" fn poll(fds: *mut pollfd, count: nfds_t, milliseconds: c_int) -> c_int {
    // SAFETY: the caller's promise.
    poll::poll(unsafe { all(fds, count) }, timeout(milliseconds)) as c_int
}

/// `poll` for a program in which somebody waits for other threads by it ([`poll::among_threads`]).
pub unsafe extern "C" fn poll_among_threads(fds: *mut pollfd, count: nfds_t, milliseconds: c_int) -> c_int {
    // SAFETY: the caller's promise.
    let found = poll::among_threads(unsafe { all(fds, count) }, timeout(milliseconds));
    number(found.map(|count| count as c_int))
}

/// POSIX: `select`.
pub unsafe extern "C" fn select(
    count: c_int,
    readable: *mut fd_set,
    writable: *mut fd_set,
    failed: *mut fd_set,
    time: *const timeval,
) -> c_int {
    let select = || {
        if !usize::try_from(count).is_ok_and(|count| count <= FD_SETSIZE) {
            return Err(Error::INVAL);
        }
        // SAFETY: the caller's promise.
        let mut sets = unsafe { [readable.as_mut(), writable.as_mut(), failed.as_mut()] };
        // SAFETY: the caller's promise.
        let timeout = match unsafe { time.as_ref() } {
            None => Timeout::Never,
            Some(timeval { tv_sec: 0, tv_usec: 0 }) => Timeout::Zero,
            Some(time) => {
                let (Ok(seconds), Ok(micros)) = (u64::try_from(time.tv_sec), u64::try_from(time.tv_usec)) else {
                    return Err(Error::INVAL);
                };
                let nanoseconds = seconds.saturating_mul(1_000_000_000).saturating_add(micros.saturating_mul(1000));
                Timeout::Until(Mark::after(nanoseconds))
            }
        };
        let mut polled: Vec<Polled> = Vec::new();
        for (set, wanted) in sets.iter().zip([POLLIN, POLLOUT, 0]) {
            let Some(set) = set else { continue };
            for fd in set.__fds[..set.__nfds.min(FD_SETSIZE)].iter().copied().filter(|fd| *fd < count) {
                match polled.iter_mut().find(|polled| polled.fd == fd) {
                    Some(polled) => polled.wanted |= wanted,
                    None => polled.push(Polled { fd, wanted, seen: 0 }),
                }
            }
        }
        poll::poll(&mut polled, timeout);
        if polled.iter().any(|polled| polled.seen & POLLNVAL != 0) {
            return Err(Error::BADF);
        }
        let mut found = 0;
        for (set, bits) in sets.iter_mut().zip([POLLIN | POLLHUP | POLLERR, POLLOUT | POLLERR, 0]) {
            let Some(set) = set else { continue };
            let mut kept = 0;
            for at in 0..set.__nfds.min(FD_SETSIZE) {
                let fd = set.__fds[at];
                if polled.iter().any(|polled| polled.fd == fd && polled.seen & bits != 0) {
                    set.__fds[kept] = fd;
                    kept += 1;
                }
            }
            set.__nfds = kept;
            found += kept as c_int;
        }
        Ok(found)
    };
    number(select())
}
