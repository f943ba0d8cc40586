#![forbid(unsafe_code)]
//! Comparing what is known with a listing.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use uuid::Uuid;

use super::{Host, Listed};
use crate::domain::{Condition, Config, Entry, ShutoffReason, Status};
use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::event::{EventType, EventTypes, Origin};
use crate::lifecycle::Change;
use crate::registry::{Act, Found, Source};

/// What listings have said that is to be remembered.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// A mark of the document of each domain.
    documents: HashMap<Uuid, u64>,
    /// Domains that a listing shows otherwise than was reported, and the place of that: another
    /// listing has to confirm it.
    doubtful: HashMap<Uuid, u64>,
}

/// A listing under way.
#[derive(Default)]
struct Listing {
    found: BTreeMap<Uuid, Found>,
    documents: BTreeMap<Uuid, u64>,
    /// Listed, but not so that it can be read: they stay as they are.
    unreadable: HashSet<Uuid>,
}

/// A domain that is to be led to what was found.
struct Due<'a> {
    uuid: Uuid,
    found: &'a Found,
    /// It stays as it is if it has changed since.
    began: u64,
    origin: Origin,
}

/// What became of leading a domain to what was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Led {
    /// It is that already, or it is left alone.
    Same,
    Differed,
    /// Its name or its id is still another's.
    Clashes,
}

/// Why a listing is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    /// It is the first.
    Base,
    /// It is time, or there is doubt.
    Poll,
    Audit,
}

impl Host {
    /// Lists the domains and leads the registry to what is found. Domains stay as they are that have
    /// changed since the listing began, or that an operation works on. Returns how many differed.
    ///
    /// # Errors
    /// What listing them failed with: the source is down then (G6). OPERATION_INVALID: this thread
    /// is listing them already, or the host is closed.
    pub(super) fn compare(&self, cause: Cause) -> Result<u64> {
        let core = &self.core;
        let ticket = core.tickets.take(Uuid::max())?;
        if ticket.is_nested() {
            return Err(Error::not_valid("the domains are being listed"));
        }
        let began = core.reporter.head();
        let mut listing = Listing::default();
        let call = self.call()?;
        let listed = catch_unwind(AssertUnwindSafe(|| {
            call.list(self, &mut |listed| listing.add(self, &listed))
        }));
        drop(call);
        if cause != Cause::Base {
            core.reporter.count_listing();
        }
        let listed = listed.unwrap_or_else(|_| {
            let info = format!("the driver '{}' panicked", core.scheme);
            Err(Error::new(ErrorCode::InternalError, ErrorDomain::None, info))
        });
        if !core.calls.may_report() {
            return Err(Error::not_valid(format!("the host of '{}' is closed", self.uri())));
        }
        if let Err(error) = listed {
            core.reporter.set_source(Source::Down(error.message().into()));
            if cause == Cause::Audit {
                // From now on the watcher looks for its return.
                core.alarm.ask();
            }
            return Err(error);
        }
        let was_down = core.reporter.source() != Source::Up;
        core.reporter.set_source(Source::Up);
        let is_sure = was_down || cause != Cause::Poll;
        let origin = if is_sure { Origin::Resync } else { Origin::Polled };
        Ok(self.lead(&listing, began, origin))
    }

    /// Leads every domain to what was found: those that are gone first, so that their names are
    /// free; then those whose name is another's still once that has another one. Returns how many
    /// differed.
    fn lead(&self, listing: &Listing, began: u64, origin: Origin) -> u64 {
        let known: HashSet<Uuid> = self.core.reporter.uuids().into_iter().collect();
        let mut differed = 0;
        let is_listed =
            |uuid: &Uuid| listing.found.contains_key(uuid) || listing.unreadable.contains(uuid);
        for &uuid in known.iter().filter(|uuid| !is_listed(uuid)) {
            differed += u64::from(self.lead_one(uuid, None, began, origin) == Led::Differed);
        }
        let due = |(&uuid, found)| Due { uuid, found, began, origin };
        let mut left: Vec<Due<'_>> = listing.found.iter().map(due).collect();
        loop {
            let before = left.len();
            left.retain(|due| {
                let led = self.lead_one(due.uuid, Some(due.found), due.began, due.origin);
                differed += u64::from(led == Led::Differed);
                led == Led::Clashes
            });
            if left.is_empty() || (left.len() == before && !self.make_way(&mut left)) {
                break;
            }
        }
        let mut seen = self.core.seen.lock();
        seen.documents.retain(|uuid, _| listing.unreadable.contains(uuid));
        seen.documents.extend(&listing.documents);
        seen.doubtful.retain(|uuid, _| known.contains(uuid) || is_listed(uuid));
        differed + left.len() as u64
    }

    /// Domains that have exchanged their names wait for each other: one of them gets out of the way,
    /// as it must have done at the source, under its UUID for a name. Whether one did.
    fn make_way(&self, left: &mut [Due<'_>]) -> bool {
        let core = &self.core;
        let entries: Vec<_> = left.iter().map(|due| core.reporter.entry(due.uuid).ok()).collect();
        let owner = |name: &str| {
            entries.iter().position(|entry| entry.as_ref().is_some_and(|e| e.facts.name() == name))
        };
        let next: Vec<_> = left.iter().map(|due| owner(due.found.config.name())).collect();
        let ring = (0..left.len()).find_map(|first| {
            let mut ring = vec![first];
            while ring.len() <= next.len() {
                match (*next.get(*ring.last()?)?)? {
                    at if at == first => return Some(ring),
                    at => ring.push(at),
                }
            }
            None
        });
        let Some(ring) = ring else { return false };
        // It has to be found twice, as what else differs from what was reported.
        let renaming = EventTypes::from_iter([EventType::Undefined, EventType::Defined]);
        let mut is_sure = true;
        for due in ring.iter().filter_map(|&at| left.get(at)) {
            if due.origin == Origin::Polled && core.support.reports_any(renaming) {
                let mut seen = core.seen.lock();
                is_sure &= seen.doubtful.contains_key(&due.uuid);
                seen.doubtful.entry(due.uuid).or_insert(due.began);
            }
        }
        if !is_sure {
            self.doubt();
            return false;
        }
        let has_stored = |at: &&usize| {
            entries.get(**at).is_some_and(|e| e.as_ref().is_some_and(|e| e.stored.is_some()))
        };
        let Some(&mover) = ring.iter().find(has_stored).or(ring.first()) else { return false };
        let stored = entries.get(mover).and_then(|entry| entry.as_ref()?.stored.as_ref());
        for &at in &ring {
            if let Some(due) = left.get_mut(at)
                && core.support.reports_any(renaming)
            {
                due.origin = Origin::Resync;
            }
        }
        let Some(due) = left.get_mut(mover) else { return false };
        // The life of a transient one is over.
        let aside = stored.and_then(|stored| stored.renamed(&due.uuid.to_string()).ok());
        let aside = aside.map(|config| Found {
            persistent: true,
            status: Status::Shutoff(ShutoffReason::Unknown),
            id: None,
            config: Arc::new(config),
            is_new_config: false,
        });
        let led = self.lead_one(due.uuid, aside.as_ref(), due.began, due.origin);
        due.began = core.reporter.head();
        led == Led::Differed
    }

    /// Leads a domain to what was found. What differs from what was reported has to be found twice.
    fn lead_one(&self, uuid: Uuid, found: Option<&Found>, began: u64, origin: Origin) -> Led {
        let core = &self.core;
        let entry = core.reporter.entry(uuid).ok();
        if core.tickets.is_taken(uuid) || is_as_known(entry.as_ref(), found) {
            core.seen.lock().doubtful.remove(&uuid);
            return Led::Same;
        }
        let doubted = core.seen.lock().doubtful.remove(&uuid);
        let is_confirmed = doubted.is_some_and(|since| !core.reporter.has_changed(uuid, since));
        let is_polled = origin == Origin::Polled;
        let mut in_doubt = false;
        let mut clashes = false;
        let led = core.reporter.change_unless_changed(uuid, began, |domain| {
            if !core.calls.may_report() {
                return Err(core.closed());
            }
            domain.set_origin(if is_confirmed { Origin::Resync } else { origin });
            domain.lead_to(found).inspect_err(|_| clashes = true)?;
            let of_native = core.support.reports_any(domain.event_types());
            in_doubt = is_polled && of_native && !is_confirmed;
            if in_doubt { Err(Error::not_valid("in doubt")) } else { Ok(domain.event_types()) }
        });
        if in_doubt {
            core.seen.lock().doubtful.insert(uuid, began);
            self.doubt();
        }
        if clashes {
            if let Some(since) = doubted.filter(|_| is_confirmed) {
                core.seen.lock().doubtful.insert(uuid, since);
            }
            return Led::Clashes;
        }
        let Ok(Some(event_types)) = led else { return Led::Same };
        self.settle(uuid, event_types);
        if event_types == EventTypes::from_iter([]) { Led::Same } else { Led::Differed }
    }

    /// What was found is what operations had planned, or something else.
    fn settle(&self, uuid: Uuid, event_types: EventTypes) {
        let is_found = |act: &Act| {
            let event_type = match act {
                Act::Define(_) => EventType::Defined,
                Act::Undefine => EventType::Undefined,
                Act::Start { .. } => EventType::Started,
                Act::Change(Change::Stopped { .. }) => EventType::Stopped,
                _ => return false,
            };
            event_types.contains(event_type)
        };
        let mut plans = self.core.plans.lock();
        let is_planned = plans.get(uuid).iter().any(is_found);
        // Another event ends the plan, but for a pause, which may come before all others.
        let is_pause = event_types == EventTypes::from_iter([EventType::Suspended]);
        if event_types == EventTypes::from_iter([]) || (is_pause && !is_planned) {
            return;
        }
        let plan = plans.remove(uuid).filter(|_| is_planned).unwrap_or_default();
        drop(plans);
        drop(self.core.reporter.change(uuid, |domain| {
            for act in plan.into_iter().filter(Act::is_silent) {
                drop(domain.take(act));
            }
            Ok(())
        }));
    }
}

impl Listing {
    fn add(&mut self, host: &Host, listed: &Listed<'_>) -> Result<()> {
        let uuid = listed.uuid;
        if self.found.contains_key(&uuid) || self.unreadable.contains(&uuid) {
            return Err(Error::invalid_arg(format!("uuid '{uuid}' is listed twice")));
        }
        let read = self.read(host, listed);
        match read {
            Ok(found) => drop(self.found.insert(uuid, found)),
            Err(error) => {
                self.unreadable.insert(uuid);
                return Err(error);
            }
        }
        Ok(())
    }

    fn read(&mut self, host: &Host, listed: &Listed<'_>) -> Result<Found> {
        let &Listed { uuid, name, persistent, status, id, xml } = listed;
        if id.is_some_and(|id| id < 0) {
            return Err(Error::invalid_arg("id must be zero or greater"));
        }
        let entry = host.core.reporter.entry(uuid).ok();
        let known = entry.as_ref().and_then(Entry::inactive);
        let of_name = known.filter(|known| known.name() == name);
        let mut is_new_config = false;
        let config = match (xml, of_name, known) {
            (None, Some(known), _) => Arc::clone(known),
            (None, None, Some(known)) => Arc::new(known.renamed(name)?),
            (None, None, None) => Arc::new(Config::bare(uuid, name)?),
            (Some(xml), known, _) => {
                let mut hasher = DefaultHasher::new();
                xml.hash(&mut hasher);
                let mark = hasher.finish();
                self.documents.insert(uuid, mark);
                let listed_before = host.core.seen.lock().documents.get(&uuid).copied();
                match known {
                    // The program may word the document otherwise than the source does.
                    Some(known)
                        if !known.is_bare()
                            && listed_before.is_none_or(|before| before == mark) =>
                    {
                        Arc::clone(known)
                    }
                    _ => {
                        // The first document says what the one that stood in for it did not.
                        is_new_config =
                            known.is_some() && listed_before.is_some_and(|before| before != mark);
                        Arc::new(Config::parse_of(uuid, xml)?)
                    }
                }
            }
        };
        if config.name() != name {
            return Err(Error::invalid_arg(format!("name '{name}' is not that in xml")));
        }
        Ok(Found { persistent, status, id, config, is_new_config })
    }
}

/// Whether a listing says nothing new of a domain.
fn is_as_known(entry: Option<&Entry>, found: Option<&Found>) -> bool {
    let found = found.filter(|found| found.persistent || found.status.is_active());
    match (entry, found) {
        (None, None) => true,
        (Some(entry), Some(found)) => {
            let facts = &entry.facts;
            let state = Condition::ABSENT.with_status(found.status).status().state();
            let is_filled = |known: &Arc<Config>| known.is_bare() && !found.config.is_bare();
            !found.is_new_config
                && !entry.inactive().is_some_and(is_filled)
                && facts.is_persistent() == found.persistent
                && facts.status().state() == state
                && found.id.is_none_or(|id| facts.id().is_none_or(|known| known == id))
                && (facts.is_active() || facts.name() == found.config.name())
        }
        _ => false,
    }
}
