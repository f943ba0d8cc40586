#![forbid(unsafe_code)]
//! What the *store* step of a change calls. A registry without a store keeps nothing.

use uuid::Uuid;

use crate::domain::Entry;
use crate::error::Result;
use crate::event::Event;

/// One decided change, as it is to be stored.
#[derive(Debug)]
#[expect(dead_code, reason = "read by stores, and the only one so far is none")]
pub(crate) struct Stored<'a> {
    /// Which domain.
    pub(crate) uuid: Uuid,
    /// All that is kept of it from now on; `None`: it no longer exists.
    pub(crate) entry: Option<&'a Entry>,
    /// The events, numbered; none where only what is kept changed.
    pub(crate) events: &'a [Event],
}

/// Makes changes durable.
pub(crate) trait Store: Send + Sync {
    /// Stores the changes, in their order, all or none. They are shown only when it succeeded.
    ///
    /// # Errors
    /// Nothing was stored; every writer of `changes` gets this error.
    fn commit(&self, changes: &[Stored<'_>]) -> Result<()>;
}
