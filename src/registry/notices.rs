#![forbid(unsafe_code)]
//! Notices: put into the mailbox of everybody who listens, kept nowhere else.

use std::collections::VecDeque;
use std::sync::{Arc, Weak};

use uuid::Uuid;

use super::Wake;
use crate::event::Notice;
use crate::sync::Mutex;

/// How many notices a mailbox holds; then the oldest make room.
const MOST: usize = 1024;

/// Who listens.
#[derive(Default)]
pub(crate) struct Notices {
    mailboxes: Mutex<Vec<Weak<Mailbox>>>,
}

/// The notices that a listener has not taken yet.
pub(crate) struct Mailbox {
    /// Of this domain alone.
    uuid: Option<Uuid>,
    /// Rung when the first notice comes.
    bell: Arc<dyn Wake>,
    mail: Mutex<Mail>,
}

#[derive(Default)]
struct Mail {
    queue: VecDeque<Arc<Notice>>,
    /// The listener knows that there is something, or is looking.
    is_rung: bool,
}

impl Notices {
    /// From now on the mailbox gets what it is for, as long as somebody has it.
    pub(crate) fn add(&self, mailbox: &Arc<Mailbox>) {
        let mut mailboxes = self.mailboxes.lock();
        mailboxes.retain(|other| other.strong_count() > 0);
        mailboxes.push(Arc::downgrade(mailbox));
    }

    pub(crate) fn tell(&self, notice: Notice) {
        let mailboxes: Vec<_> = self.mailboxes.lock().iter().filter_map(Weak::upgrade).collect();
        let notice = Arc::new(notice);
        for mailbox in mailboxes {
            if mailbox.uuid.is_none_or(|uuid| uuid == notice.uuid()) {
                mailbox.put(Arc::clone(&notice));
            }
        }
    }
}

impl Mailbox {
    pub(crate) fn new(uuid: Option<Uuid>, bell: Arc<dyn Wake>) -> Self {
        Self { uuid, bell, mail: Mutex::new(Mail::default()) }
    }

    fn put(&self, notice: Arc<Notice>) {
        let mut mail = self.mail.lock();
        if mail.queue.len() == MOST {
            mail.queue.pop_front();
        }
        mail.queue.push_back(notice);
        if !std::mem::replace(&mut mail.is_rung, true) {
            drop(mail);
            self.bell.wake();
        }
    }

    /// All that there is.
    pub(crate) fn take(&self) -> VecDeque<Arc<Notice>> {
        std::mem::take(&mut self.mail.lock().queue)
    }

    /// The bell rings for the next notice. False: there is one already.
    pub(crate) fn arm(&self) -> bool {
        let mut mail = self.mail.lock();
        mail.is_rung = !mail.queue.is_empty();
        !mail.is_rung
    }
}
