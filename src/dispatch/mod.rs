#![forbid(unsafe_code)]
//! The one place that calls user code.
//!
//! A connection has one dispatcher, with a thread of its own from the first registration on. Every
//! registration is a reader of the journal and a callback: each gets its events in the order of
//! their numbers, and among those that have events at the same moment the lowest number goes first.
//! No lock is held while a callback runs or is dropped.

mod gate;

use std::cell::Cell;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};
use std::mem::ManuallyDrop;
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

/// The same for faces to which entering the program is dear: it is given the records that are due
/// and calls the program for each.
pub(crate) type BatchCallback = Box<dyn FnMut(&mut dyn Iterator<Item = Record>) + Send>;

/// Either.
pub(crate) enum Deliver {
    Each(Callback),
    Batch(BatchCallback),
}

/// How many records one registration gets before the others are looked at again.
const TURN: usize = 256;

thread_local! {
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

/// Runs user code: until it returns, this thread waits for no other callback. A panic ends that
/// call, not the dispatcher; the panic hook has told it.
fn user_code(run: impl FnOnce()) {
    DEPTH.with(|depth| depth.set(depth.get() + 1));
    let result = catch_unwind(AssertUnwindSafe(run));
    DEPTH.with(|depth| depth.set(depth.get() - 1));
    if let Err(payload) = result {
        // It may panic in its own drop.
        let _leaked = ManuallyDrop::new(payload);
    }
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
    idle: Condvar,
}

/// What the dispatcher and its thread share, under one lock that no user code ever sees.
#[derive(Default)]
struct Board {
    registrations: BTreeMap<i32, Arc<Gate<Job>>>,
    /// Those that may have something to read.
    ready: Vec<i32>,
    thread: Option<JoinHandle<()>>,
    /// The thread may be inside a callback, or the drop of one.
    busy: bool,
    stopping: bool,
}

/// One registration.
struct Job {
    reader: Reader,
    deliver: Deliver,
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
    pub(crate) fn register(&self, id: i32, reader: Reader, deliver: Deliver) {
        let gate = Arc::new(Gate::new(Job { reader, deliver, next: None }));
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

    /// Ends every registration. On return no callback runs, those of registrations that others are
    /// ending included; on a thread that is inside any callback this does not wait.
    pub(crate) fn clear(&self) {
        loop {
            let Some(id) = self.shared.board.lock().registrations.keys().next().copied() else {
                break;
            };
            // Another thread may have been faster, which is as good.
            drop(self.deregister(id, true));
        }
        if !in_callback() {
            let mut board = self.shared.board.lock();
            while board.busy {
                self.shared.idle.wait(&mut board);
            }
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
        // Catch-ups that have had a turn: they and the others take turns.
        let mut catching_up: VecDeque<i32> = VecDeque::new();
        let mut others_first = true;
        loop {
            let mut board = self.board.lock();
            board.busy = false;
            self.idle.notify_all();
            while due.is_empty()
                && catching_up.is_empty()
                && board.ready.is_empty()
                && !board.stopping
            {
                self.work.wait(&mut board);
            }
            if board.stopping {
                return;
            }
            due.extend(board.ready.drain(..).map(|id| Reverse((0, id))));
            others_first = !others_first || catching_up.is_empty();
            let id = if others_first { due.pop().map(|next| next.0.1) } else { None };
            let id = id.or_else(|| catching_up.pop_front());
            let next = id.and_then(|id| Some((id, Arc::clone(board.registrations.get(&id)?))));
            board.busy = next.is_some();
            drop(board);
            let Some((id, gate)) = next else { continue };
            let others = due.peek().map_or((u64::MAX, i32::MAX), |next| next.0);
            match self.turn(id, &gate, others) {
                Due::Nothing => {}
                Due::At(seq) => due.push(Reverse((seq, id))),
                Due::AfterOthers => catching_up.push_back(id),
            }
        }
    }

    /// Delivers to one registration until another is due. Returns when it is due again.
    fn turn(self: &Arc<Self>, id: i32, gate: &Gate<Job>, others: (u64, i32)) -> Due {
        let Some(mut job) = gate.enter() else { return Due::Nothing };
        let Job { reader, deliver, next } = &mut job;
        let mut turn =
            Turn { reader, next, gate, id, others, left: TURN, last: 0, is_drained: false };
        user_code(|| match deliver {
            Deliver::Each(callback) => turn.by_ref().for_each(|record| callback(&record)),
            Deliver::Batch(callback) => callback(&mut turn),
        });
        let due = match turn.last {
            _ if turn.is_drained => {
                let bell = Arc::new(Bell { shared: Arc::clone(self), id });
                if reader.arm(bell) { Due::Nothing } else { Due::At(0) }
            }
            // A catch-up is due at once, but not for ever.
            0 => Due::AfterOthers,
            seq => Due::At(seq),
        };
        let closed = gate.leave(job);
        user_code(|| drop(closed));
        due
    }
}

/// When a registration is due again.
enum Due {
    /// When it has something to read; its bell will tell.
    Nothing,
    /// When the others have got their events up to this number.
    At(u64),
    /// When the others that are due now have had a turn.
    AfterOthers,
}

/// The records of one registration until another is due.
struct Turn<'a> {
    reader: &'a mut Reader,
    next: &'a mut Option<Record>,
    gate: &'a Gate<Job>,
    id: i32,
    others: (u64, i32),
    /// How many more it may get.
    left: usize,
    /// The number of the event that was read last; 0 for records of a catch-up.
    last: u64,
    /// There is nothing more to read.
    is_drained: bool,
}

impl Iterator for Turn<'_> {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        if self.left == 0 || self.gate.is_closed() {
            return None;
        }
        let Some(record) = self.next.take().or_else(|| self.reader.next()) else {
            self.is_drained = true;
            self.left = 0;
            return None;
        };
        self.last = turn_of(&record);
        if (self.last, self.id) > self.others {
            *self.next = Some(record);
            self.left = 0;
            return None;
        }
        self.left -= 1;
        Some(record)
    }
}

/// When a record is due among those of other registrations: catch-ups are not held up.
fn turn_of(record: &Record) -> u64 {
    match record {
        Record::Event(event) if !event.in_catchup => event.seq,
        _ => 0,
    }
}
