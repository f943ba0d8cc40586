#![forbid(unsafe_code)]
//! A dispatcher's place in the program's event loop.
//!
//! The loop watches a file descriptor, which is set when there is something to deliver. A timer, as
//! libvirt has one, would be the loop's own code run by whoever changes a domain; writing to a
//! descriptor is not, and wakes any loop from any thread.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::event_loop::{EventLoop, Ready};
use super::order::{Due, Order};
use super::turn::{self, Limit};
use super::{Shared, user_code};
use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::sync::Signal;

/// A place in a loop. It is kept until the dispatcher goes: a loop that does not run keeps what was
/// removed, with its descriptor, and would gather one for each seat that was given up.
pub(super) struct Seat {
    watch: i32,
    signal: Arc<Signal>,
}

impl Seat {
    /// What makes the loop deliver.
    pub(super) fn signal(&self) -> Arc<Signal> {
        Arc::clone(&self.signal)
    }
}

impl Shared {
    /// Takes a seat, unless there is one.
    pub(super) fn take_seat(self: &Arc<Self>, event_loop: &dyn EventLoop) -> Result<()> {
        if self.board.lock().seat.is_some() {
            return Ok(());
        }
        let mut made = Some(self.seat_in(event_loop)?);
        {
            let mut board = self.board.lock();
            if board.seat.is_none() {
                board.seat = made.take();
            }
        }
        // Another thread may have been faster.
        self.leave(made);
        Ok(())
    }

    fn seat_in(self: &Arc<Self>, event_loop: &dyn EventLoop) -> Result<Seat> {
        let signal = Arc::new(Signal::default());
        let fd = signal.fd();
        let fd = fd.map_err(|cause| Error::system("cannot make a file descriptor", &cause))?;
        // A loop that does not run any more keeps no registry.
        let (shared, set) = (Arc::downgrade(self), Arc::clone(&signal));
        let ready: Ready = Arc::new(move || {
            if let Some(shared) = shared.upgrade() {
                shared.round(&set);
            }
        });
        let mut added = None;
        user_code(|| added = event_loop.add(fd, ready));
        let watch = added.ok_or_else(|| {
            let info = "could not initialize domain event timer: the event loop adds no handle";
            Error::new(ErrorCode::InternalError, ErrorDomain::None, info)
        })?;
        Ok(Seat { watch, signal })
    }

    /// Gives a seat up. The loop drops what it was given when it likes.
    pub(super) fn leave(&self, seat: Option<Seat>) {
        if let (Some(seat), Some(event_loop)) = (seat, &self.event_loop) {
            user_code(|| event_loop.remove(seat.watch));
        }
    }

    /// Delivers in the loop everything that there was when it was called. What comes meanwhile is
    /// of the next round, so that the loop gets its turn too.
    fn round(&self, signal: &Signal) {
        signal.clear();
        let mut board = self.board.lock();
        if board.busy {
            // Whoever is at it, perhaps this very thread, looks again when it is done.
            return;
        }
        board.busy = true;
        let ready = std::mem::take(&mut board.ready);
        let gate = |id| Some((id, Arc::clone(board.registrations.get(&id)?)));
        let gates: BTreeMap<_, _> = ready.into_iter().filter_map(gate).collect();
        drop(board);
        let end = self.registry.cursor().seq;
        let mut order = Order::default();
        order.add(gates.keys().copied());
        let mut later = Vec::new();
        while let Some(id) = order.next() {
            // One that has ended meanwhile lets nobody in.
            let Some(gate) = gates.get(&id) else { continue };
            let limit = Limit { others: order.others(), end };
            match turn::take(id, gate, &limit) {
                Due::At(seq) if seq > end => later.push(id),
                Due::Again | Due::Refused => later.push(id),
                due => order.put_back(id, due),
            }
        }

        let mut board = self.board.lock();
        board.busy = false;
        self.idle.notify_all();
        later.retain(|id| board.registrations.contains_key(id));
        board.ready.append(&mut later);
        let signal = board.seat.as_ref().filter(|_| !board.ready.is_empty());
        let signal = signal.map(Seat::signal);
        drop(board);
        if let Some(signal) = signal {
            signal.set();
        }
    }
}
