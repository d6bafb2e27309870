//! Environment variables are read, set, removed and listed; an unset one says so.
//@ plain = true
//@ env = { GREETING = "hello", EMPTY = "", LIST = "/a:/b c" }

use std::env;

fn main() {
    println!("{:?} {:?} {:?}", env::var("GREETING"), env::var("EMPTY"), env::var("NO_SUCH_VARIABLE"));
    // SAFETY: this program has one thread.
    unsafe {
        env::set_var("GREETING", "goodbye");
        env::set_var("NEW", "1");
        env::remove_var("EMPTY");
    }
    let mut all: Vec<(String, String)> = env::vars().filter(|(name, _)| name != "TMPDIR").collect();
    all.sort();
    println!("{all:?}");
    let list: Vec<_> = env::split_paths(&env::var_os("LIST").unwrap()).collect();
    println!("{list:?}");
    println!("{:?}", env::join_paths(list.iter()).unwrap());
    assert!(env::join_paths(["a:b"]).is_err());
}
