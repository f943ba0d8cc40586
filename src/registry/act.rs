#![forbid(unsafe_code)]
//! What can be done to a draft, as a value: for drivers that plan before they do, and for those that
//! are told from outside.

use std::mem::discriminant;
use std::sync::Arc;

use super::Draft;
use crate::domain::{Config, SavedImage, Tie};
use crate::error::Result;
use crate::event::{StartedDetail, SuspendedDetail};
use crate::lifecycle::Change;

/// One step with a domain; each stands for a method of [`Draft`].
#[derive(Debug, Clone)]
pub(crate) enum Act {
    Define(Arc<Config>),
    Edit { live: Option<Arc<Config>>, stored: Option<Arc<Config>> },
    Revert(Arc<Config>),
    Undefine,
    Rename(Arc<Config>),
    Start { how: StartedDetail, paused: Option<SuspendedDetail>, own: Option<Arc<Config>> },
    Change(Change),
    SetManagedSave(Option<SavedImage>),
    SetTie(Option<Tie>),
    SetAutostart(bool),
}

impl Act {
    /// Whether both are the same step: a start or a stop of the same kind, any other whatever its
    /// details.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Start { how: one, .. }, Self::Start { how: other, .. }) => one == other,
            (
                Self::Change(Change::Stopped { how: one, .. }),
                Self::Change(Change::Stopped { how: other, .. }),
            ) => one == other,
            (Self::Change(one), Self::Change(other)) => discriminant(one) == discriminant(other),
            _ => discriminant(self) == discriminant(other),
        }
    }

    /// Whether it concerns what is kept beside the facts: nobody but the library knows of it.
    pub(crate) const fn is_silent(&self) -> bool {
        matches!(self, Self::SetManagedSave(_) | Self::SetTie(_) | Self::SetAutostart(_))
    }
}

impl Draft<'_> {
    /// Takes a step.
    pub(crate) fn take(&mut self, act: Act) -> Result<()> {
        match act {
            Act::Define(config) => self.define(config),
            Act::Edit { live, stored } => self.edit(live, stored),
            Act::Revert(config) => self.revert(config),
            Act::Undefine => self.undefine(),
            Act::Rename(renamed) => self.rename(renamed),
            Act::Start { how, paused, own } => self.start(how, paused, own),
            Act::Change(change) => self.change(change),
            Act::SetManagedSave(image) => {
                self.set_managed_save(image);
                Ok(())
            }
            Act::SetTie(tie) => {
                self.set_tie(tie);
                Ok(())
            }
            Act::SetAutostart(autostart) => self.set_autostart(autostart),
        }
    }
}
