#![forbid(unsafe_code)]
//! One turn of one registration: the records that it gets until another is due.

use std::sync::Arc;

use super::gate::Gate;
use super::order::Due;
use super::user_code;
use crate::event::{Notice, Record};
use crate::registry::{Mailbox, Reader, Wake};

/// What a registration calls. It is dropped exactly once, after its last call has returned.
pub(crate) type Callback = Box<dyn FnMut(&Record) + Send>;

/// The same for faces to which entering the program is dear: it is given the records that are due
/// and calls the program for each.
pub(crate) type BatchCallback = Box<dyn FnMut(&mut dyn Iterator<Item = Record>) + Send>;

/// What a registration calls for notices.
pub(crate) type NoticeCallback = Box<dyn FnMut(&Notice) + Send>;

/// Either.
pub(crate) enum Deliver {
    Each(Callback),
    Batch(BatchCallback),
}

/// How many records one registration gets before the others are looked at again.
const TURN: usize = 256;

/// One registration.
pub(super) enum Job {
    Records(Box<Records>),
    /// Notices have no numbers, and wait for nobody's turn.
    Notices {
        mailbox: Arc<Mailbox>,
        callback: NoticeCallback,
    },
}

/// A registration for records.
pub(super) struct Records {
    reader: Reader,
    /// Rung when there is something to read.
    bell: Arc<dyn Wake>,
    deliver: Deliver,
    /// Read, but not yet its turn.
    next: Option<Record>,
}

impl Job {
    pub(super) fn records(reader: Reader, bell: Arc<dyn Wake>, deliver: Deliver) -> Self {
        Self::Records(Box::new(Records { reader, bell, deliver, next: None }))
    }
}

/// How far a turn goes.
pub(super) struct Limit {
    /// The next event of another registration, and which.
    pub(super) others: (u64, i32),
    /// The last event of this round; what comes after a catch-up to there is of the next.
    pub(super) end: u64,
}

/// Delivers to one registration until another is due. Returns when it is due again.
pub(super) fn take(id: i32, gate: &Gate<Job>, limit: &Limit) -> Due {
    let Some(mut job) = gate.enter() else { return Due::Nothing };
    let due = match &mut job {
        Job::Records(records) => records.take(id, gate, limit),
        Job::Notices { mailbox, callback } => {
            let mail = mailbox.take();
            let due = mail.iter().take_while(|_| !gate.is_closed());
            user_code(|| due.for_each(|notice| callback(notice)));
            if mailbox.arm() { Due::Nothing } else { Due::Again }
        }
    };
    let closed = gate.leave(job);
    user_code(|| drop(closed));
    due
}

impl Records {
    fn take(&mut self, id: i32, gate: &Gate<Job>, limit: &Limit) -> Due {
        let Self { reader, bell, deliver, next } = self;
        let mut turn = Turn { reader, next, gate, id, limit, left: TURN, last: 0, is_done: false };
        user_code(|| match deliver {
            Deliver::Each(callback) => turn.by_ref().for_each(|record| callback(&record)),
            Deliver::Batch(callback) => callback(&mut turn),
        });
        match (turn.is_done, turn.last) {
            (true, _) if turn.reader.arm(Arc::clone(bell)) => Due::Nothing,
            (true, _) => Due::Again,
            (false, _) if turn.left == TURN => Due::Refused,
            // A catch-up is due at once, but not for ever.
            (false, 0) => Due::AfterOthers,
            (false, seq) => Due::At(seq),
        }
    }
}

struct Turn<'a> {
    reader: &'a mut Reader,
    next: &'a mut Option<Record>,
    gate: &'a Gate<Job>,
    id: i32,
    limit: &'a Limit,
    /// How many more it may get.
    left: usize,
    /// The number of the event that was read last; 0 for records of a catch-up.
    last: u64,
    /// There was nothing more to read, or nothing of this round.
    is_done: bool,
}

impl Iterator for Turn<'_> {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        if self.left == 0 || self.gate.is_closed() {
            return None;
        }
        let Some(record) = self.next.take().or_else(|| self.reader.next()) else {
            self.is_done = true;
            self.left = 0;
            return None;
        };
        self.last = turn_of(&record);
        if (self.last, self.id) > self.limit.others || self.last > self.limit.end {
            *self.next = Some(record);
            self.left = 0;
            return None;
        }
        self.is_done = matches!(record, Record::Synced { seq } if seq >= self.limit.end);
        self.left = if self.is_done { 0 } else { self.left - 1 };
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
