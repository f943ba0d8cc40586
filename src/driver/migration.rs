#![forbid(unsafe_code)]
//! Moving a domain from one registry to another of this process.
//!
//! The destination changes first, then the source, never both under their locks. So whatever ends
//! the process between the two leaves the domain in both places, not in none; and when the source
//! has changed meanwhile, the destination is brought back to what it was. Until that is settled the
//! run at the destination cannot be moved on.

use std::sync::Arc;

use uuid::Uuid;

use super::usual::stopped;
use super::{MigrateFlags, Reporter};
use crate::domain::{Config, Entry, Facts, State, Tie};
use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::event::{StartedDetail, StoppedDetail, SuspendedDetail};
use crate::registry::Draft;

/// What is sent, and what the destination is to have of it.
struct Parcel {
    /// The domain as it was when it was sent.
    sent: Entry,
    flags: MigrateFlags,
    /// The run: its configuration, and how it is paused. None of a domain that is moved offline.
    run: Option<(Arc<Config>, Option<SuspendedDetail>)>,
    stored: Option<Arc<Config>>,
}

/// What came of it there.
struct Arrival {
    facts: Facts,
    /// What was stored there before.
    before: Option<Arc<Config>>,
}

/// Moves a domain. Returns what is known of it at the destination.
///
/// # Errors
/// OPERATION_INVALID: the source or the destination is not in a state for it. OPERATION_FAILED: name
/// or UUID belong to another domain there, or the domain changed on its way. What is wrong with the
/// name. Nothing changed then, or the destination went back to what it was.
pub(crate) fn migrate(
    from: &Reporter,
    to: &Reporter,
    uuid: Uuid,
    flags: MigrateFlags,
    name: Option<&str>,
) -> Result<Facts> {
    let parcel = Parcel::of(from.entry(uuid)?, flags, name)?;
    let arrival = parcel.arrive(to)?;
    parcel.leave(from, to, &arrival)?;
    Ok(arrival.facts)
}

impl Parcel {
    fn of(source: Entry, flags: MigrateFlags, name: Option<&str>) -> Result<Self> {
        if flags.contains(MigrateFlags::UNDEFINE_SOURCE) && source.facts.is_persistent() {
            source.can_be_undefined()?;
        }
        let renamed = |config: Option<&Arc<Config>>| match (config, name) {
            (Some(config), Some(name)) => config.renamed(name).map(|config| Some(Arc::new(config))),
            (config, _) => Ok(config.cloned()),
        };
        let run = if flags.contains(MigrateFlags::OFFLINE) {
            if !flags.contains(MigrateFlags::PERSIST_DEST) {
                let info = "offline migration must be specified with the persistent flag set";
                return Err(Error::not_valid(info));
            }
            None
        } else {
            match source.tie {
                None => {}
                Some(Tie::Connection(_)) => {
                    return Err(Error::not_valid("domain is marked for auto destroy"));
                }
                Some(Tie::Arriving) => {
                    return Err(Error::not_valid("domain is still being migrated"));
                }
            }
            let is_paused = match source.facts.status().state() {
                State::Running => flags.contains(MigrateFlags::PAUSED),
                State::Paused => true,
                State::Shutoff => return Err(Error::not_valid("domain is not running")),
                other => return Err(Error::not_valid(format!("domain is {other}"))),
            };
            let paused = is_paused.then_some(SuspendedDetail::Paused);
            renamed(source.live.as_ref())?.map(|config| (config, paused))
        };
        let persists = flags.contains(MigrateFlags::PERSIST_DEST);
        let stored = if persists { renamed(source.inactive())? } else { None };
        Ok(Self { sent: source, flags, run, stored })
    }

    fn uuid(&self) -> Uuid {
        self.sent.facts.uuid()
    }

    fn arrive(&self, to: &Reporter) -> Result<Arrival> {
        let mut before = None;
        let facts = to.change(self.uuid(), |domain| {
            before = domain.entry().and_then(|entry| entry.stored.clone());
            if let Some((config, paused)) = &self.run {
                domain.start(StartedDetail::Migrated, *paused, Some(Arc::clone(config)))?;
                domain.set_tie(Some(Tie::Arriving));
            } else if let Some(entry) = domain.entry().filter(|entry| entry.facts.is_active()) {
                let info = format!("domain '{}' is already active", entry.facts.name());
                return Err(Error::not_valid(info));
            }
            self.stored.clone().map_or(Ok(()), |config| domain.define(config))
        })?;
        Ok(Arrival { facts, before })
    }

    /// The source lets the domain go, and the destination keeps what arrived; or neither.
    fn leave(&self, from: &Reporter, to: &Reporter, arrival: &Arrival) -> Result<()> {
        let left = from.change(self.uuid(), |domain| self.let_go(domain));
        // A run that has ended there is not the one that arrived, and needs nothing.
        drop(match left {
            Ok(_) => self.settle(to, arrival),
            Err(_) => self.go_back(to, arrival),
        });
        left.map(drop)
    }

    /// Lets the domain go, if it is what it was when it was sent.
    fn let_go(&self, domain: &mut Draft<'_>) -> Result<()> {
        let (now, sent) = (domain.existing()?, &self.sent);
        let is_online = !self.flags.contains(MigrateFlags::OFFLINE);
        if is_online && !now.facts.is_active() {
            return Err(Error::not_valid("domain is not running"));
        }
        let is_what_was_sent = now.facts.condition == sent.facts.condition
            && is_same(now.live.as_ref(), sent.live.as_ref())
            && is_same(now.stored.as_ref(), sent.stored.as_ref());
        if !is_what_was_sent {
            let info = format!("domain '{}' changed while it was migrated", now.facts.name());
            return Err(Error::new(ErrorCode::OperationFailed, ErrorDomain::Test, info));
        }
        let undefines =
            self.flags.contains(MigrateFlags::UNDEFINE_SOURCE) && now.facts.is_persistent();
        if is_online {
            domain.change(stopped(StoppedDetail::Migrated))?;
        }
        if undefines { domain.undefine() } else { Ok(()) }
    }

    /// The run is at home there.
    fn settle(&self, to: &Reporter, arrival: &Arrival) -> Result<Facts> {
        to.change(self.uuid(), |domain| {
            if arrival.is_the_run(&domain.existing()?.facts) {
                domain.set_tie(None);
            }
            Ok(())
        })
    }

    /// Undoes the arrival: a run has failed, and what was stored is stored again. What came there
    /// after the arrival stays.
    fn go_back(&self, to: &Reporter, arrival: &Arrival) -> Result<Facts> {
        to.change(self.uuid(), |domain| {
            if arrival.is_the_run(&domain.existing()?.facts) {
                domain.change(stopped(StoppedDetail::Failed))?;
            }
            let is_stored = domain.entry().is_some_and(|now| arrival.is_the_stored(&now.facts));
            if self.stored.is_none() || !is_stored {
                return Ok(());
            }
            match arrival.before.clone() {
                Some(config) => domain.define(config),
                None => domain.undefine(),
            }
        })
    }
}

impl Arrival {
    /// Whether the run that is there now is the one that arrived.
    fn is_the_run(&self, now: &Facts) -> bool {
        let arrived = &self.facts;
        arrived.id().is_some()
            && (now.incarnation(), now.id()) == (arrived.incarnation(), arrived.id())
    }

    /// Whether what is stored there now is what arrived. Another migration of the domain stores the
    /// same configuration, under a number of its own.
    fn is_the_stored(&self, now: &Facts) -> bool {
        let arrived = &self.facts;
        now.identity == arrived.identity && now.definition() == arrived.definition()
    }
}

fn is_same(one: Option<&Arc<Config>>, other: Option<&Arc<Config>>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => Arc::ptr_eq(one, other),
        (one, other) => one.is_none() && other.is_none(),
    }
}

#[cfg(test)]
#[cfg(not(loom))]
mod tests;
