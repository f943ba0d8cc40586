#![forbid(unsafe_code)]
//! A registered callback.

use super::Connection;

/// A registered callback. It ends when this is dropped, or by [`Registration::cancel`].
///
/// On return the callback runs in no other thread and will not start; it has been dropped. Inside
/// any callback this does not wait: the callback will not start again, and is dropped after its
/// last frame has returned.
#[derive(Debug)]
#[must_use = "the registration ends when this is dropped"]
pub struct Registration {
    connection: Connection,
    id: i32,
}

impl Registration {
    pub(super) fn new(connection: Connection, id: i32) -> Self {
        Self { connection, id }
    }

    /// Its number: unique among all registrations with the registry, and never used again.
    pub fn id(&self) -> i32 {
        self.id
    }

    /// Ends it.
    pub fn cancel(self) {
        drop(self);
    }

    /// Ends it without waiting, as libvirt does: the callback will not start again, but may still
    /// run in another thread, and is dropped after its last frame has returned.
    pub fn forget(self) {
        // What has ended already is not waited for when this is dropped.
        drop(self.connection.deregister(self.id, false));
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        // Closing the connection may have ended it already, which is as good.
        drop(self.connection.deregister(self.id, true));
    }
}
