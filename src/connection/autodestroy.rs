#![forbid(unsafe_code)]
//! Runs that end with the connection that started them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::domain::{Facts, Tie};
use crate::driver::{Action, Operation};
use crate::error::Result;
use crate::instance::Instance;

/// The runs that end with a connection: when that is closed, or this is dropped. The registry knows which they are, so
/// that a run that is over is forgotten.
#[derive(Debug)]
pub(super) struct Autodestroy {
    instance: Arc<Instance>,
    /// The number of the connection.
    connection: u64,
    /// There has been one.
    used: AtomicBool,
}

impl Autodestroy {
    pub(super) fn new(instance: Arc<Instance>) -> Self {
        let connection = instance.next_connection();
        Self { instance, connection, used: AtomicBool::new(false) }
    }

    /// Adds the run that `started` is about, unless it is over already.
    ///
    /// # Errors
    /// The store failed.
    pub(super) fn add(&self, started: &Facts) -> Result<()> {
        self.used.store(true, Ordering::Relaxed);
        self.instance.registry().change(started.uuid(), |domain| {
            let id = domain.entry().and_then(|entry| entry.facts.id());
            if id.is_some() && id == started.id() {
                domain.set_tie(Some(Tie::Connection(self.connection)));
            }
            Ok(())
        })
    }

    /// Ends them.
    pub(super) fn end(&self) {
        if !self.used.load(Ordering::Relaxed) {
            return;
        }
        let tie = Some(Tie::Connection(self.connection));
        let registry = self.instance.registry();
        for uuid in registry.list(|entry| (entry.tie == tie).then(|| entry.facts.uuid())) {
            // It may have stopped meanwhile, which is as good.
            let action = Action::Autodestroy(self.connection);
            drop(self.instance.operate(Operation::Domain(uuid, action)));
        }
    }
}

impl Drop for Autodestroy {
    fn drop(&mut self) {
        self.end();
    }
}
