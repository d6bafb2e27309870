//! What becomes of this process when a signal ends it: it leaves no directory behind, and does not outlive the cargo that waits for it.
//!
//! Removing a directory is more than a signal handler may do, and a thread that waits for signals would make each call of the kernel that takes
//! a descriptor slower, because a table of descriptors that threads share must be locked. So the handler has the process become a shell that removes the
//! directory: `execve` is one of the functions that a handler may call, it ends the guest with all its threads, so that nobody writes into the
//! directory any more, and the shell gives the exit code. Left out: a process that is killed; what it leaves is for the next one.

#![allow(unsafe_code)]

use std::ffi::{CStr, CString};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::OnceLock;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

/// The directory, as the kernel wants it.
static LEFT: OnceLock<CString> = OnceLock::new();

/// The signals, with the exit codes that a shell gives for them.
const SIGNALS: [(libc::c_int, &CStr); 3] = [(SIGHUP, c"129"), (SIGINT, c"130"), (SIGTERM, c"143")];

/// From now on Ctrl-C, SIGTERM and SIGHUP end this process with 128 + the signal, and remove `directory` with all that is in it. For one directory
/// in a process: the first one. A process that was started to ignore SIGHUP (`nohup`) goes on ignoring it.
///
/// # Errors
/// The system takes no handler.
pub fn remove_at_signal(directory: &Path) -> io::Result<()> {
    let path = CString::new(directory.as_os_str().as_bytes())?;
    if LEFT.set(path).is_err() {
        return Ok(());
    }
    for (signal, code) in SIGNALS {
        if signal == SIGHUP && is_ignored(signal) {
            continue;
        }
        // SAFETY: a handler must only do what is safe at any point of the program: `become_remover` says why it does nothing else.
        unsafe { signal_hook::low_level::register(signal, move || become_remover(code)) }?;
    }
    Ok(())
}

/// Ends this process when the one that waits for it has ended, if that is cargo: with `cargo test` a signal may go to cargo alone.
///
/// Not if anybody else started it: a program that was sent into the background outlives its shell.
pub fn end_with_cargo() {
    #[cfg(target_os = "linux")]
    {
        let parent = std::os::unix::process::parent_id();
        let name = std::fs::read_to_string(format!("/proc/{parent}/comm")).unwrap_or_default();
        if name.trim() == "cargo" {
            // SAFETY: this call takes a number of a signal, and no pointer.
            unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, SIGTERM) };
        }
    }
}

fn is_ignored(signal: libc::c_int) -> bool {
    // SAFETY: an action of zeros is a value of that type, which holds integers and a set of signals.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    // SAFETY: no action is given, so none is changed; the place for the one there is lives until after the call.
    let asked = unsafe { libc::sigaction(signal, std::ptr::null(), &raw mut action) };
    asked == 0 && action.sa_sigaction == libc::SIG_IGN
}

/// Runs in a signal handler: it takes no lock and no memory, and calls nothing but `execve` and `_exit`, which POSIX lists as safe there.
fn become_remover(code: &'static CStr) {
    // Set before the handler is registered; reading it is one load.
    if let Some(directory) = LEFT.get() {
        let script = c"rm -rf -- \"$0\" 2>/dev/null; exit \"$1\"";
        let words = [c"sh", c"-c", script, directory.as_c_str(), code].map(CStr::as_ptr);
        let [sh, flag, script, directory, code] = words;
        let arguments = [sh, flag, script, directory, code, std::ptr::null()];
        let environment = [c"PATH=/usr/bin:/bin".as_ptr(), std::ptr::null()];
        // SAFETY: both lists are of C strings that live as long as the process or this call, and end with a null pointer.
        unsafe { libc::execve(c"/bin/sh".as_ptr(), arguments.as_ptr(), environment.as_ptr()) };
    }
    let code = code.to_bytes().iter().fold(0, |code, digit| code * 10 + i32::from(digit - b'0'));
    // SAFETY: ends the process, and runs nothing of it.
    unsafe { libc::_exit(code) }
}
