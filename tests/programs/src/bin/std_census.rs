//! Every other part of std that touches the platform answers as on Linux, except where a component cannot: each exception is named.
//@ threads = true
//@ args = ["one", "two words"]
//@ env = { GREETING = "hello" }
//@ stdin = "first\nsecond\nrest of it"

use std::alloc::{GlobalAlloc, Layout, System};
use std::backtrace::{Backtrace, BacktraceStatus};
use std::cell::Cell;
use std::collections::hash_map::RandomState;
use std::fmt::Debug;
use std::hash::{BuildHasher, Hasher};
use std::io::{self, BufRead, ErrorKind, IoSlice, IsTerminal, Read, Write};
use std::process::{self, Command, ExitCode, Stdio, Termination};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, TryRecvError, TrySendError};
use std::sync::{Arc, Barrier, Condvar, LazyLock, Mutex, Once, OnceLock, RwLock, TryLockError};
use std::thread::{self, Builder};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use std::{env, panic};

/// A call that answers the same everywhere.
#[track_caller]
fn same<T: Debug>(name: &str, answer: T, expected: &str) {
    assert_eq!(format!("{answer:?}"), expected, "{name}");
    println!("{name}: same");
}

/// A call that answers differently here, and why.
#[track_caller]
fn differs<T: Debug>(name: &str, answer: T, native: &str, wasi: &str, why: &str) {
    let expected = if cfg!(target_os = "wasi") { wasi } else { native };
    assert_eq!(format!("{answer:?}"), expected, "{name}");
    println!("{name}: {native} on Linux, {wasi} here: {why}");
}

fn kind<T>(result: io::Result<T>) -> Result<(), ErrorKind> {
    result.map(drop).map_err(|error| error.kind())
}

fn main() {
    environment();
    standard_streams();
    processes();
    clocks();
    threads();
    thread_locals();
    locks();
    channels();
    panics();
    the_rest();
}

fn environment() {
    same("env::args", env::args().skip(1).collect::<Vec<_>>(), r#"["one", "two words"]"#);
    same("env::args_os", env::args_os().len(), "3");
    same("env::var", env::var("GREETING"), r#"Ok("hello")"#);
    same("env::var_os", env::var_os("MISSING"), "None");
    same("env::vars", env::vars().any(|(name, value)| name == "GREETING" && value == "hello"), "true");
    same("env::vars_os", env::vars_os().count() >= 2, "true");
    // SAFETY: no other thread is there yet.
    unsafe { env::set_var("CENSUS", "1") };
    same("env::set_var", env::var("CENSUS"), r#"Ok("1")"#);
    // SAFETY: as above.
    unsafe { env::remove_var("CENSUS") };
    same("env::remove_var", env::var("CENSUS"), "Err(NotPresent)");
    same("env::temp_dir", Some(env::temp_dir().into_os_string()) == env::var_os("TMPDIR"), "true");
    let home = env::home_dir().map(|_| "a path");
    // SAFETY: as above.
    unsafe { env::set_var("HOME", "/home/somebody") };
    same("env::home_dir", env::home_dir().unwrap(), r#""/home/somebody""#);
    // SAFETY: as above.
    unsafe { env::remove_var("HOME") };
    differs("env::home_dir without HOME", home, "Some(\"a path\")", "None", "there is no database of users");
    let why =
        "only if the first argument leads to the component in a directory it was given, which these programs are not";
    differs("env::current_exe", kind(env::current_exe()), "Ok(())", "Err(Unsupported)", why);
    same("env::split_paths", env::split_paths("/a:/b c:").count(), "3");
    same("env::join_paths", env::join_paths(["/a", "/b"]).unwrap(), r#""/a:/b""#);
    same("env::join_paths of what cannot be joined", env::join_paths(["a:b"]).is_err(), "true");
    same("env::current_dir", env::current_dir().is_ok_and(|path| path.is_absolute()), "true");
    same("env::set_current_dir", kind(env::set_current_dir("missing")), "Err(NotFound)");
    same("env::consts::FAMILY", env::consts::EXE_EXTENSION.len() < 5, "true");
}

fn standard_streams() {
    let mut line = String::new();
    same("io::Stdin::read_line", io::stdin().read_line(&mut line).map(|_| line).unwrap(), r#""first\n""#);
    same("io::Stdin::lines", io::stdin().lines().next().unwrap().unwrap(), r#""second""#);
    same("io::StdinLock", io::stdin().lock().fill_buf().map(<[u8]>::len).unwrap(), "10");
    same("io::read_to_string", io::read_to_string(io::stdin()).unwrap(), r#""rest of it""#);
    same("io::Stdin::read at the end", io::stdin().read(&mut [0]).unwrap(), "0");
    same("io::Stdin::is_terminal", io::stdin().is_terminal(), "false");
    same("io::Stdout::is_terminal", io::stdout().is_terminal(), "false");
    same("io::Stderr::is_terminal", io::stderr().is_terminal(), "false");
    io::stdout().write_all(b"io::Stdout::write_all: same\n").unwrap();
    same("io::Stdout::flush", io::stdout().flush().unwrap(), "()");
    same(
        "io::Stderr::write_vectored",
        io::stderr().write_vectored(&[IoSlice::new(b"a"), IoSlice::new(b"b\n")]).unwrap(),
        "3",
    );
    writeln!(io::stdout().lock(), "io::StdoutLock: same").unwrap();
    let (mut reader, mut writer) = io::pipe().unwrap();
    writer.write_all(b"through").unwrap();
    drop(writer);
    same("io::pipe", io::read_to_string(&mut reader).unwrap(), r#""through""#);
}

fn processes() {
    let refused = |name: &str, result: Result<(), ErrorKind>| {
        differs(name, result, "Ok(())", "Err(Unsupported)", "a component cannot start another program");
    };
    refused("process::Command::spawn", kind(Command::new("true").spawn().and_then(|mut child| child.wait())));
    refused("process::Command::status", kind(Command::new("true").status()));
    refused("process::Command::output", kind(Command::new("true").stdin(Stdio::null()).output()));
    same("process::Command::get_program", Command::new("a").arg("b").get_program(), r#""a""#);
    same("process::id", process::id() == process::id() && process::id() > 1, "true");
    same("process::ExitCode", ExitCode::from(3).report() == ExitCode::from(3), "true");
}

fn clocks() {
    let start = Instant::now();
    thread::sleep(Duration::from_millis(2));
    same("thread::sleep", start.elapsed() >= Duration::from_millis(2), "true");
    same("time::Instant::now", Instant::now() >= start, "true");
    same("time::Instant before the start", start.checked_sub(Duration::from_secs(60)).is_some(), "true");
    same("time::SystemTime::now", SystemTime::now() > UNIX_EPOCH, "true");
    let early = UNIX_EPOCH - Duration::from_millis(1500);
    same("time::SystemTime::duration_since", UNIX_EPOCH.duration_since(early).unwrap(), "1.5s");
    same("time::SystemTime::elapsed", early.elapsed().is_ok(), "true");
}

fn threads() {
    same("thread::spawn", thread::spawn(|| 7).join().unwrap(), "7");
    let named =
        Builder::new().name("worker".into()).stack_size(1 << 20).spawn(|| thread::current().name().map(str::to_owned));
    same("thread::Builder", named.unwrap().join().unwrap(), r#"Some("worker")"#);
    let mut numbers = vec![1, 2];
    thread::scope(|scope| scope.spawn(|| numbers.push(3)).join().unwrap());
    same("thread::scope", numbers, "[1, 2, 3]");
    let panicked = thread::spawn(|| panic::resume_unwind(Box::new(5_u8))).join().unwrap_err();
    same("thread::JoinHandle::join of a panic", panicked.downcast_ref::<u8>(), "Some(5)");
    let handle = thread::spawn(thread::park);
    same("thread::JoinHandle::is_finished", handle.is_finished(), "false");
    handle.thread().unpark();
    same("thread::Thread::unpark", handle.join().unwrap(), "()");
    let parked = Arc::new(AtomicU32::new(0));
    let woken = Arc::clone(&parked);
    let handle = thread::spawn(move || {
        while woken.load(Ordering::Acquire) == 0 {
            thread::park();
        }
    });
    parked.store(1, Ordering::Release);
    handle.thread().unpark();
    same("thread::park", handle.join().unwrap(), "()");
    let start = Instant::now();
    let parked = thread::spawn(move || {
        thread::park_timeout(Duration::from_millis(2));
        start.elapsed() >= Duration::from_millis(2)
    });
    same("thread::park_timeout", parked.join().unwrap(), "true");
    same("thread::yield_now", thread::yield_now(), "()");
    same("thread::current", thread::current().name(), r#"Some("main")"#);
    same(
        "thread::ThreadId",
        thread::spawn(|| thread::current().id()).join().unwrap() == thread::current().id(),
        "false",
    );
    same("thread::panicking", thread::panicking(), "false");
    let alone = thread::available_parallelism().is_ok_and(|n| n.get() == 1);
    let answer = if cfg!(target_os = "wasi") { alone } else { false };
    differs("thread::available_parallelism is 1", answer, "false", "true", "threads of a component take turns");
}

fn thread_locals() {
    thread_local! {
        static COUNT: Cell<u32> = const { Cell::new(1) };
        static LAST: Last = const { Last };
    }
    struct Last;
    impl Drop for Last {
        fn drop(&mut self) {
            ENDED.fetch_add(1, Ordering::Relaxed);
        }
    }
    static ENDED: AtomicU32 = AtomicU32::new(0);
    COUNT.set(5);
    same("thread_local!", thread::spawn(|| COUNT.replace(9)).join().unwrap(), "1");
    same("thread::LocalKey::with", COUNT.get(), "5");
    thread::spawn(|| LAST.with(|_| ())).join().unwrap();
    same("a thread-local variable's destructor", ENDED.load(Ordering::Relaxed), "1");
    thread_local!(static AT_THE_END: AtTheEnd = const { AtTheEnd });
    struct AtTheEnd;
    impl Drop for AtTheEnd {
        fn drop(&mut self) {
            println!("a thread-local variable's destructor, in the main thread: same");
        }
    }
    AT_THE_END.with(|_| ());
}

fn locks() {
    let mutex = Arc::new(Mutex::new(0));
    let held = mutex.lock().unwrap();
    let other = Arc::clone(&mutex);
    let contender = thread::spawn(move || *other.lock().unwrap());
    thread::yield_now();
    same("sync::Mutex::try_lock", matches!(mutex.try_lock(), Err(TryLockError::WouldBlock)), "true");
    drop(held);
    same("sync::Mutex::lock", contender.join().unwrap(), "0");
    let table = RwLock::new(1);
    let reading = table.read().unwrap();
    same("sync::RwLock::try_write", table.try_write().is_err(), "true");
    same("sync::RwLock::read", *reading, "1");
    drop(reading);
    let table = Arc::new(table);
    let mut writing = table.write().unwrap();
    let other = Arc::clone(&table);
    let second = thread::spawn(move || *other.write().unwrap());
    thread::yield_now();
    *writing = 2;
    drop(writing);
    same("sync::RwLock::write beside another", second.join().unwrap(), "2");
    let pair = Arc::new((Mutex::new(false), Condvar::new()));
    let other = Arc::clone(&pair);
    let notifier = thread::spawn(move || {
        *other.0.lock().unwrap() = true;
        other.1.notify_one();
    });
    let told = pair.1.wait_while(pair.0.lock().unwrap(), |told| !*told).unwrap();
    same("sync::Condvar::wait", *told, "true");
    drop(told);
    notifier.join().unwrap();
    let (_guard, waited) = Condvar::new().wait_timeout(mutex.lock().unwrap(), Duration::from_millis(1)).unwrap();
    same("sync::Condvar::wait_timeout", waited.timed_out(), "true");
    let barrier = Arc::new(Barrier::new(2));
    let other = Arc::clone(&barrier);
    let waiting = thread::spawn(move || other.wait().is_leader());
    same("sync::Barrier", barrier.wait().is_leader() != waiting.join().unwrap(), "true");
    static ONCE: Once = Once::new();
    ONCE.call_once(|| ());
    same("sync::Once", ONCE.is_completed(), "true");
    static CELL: OnceLock<u32> = OnceLock::new();
    same("sync::OnceLock", CELL.get_or_init(|| 3), "3");
    static LAZY: LazyLock<u32> = LazyLock::new(|| 4);
    same("sync::LazyLock", *LAZY, "4");
}

fn channels() {
    let (sender, receiver) = mpsc::channel();
    same("sync::mpsc::Receiver::try_recv", receiver.try_recv() == Err(TryRecvError::Empty), "true");
    let timed = receiver.recv_timeout(Duration::from_millis(1));
    same("sync::mpsc::Receiver::recv_timeout", timed == Err(RecvTimeoutError::Timeout), "true");
    let producer = thread::spawn(move || (0..3).for_each(|n| sender.send(n).unwrap()));
    same("sync::mpsc::Receiver::recv", receiver.recv().unwrap(), "0");
    same("sync::mpsc::Receiver::iter", receiver.iter().collect::<Vec<_>>(), "[1, 2]");
    producer.join().unwrap();
    let (sender, receiver) = mpsc::sync_channel(1);
    sender.send(1).unwrap();
    same("sync::mpsc::SyncSender::try_send", sender.try_send(2) == Err(TrySendError::Full(2)), "true");
    drop(receiver);
    same("sync::mpsc::SyncSender::send to nobody", sender.send(3).is_err(), "true");
}

fn panics() {
    panic::set_hook(Box::new(|_| ()));
    let caught = panic::catch_unwind(|| panic!("caught"));
    drop(panic::take_hook());
    same("panic::catch_unwind", caught.unwrap_err().downcast_ref::<&str>(), r#"Some("caught")"#);
    let captured = Backtrace::force_capture().status() == BacktraceStatus::Captured;
    same("backtrace::Backtrace::force_capture", captured, "true");
    same("backtrace::Backtrace::capture", Backtrace::capture().status() == BacktraceStatus::Disabled, "true");
}

fn the_rest() {
    let hash = |state: RandomState| state.build_hasher().finish();
    same("collections::hash_map::RandomState", hash(RandomState::new()) == hash(RandomState::new()), "false");
    let layout = Layout::from_size_align(100, 4096).unwrap();
    // SAFETY: the layout has a size; the block is used within it and freed with it.
    let aligned = unsafe {
        let block = System.alloc(layout);
        let block = System.realloc(block, layout, 5000);
        let aligned = block.addr() % 4096 == 0;
        System.dealloc(block, Layout::from_size_align(5000, 4096).unwrap());
        aligned
    };
    same("alloc::System", aligned, "true");
}
