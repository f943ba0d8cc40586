#![forbid(unsafe_code)]
//! The one place that calls user code.
//!
//! A connection has one dispatcher, with a thread of its own from the first registration on. Every
//! registration is a reader of the journal and a callback; the events of all registrations are
//! delivered in the order of their numbers. No lock is held while a callback runs or is dropped.

mod gate;

use std::cell::Cell;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;

use self::gate::Gate;
use crate::error::{Error, Result};
use crate::event::Record;
use crate::registry::{Reader, Wake};
use crate::sync::{Condvar, Mutex};
use crate::sys;

/// What a registration calls. It is dropped exactly once, after its last call has returned.
pub(crate) type Callback = Box<dyn FnMut(&Record) + Send>;

/// How many records one registration gets before the others are looked at again.
const TURN: usize = 256;

thread_local! {
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

/// Runs user code: until it returns, this thread waits for no other callback.
fn user_code(run: impl FnOnce()) {
    DEPTH.with(|depth| depth.set(depth.get() + 1));
    // A panic of a callback ends that call, not the dispatcher; the panic hook has told it.
    drop(catch_unwind(AssertUnwindSafe(run)));
    DEPTH.with(|depth| depth.set(depth.get() - 1));
}

/// Whether this thread is inside a callback, or inside the drop of one.
fn in_callback() -> bool {
    DEPTH.with(Cell::get) > 0
}

/// Delivers records to the callbacks of one connection.
#[derive(Default)]
pub(crate) struct Dispatcher {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    board: Mutex<Board>,
    work: Condvar,
}

/// What the dispatcher and its thread share, under one lock that no user code ever sees.
#[derive(Default)]
struct Board {
    registrations: BTreeMap<i32, Arc<Gate<Job>>>,
    /// Those that may have something to read.
    ready: Vec<i32>,
    thread: Option<JoinHandle<()>>,
    stopping: bool,
}

/// One registration.
struct Job {
    reader: Reader,
    callback: Callback,
    /// Read, but not yet its turn.
    next: Option<Record>,
}

/// Calls the dispatcher when a reader has something to read.
struct Bell {
    shared: Arc<Shared>,
    id: i32,
}

impl Wake for Bell {
    fn wake(&self) {
        self.shared.board.lock().ready.push(self.id);
        self.shared.work.notify_all();
    }
}

impl std::fmt::Debug for Dispatcher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Dispatcher").finish_non_exhaustive()
    }
}

impl Dispatcher {
    /// Starts the thread, if it does not run yet: registering cannot fail then.
    ///
    /// # Errors
    /// SYSTEM_ERROR: the thread could not be started.
    pub(crate) fn start(&self) -> Result<()> {
        let mut board = self.shared.board.lock();
        if board.thread.is_none() {
            let shared = Arc::clone(&self.shared);
            let thread = sys::spawn("virtwatch-events", move || shared.run())
                .map_err(|cause| Error::system("cannot start the dispatcher thread", &cause))?;
            board.thread = Some(thread);
        }
        Ok(())
    }

    /// Registers a callback under a new id.
    pub(crate) fn register(&self, id: i32, reader: Reader, callback: Callback) {
        let gate = Arc::new(Gate::new(Job { reader, callback, next: None }));
        let mut board = self.shared.board.lock();
        board.registrations.insert(id, gate);
        board.ready.push(id);
        drop(board);
        self.shared.work.notify_all();
    }

    /// Ends a registration. With `wait`, on return its callback runs in no other thread and will
    /// not start; on a thread that is inside any callback this does not wait.
    ///
    /// # Errors
    /// INVALID_ARG: there is no such registration, or no more.
    pub(crate) fn deregister(&self, id: i32, wait: bool) -> Result<()> {
        let gate = self.shared.board.lock().registrations.remove(&id).ok_or_else(|| {
            Error::invalid_arg(format!(
                "invalid argument: could not find event callback {id} for deletion"
            ))
        })?;
        let job = gate.close(wait && !in_callback());
        user_code(|| drop(job));
        Ok(())
    }

    /// Ends every registration.
    pub(crate) fn clear(&self) {
        loop {
            let Some(id) = self.shared.board.lock().registrations.keys().next().copied() else {
                return;
            };
            // Another thread may have been faster, which is as good.
            drop(self.deregister(id, true));
        }
    }
}

impl Drop for Dispatcher {
    /// Ends the thread. It is not waited for on that thread itself, nor inside any other callback,
    /// which might be what it waits for.
    fn drop(&mut self) {
        self.clear();
        let mut board = self.shared.board.lock();
        board.stopping = true;
        let thread = board.thread.take();
        drop(board);
        self.shared.work.notify_all();
        if let Some(thread) = thread
            && !in_callback()
        {
            // Callbacks do not unwind into the thread, so that it cannot have panicked.
            drop(thread.join());
        }
    }
}

impl Shared {
    /// The dispatcher's thread.
    fn run(self: Arc<Self>) {
        // What is due, by the number of its next event.
        let mut due: BinaryHeap<Reverse<(u64, i32)>> = BinaryHeap::new();
        loop {
            let mut board = self.board.lock();
            while due.is_empty() && board.ready.is_empty() && !board.stopping {
                self.work.wait(&mut board);
            }
            if board.stopping {
                return;
            }
            due.extend(board.ready.drain(..).map(|id| Reverse((0, id))));
            let gate = due
                .pop()
                .and_then(|Reverse((_, id))| Some((id, Arc::clone(board.registrations.get(&id)?))));
            drop(board);
            if let Some((id, gate)) = gate {
                let others = due.peek().map_or((u64::MAX, i32::MAX), |next| next.0);
                due.extend(self.turn(id, &gate, others).map(|seq| Reverse((seq, id))));
            }
        }
    }

    /// Delivers to one registration until another is due. Returns the number of its next event, if
    /// it has one.
    fn turn(self: &Arc<Self>, id: i32, gate: &Gate<Job>, others: (u64, i32)) -> Option<u64> {
        let mut job = gate.enter()?;
        let mut due = None;
        for _ in 0..TURN {
            let Some(record) = job.next.take().or_else(|| job.reader.next()) else {
                let bell = Arc::new(Bell { shared: Arc::clone(self), id });
                due = if job.reader.arm(bell) { None } else { Some(0) };
                break;
            };
            let seq = turn_of(&record);
            due = Some(seq);
            if (seq, id) > others {
                job.next = Some(record);
                break;
            }
            if gate.is_closed() {
                break;
            }
            let Job { callback, .. } = &mut job;
            user_code(|| callback(&record));
        }
        let job = gate.leave(job);
        if job.is_some() {
            due = None;
        }
        user_code(|| drop(job));
        due
    }
}

/// When a record is due among those of other registrations: catch-ups are not held up.
fn turn_of(record: &Record) -> u64 {
    match record {
        Record::Event(event) if !event.in_catchup => event.seq,
        _ => 0,
    }
}
