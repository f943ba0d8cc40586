#![forbid(unsafe_code)]
//! All that a registry keeps of one domain.

use std::sync::Arc;

use super::config::Config;
use super::facts::Facts;
use crate::error::{Error, Result};

/// How the guest was when its state was saved: so it is restored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SavedState {
    /// It ran.
    Running,
    /// It was paused.
    Paused,
}

/// A managed-save image: what the next start takes up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SavedImage {
    /// How the guest was.
    pub(crate) state: SavedState,
    /// The configuration of the run that was saved.
    pub(crate) config: Arc<Config>,
}

/// What keeps a running instance from being migrated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tie {
    /// It ends with the connection of this number.
    Connection(u64),
    /// It is being migrated to here, and may have to be undone.
    Arriving,
}

/// All that a registry keeps of one domain: the facts, and what goes with them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// What is known of it.
    pub(crate) facts: Facts,
    /// The stored configuration; there is one when the domain is persistent.
    pub(crate) stored: Option<Arc<Config>>,
    /// The configuration of the running instance, which need not be the stored one.
    pub(crate) live: Option<Arc<Config>>,
    /// The managed-save image.
    pub(crate) managed_save: Option<SavedImage>,
    /// What keeps the running instance where it is.
    pub(crate) tie: Option<Tie>,
    /// Whether it starts with the host; only with a stored configuration.
    pub(crate) autostart: bool,
}

impl Entry {
    /// The configuration that is in effect: the live one of an active domain, else the stored one.
    pub(crate) fn current(&self) -> Option<&Arc<Config>> {
        self.live.as_ref().or(self.stored.as_ref())
    }

    /// The configuration of the next start: the stored one, of a transient domain the live one.
    pub(crate) fn inactive(&self) -> Option<&Arc<Config>> {
        self.stored.as_ref().or(self.live.as_ref())
    }

    /// Whether the stored configuration can go.
    ///
    /// # Errors
    /// OPERATION_INVALID: there is none, or a managed-save image would be in the way.
    pub(crate) fn can_be_undefined(&self) -> Result<()> {
        if !self.facts.is_persistent() {
            return Err(Error::not_valid("cannot undefine transient domain"));
        }
        if self.managed_save.is_some() {
            let info = "Refusing to undefine while domain managed save image exists";
            return Err(Error::not_valid(info));
        }
        Ok(())
    }
}
