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
use crate::run::{End, reactor, start_on};
use crate::setup::{Features, Network, Setup};
use crate::watchdog::{Deadline, GRACE};
use std::ffi::OsStr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
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
        let pooled = Command::load(&file, kind(features, true), &cache, network, Clocks::Real)
            .or_else(|_| Command::load(&file, kind(features, false), &cache, network, Clocks::Real))?;
        Ok(Self { file, features, network, cache, pooled: Arc::new(pooled) })
    }

    /// Runs the component once for each of `jobs`, on at most `workers` host threads at a time. `setup` says what a job's instance is given
    /// (its features, network and cache are those of [`Isolation::new`]); `done` is told how it ended, in the order of the ends.
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
        let mut jobs = jobs.into_iter();
        let (results, ends) = channel();
        let mut on_demand = None;
        let mut crew: Vec<Worker<J>> = Vec::new();
        let mut hired = 0;
        loop {
            while let Some(place) = crew
                .iter()
                .position(|worker| worker.turn.is_none())
                .or_else(|| (crew.len() < workers.max(1)).then_some(crew.len()))
            {
                let Some(job) = jobs.next() else { break };
                if place == crew.len() {
                    crew.push(Worker::hire(hired, results.clone())?);
                    hired += 1;
                }
                let setup = self.confine(setup(&job));
                crew[place].start(job, self.pooled.clone(), setup);
            }
            let Some(wait) = crew.iter().filter_map(|worker| worker.turn.as_ref()).map(Turn::patience).min() else {
                break;
            };
            match ends.recv_timeout(wait) {
                Ok(Report { worker, end, time }) => {
                    // One that was given up may come back.
                    let Some(worker) = crew.iter_mut().find(|one| one.number == worker) else { continue };
                    let Some(turn) = worker.turn.take() else { continue };
                    if end.pool_exhausted {
                        let command = match &on_demand {
                            Some(command) => Arc::clone(command),
                            None => self.load_on_demand()?,
                        };
                        on_demand = Some(Arc::clone(&command));
                        let setup = self.confine(setup(&turn.job));
                        worker.start(turn.job, command, setup);
                        continue;
                    }
                    done(turn.job, Ended { outcome: end.outcome, returned: end.returned, time });
                }
                Err(RecvTimeoutError::Timeout) => {
                    let late = |worker: &Worker<J>| worker.turn.as_ref().is_some_and(|turn| turn.patience().is_zero());
                    while let Some(place) = crew.iter().position(late) {
                        if let Some(turn) = crew[place].turn.as_mut().filter(|turn| turn.expired.is_none()) {
                            turn.deadline.expire(&turn.command.engine);
                            turn.expired = Some(Instant::now());
                        } else if let Some(turn) = crew.swap_remove(place).turn {
                            let outcome = Outcome::TimedOut { limit: turn.limit, trap: None };
                            done(turn.job, Ended { outcome, returned: false, time: turn.start.elapsed() });
                        }
                    }
                }
                Err(RecvTimeoutError::Disconnected) => unreachable!("this function holds a sender itself"),
            }
        }
        for worker in crew {
            worker.dismiss();
        }
        Ok(())
    }

    /// What the pool has no room for (a program of thousands of threads) runs without it.
    fn load_on_demand(&self) -> Result<Arc<Command>, Refusal> {
        Command::load(&self.file, kind(self.features, false), &self.cache, self.network, Clocks::Real).map(Arc::new)
    }

    fn confine(&self, setup: Setup) -> Setup {
        let program = setup.program.unwrap_or_else(|| self.file.clone().into());
        Setup { program: Some(program), features: self.features, network: self.network, ..setup }
    }
}

/// Every run can be interrupted, because each may have a limit of its own.
fn kind(features: Features, pooled: bool) -> Kind {
    Kind { features, interruptible: true, pooled }
}

/// One run, on its way to a worker.
struct Task {
    command: Arc<Command>,
    setup: Setup,
    deadline: Deadline,
    limit: Duration,
}

/// How a run ended, on its way back.
struct Report {
    worker: usize,
    end: End,
    time: Duration,
}

/// A host thread, seen from the one that gives out the jobs.
struct Worker<J> {
    number: usize,
    tasks: Sender<Task>,
    thread: JoinHandle<()>,
    /// What it is doing.
    turn: Option<Turn<J>>,
}

/// A job that is being done.
struct Turn<J> {
    job: J,
    command: Arc<Command>,
    start: Instant,
    deadline: Deadline,
    limit: Duration,
    /// When it was told that its time is up.
    expired: Option<Instant>,
}

impl<J> Worker<J> {
    fn hire(number: usize, results: Sender<Report>) -> Result<Self, Refusal> {
        let no_thread = |error| Refusal::Host { cause: format!("no thread for the guest: {error}") };
        let (tasks, given) = channel();
        let work = move || work(number, &given, &results);
        let thread = std::thread::Builder::new().name("guest".to_owned()).spawn(work).map_err(no_thread)?;
        Ok(Self { number, tasks, thread, turn: None })
    }

    fn start(&mut self, job: J, command: Arc<Command>, setup: Setup) {
        let limit = setup.time_limit.unwrap_or(Duration::MAX);
        let deadline = Deadline::default();
        let (start, interrupt) = (Instant::now(), deadline.clone());
        self.turn = Some(Turn { job, command: command.clone(), start, deadline: interrupt, limit, expired: None });
        // The thread lives as long as it is listened to: `work` ends with its channel only.
        let _ = self.tasks.send(Task { command, setup, deadline, limit });
    }

    /// Waits for the thread's end, which comes at once: it has nothing to do.
    fn dismiss(self) {
        drop(self.tasks);
        let _ = self.thread.join();
    }
}

impl<J> Turn<J> {
    /// How long to wait before something has to be done about it.
    fn patience(&self) -> Duration {
        match self.expired {
            Some(expired) => GRACE.saturating_sub(expired.elapsed()),
            None => self.limit.saturating_sub(self.start.elapsed()),
        }
    }
}

/// What a worker's thread does.
fn work(worker: usize, tasks: &Receiver<Task>, results: &Sender<Report>) {
    let reactor = reactor();
    for Task { command, setup, deadline, limit } in tasks {
        let start = Instant::now();
        let run = || {
            let host = Host::new(setup, OsStr::new(""))?;
            match &reactor {
                Ok(reactor) => Ok(start_on(reactor, &command, host, &deadline, limit)),
                Err(refusal) => Err(Refusal::Host { cause: refusal.to_string() }),
            }
        };
        let defect = || Refusal::Host { cause: "the runtime panicked: this is a defect of component-run".to_owned() };
        let end = catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_| Err(defect()));
        let end = end.unwrap_or_else(|refusal| End {
            outcome: Outcome::Refused(refusal),
            returned: false,
            pool_exhausted: false,
        });
        if results.send(Report { worker, end, time: start.elapsed() }).is_err() {
            break;
        }
    }
    if let Ok(reactor) = reactor {
        reactor.shutdown_background();
    }
}
