#![forbid(unsafe_code)]
//! Operations on one domain come one after the other, without a lock held while a driver works.

use std::collections::HashMap;
use std::ptr;

use uuid::Uuid;

use crate::error::Result;
use crate::sync::{Condvar, Mutex};
use crate::sys::{self, Thread};
use crate::waits;

/// Who works on which domain.
#[derive(Debug, Default)]
pub(super) struct Tickets {
    taken: Mutex<HashMap<Uuid, Taken>>,
    given_back: Condvar,
}

#[derive(Debug)]
struct Taken {
    by: Thread,
    /// An operation may be made of others of the same domain.
    times: usize,
}

/// The right to work on a domain, until it is dropped.
#[derive(Debug)]
pub(super) struct Ticket<'a> {
    tickets: &'a Tickets,
    uuid: Uuid,
}

impl Tickets {
    /// Waits until no other thread works on the domain.
    ///
    /// # Errors
    /// OPERATION_INVALID: who works on it waits for this thread.
    pub(super) fn take(&self, uuid: Uuid) -> Result<Ticket<'_>> {
        let me = sys::this_thread();
        let mut taken = self.taken.lock();
        while let Some(other) = taken.get(&uuid).map(|taken| taken.by).filter(|&by| by != me) {
            waits::begin(other, self.place())?;
            self.given_back.wait(&mut taken);
        }
        taken.entry(uuid).or_insert(Taken { by: me, times: 0 }).times += 1;
        Ok(Ticket { tickets: self, uuid })
    }

    fn place(&self) -> usize {
        ptr::from_ref(self).addr()
    }

    /// Whether a thread works on the domain.
    pub(super) fn is_taken(&self, uuid: Uuid) -> bool {
        self.taken.lock().contains_key(&uuid)
    }
}

impl Ticket<'_> {
    /// Whether this thread had one for the domain before.
    pub(super) fn is_nested(&self) -> bool {
        self.tickets.taken.lock().get(&self.uuid).is_some_and(|taken| taken.times > 1)
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        let mut taken = self.tickets.taken.lock();
        if let Some(mine) = taken.get_mut(&self.uuid) {
            mine.times -= 1;
            if mine.times == 0 {
                taken.remove(&self.uuid);
                waits::end(self.tickets.place());
                self.tickets.given_back.notify_all();
            }
        }
    }
}
