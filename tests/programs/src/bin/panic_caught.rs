//! catch_unwind catches, payloads keep their type, destructors run in order, resume_unwind goes on.
//@ plain = true

use std::panic::{AssertUnwindSafe, catch_unwind, panic_any, resume_unwind, set_hook};

struct Noisy(&'static str);

impl Drop for Noisy {
    fn drop(&mut self) {
        println!("drop {}", self.0);
    }
}

fn main() {
    set_hook(Box::new(|info| println!("hook: {:?}", info.payload().downcast_ref::<&str>())));
    let caught = catch_unwind(|| {
        let _first = Noisy("first");
        let _second = Noisy("second");
        panic!("one");
    });
    println!("{:?}", caught.unwrap_err().downcast_ref::<&str>());
    let caught = catch_unwind(|| panic_any(42_u64));
    println!("{:?}", caught.unwrap_err().downcast_ref::<u64>());
    let mut count = 0;
    let nested = catch_unwind(AssertUnwindSafe(|| {
        let inner = catch_unwind(|| panic!("inner"));
        count += 1;
        resume_unwind(inner.unwrap_err());
    }));
    println!("{count} {:?}", nested.unwrap_err().downcast_ref::<&str>());
    println!("{:?}", catch_unwind(|| 5).ok());
    println!("panicking now: {}", std::thread::panicking());
}
