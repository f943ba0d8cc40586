#![forbid(unsafe_code)]
//! The only way from a driver into the registry.

use std::sync::Arc;

use uuid::Uuid;

use crate::domain::{Entry, Facts};
use crate::error::{Error, Result};
use crate::registry::{Draft, Registry};

/// Where a driver reports what changed, and looks up what is known: from any thread, at any time.
/// What is reported before the driver is open belongs to the base.
#[derive(Debug, Clone)]
pub(crate) struct Reporter {
    registry: Arc<Registry>,
}

impl Reporter {
    pub(crate) fn new(registry: Arc<Registry>) -> Self {
        Self { registry }
    }

    /// Reports changes of one domain, which happen together or not at all. `decide` sees the domain
    /// as it is now; it must be quick and call nobody. Returns what is known of the domain then; of
    /// one that is gone, what was known last.
    pub(crate) fn change(
        &self,
        uuid: Uuid,
        decide: impl FnOnce(&mut Draft<'_>) -> Result<()>,
    ) -> Result<Facts> {
        self.registry.change(uuid, |domain| {
            decide(domain)?;
            domain.last_known().cloned().ok_or_else(|| Error::no_such_uuid(uuid))
        })
    }

    /// All that is kept of a domain.
    ///
    /// # Errors
    /// NO_DOMAIN.
    pub(crate) fn entry(&self, uuid: Uuid) -> Result<Entry> {
        self.registry.entry(uuid).ok_or_else(|| Error::no_such_uuid(uuid))
    }
}
