#![forbid(unsafe_code)]
//! Runs that end with the connection that started them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::domain::Tie;
use crate::driver::{Action, Operation};
use crate::instance::Instance;

/// The runs that end with a connection: when that is closed, or this is dropped. The registry knows which they are, so
/// that a run that is over is forgotten.
#[derive(Debug)]
pub(super) struct Autodestroy {
    instance: Arc<Instance>,
    /// The number of the connection.
    connection: u64,
    /// One has been asked for.
    used: AtomicBool,
}

impl Autodestroy {
    pub(super) fn new(instance: Arc<Instance>) -> Self {
        let connection = instance.next_connection();
        Self { instance, connection, used: AtomicBool::new(false) }
    }

    /// What ties a run to the connection, from the moment it starts.
    pub(super) fn tie(&self) -> Tie {
        self.used.store(true, Ordering::Relaxed);
        Tie::Connection(self.connection)
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
