#![forbid(unsafe_code)]
//! Hypervisors that a program brings.
//!
//! The registry is the truth about their domains: it keeps the configurations, accepts or refuses
//! operations by what it knows, asks the hypervisor, and takes what that reports. What an accepted
//! operation usually does, and the hypervisor did not report, the library adds. Where the hypervisor
//! does not report enough, its domains are listed at intervals and compared.

mod calls;
mod host;
mod hypervisor;
mod listing;
mod plans;
mod report;
mod scheme;
mod support;

pub use self::host::Host;
pub use self::hypervisor::{Answer, Hypervisor, Listed, Request, RequestKind};
pub use self::report::Report;
#[cfg(feature = "capi")]
pub(crate) use self::scheme::register_made;
pub use self::scheme::{register_driver, unregister_driver};

use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use self::listing::Cause;
use super::reconfigure::set_metadata;
use super::usual::{act, stopped};
use super::{Action, CreateFlags, Driver, Opened, Operation, Reporter, ShutdownFlags, watcher};
use crate::domain::{Condition, Config, Facts, Identity};
use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::event::{EventSupport, EventType, StartedDetail, StoppedDetail, SuspendedDetail};
use crate::registry::{Act, Plan, Source};

/// How often a source is listed, unless the URI says otherwise.
const INTERVAL: Duration = Duration::from_secs(2);

/// The driver of one host.
struct Hosted {
    host: Host,
    type_name: String,
}

/// Opens a URI of a registered hypervisor.
///
/// # Errors
/// NO_CONNECT: none is registered for the scheme. INVALID_ARG: the parameter `poll`. What the
/// hypervisor refused, or its first listing failed with.
pub(super) fn open(uri: &str, scheme: &str, query: &str, reporter: &Reporter) -> Result<Opened> {
    let host = scheme::enter(scheme, |hypervisor, support| {
        Ok(Host::new((scheme, uri), reporter, hypervisor, support, interval(query)?))
    });
    let no_driver = || Error::new(ErrorCode::NoConnect, ErrorDomain::None, uri);
    let host = host.ok_or_else(no_driver)??;
    // From here on this ends what has begun.
    let driver = Hosted { host, type_name: scheme.to_uppercase() };
    let host = &driver.host;
    let call = host.call()?;
    call.open(host, uri)?;
    host.core.calls.set_open();
    drop(call);
    if host.core.support.lists {
        host.compare(Cause::Base)?;
        let interval = |host: &Host| host.is_polled().then_some(host.core.interval);
        // What it finds is told; what it fails with, too.
        let look = |host: &Host| drop(host.compare(Cause::Poll));
        let watcher = watcher::start(host.clone(), interval, look)
            .map_err(|cause| Error::system("cannot start the watching thread", &cause))?;
        *host.core.watcher.lock() = Some(watcher);
    }
    Ok(Opened { driver: Box::new(driver), base: Vec::new() })
}

impl Drop for Hosted {
    fn drop(&mut self) {
        // Until it is closed, who unregisters the hypervisor waits for it.
        self.host.close();
        scheme::leave(&self.host);
    }
}

impl Driver for Hosted {
    fn type_name(&self) -> &str {
        &self.type_name
    }

    fn error_domain(&self) -> ErrorDomain {
        ErrorDomain::None
    }

    fn support(&self, event_type: EventType) -> EventSupport {
        self.host.core.support.of(event_type)
    }

    fn operate(&self, reporter: &Reporter, operation: Operation<'_>) -> Result<Facts> {
        let core = &self.host.core;
        let uuid = operation.uuid().unwrap_or_default();
        let ticket = core.tickets.take(uuid)?;
        match operation {
            Operation::Restore(..) => return self.restore(reporter, &operation),
            // The configurations are the registry's.
            Operation::SetMetadata(uuid, which, value, affect) => {
                return set_metadata(reporter, uuid, which, value, affect);
            }
            _ => {}
        }
        let Plan { acts, facts, event_types } = plan(reporter, uuid, &operation)?;
        let planned = facts.ok_or_else(|| Error::no_such_uuid(uuid))?;
        if let Some(never) = core.support.never(event_types) {
            let info = format!("{never} of the driver '{}'", core.scheme);
            return Err(Error::new(ErrorCode::NoSupport, ErrorDomain::None, info));
        }
        let is_needless = acts.is_empty()
            && matches!(operation, Operation::Domain(_, Action::Suspend | Action::Autodestroy(_)));
        if is_needless {
            return Ok(planned);
        }
        let is_silent = acts.iter().all(Act::is_silent);
        let exists = reporter.entry(uuid).is_ok();
        let outer = core.plans.lock().insert(uuid, acts, exists);
        let answer = self.ask(&operation, uuid, planned.name());
        match answer {
            Ok(Answer::Accepted) if !is_silent => {}
            Ok(_) => self.host.finish(uuid),
            Err(_) => drop(core.plans.lock().remove(uuid)),
        }
        // The operation that this one is a part of goes on.
        if let Some(outer) = outer.filter(|_| ticket.is_nested()) {
            core.plans.lock().insert(uuid, outer, exists);
        }
        answer?;
        let only_who = Facts { identity: planned.identity, condition: Condition::ABSENT };
        Ok(reporter.entry(uuid).map_or(only_who, |entry| entry.facts))
    }

    fn audit(&self) -> Result<u64> {
        if !self.host.core.support.lists {
            return Ok(0);
        }
        let drift = self.host.compare(Cause::Audit)?;
        self.host.core.reporter.count_drift(drift);
        Ok(drift)
    }
}

impl Hosted {
    /// Asks the hypervisor.
    fn ask(&self, operation: &Operation<'_>, uuid: Uuid, name: &str) -> Result<Answer> {
        let host = &self.host;
        let entry = host.core.reporter.entry(uuid).ok();
        let mut request =
            Request { kind: RequestKind::Define, flags: 0, uuid, name, xml: None, path: None };
        let stored = entry.as_ref().and_then(|entry| entry.stored.as_deref());
        (request.kind, request.flags) = match operation {
            Operation::Define(config) => {
                request.xml = Some(config.document());
                (RequestKind::Define, 0)
            }
            Operation::CreateXml(config, flags, _) => {
                request.xml = Some(config.document());
                (RequestKind::CreateXml, flags.bits())
            }
            Operation::Restore(path, flags) => {
                request.path = Some(path);
                (RequestKind::Restore, flags.bits())
            }
            Operation::Save(_, path, flags) => {
                request.path = Some(path);
                (RequestKind::Save, flags.bits())
            }
            Operation::Rename(_, name) => {
                request.name = name;
                (RequestKind::Rename, 0)
            }
            Operation::SetMetadata(..) => return Ok(Answer::Done),
            Operation::Domain(_, action) => match *action {
                Action::Undefine(flags) => (RequestKind::Undefine, flags.bits()),
                Action::Create(flags, _) => {
                    request.xml = stored.map(Config::document);
                    (RequestKind::Create, flags.bits())
                }
                Action::Suspend => (RequestKind::Suspend, 0),
                Action::Resume => (RequestKind::Resume, 0),
                Action::Shutdown(flags) => (RequestKind::Shutdown, flags.bits()),
                Action::Reboot(flags) => (RequestKind::Reboot, flags.bits()),
                Action::Reset => (RequestKind::Reset, 0),
                Action::Destroy(flags) => (RequestKind::Destroy, flags.bits()),
                Action::Autodestroy(_) => (RequestKind::Destroy, 0),
                Action::ManagedSave(flags) => (RequestKind::ManagedSave, flags.bits()),
                Action::RemoveManagedSave => (RequestKind::ManagedSaveRemove, 0),
                Action::PmSuspend(target, _) => {
                    (RequestKind::PmSuspend, target.number().unsigned_abs())
                }
                Action::PmWakeup => (RequestKind::PmWakeup, 0),
                Action::SetAutostart(autostart) => (RequestKind::SetAutostart, autostart.into()),
            },
        };
        host.call()?.operate(host, &request)
    }

    /// Which domain is in a file the hypervisor alone knows: it reports the start before it is done.
    /// One at a time, so that it is known which start is meant.
    fn restore(&self, reporter: &Reporter, operation: &Operation<'_>) -> Result<Facts> {
        let core = &self.host.core;
        *core.restored.lock() = None;
        let answer = self.ask(operation, Uuid::nil(), "")?;
        let restored = core.restored.lock().take();
        match (restored, answer) {
            (Some(uuid), _) => reporter.entry(uuid).map(|entry| entry.facts),
            (None, Answer::Accepted) => {
                let identity = Arc::new(Identity::new(Uuid::nil(), 0, ""));
                Ok(Facts { identity, condition: Condition::ABSENT })
            }
            (None, Answer::Done) => {
                let info = format!("the driver '{}' did not report what it restored", core.scheme);
                Err(Error::new(ErrorCode::OperationFailed, ErrorDomain::None, info))
            }
        }
    }
}

impl Host {
    /// Whether it has to be listed at intervals: for what it does not report, or to see it return.
    fn is_polled(&self) -> bool {
        self.core.support.is_polled() || self.core.reporter.source() != Source::Up
    }
}

/// What an operation usually does, as far as it is accepted.
fn plan(reporter: &Reporter, uuid: Uuid, operation: &Operation<'_>) -> Result<Plan> {
    match operation {
        Operation::Define(config) => {
            reporter.plan(uuid, |domain| domain.define(Arc::clone(config)))
        }
        Operation::CreateXml(config, flags, tie) => {
            let paused = flags.contains(CreateFlags::PAUSED).then_some(SuspendedDetail::Paused);
            let own = Some(Arc::clone(config));
            reporter.plan(uuid, |domain| {
                domain.start(StartedDetail::Booted, paused, own)?;
                domain.set_tie(*tie);
                Ok(())
            })
        }
        Operation::Rename(_, name) => {
            let Some(stored) = reporter.entry(uuid)?.stored else {
                return Err(Error::not_valid("cannot rename a transient domain"));
            };
            let renamed = Arc::new(stored.renamed(name)?);
            reporter.plan(uuid, |domain| domain.rename(renamed))
        }
        Operation::Save(..) => {
            reporter.plan(uuid, |domain| domain.change(stopped(StoppedDetail::Saved)))
        }
        // What they do is not known before.
        Operation::Restore(..) | Operation::SetMetadata(..) => reporter.plan(uuid, |_| Ok(())),
        // How the guest is reached is the hypervisor's business.
        Operation::Domain(_, action) => reporter.plan(uuid, |domain| match *action {
            Action::Shutdown(_) => act(domain, Action::Shutdown(ShutdownFlags::empty())),
            Action::Reboot(_) => act(domain, Action::Reboot(ShutdownFlags::empty())),
            action => act(domain, action),
        }),
    }
}

/// The interval in the parameter `poll`: a number of seconds, or one with a unit `ms`, `s` or `m`.
fn interval(query: &str) -> Result<Duration> {
    let Some(text) = query.split('&').find_map(|parameter| parameter.strip_prefix("poll=")) else {
        return Ok(INTERVAL);
    };
    let refuse = || {
        Error::invalid_arg(format!(
            "URI parameter 'poll' must be more than 0 seconds, as in 2, 0.5, 500ms or 1m: '{text}'"
        ))
    };
    let (number, unit) = match text.find(|c: char| c.is_ascii_alphabetic()) {
        Some(at) => text.split_at(at),
        None => (text, "s"),
    };
    let unit = match unit {
        "ms" => 0.001,
        "s" => 1.0,
        "m" => 60.0,
        _ => return Err(refuse()),
    };
    let seconds: f64 = number.parse().map_err(|_| refuse())?;
    let interval = Duration::try_from_secs_f64(seconds * unit).map_err(|_| refuse())?;
    if interval.is_zero() { Err(refuse()) } else { Ok(interval) }
}
