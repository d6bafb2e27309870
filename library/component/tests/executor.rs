//! The executor: who is polled when, who wakes whom, what is left at the end, and that no handle stays.

mod common;

use core::cell::{Cell, RefCell};
use core::future::{Future, pending, poll_fn};
use core::task::{Context, Poll, Waker};
use std::rc::Rc;
use std::sync::{Arc, Mutex};

use common::{Bytes, KIND};
use component_rt::abi::fake::host::{self, live_handles};
use component_rt::abi::fake::streams::{HostReader, HostWriter};
use component_rt::abi::fake::waitables;
use component_rt::event::CopyResult;
use component_rt::executor::timers::{Clock, sleep_until};
use component_rt::executor::{JoinHandle, block_on, yield_now};
use component_rt::interest::Interest;
use component_rt::patience::Forever;
use component_rt::stream::{self, ReadAhead, ReadableEnd, WriteWhenReady};
use component_rt::subtask::Subtask;
use component_rt::thread;

static CLOCK: Clock = Clock { now: host::now, begin: |mark| Subtask::begun(waitables::begin_subtask(mark, || ())).1 };

fn spawn<F: Future + 'static>(future: F) -> JoinHandle<F::Output>
where
    F::Output: 'static,
{
    component_rt::executor::spawn(future).map_err(drop).expect("an executor of ours runs")
}

/// Sets its flag when it is dropped.
struct Flag(Rc<Cell<bool>>);

impl Drop for Flag {
    fn drop(&mut self) {
        self.0.set(true);
    }
}

#[test]
fn what_is_ready_at_once_asks_the_host_for_no_event() {
    assert_eq!(block_on(async { 1 + 1 }), 2);
    assert!(live_handles().is_empty());
}

#[test]
fn tasks_run_in_the_order_in_which_they_were_spawned_and_give_their_values() {
    let order = Rc::new(RefCell::new(Vec::new()));
    let sum = block_on(async {
        let tasks: Vec<_> = (0..3)
            .map(|index| {
                let order = Rc::clone(&order);
                spawn(async move {
                    order.borrow_mut().push(index);
                    yield_now().await;
                    order.borrow_mut().push(10 + index);
                    index
                })
            })
            .collect();
        let mut sum = 0;
        for task in tasks {
            sum += task.await.expect("nobody cancels it");
        }
        sum
    });
    assert_eq!(sum, 3);
    assert_eq!(*order.borrow(), [0, 1, 2, 10, 11, 12]);
    assert!(live_handles().is_empty());
}

#[test]
fn detached_task_runs_on_and_is_dropped_at_the_end() {
    let (ran, dropped) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(false)));
    block_on(async {
        let (ran, flag) = (Rc::clone(&ran), Flag(Rc::clone(&dropped)));
        drop(spawn(async move {
            let _flag = flag;
            loop {
                ran.set(ran.get() + 1);
                yield_now().await;
            }
        }));
        for _ in 0..5 {
            yield_now().await;
        }
    });
    assert!(ran.get() >= 4, "{}", ran.get());
    assert!(dropped.get());
}

#[test]
fn a_cancelled_task_is_dropped_where_it_stands_and_has_no_value() {
    let dropped = Rc::new(Cell::new(false));
    block_on(async {
        let flag = Flag(Rc::clone(&dropped));
        let task = spawn(async move {
            let _flag = flag;
            pending::<()>().await;
        });
        yield_now().await;
        assert!(!task.is_finished());
        task.cancel();
        assert!(!dropped.get(), "when its turn comes");
        assert_eq!(task.await, None);
        assert!(dropped.get());
        let done = spawn(async { 5 });
        yield_now().await;
        assert!(done.is_finished());
        done.cancel();
        assert_eq!(done.await, Some(5), "what has ended has ended");
    });
}

#[test]
fn a_task_may_cancel_itself() {
    block_on(async {
        let own = Rc::new(RefCell::new(None::<JoinHandle<()>>));
        let inner = Rc::clone(&own);
        let task = spawn(async move {
            if let Some(own) = &*inner.borrow() {
                own.cancel();
            }
            pending::<()>().await;
        });
        *own.borrow_mut() = Some(task);
        let task = poll_fn(|context| {
            yield_poll(context);
            let ended = own.borrow().as_ref().is_some_and(JoinHandle::is_finished);
            if ended { Poll::Ready(own.borrow_mut().take()) } else { Poll::Pending }
        });
        assert_eq!(task.await.expect("the handle").await, None);
    });
}

fn yield_poll(context: &mut Context<'_>) {
    context.waker().wake_by_ref();
}

#[test]
fn the_value_of_a_task_whose_handle_is_dropped_is_dropped() {
    let dropped = Rc::new(Cell::new(false));
    block_on(async {
        let flag = Flag(Rc::clone(&dropped));
        let task = spawn(async move { flag });
        yield_now().await;
        assert!(task.is_finished() && !dropped.get());
        drop(task);
        assert!(dropped.get());
    });
}

#[test]
fn a_handle_outlives_its_executor() {
    let mut task = None;
    block_on(async { task = Some(spawn(pending::<u32>())) });
    let task = task.expect("it was spawned");
    assert!(task.is_finished());
    assert_eq!(block_on(task), None);
}

#[test]
fn a_waker_that_is_kept_wakes_nobody_when_all_has_ended() {
    let kept = Rc::new(RefCell::new(Vec::<Waker>::new()));
    let keep = Rc::clone(&kept);
    block_on(async {
        let inner = Rc::clone(&keep);
        spawn(poll_fn(move |context| {
            inner.borrow_mut().push(context.waker().clone());
            Poll::Ready(())
        }))
        .await;
        poll_fn(|context| {
            keep.borrow_mut().push(context.waker().clone());
            Poll::Ready(())
        })
        .await;
    });
    for waker in kept.take() {
        waker.wake_by_ref();
        let another = waker.clone();
        drop(waker);
        another.wake();
    }
    assert!(live_handles().is_empty());
}

#[test]
fn another_thread_wakes_an_executor_that_waits_for_the_host() {
    for by_task in [false, true] {
        let shared = Arc::new(Mutex::new((false, None::<Waker>)));
        let other = Arc::clone(&shared);
        let thread = common::spawn(move || {
            thread::give_way();
            let mut shared = other.lock().expect("nobody panics");
            shared.0 = true;
            if let Some(waker) = shared.1.take() {
                waker.wake();
            }
        });
        let wait = poll_fn(move |context| {
            let mut shared = shared.lock().expect("nobody panics");
            if shared.0 {
                return Poll::Ready(());
            }
            shared.1 = Some(context.waker().clone());
            Poll::Pending
        });
        block_on(async {
            if by_task {
                spawn(wait).await;
            } else {
                wait.await;
            }
        });
        thread.join();
        assert!(live_handles().is_empty(), "{:?}", live_handles());
    }
}

#[test]
fn sleepers_wake_in_the_order_of_their_marks_on_one_call_of_the_clock() {
    let order = Rc::new(RefCell::new(Vec::new()));
    block_on(async {
        let tasks: Vec<_> = [500_u64, 20, 300, 20, 400, 100]
            .into_iter()
            .map(|mark| {
                let order = Rc::clone(&order);
                spawn(async move {
                    sleep_until(&CLOCK, mark).await;
                    order.borrow_mut().push((mark, host::now()));
                })
            })
            .collect();
        yield_now().await;
        yield_now().await;
        let calls = live_handles().iter().filter(|handle| *handle == "subtask").count();
        assert_eq!(calls, 1);
        for task in tasks {
            task.await;
        }
    });
    assert_eq!(*order.borrow(), [(20, 20), (20, 20), (100, 100), (300, 300), (400, 400), (500, 500)]);
    assert!(live_handles().is_empty(), "{:?}", live_handles());
}

#[test]
fn a_sleeper_that_is_dropped_wakes_nobody_and_the_others_still_wake() {
    block_on(async {
        let mut sleepers: Vec<_> = (1..=50_u64).map(|n| Box::pin(sleep_until(&CLOCK, n * 10))).collect();
        poll_fn(|context| {
            for sleeper in &mut sleepers {
                assert!(sleeper.as_mut().poll(context).is_pending());
            }
            Poll::Ready(())
        })
        .await;
        let mut index = 0;
        sleepers.retain(|_| {
            index += 1;
            index % 7 == 0
        });
        for sleeper in sleepers {
            let mark = sleeper.mark();
            sleeper.await;
            assert_eq!(host::now(), mark);
        }
    });
    assert!(live_handles().is_empty(), "{:?}", live_handles());
}

#[test]
fn a_mark_that_is_reached_is_ready_and_leaves_nothing() {
    host::advance_to(1_000);
    block_on(sleep_until(&CLOCK, 1_000));
    // One that is left in the middle.
    block_on(async {
        let mut sleep = Box::pin(sleep_until(&CLOCK, 5_000));
        poll_fn(|context| {
            assert!(sleep.as_mut().poll(context).is_pending());
            Poll::Ready(())
        })
        .await;
    });
    assert!(live_handles().is_empty(), "{:?}", live_handles());
    assert_eq!(host::now(), 1_000);
}

#[test]
fn a_sleep_goes_on_in_another_executor() {
    let mut sleep = Box::pin(sleep_until(&CLOCK, 700));
    block_on(poll_fn(|context| {
        assert!(sleep.as_mut().poll(context).is_pending());
        Poll::Ready(())
    }));
    block_on(sleep.as_mut());
    assert_eq!(host::now(), 700);
}

#[test]
fn executors_nest_and_each_has_its_own_tasks() {
    let value = block_on(async {
        let outer = spawn(async { 1 });
        let inner = block_on(async { spawn(async { 10 }).await });
        inner.unwrap_or(0) + outer.await.unwrap_or(0)
    });
    assert_eq!(value, 11);
}

#[test]
fn a_task_that_is_always_ready_does_not_keep_the_hosts_events_out() {
    let turns = Rc::new(Cell::new(0_u32));
    let counted = Rc::clone(&turns);
    let (readable, writer) = HostWriter::new(KIND, 1);
    host::at(0, move || writer.write(b"x"));
    block_on(async move {
        drop(spawn(async move {
            loop {
                counted.set(counted.get() + 1);
                yield_now().await;
            }
        }));
        let mut bytes = ReadAhead::<Bytes>::new(ReadableEnd::from_handle(readable));
        // The fake host's clock moves only in waits: have it move.
        host::advance_to(1);
        poll_fn(|context| bytes.poll_gather(8, context)).await;
        assert_eq!(bytes.elements(), b"x");
    });
    assert!(turns.get() < 1_000, "{}", turns.get());
}

#[test]
fn bytes_that_came_for_a_future_that_is_gone_stay_for_the_next_reader() {
    let (readable, writer) = HostWriter::new(KIND, 1);
    let mut bytes = ReadAhead::<Bytes>::new(ReadableEnd::from_handle(readable));
    block_on(poll_fn(|context| {
        assert!(bytes.poll_gather(16, context).is_pending());
        Poll::Ready(())
    }));
    writer.write(b"kept");
    // A reader that blocks gets them,
    bytes.settle();
    assert_eq!(bytes.elements(), b"kept");
    assert_eq!(bytes.take(&mut [core::mem::MaybeUninit::uninit(); 4]), 4);
    // and so does one that waits in an executor.
    block_on(poll_fn(|context| {
        assert!(bytes.poll_gather(16, context).is_pending());
        Poll::Ready(())
    }));
    writer.write(b"too");
    block_on(poll_fn(|context| bytes.poll_gather(16, context)));
    assert_eq!(bytes.elements(), b"too");
    // Dropped while a copy goes on.
    assert_eq!(bytes.take(&mut [core::mem::MaybeUninit::uninit(); 3]), 3);
    block_on(poll_fn(|context| {
        assert!(bytes.poll_gather(16, context).is_pending());
        Poll::Ready(())
    }));
    drop(bytes);
    assert!(writer.reader_is_gone());
    assert!(live_handles().is_empty(), "{:?}", live_handles());
}

#[test]
fn the_end_of_a_stream_is_seen_by_who_waits_and_by_who_comes_later() {
    let (readable, writer) = HostWriter::new(KIND, 1);
    host::at(50, {
        let writer = writer.clone();
        move || writer.end()
    });
    let mut bytes = ReadAhead::<Bytes>::new(ReadableEnd::from_handle(readable));
    for _ in 0..2 {
        let copied = block_on(poll_fn(|context| bytes.poll_gather(4, context)));
        assert_eq!((copied.count, copied.result), (0, CopyResult::Dropped));
    }
    assert_eq!(bytes.read_within(&mut [core::mem::MaybeUninit::uninit()], Forever).map(|copied| copied.count), Some(0));
}

#[test]
fn a_write_that_is_left_has_written_nothing() {
    let (readable, writable) = stream::new::<Bytes>();
    let reader = HostReader::take(KIND, readable.into_handle());
    reader.set_appetite(2);
    let mut bytes = WriteWhenReady::<Bytes>::new(writable);
    let first = block_on(poll_fn(|context| bytes.poll_write(b"abcd", context)));
    assert_eq!((first.count, reader.bytes()), (2, b"ab".to_vec()));
    block_on(poll_fn(|context| {
        assert!(bytes.poll_write(b"lost", context).is_pending());
        Poll::Ready(())
    }));
    reader.set_appetite(3);
    assert_eq!(reader.bytes(), b"", "it was left");
    let second = block_on(poll_fn(|context| bytes.poll_write(b"cdef", context)));
    assert_eq!((second.count, reader.bytes()), (3, b"cde".to_vec()));
    assert_eq!(bytes.write_within(b"", Forever).map(|copied| copied.count), Some(0));
    drop(bytes);
    assert!(reader.writer_is_gone());
    assert!(live_handles().is_empty(), "{:?}", live_handles());
}

#[test]
fn several_tasks_wait_for_one_thing_and_all_are_woken() {
    let (readable, writer) = HostWriter::new(KIND, 1);
    host::at(10, {
        let writer = writer.clone();
        move || writer.write(b"xyz")
    });
    let bytes = Rc::new(RefCell::new(ReadAhead::<Bytes>::new(ReadableEnd::from_handle(readable))));
    let got = block_on(async {
        let tasks: Vec<_> = (0..3)
            .map(|_| {
                let bytes = Rc::clone(&bytes);
                spawn(poll_fn(move |context| {
                    let mut bytes = bytes.borrow_mut();
                    if bytes.elements().is_empty() && bytes.poll_gather(8, context).is_pending() {
                        return Poll::Pending;
                    }
                    Poll::Ready(bytes.take_first())
                }))
            })
            .collect();
        let mut got = Vec::new();
        for task in tasks {
            got.extend(task.await.flatten());
        }
        got
    });
    assert_eq!(got, b"xyz");
}

/// An executor of somebody else's bindings, as far as spawning goes.
mod foreign {
    use core::ffi::c_void;
    use core::future::Future;
    use core::pin::Pin;
    use core::ptr;

    use component_rt::published::{self, Callback, Functions, Task, VERSION};

    pub type Spawned = Vec<Pin<Box<dyn Future<Output = ()>>>>;

    unsafe extern "C" fn register(_: *mut c_void, _: u32, _: Callback, _: *mut c_void) -> *mut c_void {
        ptr::null_mut()
    }
    unsafe extern "C" fn unregister(_: *mut c_void, _: u32) -> *mut c_void {
        ptr::null_mut()
    }
    unsafe extern "C" fn clone(task: *mut c_void) -> *mut c_void {
        task
    }
    unsafe extern "C" fn drop(_: *mut c_void) {}
    unsafe fn spawn(task: *mut c_void, future: Box<dyn Future<Output = ()>>) {
        // SAFETY: what `run` has published.
        unsafe { &mut *task.cast::<Spawned>() }.push(future.into());
    }

    static FUNCTIONS: Functions = Functions { register, unregister, clone, drop, spawn: Some(spawn) };

    /// Publishes one while `f` runs.
    pub fn run(spawned: &mut Spawned, f: impl FnOnce()) {
        let functions = &FUNCTIONS;
        let mut task = Task { version: VERSION, task: ptr::from_mut(spawned).cast(), register, unregister, functions };
        let before = published::replace(&raw mut task);
        f();
        published::replace(before);
    }
}

#[test]
fn a_task_in_somebody_elses_executor_runs_is_joined_and_cancelled() {
    let mut spawned = foreign::Spawned::new();
    let mut context = Context::from_waker(Waker::noop());
    let mut handles = Vec::new();
    let dropped = Rc::new(Cell::new(false));
    foreign::run(&mut spawned, || {
        handles.push(spawn(async {
            yield_now().await;
            7
        }));
        let flag = Flag(Rc::clone(&dropped));
        handles.push(spawn(async move {
            let _flag = flag;
            pending().await
        }));
    });
    assert_eq!(spawned.len(), 2);
    assert!(spawned[0].as_mut().poll(&mut context).is_pending(), "it yields");
    assert!(spawned[0].as_mut().poll(&mut context).is_ready());
    assert!(spawned[1].as_mut().poll(&mut context).is_pending());
    handles[1].cancel();
    assert!(!dropped.get());
    assert!(spawned[1].as_mut().poll(&mut context).is_ready());
    assert!(dropped.get());
    let mut values = handles.into_iter().map(block_on);
    assert_eq!((values.next(), values.next()), (Some(Some(7)), Some(None)));
    // One whose executor goes.
    let mut handle = None;
    foreign::run(&mut spawned, || handle = Some(spawn(pending::<()>())));
    drop(spawned);
    assert_eq!(handle.map(block_on), Some(None));
    assert!(live_handles().is_empty(), "{:?}", live_handles());
}

#[test]
fn polling_where_no_executor_runs_is_said() {
    let (readable, _writer) = HostWriter::new(KIND, 1);
    let handle = component_rt::waitable::Handle::new(readable);
    let message = common::must_panic(move || {
        let _ = Interest::new().poll(handle, &mut Context::from_waker(Waker::noop()));
    });
    assert!(message.contains("std::os::component::block_on"), "{message}");
}
