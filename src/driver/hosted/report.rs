#![forbid(unsafe_code)]
//! What a hypervisor reports, and what that means for a domain.

use std::sync::Arc;

use uuid::Uuid;

use crate::domain::{Config, Entry};
use crate::error::{Error, Result};
use crate::event::{StartedDetail, SuspendedDetail};
use crate::lifecycle::Change;
use crate::registry::Act;

/// What happened to a domain.
///
/// A configuration that is not given is the one that the registry keeps for it: that of the request
/// under way, else the one that it has. One that says nothing but name and UUID stands in where only
/// the name is known.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Report<'a> {
    /// A configuration was stored.
    Defined {
        /// The document.
        xml: Option<&'a str>,
        /// The name, where there is no document.
        name: Option<&'a str>,
    },
    /// The stored configuration was edited.
    Edited {
        /// The document.
        xml: Option<&'a str>,
    },
    /// The stored configuration went back to a snapshot's.
    Reverted {
        /// The document.
        xml: Option<&'a str>,
    },
    /// It has another name.
    Renamed {
        /// The new one.
        name: &'a str,
    },
    /// The stored configuration is gone, and with it a managed-save image.
    Undefined,
    /// A running instance came to be.
    Started {
        /// How.
        how: StartedDetail,
        /// It is paused from the start.
        paused: bool,
        /// The id; `None` if the registry is to give it one.
        id: Option<i32>,
        /// The document that it was started from, if that is not the stored one.
        xml: Option<&'a str>,
        /// The name of a domain that is not known yet, where there is no document.
        name: Option<&'a str>,
    },
    /// A change of the state of an active domain.
    Changed(Change),
}

impl Report<'_> {
    /// The step that it stands for, where those of `plan` are awaited.
    ///
    /// # Errors
    /// INVALID_ARG, or what is wrong with a document or a name.
    pub(super) fn act(&self, uuid: Uuid, entry: Option<&Entry>, plan: &[Act]) -> Result<Act> {
        let stored = || entry.and_then(Entry::inactive).map(Arc::clone);
        let missing = || Error::invalid_arg("xml must not be NULL: no configuration is known");
        let again = |xml: Option<&str>| {
            let config = given(xml, uuid)?.or_else(stored).ok_or_else(missing)?;
            match entry.filter(|entry| entry.facts.name() != config.name()) {
                None => Ok(config),
                Some(_) => Err(Error::invalid_arg("xml is of a domain of another name")),
            }
        };
        let bare = |name: Option<&str>| Config::bare(uuid, name.ok_or_else(missing)?).map(Arc::new);
        match *self {
            Self::Defined { xml, name } => {
                let planned = || {
                    plan.iter().find_map(|act| match act {
                        Act::Define(config) => Some(Arc::clone(config)),
                        _ => None,
                    })
                };
                let config = given(xml, uuid)?.or_else(planned).or_else(stored);
                Ok(Act::Define(config.map_or_else(|| bare(name), Ok)?))
            }
            Self::Edited { xml } => Ok(Act::Edit { live: None, stored: Some(again(xml)?) }),
            Self::Reverted { xml } => Ok(Act::Revert(again(xml)?)),
            Self::Renamed { name } => {
                let stored = stored().ok_or_else(|| Error::no_such_uuid(uuid))?;
                Ok(Act::Rename(Arc::new(stored.renamed(name)?)))
            }
            Self::Undefined => Ok(Act::Undefine),
            Self::Started { how, paused, xml, name, .. } => {
                let paused = paused.then_some(match how {
                    StartedDetail::Restored => SuspendedDetail::Restored,
                    StartedDetail::FromSnapshot => SuspendedDetail::FromSnapshot,
                    _ => SuspendedDetail::Paused,
                });
                let planned = || {
                    plan.iter().find_map(|act| match act {
                        Act::Start { own, .. } => own.clone(),
                        _ => None,
                    })
                };
                let own = match given(xml, uuid)?.or_else(planned) {
                    None if entry.is_none() => Some(bare(name)?),
                    own => own,
                };
                Ok(Act::Start { how, paused, own })
            }
            Self::Changed(change) if change.is_of_state() => Ok(Act::Change(change)),
            Self::Changed(_) => Err(Error::invalid_arg("change must be one of the state")),
        }
    }
}

/// The configuration in a document, which is of the domain with that UUID.
fn given(xml: Option<&str>, uuid: Uuid) -> Result<Option<Arc<Config>>> {
    xml.map(|xml| Config::parse_of(uuid, xml).map(Arc::new)).transpose()
}
