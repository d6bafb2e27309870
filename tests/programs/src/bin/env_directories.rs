//! The temporary directory follows TMPDIR, the home directory HOME, the current directory exists, the executable's name is known or refused.

use std::env;

fn main() {
    let temporary = env::temp_dir();
    assert_eq!(Some(temporary.as_os_str()), env::var_os("TMPDIR").as_deref());
    // SAFETY: this program has one thread.
    unsafe { env::remove_var("TMPDIR") };
    println!("{}", env::temp_dir().display());
    // SAFETY: as above.
    unsafe { env::set_var("HOME", "/home/of/mine") };
    println!("{:?}", env::home_dir());
    // SAFETY: as above.
    unsafe { env::set_var("HOME", "") };
    println!("{}", env::home_dir().is_some_and(|home| home.as_os_str().is_empty()));
    let here = env::current_dir().unwrap();
    assert!(here.is_absolute(), "{here:?}");
    assert!(here.metadata().unwrap().is_dir());
    println!("{}", here.file_name() == temporary.file_name());
}
