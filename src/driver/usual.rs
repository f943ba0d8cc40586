#![forbid(unsafe_code)]
//! What operations on a domain usually do to it, and when they are refused: the `test` driver does
//! just this, a hosted one unless it reports otherwise.

use super::{Action, CreateFlags, SaveFlags, ShutdownFlags, SuspendTarget, UndefineFlags};
use crate::domain::{Config, Entry, LifecycleAction, SavedImage, SavedState, State, Tie};
use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::event::{
    PmSuspendedDetail, ResumedDetail, ShutdownDetail, StartedDetail, StoppedDetail, SuspendedDetail,
};
use crate::lifecycle::Change;
use crate::registry::Draft;

/// The operations that need nothing but the domain itself.
pub(super) fn act(domain: &mut Draft<'_>, action: Action) -> Result<()> {
    let entry = domain.existing()?;
    let state = entry.facts.status().state();
    match action {
        Action::Undefine(flags) => {
            if flags.contains(UndefineFlags::MANAGED_SAVE) {
                domain.set_managed_save(None);
            }
            domain.undefine()
        }
        Action::Create(flags, tie) => create(domain, flags, tie),
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
        Action::Autodestroy(connection) if entry.tie == Some(Tie::Connection(connection)) => {
            domain.change(stopped(StoppedDetail::Destroyed))
        }
        Action::Autodestroy(_) => Ok(()),
        Action::ManagedSave(flags) => {
            if !entry.facts.is_persistent() {
                return Err(Error::not_valid("cannot do managed save for transient domain"));
            }
            let image = saved_image(entry, flags)?;
            domain.change(stopped(StoppedDetail::Saved))?;
            domain.set_managed_save(Some(image));
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

fn create(domain: &mut Draft<'_>, flags: CreateFlags, tie: Option<Tie>) -> Result<()> {
    let image = domain.existing()?.managed_save.clone();
    let by_flag = flags.contains(CreateFlags::PAUSED).then_some(SuspendedDetail::Paused);
    match image {
        Some(image) if !flags.contains(CreateFlags::FORCE_BOOT) => {
            let paused = by_flag.or(paused_by(image.state));
            domain.start(StartedDetail::Restored, paused, Some(image.config))?;
        }
        _ => domain.start(StartedDetail::Booted, by_flag, None)?,
    }
    domain.set_tie(tie);
    domain.set_managed_save(None);
    Ok(())
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

/// The run of a domain as it is to be restored.
///
/// # Errors
/// OPERATION_INVALID: there is none.
pub(super) fn saved_image(entry: &Entry, flags: SaveFlags) -> Result<SavedImage> {
    let Some(config) = entry.live.clone() else {
        return Err(Error::not_valid("domain is not running"));
    };
    let is_running = entry.facts.status().state() == State::Running;
    let runs =
        !flags.contains(SaveFlags::PAUSED) && (flags.contains(SaveFlags::RUNNING) || is_running);
    let state = if runs { SavedState::Running } else { SavedState::Paused };
    Ok(SavedImage { state, config })
}

pub(super) fn paused_by(saved: SavedState) -> Option<SuspendedDetail> {
    (saved == SavedState::Paused).then_some(SuspendedDetail::Restored)
}

/// What the running instance is to do when the guest ends.
fn lifecycle_action(
    domain: &Draft<'_>,
    event: impl Fn(&Config) -> LifecycleAction,
) -> Option<LifecycleAction> {
    domain.entry()?.live.as_deref().map(event)
}

pub(super) const fn stopped(how: StoppedDetail) -> Change {
    Change::Stopped { how, killed: false }
}
