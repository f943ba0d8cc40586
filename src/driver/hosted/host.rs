#![forbid(unsafe_code)]
//! One open URI of a hypervisor: where it reports.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use uuid::Uuid;

use super::calls::{Call, Calls, is_inside};
use super::listing::Seen;
use super::plans::Plans;
use super::support::Support;
use super::{Hypervisor, Report};
use crate::domain::Entry;
use crate::driver::Reporter;
use crate::driver::ticket::Tickets;
use crate::driver::watcher::Alarm;
use crate::error::{Error, Result};
use crate::event::{Origin, StartedDetail};
use crate::lifecycle::Change;
use crate::registry::{Act, Draft};
use crate::sync::Mutex;

/// One open URI of a [`Hypervisor`], shared by all connections to it: where what happens is
/// reported. Cheap to clone; all clones are the same host.
#[derive(Clone)]
pub struct Host {
    pub(super) core: Arc<Core>,
}

/// What a host consists of. Each lock is held for a look-up only, and none together with another.
pub(super) struct Core {
    id: u64,
    pub(super) scheme: String,
    uri: String,
    pub(super) reporter: Reporter,
    pub(super) support: Support,
    pub(super) calls: Calls,
    pub(super) tickets: Tickets,
    pub(super) plans: Mutex<Plans>,
    /// Which domain the restore under way has brought about.
    pub(super) restored: Mutex<Option<Uuid>>,
    pub(super) seen: Mutex<Seen>,
    /// How often it is listed.
    pub(super) interval: Duration,
    pub(super) alarm: Alarm,
    pub(super) watcher: Mutex<Option<JoinHandle<()>>>,
}

impl Core {
    pub(super) fn closed(&self) -> Error {
        Error::not_valid(format!("the host of '{}' is closed", self.uri))
    }
}

impl std::fmt::Debug for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Host").field("uri", &self.core.uri).finish_non_exhaustive()
    }
}

impl PartialEq for Host {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.core, &other.core)
    }
}

impl Eq for Host {}

impl AsRef<Alarm> for Host {
    fn as_ref(&self) -> &Alarm {
        &self.core.alarm
    }
}

impl Host {
    pub(super) fn new(
        (scheme, uri): (&str, &str),
        reporter: &Reporter,
        hypervisor: Arc<dyn Hypervisor>,
        support: Support,
        interval: Duration,
    ) -> Self {
        static LAST_ID: AtomicU64 = AtomicU64::new(0);
        let core = Core {
            id: LAST_ID.fetch_add(1, Ordering::Relaxed) + 1,
            scheme: scheme.to_owned(),
            uri: uri.to_owned(),
            reporter: reporter.clone(),
            support,
            calls: Calls::new(hypervisor),
            tickets: Tickets::default(),
            plans: Mutex::default(),
            restored: Mutex::new(None),
            seen: Mutex::new(Seen::default()),
            interval,
            alarm: Alarm::default(),
            watcher: Mutex::new(None),
        };
        Self { core: Arc::new(core) }
    }

    /// A number that no other host of this process has.
    pub fn id(&self) -> u64 {
        self.core.id
    }

    /// The URI, as it was opened first.
    pub fn uri(&self) -> &str {
        &self.core.uri
    }

    /// Reports what happened to a domain; from any thread, also in the methods of the hypervisor.
    /// On return it is shown, and numbered. [`Change::Observed`] says that nothing came of the
    /// operation that was accepted last.
    ///
    /// # Errors
    /// OPERATION_INVALID, NO_DOMAIN or OPERATION_FAILED: it cannot have happened, by what is known.
    /// Nothing changes, and a doubt is raised: where the hypervisor lists, it is asked. INVALID_ARG,
    /// or what is wrong with a document: the report makes no sense. OPERATION_INVALID: the host is
    /// closed.
    pub fn report(&self, uuid: Uuid, report: &Report<'_>) -> Result<()> {
        let core = &self.core;
        if !core.calls.may_report() {
            return Err(core.closed());
        }
        let is_nothing = matches!(report, Report::Changed(Change::Observed));
        if is_nothing && core.plans.lock().remove(uuid).is_some() {
            // What was planned has come to nothing.
            return Ok(());
        }
        let plan = core.plans.lock().get(uuid).to_vec();
        let id = match *report {
            Report::Started { id: Some(id), .. } if id < 0 => {
                return Err(Error::invalid_arg("id must be zero or greater"));
            }
            Report::Started { id, .. } => id,
            _ => None,
        };
        // It may be made of the present configuration, which then must still be that.
        let made_of = |entry: Option<&Entry>| entry.and_then(Entry::inactive).map(Arc::as_ptr);
        let (act, reported) = loop {
            let known = core.reporter.entry(uuid).ok();
            let act = report.act(uuid, known.as_ref(), &plan)?;
            let mut is_current = true;
            let reported = core.reporter.change(uuid, |domain| {
                is_current = made_of(domain.entry()) == made_of(known.as_ref());
                if is_current { self.take(domain, &act, id, &plan) } else { Ok(()) }
            });
            if is_current {
                break (act, reported);
            }
        };
        if let Err(error) = reported {
            self.doubt();
            return Err(error);
        }
        let is_under_way = core.tickets.is_taken(uuid);
        core.plans.lock().strike(uuid, &act, is_under_way);
        if let Act::Start { how: StartedDetail::Restored, .. } = act {
            *core.restored.lock() = Some(uuid);
        }
        Ok(())
    }

    /// Takes a step that was reported, and what goes with it.
    fn take(&self, domain: &mut Draft<'_>, act: &Act, id: Option<i32>, plan: &[Act]) -> Result<()> {
        if !self.core.calls.may_report() {
            return Err(self.core.closed());
        }
        let (before, after) = silent_steps(plan, act);
        if let Some(id) = id {
            domain.set_next_id(id)?;
        }
        before.iter().cloned().try_for_each(|act| domain.take(act))?;
        if matches!(act, Act::Undefine) {
            domain.set_managed_save(None);
        }
        domain.take(act.clone())?;
        if matches!(act, Act::Start { .. }) {
            // A run that begins takes the image up.
            domain.set_managed_save(None);
        }
        self.refuse_what_cannot_be(domain)?;
        // Of one that is gone nothing is kept.
        after.iter().cloned().try_for_each(|act| domain.take(act)).or(Ok(()))
    }

    /// Refuses events that the hypervisor said it does not have.
    fn refuse_what_cannot_be(&self, domain: &Draft<'_>) -> Result<()> {
        match self.core.support.never(domain.event_types()) {
            None => Ok(()),
            Some(never) => Err(Error::not_valid(format!(
                "native of the driver '{}' does not have {never}, and there is no list",
                self.core.scheme
            ))),
        }
    }

    /// What is left of the plan of an operation that is done: it usually happens, and happens now,
    /// up to what cannot happen any more.
    pub(super) fn finish(&self, uuid: Uuid) {
        let Some(plan) = self.core.plans.lock().remove(uuid) else { return };
        // One that is gone or has another state cannot be changed any more, which is as good.
        drop(self.core.reporter.change(uuid, |domain| {
            if !self.core.calls.may_report() {
                return Err(self.core.closed());
            }
            domain.set_origin(Origin::Derived);
            plan.into_iter().try_for_each(|act| domain.take(act)).or(Ok(()))
        }));
    }

    /// What was said does not fit what is known. Where the hypervisor lists, it is asked.
    pub(super) fn doubt(&self) {
        self.core.reporter.count_doubt();
        self.core.alarm.ask();
    }

    /// Begins a call.
    pub(super) fn call(&self) -> Result<Call<'_>> {
        self.core.calls.begin(self)
    }

    /// Ends it. On return no call into the hypervisor is under way and `close` has returned, unless
    /// this is called inside one.
    pub(super) fn close(&self) {
        self.core.alarm.stop();
        self.core.calls.close(self);
        let watcher = self.core.watcher.lock().take();
        if let Some(watcher) = watcher
            && !is_inside()
        {
            // It calls the hypervisor, whose panics end no more than a look.
            drop(watcher.join());
        }
    }
}

/// The silent steps that a step takes with it: those planned before it, and after the last one that
/// anybody hears of.
fn silent_steps<'a>(plan: &'a [Act], act: &Act) -> (&'a [Act], &'a [Act]) {
    let Some(at) = plan.iter().position(|planned| planned.is_like(act)) else {
        return (&[], &[]);
    };
    let (before, rest) = plan.split_at(at);
    let after = rest.get(1..).unwrap_or_default();
    let silent = |acts: &[Act]| acts.iter().all(Act::is_silent);
    let or_none = |acts: &'a [Act]| if silent(acts) { acts } else { &[] };
    (or_none(before), or_none(after))
}
