//! A crate that imports functions of WASI 0.1 itself is served by the library: random bytes, clocks, arguments, output, exit.
//@ args = ["one", "zwei ä"]
//@ exit = 9

#[cfg(target_os = "wasi")]
mod platform {
    #[repr(C)]
    struct Slice {
        first: *const u8,
        length: usize,
    }

    #[link(wasm_import_module = "wasi_snapshot_preview1")]
    unsafe extern "C" {
        fn random_get(bytes: *mut u8, length: usize) -> i32;
        fn clock_time_get(clock: i32, precision: i64, time: *mut u64) -> i32;
        fn args_sizes_get(count: *mut usize, bytes: *mut usize) -> i32;
        fn args_get(pointers: *mut *const std::ffi::c_char, bytes: *mut u8) -> i32;
        fn fd_write(fd: i32, slices: *const Slice, count: usize, written: *mut usize) -> i32;
        fn sched_yield() -> i32;
        fn proc_exit(code: i32) -> !;
    }

    pub fn random() -> [u8; 32] {
        let mut bytes = [0; 32];
        // SAFETY: as many bytes are writable.
        assert_eq!(unsafe { random_get(bytes.as_mut_ptr(), bytes.len()) }, 0);
        bytes
    }

    pub fn monotonic() -> u64 {
        let mut time = 0;
        // SAFETY: `time` is writable; 1 is the monotonic clock.
        assert_eq!(unsafe { clock_time_get(1, 0, &mut time) }, 0);
        time
    }

    pub fn arguments() -> Vec<String> {
        let (mut count, mut length) = (0, 0);
        // SAFETY: both are writable; then there is the room that was asked for, and each pointer is to a C string there.
        unsafe {
            assert_eq!(args_sizes_get(&mut count, &mut length), 0);
            let (mut pointers, mut bytes) = (vec![std::ptr::null(); count], vec![0; length]);
            assert_eq!(args_get(pointers.as_mut_ptr(), bytes.as_mut_ptr()), 0);
            pointers.into_iter().map(|p| std::ffi::CStr::from_ptr(p).to_str().unwrap().to_owned()).collect()
        }
    }

    pub fn write(text: &str) {
        let mut written = 0;
        let slice = Slice { first: text.as_ptr(), length: text.len() };
        // SAFETY: one slice is there, of bytes that are there; `written` is writable.
        assert_eq!(unsafe { fd_write(1, &slice, 1, &mut written) }, 0);
        assert_eq!(written, text.len());
    }

    pub fn exit(code: i32) -> ! {
        // SAFETY: these take no pointers.
        unsafe {
            assert_eq!(sched_yield(), 0);
            proc_exit(code)
        }
    }
}

#[cfg(not(target_os = "wasi"))]
mod platform {
    use std::hash::{BuildHasher, RandomState};

    pub fn random() -> [u8; 32] {
        std::array::from_fn(|n| RandomState::new().hash_one(n) as u8)
    }

    pub fn monotonic() -> u64 {
        static BEGINNING: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
        BEGINNING.get_or_init(std::time::Instant::now).elapsed().as_nanos() as u64
    }

    pub fn arguments() -> Vec<String> {
        std::env::args().collect()
    }

    pub fn write(text: &str) {
        print!("{text}");
    }

    pub fn exit(code: i32) -> ! {
        std::process::exit(code)
    }
}

fn main() {
    let (one, two) = (platform::random(), platform::random());
    println!("random: {}", one != two && one != [0; 32]);
    let before = platform::monotonic();
    println!("clock: {}", platform::monotonic() >= before);
    println!("arguments: {:?}", &platform::arguments()[1..]);
    platform::write("written past std\n");
    platform::exit(9)
}
