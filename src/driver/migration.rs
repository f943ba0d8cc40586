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

/// What the destination is to have.
struct Parcel {
    uuid: Uuid,
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
    let source = from.entry(uuid)?;
    let parcel = Parcel::of(&source, flags, name)?;
    let arrival = parcel.arrive(to)?;
    let left = from.change(uuid, |domain| leave(domain, &source, flags));
    // A run that has ended there is not the one that arrived, and needs nothing.
    drop(match left {
        Ok(_) => parcel.settle(to, &arrival),
        Err(_) => parcel.go_back(to, &arrival),
    });
    left.map(|_| arrival.facts)
}

impl Parcel {
    fn of(source: &Entry, flags: MigrateFlags, name: Option<&str>) -> Result<Self> {
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
        Ok(Self { uuid: source.facts.uuid(), run, stored })
    }

    fn arrive(&self, to: &Reporter) -> Result<Arrival> {
        let mut before = None;
        let facts = to.change(self.uuid, |domain| {
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

    /// The run is at home there.
    fn settle(&self, to: &Reporter, arrival: &Arrival) -> Result<Facts> {
        to.change(self.uuid, |domain| {
            if domain.existing()?.facts.id() == arrival.facts.id() {
                domain.set_tie(None);
            }
            Ok(())
        })
    }

    /// Undoes the arrival: a run has failed, and what was stored is stored again.
    fn go_back(&self, to: &Reporter, arrival: &Arrival) -> Result<Facts> {
        to.change(self.uuid, |domain| {
            let id = domain.existing()?.facts.id();
            if id.is_some() && id == arrival.facts.id() {
                domain.change(stopped(StoppedDetail::Failed))?;
            }
            let stored = domain.entry().and_then(|entry| entry.stored.as_ref());
            if stored.is_none() || !is_same(stored, self.stored.as_ref()) {
                return Ok(());
            }
            match arrival.before.clone() {
                Some(config) => domain.define(config),
                None => domain.undefine(),
            }
        })
    }
}

/// Lets the domain go, if it is what it was when it was sent.
fn leave(domain: &mut Draft<'_>, sent: &Entry, flags: MigrateFlags) -> Result<()> {
    let now = domain.existing()?;
    let is_online = !flags.contains(MigrateFlags::OFFLINE);
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
    let undefines = flags.contains(MigrateFlags::UNDEFINE_SOURCE) && now.facts.is_persistent();
    if is_online {
        domain.change(stopped(StoppedDetail::Migrated))?;
    }
    if undefines { domain.undefine() } else { Ok(()) }
}

fn is_same(one: Option<&Arc<Config>>, other: Option<&Arc<Config>>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => Arc::ptr_eq(one, other),
        (one, other) => one.is_none() && other.is_none(),
    }
}
