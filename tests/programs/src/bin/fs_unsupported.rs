//! What WASI 0.3 has not is `Unsupported` and says so; nothing pretends.
//@ native = "natively all of it works"
//@ stdout = """
//@ try_lock: Unsupported
//@ lock: Unsupported, WASI 0.3 has no file locks
//@ created: Unsupported
//@ set_permissions: Unsupported, WASI 0.3 cannot change the permissions of a file
//@ not UTF-8: InvalidFilename
//@ outside: NotFound
//@ above: PermissionDenied
//@ """

use std::fs::{self, File, TryLockError};
use std::io;

fn main() -> io::Result<()> {
    let file = File::create("a")?;
    match file.try_lock() {
        Err(TryLockError::Error(error)) => println!("try_lock: {:?}", error.kind()),
        other => println!("try_lock: {other:?}"),
    }
    let error = file.lock().unwrap_err();
    println!("lock: {:?}, {error}", error.kind());
    println!("created: {:?}", file.metadata()?.created().unwrap_err().kind());
    let mut permissions = file.metadata()?.permissions();
    permissions.set_readonly(true);
    let error = fs::set_permissions("a", permissions).unwrap_err();
    println!("set_permissions: {:?}, {error}", error.kind());
    // SAFETY: every byte string is one of `OsStr` on this platform.
    let name = unsafe { std::ffi::OsStr::from_encoded_bytes_unchecked(b"a\xff") };
    println!("not UTF-8: {:?}", fs::metadata(name).unwrap_err().kind());
    println!("outside: {:?}", fs::metadata("/surely/not/given").unwrap_err().kind());
    println!("above: {:?}", fs::read_dir("/").unwrap_err().kind());
    Ok(())
}
