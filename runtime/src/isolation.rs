//! One component, run many times: each time in an instance of its own, several at a time.
//!
//! Here because a test suite wants each of its thousands of tests to begin with untouched memory, and none to take the others along when it
//! traps or hangs. The component is compiled and resolved once; an instance is made of slots that are used again (pooling allocator) and of a
//! copy-on-write image of its memory, and each host thread keeps its event loop. What the pool has no room for runs without it.
//!
//! Left out: what the runs are for. A test harness brings arguments and grants, and judges the ends.

use crate::cache::Cache;
use crate::component::{Clocks, Command};
use crate::engine::Kind;
use crate::host::Host;
use crate::outcome::Outcome;
use crate::refusal::Refusal;
use crate::run::{End, caught, reactor, start_on};
use crate::setup::{Features, Network, Setup};
use crate::watchdog::Deadline;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// A component made ready to be run many times.
pub struct Isolation {
    file: PathBuf,
    features: Features,
    network: Network,
    cache: Cache,
    pooled: Arc<Command>,
}

/// How one of many runs ended.
#[derive(Debug)]
pub struct Ended {
    /// How the run ended.
    pub outcome: Outcome,
    /// Whether it ended because `run` returned. If not, an [`Outcome::Exited`] comes from a call of exit.
    pub returned: bool,
    /// How long it took, from making the instance to dropping it.
    pub time: Duration,
}

impl Isolation {
    /// Reads, compiles (or takes from the cache) and resolves the component, for runs with the features, the network and the cache of `setup`.
    ///
    /// # Errors
    /// The file is no component that can be run.
    pub fn new(component: impl AsRef<Path>, setup: &Setup) -> Result<Self, Refusal> {
        let (file, features, network) = (component.as_ref().to_owned(), setup.features, setup.network);
        let cache = setup.cache.clone();
        // A component that is too large for the pool is refused with it, and so is a pool by a machine that has not the addresses.
        let load = |pooled| Command::load(&file, None, Kind { features, pooled }, &cache, Clocks::Real);
        let pooled = caught(|| load(true).or_else(|_| load(false)))?;
        Ok(Self { file, features, network, cache, pooled: Arc::new(pooled) })
    }

    /// Runs the component once for each of `jobs`, on at most `workers` host threads at a time. `setup` says what a job's instance is given
    /// (its features, network and cache are those of [`Isolation::new`]) and is asked a little ahead; `done` is told how it ended, in the order of the ends.
    ///
    /// A run whose time is up is ended wherever it is; one inside a system call that does not come back leaves a host thread behind.
    ///
    /// # Errors
    /// The host has no thread to run on.
    pub fn run<J>(
        &self,
        workers: usize,
        jobs: impl IntoIterator<Item = J>,
        mut setup: impl FnMut(&J) -> Setup,
        mut done: impl FnMut(J, Ended),
    ) -> Result<(), Refusal> {
        let (workers, mut jobs) = (workers.max(1), jobs.into_iter());
        let mut threads = WorkerPool::new();
        let mut in_flight: BTreeMap<usize, InFlight<J>> = BTreeMap::new();
        let mut next = 0;
        let mut on_demand = None;
        loop {
            // As many again wait as run, so that a worker finds one without waiting for this thread.
            while in_flight.len() < 2 * workers {
                let Some(job) = jobs.next() else { break };
                let setup = self.confine(setup(&job));
                in_flight.insert(next, threads.give(next, job, self.pooled.clone(), setup));
                threads.grow_to(workers.min(in_flight.len()))?;
                next += 1;
            }
            if in_flight.is_empty() {
                break;
            }
            let starts = threads.starts();
            let patience = |(number, running): (&usize, &InFlight<J>)| running.patience(starts.get(number).copied());
            match threads.reports.recv_timeout(in_flight.iter().map(patience).min().unwrap_or_default()) {
                Ok(Report { number, end, time }) => {
                    // One that was given up may come back.
                    let Some(running) = in_flight.remove(&number) else { continue };
                    if end.pool_exhausted {
                        let command = match &on_demand {
                            Some(command) => Arc::clone(command),
                            None => self.load_on_demand()?,
                        };
                        on_demand = Some(Arc::clone(&command));
                        let setup = self.confine(setup(&running.job));
                        in_flight.insert(number, threads.give(number, running.job, command, setup));
                        continue;
                    }
                    done(running.job, Ended { outcome: end.outcome, returned: end.returned, time });
                }
                Err(RecvTimeoutError::Timeout) => {
                    for (number, start) in threads.starts() {
                        let Some(running) = in_flight.get_mut(&number) else { continue };
                        if !running.patience(Some(start)).is_zero() && running.expired.is_none() {
                            continue;
                        }
                        let (grace, _) = running.deadline.grace();
                        if running.expired.get_or_insert_with(Instant::now).elapsed() < grace {
                            running.deadline.expire(Some(&running.command));
                        } else if let Some(running) = in_flight.remove(&number) {
                            threads.give_up(number);
                            threads.grow_to(workers.min(in_flight.len()))?;
                            let outcome = Outcome::given_up(running.limit, running.deadline.is_computing());
                            done(running.job, Ended { outcome, returned: false, time: start.elapsed() });
                        }
                    }
                }
                Err(RecvTimeoutError::Disconnected) => unreachable!("the worker pool holds a sender itself"),
            }
        }
        threads.join();
        Ok(())
    }

    /// What the pool has no room for (a program of thousands of threads) runs without it.
    fn load_on_demand(&self) -> Result<Arc<Command>, Refusal> {
        let kind = Kind { features: self.features, pooled: false };
        caught(|| Command::load(&self.file, None, kind, &self.cache, Clocks::Real)).map(Arc::new)
    }

    fn confine(&self, setup: Setup) -> Setup {
        let program = setup.program.unwrap_or_else(|| self.file.clone().into());
        Setup { program: Some(program), features: self.features, network: self.network, ..setup }
    }
}

/// A job that waits or is being done.
struct InFlight<J> {
    job: J,
    command: Arc<Command>,
    deadline: Deadline,
    limit: Duration,
    /// When it was told that its time is up.
    expired: Option<Instant>,
}

impl<J> InFlight<J> {
    /// How long to wait before something has to be done about it; `start` is when it began, if it has.
    fn patience(&self, start: Option<Instant>) -> Duration {
        match (self.expired, start) {
            (Some(expired), _) => {
                let (grace, tick) = self.deadline.grace();
                grace.saturating_sub(expired.elapsed()).min(tick)
            }
            (None, Some(start)) => self.limit.saturating_sub(start.elapsed()),
            (None, None) => self.limit,
        }
    }
}

/// One run, on its way to a worker.
struct Task {
    number: usize,
    command: Arc<Command>,
    setup: Setup,
    deadline: Deadline,
    limit: Duration,
}

/// How a run ended, on its way back.
struct Report {
    number: usize,
    end: End,
    time: Duration,
}

/// The host threads that runs happen on. Each takes the next task when it is through with one.
struct WorkerPool {
    workers: Vec<Worker>,
    tasks: Sender<Task>,
    given: Arc<Mutex<Receiver<Task>>>,
    results: Sender<Report>,
    reports: Receiver<Report>,
}

struct Worker {
    thread: JoinHandle<()>,
    state: Arc<Mutex<State>>,
}

/// What a worker is doing.
#[derive(Clone, Copy)]
enum State {
    Waits,
    /// It runs this task, since then.
    Runs(usize, Instant),
    /// What it runs does not end. If it does, nobody wants the worker any more.
    GivenUp,
}

impl WorkerPool {
    fn new() -> Self {
        let ((tasks, given), (results, reports)) = (channel(), channel());
        Self { workers: Vec::new(), tasks, given: Arc::new(Mutex::new(given)), results, reports }
    }

    /// Sees to it that there are so many workers.
    fn grow_to(&mut self, wanted: usize) -> Result<(), Refusal> {
        while self.workers.len() < wanted {
            let state = Arc::new(Mutex::new(State::Waits));
            let (tasks, results, own) = (self.given.clone(), self.results.clone(), state.clone());
            let thread = std::thread::Builder::new()
                .name("guest".to_owned())
                .spawn(move || work(&tasks, &results, &own))
                .map_err(|error| Refusal::Host { cause: format!("no thread for the guest: {error}") })?;
            self.workers.push(Worker { thread, state });
        }
        Ok(())
    }

    /// Puts a job at the end of the queue.
    fn give<J>(&self, number: usize, job: J, command: Arc<Command>, setup: Setup) -> InFlight<J> {
        let limit = setup.time_limit.unwrap_or(Duration::MAX);
        let deadline = Deadline::default();
        let running = InFlight { job, command: command.clone(), deadline: deadline.clone(), limit, expired: None };
        // The worker pool holds the receiver itself.
        let _ = self.tasks.send(Task { number, command, setup, deadline, limit });
        running
    }

    /// The tasks that are being done, and since when.
    fn starts(&self) -> BTreeMap<usize, Instant> {
        let running = |worker: &Worker| match *lock(&worker.state) {
            State::Runs(number, start) => Some((number, start)),
            State::Waits | State::GivenUp => None,
        };
        self.workers.iter().filter_map(running).collect()
    }

    /// Leaves the worker behind that does not come back from this task.
    fn give_up(&mut self, number: usize) {
        self.workers.retain(|worker| {
            let mut state = lock(&worker.state);
            let is_meant = matches!(*state, State::Runs(running, _) if running == number);
            if is_meant {
                *state = State::GivenUp;
            }
            !is_meant
        });
    }

    /// Waits for the threads' ends, which come at once: there is nothing to do.
    fn join(self) {
        drop(self.tasks);
        for worker in self.workers {
            let _ = worker.thread.join();
        }
    }
}

/// What a worker's thread does.
fn work(tasks: &Mutex<Receiver<Task>>, results: &Sender<Report>, state: &Mutex<State>) {
    let reactor = reactor();
    loop {
        let task = lock(tasks).recv();
        let Ok(Task { number, command, setup, deadline, limit }) = task else { break };
        let start = Instant::now();
        *lock(state) = State::Runs(number, start);
        let run = || {
            let host = Host::new(setup, OsStr::new(""))?;
            match &reactor {
                Ok(reactor) => Ok(start_on(reactor, &command, host, &deadline, limit)),
                Err(refusal) => Err(Refusal::Host { cause: refusal.to_string() }),
            }
        };
        let end = caught(run).unwrap_or_else(|refusal| End::of(Outcome::Refused(refusal)));
        let before = std::mem::replace(&mut *lock(state), State::Waits);
        if matches!(before, State::GivenUp) || results.send(Report { number, end, time: start.elapsed() }).is_err() {
            break;
        }
    }
    if let Ok(reactor) = reactor {
        reactor.shutdown_background();
    }
}

/// None of these locks is held where something can panic.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
