#![forbid(unsafe_code)]
//! The one place that calls user code.
//!
//! A connection has one dispatcher. It runs in the event loop that the program registered before it
//! opened the connection, or else on a thread of its own from the first registration on. Every
//! registration is a reader of the journal and a callback: each gets its events in the order of
//! their numbers, and among those that have events at the same moment the lowest number goes first.
//! No lock is held while a callback runs or is dropped.

mod default_loop;
mod event_loop;
mod gate;
#[cfg(all(test, loom))]
mod model;
mod order;
mod seat;
mod thread;
mod turn;

use std::collections::BTreeMap;
use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;

use uuid::Uuid;

pub use self::default_loop::{DefaultLoop, Readiness};
pub(crate) use self::event_loop::registered;
pub use self::event_loop::{EventLoop, Ready, register_event_loop};
use self::gate::Gate;
use self::seat::Seat;
use self::turn::Job;
pub(crate) use self::turn::{Callback, Deliver, NoticeCallback};
use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::inside::{Inside, is_inside};
use crate::registry::{Mailbox, Reader, Registry, Wake};
use crate::sync::{Condvar, Mutex};

/// Runs user code: until it returns, this thread waits for no other callback. A panic ends that
/// call, not the dispatcher; the panic hook has told it.
fn user_code(run: impl FnOnce()) {
    let inside = Inside::enter();
    let result = catch_unwind(AssertUnwindSafe(run));
    drop(inside);
    if let Err(payload) = result {
        // It may panic in its own drop.
        let _leaked = ManuallyDrop::new(payload);
    }
}

/// Delivers records to the callbacks of one connection.
pub(crate) struct Dispatcher {
    shared: Arc<Shared>,
}

struct Shared {
    registry: Arc<Registry>,
    /// Where callbacks run; `None` for a thread of its own.
    event_loop: Option<Arc<dyn EventLoop>>,
    board: Mutex<Board>,
    work: Condvar,
    idle: Condvar,
}

/// What the dispatcher shares with its thread or its loop, under one lock that no user code ever
/// sees.
#[derive(Default)]
struct Board {
    registrations: BTreeMap<i32, Arc<Gate<Job>>>,
    /// Those of them that may have something to read, and are not being looked at.
    ready: Vec<i32>,
    /// A thread may be inside a callback, or the drop of one.
    busy: bool,
    thread: Option<JoinHandle<()>>,
    stopping: bool,
    /// Its place in the loop, from the first registration on.
    seat: Option<Seat>,
}

/// Calls the dispatcher when a reader has something to read.
struct Bell {
    shared: Arc<Shared>,
    id: i32,
}

impl Wake for Bell {
    fn wake(&self) {
        self.shared.call(self.id);
    }
}

impl Shared {
    /// Has a registration looked at.
    fn call(&self, id: i32) {
        let mut board = self.board.lock();
        if !board.registrations.contains_key(&id) {
            return;
        }
        board.ready.push(id);
        if board.ready.len() > 1 {
            // Whoever looks has been told of the first one.
            return;
        }
        let signal = board.seat.as_ref().map(Seat::signal);
        drop(board);
        self.work.notify_all();
        if let Some(signal) = signal {
            signal.set();
        }
    }
}

impl std::fmt::Debug for Dispatcher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Dispatcher").finish_non_exhaustive()
    }
}

impl Dispatcher {
    pub(crate) fn new(registry: Arc<Registry>, event_loop: Option<Arc<dyn EventLoop>>) -> Self {
        let (board, work, idle) = Default::default();
        Self { shared: Arc::new(Shared { registry, event_loop, board, work, idle }) }
    }

    /// Makes sure that callbacks can run: a registration that follows cannot fail then.
    ///
    /// # Errors
    /// SYSTEM_ERROR: the thread could not be started, or there are too many file descriptors.
    /// INTERNAL_ERROR: the event loop refused.
    pub(crate) fn reserve(&self) -> Result<()> {
        match &self.shared.event_loop {
            Some(event_loop) => self.shared.take_seat(&**event_loop),
            None => self.shared.start_thread(),
        }
    }

    /// Registers a callback under a new id.
    pub(crate) fn register(&self, id: i32, reader: Reader, deliver: Deliver) {
        let bell = Arc::new(Bell { shared: Arc::clone(&self.shared), id });
        let gate = Arc::new(Gate::new(Job::records(reader, bell, deliver)));
        self.shared.board.lock().registrations.insert(id, gate);
        self.shared.call(id);
    }

    /// Registers a callback for notices, of one domain or of all, under a new id.
    pub(crate) fn register_notices(&self, id: i32, uuid: Option<Uuid>, callback: NoticeCallback) {
        let bell = Arc::new(Bell { shared: Arc::clone(&self.shared), id });
        let mailbox = Arc::new(Mailbox::new(uuid, bell));
        let job = Job::Notices { mailbox: Arc::clone(&mailbox), callback };
        self.shared.board.lock().registrations.insert(id, Arc::new(Gate::new(job)));
        self.shared.registry.notices().add(&mailbox);
    }

    /// Ends a registration. With `wait`, on return its callback runs in no other thread and will
    /// not start; on a thread that is inside any callback or hypervisor this does not wait.
    ///
    /// # Errors
    /// INVALID_ARG: there is no such registration, or no more.
    pub(crate) fn deregister(&self, id: i32, wait: bool) -> Result<()> {
        let mut board = self.shared.board.lock();
        let Some(gate) = board.registrations.remove(&id) else {
            let info = format!("could not find event callback {id} for deletion");
            return Err(Error::new(ErrorCode::InvalidArg, ErrorDomain::None, info));
        };
        board.ready.retain(|&other| other != id);
        drop(board);
        let job = gate.close(wait && !is_inside());
        user_code(|| drop(job));
        Ok(())
    }

    /// Ends every registration. On return no callback runs, those of registrations that others are
    /// ending included; on a thread that is inside any callback or hypervisor this does not wait.
    pub(crate) fn clear(&self) {
        loop {
            let Some(id) = self.shared.board.lock().registrations.keys().next().copied() else {
                break;
            };
            // Another thread may have been faster, which is as good.
            drop(self.deregister(id, true));
        }
        if !is_inside() {
            let mut board = self.shared.board.lock();
            while board.busy {
                self.shared.idle.wait(&mut board);
            }
        }
    }
}

impl Drop for Dispatcher {
    /// Leaves the loop, or ends the thread. That is not waited for on that thread itself, nor inside
    /// any other callback or a hypervisor, which might be what it waits for.
    fn drop(&mut self) {
        self.clear();
        let mut board = self.shared.board.lock();
        board.stopping = true;
        let (thread, seat) = (board.thread.take(), board.seat.take());
        drop(board);
        self.shared.leave(seat);
        self.shared.work.notify_all();
        if let Some(thread) = thread
            && !is_inside()
        {
            // Callbacks do not unwind into the thread, so that it cannot have panicked.
            drop(thread.join());
        }
    }
}
