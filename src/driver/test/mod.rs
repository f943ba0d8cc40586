#![forbid(unsafe_code)]
//! The `test` driver: domains in memory, operations that take effect at once.
//!
//! What it accepts and how it refuses is what libvirt's QEMU driver does, where libvirt's own test
//! driver differs from that.

mod image;
mod node;

use std::path::Path;
use std::sync::Arc;

use uuid::Uuid;

use self::image::Image;
use self::node::NodeDomain;
use super::{
    Action, CreateFlags, Driver, Opened, Operation, Reporter, SaveFlags, ShutdownFlags,
    SuspendTarget, UndefineFlags,
};
use crate::domain::{Config, Facts, LifecycleAction, SavedImage, SavedState, State};
use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::event::{
    EventSupport, EventType, PmSuspendedDetail, ResumedDetail, ShutdownDetail, StartedDetail,
    StoppedDetail, SuspendedDetail,
};
use crate::lifecycle::Change;
use crate::registry::{Base, Draft};

/// The driver. It keeps nothing: the registry does.
#[derive(Debug)]
struct Test;

/// The one that all connections of the process share.
pub(super) const DEFAULT: &str = "/default";

/// Opens `test:///default`, `test:///empty` or `test:///path/of/a/node.xml`.
pub(super) fn open(path: &str) -> Result<Opened> {
    let base = match path {
        DEFAULT => vec![base(node::default_domain()?)],
        "/empty" => Vec::new(),
        "" | "/" => {
            return Err(Error::new(
                ErrorCode::InvalidArg,
                ErrorDomain::Test,
                "testOpen: supply a path or use test:///default",
            ));
        }
        path => node::read(Path::new(path))?.into_iter().map(base).collect(),
    };
    Ok(Opened { driver: Box::new(Test), base })
}

fn base(domain: NodeDomain) -> Base {
    let config = Arc::new(domain.config);
    let state = SavedState::Running;
    let managed_save =
        domain.managed_save.then(|| SavedImage { state, config: Arc::clone(&config) });
    Base { config, persistent: domain.persistent, status: domain.status, managed_save }
}

impl Driver for Test {
    fn type_name(&self) -> &'static str {
        "TEST"
    }

    fn support(&self, event_type: EventType) -> EventSupport {
        match event_type {
            EventType::Crashed => EventSupport::Never,
            _ => EventSupport::Native,
        }
    }

    fn operate(&self, reporter: &Reporter, operation: Operation<'_>) -> Result<Facts> {
        match operation {
            Operation::Define(config) => {
                reporter.change(config.uuid(), |domain| domain.define(Arc::clone(&config)))
            }
            Operation::CreateXml(config, flags) => {
                let paused = flags.contains(CreateFlags::PAUSED).then_some(SuspendedDetail::Paused);
                start_own(reporter, &config, StartedDetail::Booted, paused)
            }
            Operation::Restore(path, flags) => restore(reporter, path, flags),
            Operation::Save(uuid, path, flags) => save(reporter, uuid, path, flags),
            Operation::Rename(uuid, name) => rename(reporter, uuid, name),
            Operation::Domain(uuid, action) => reporter.change(uuid, |domain| act(domain, action)),
        }
    }
}

/// Starts a domain of a configuration that is the instance's alone.
fn start_own(
    reporter: &Reporter,
    config: &Arc<Config>,
    how: StartedDetail,
    paused: Option<SuspendedDetail>,
) -> Result<Facts> {
    reporter.change(config.uuid(), |domain| domain.start(how, paused, Some(Arc::clone(config))))
}

/// The operations that need nothing but the domain itself.
fn act(domain: &mut Draft<'_>, action: Action) -> Result<()> {
    let entry = domain.existing()?;
    let state = entry.facts.status().state();
    match action {
        Action::Undefine(flags) => {
            if flags.contains(UndefineFlags::MANAGED_SAVE) {
                domain.set_managed_save(None);
            }
            domain.undefine()
        }
        Action::Create(flags) => create(domain, flags),
        Action::Suspend => match state {
            State::Paused => Ok(()),
            State::PmSuspended => Err(Error::not_valid("domain is pmsuspended")),
            _ => domain.change(Change::Suspended(SuspendedDetail::Paused)),
        },
        Action::Resume => match state {
            State::Running => Err(Error::not_valid("domain is already running")),
            _ => domain.change(Change::Resumed(ResumedDetail::Unpaused)),
        },
        Action::Shutdown(flags) => {
            by_what_there_is(flags, "testDomainShutdownFlags")?;
            match lifecycle_action(domain, Config::on_poweroff) {
                Some(LifecycleAction::Restart | LifecycleAction::RestartRename) => Ok(()),
                _ => power_off(domain),
            }
        }
        Action::Reboot(flags) => {
            by_what_there_is(flags, "testDomainReboot")?;
            match lifecycle_action(domain, Config::on_reboot) {
                Some(LifecycleAction::Destroy) => power_off(domain),
                _ => domain.change(Change::Reset),
            }
        }
        Action::Reset => domain.change(Change::Reset),
        Action::PmSuspend(target, seconds) => pm_suspend(domain, target, seconds),
        Action::PmWakeup => domain.change(Change::Woken),
        Action::Destroy(_) => domain.change(stopped(StoppedDetail::Destroyed)),
        Action::ManagedSave(flags) => {
            if !entry.facts.is_persistent() {
                return Err(Error::not_valid("cannot do managed save for transient domain"));
            }
            let state = saved_state(state, flags);
            let image = entry.live.clone().map(|config| SavedImage { state, config });
            domain.change(stopped(StoppedDetail::Saved))?;
            domain.set_managed_save(image);
            Ok(())
        }
        Action::RemoveManagedSave => {
            domain.set_managed_save(None);
            Ok(())
        }
        Action::SetAutostart(autostart) => domain.set_autostart(autostart),
    }
}

/// Refuses ways to reach a guest that a full virtual machine does not have.
fn by_what_there_is(flags: ShutdownFlags, function: &str) -> Result<()> {
    let not_there = flags - (ShutdownFlags::ACPI_POWER_BUTTON | ShutdownFlags::GUEST_AGENT);
    if not_there.is_empty() {
        return Ok(());
    }
    let bits = not_there.bits();
    Err(Error::invalid_arg(format!("unsupported flags ({bits:#x}) in function {function}")))
}

fn create(domain: &mut Draft<'_>, flags: CreateFlags) -> Result<()> {
    let image = domain.existing()?.managed_save.clone();
    let by_flag = flags.contains(CreateFlags::PAUSED).then_some(SuspendedDetail::Paused);
    match image {
        Some(image) if !flags.contains(CreateFlags::FORCE_BOOT) => {
            let paused = by_flag.or(paused_by(image.state));
            domain.start(StartedDetail::Restored, paused, Some(image.config))?;
        }
        _ => domain.start(StartedDetail::Booted, by_flag, None)?,
    }
    domain.set_managed_save(None);
    Ok(())
}

/// Makes the configuration under the new name beforehand, which takes its time; and once more if
/// another was stored meanwhile.
fn rename(reporter: &Reporter, uuid: Uuid, name: &str) -> Result<Facts> {
    loop {
        let entry = reporter.entry(uuid)?;
        let Some(stored) = entry.stored else {
            return Err(Error::not_valid("cannot rename a transient domain"));
        };
        Config::check_name(name, ErrorDomain::Test)?;
        let renamed = Arc::new(stored.renamed(name)?);
        let mut is_current = true;
        let facts = reporter.change(uuid, |domain| {
            let now = domain.existing()?.stored.as_ref();
            is_current = now.is_some_and(|now| Arc::ptr_eq(now, &stored));
            if is_current { domain.rename(Arc::clone(&renamed)) } else { Ok(()) }
        })?;
        if is_current {
            return Ok(facts);
        }
    }
}

/// The guest goes to sleep; one that keeps its state on disk powers off then.
fn pm_suspend(domain: &mut Draft<'_>, target: SuspendTarget, seconds: u64) -> Result<()> {
    if seconds != 0 {
        let info = "Duration not supported. Use 0 for now";
        return Err(Error::new(ErrorCode::ArgumentUnsupported, ErrorDomain::Test, info));
    }
    let live = domain.existing()?.live.as_deref();
    let (is_able, kind) = match target {
        SuspendTarget::Disk => (live.is_none_or(Config::suspend_to_disk), "S4"),
        _ => (live.is_none_or(Config::suspend_to_mem), "S3"),
    };
    if !is_able {
        return Err(Error::not_valid(format!("{kind} state is disabled for this domain")));
    }
    if target == SuspendTarget::Disk {
        domain.change(Change::PmSuspended(PmSuspendedDetail::Disk))?;
        return power_off(domain);
    }
    domain.change(Change::PmSuspended(PmSuspendedDetail::Memory))
}

fn power_off(domain: &mut Draft<'_>) -> Result<()> {
    domain.change(Change::ShutDown(ShutdownDetail::Guest))?;
    domain.change(stopped(StoppedDetail::Shutdown))
}

/// Writes the image beside its place, stops the domain, then puts the image there: the state is
/// never nowhere, and a save that is refused leaves what was there.
fn save(reporter: &Reporter, uuid: Uuid, path: &Path, flags: SaveFlags) -> Result<Facts> {
    let entry = reporter.entry(uuid)?;
    let (Some(id), Some(config)) = (entry.facts.id(), entry.live) else {
        return Err(Error::not_valid("domain is not running"));
    };
    let state = saved_state(entry.facts.status().state(), flags);
    let written = Image { state, config }.write_beside(path)?;
    let facts = reporter.change(uuid, |domain| {
        if domain.existing()?.facts.id() != Some(id) {
            return Err(Error::not_valid("domain is not running"));
        }
        domain.change(stopped(StoppedDetail::Saved))
    })?;
    written.put_in_place()?;
    Ok(facts)
}

fn restore(reporter: &Reporter, path: &Path, flags: SaveFlags) -> Result<Facts> {
    let Image { state, config } = Image::read(path)?;
    let paused = if flags.contains(SaveFlags::PAUSED) {
        Some(SuspendedDetail::Paused)
    } else if flags.contains(SaveFlags::RUNNING) {
        None
    } else {
        paused_by(state)
    };
    start_own(reporter, &config, StartedDetail::Restored, paused)
}

/// How a domain in `state` is to be restored.
fn saved_state(state: State, flags: SaveFlags) -> SavedState {
    if flags.contains(SaveFlags::PAUSED) {
        SavedState::Paused
    } else if flags.contains(SaveFlags::RUNNING) || state == State::Running {
        SavedState::Running
    } else {
        SavedState::Paused
    }
}

fn paused_by(saved: SavedState) -> Option<SuspendedDetail> {
    (saved == SavedState::Paused).then_some(SuspendedDetail::Restored)
}

/// What the running instance is to do when the guest ends.
fn lifecycle_action(
    domain: &Draft<'_>,
    event: impl Fn(&Config) -> LifecycleAction,
) -> Option<LifecycleAction> {
    domain.entry()?.live.as_deref().map(event)
}

const fn stopped(how: StoppedDetail) -> Change {
    Change::Stopped { how, killed: false }
}
