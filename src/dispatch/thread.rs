#![forbid(unsafe_code)]
//! A thread of the dispatcher's own.

use std::sync::Arc;

use super::Shared;
use super::order::Order;
use super::turn::{self, Limit};
use crate::error::{Error, Result};
use crate::sys;

impl Shared {
    /// Starts the thread, if it does not run yet.
    pub(super) fn start_thread(self: &Arc<Self>) -> Result<()> {
        let mut board = self.board.lock();
        if board.thread.is_none() {
            let shared = Arc::clone(self);
            let thread = sys::spawn("virtwatch-events", move || shared.run())
                .map_err(|cause| Error::system("cannot start the dispatcher thread", &cause))?;
            board.thread = Some(thread);
        }
        Ok(())
    }

    fn run(&self) {
        let mut order = Order::default();
        loop {
            let mut board = self.board.lock();
            board.busy = false;
            self.idle.notify_all();
            while order.is_empty() && board.ready.is_empty() && !board.stopping {
                self.work.wait(&mut board);
            }
            if board.stopping {
                return;
            }
            order.add(board.ready.drain(..));
            let next = order.next();
            let next = next.and_then(|id| Some((id, Arc::clone(board.registrations.get(&id)?))));
            board.busy = next.is_some();
            drop(board);
            let Some((id, gate)) = next else { continue };
            let limit = Limit { others: order.others(), end: u64::MAX };
            order.put_back(id, turn::take(id, &gate, &limit));
        }
    }
}
