#![forbid(unsafe_code)]
//! The table: change → events.

use smallvec::SmallVec;

use super::Step;
use crate::domain::{
    Condition, CrashedReason, PausedReason, RunningReason, ShutdownReason, ShutoffReason, State,
    Status,
};
use crate::event::{
    AddedDetail, CrashedDetail, DefinedDetail, EventKind, PmSuspendedDetail, RemovedDetail,
    ResumedDetail, ShutdownDetail, StartedDetail, StoppedDetail, SuspendedDetail, UndefinedDetail,
};

/// What a driver reports of one domain. Numbers that a change needs are given with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// A configuration was stored, the first or another.
    Defined {
        /// Its number.
        definition: u64,
    },
    /// The stored configuration was edited: metadata, title, description.
    Edited {
        /// Its new number.
        definition: u64,
    },
    /// The stored configuration went back to a snapshot's.
    Reverted {
        /// Its new number.
        definition: u64,
    },
    /// The domain has another name.
    Renamed,
    /// The stored configuration is gone.
    Undefined,
    /// A running instance came to be.
    Started {
        /// How; WAKEUP is [`Change::Woken`].
        how: StartedDetail,
        /// It is paused from the start, and why.
        paused: Option<SuspendedDetail>,
        /// The id of the instance.
        id: i32,
    },
    /// The instance is paused.
    Suspended(SuspendedDetail),
    /// The instance runs again.
    Resumed(ResumedDetail),
    /// The guest's power management suspended it.
    PmSuspended(PmSuspendedDetail),
    /// The guest woke from that.
    Woken,
    /// The guest has shut down, the instance is still there.
    ShutDown(ShutdownDetail),
    /// The guest panicked, the instance is still there.
    Panicked,
    /// The guest panicked and loads its crash kernel.
    Crashloaded,
    /// The instance was reset or rebooted.
    Reset,
    /// The instance was restarted in place after a panic.
    Restarted,
    /// The instance is gone.
    Stopped {
        /// How.
        how: StoppedDetail,
        /// The hypervisor was killed: FAILED with reason CRASHED.
        killed: bool,
    },
    /// BLOCKED, NOSTATE or another reason was seen.
    Observed,
}

impl Change {
    /// Whether it is of the state of an active domain, and of nothing else.
    pub const fn is_of_state(self) -> bool {
        !matches!(
            self,
            Self::Defined { .. }
                | Self::Edited { .. }
                | Self::Reverted { .. }
                | Self::Renamed
                | Self::Undefined
                | Self::Started { .. }
        )
    }
}

/// A change that the table does not allow: nothing changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unlawful {
    /// There is no such domain.
    #[error("the domain does not exist")]
    Missing,
    /// It has no running instance.
    #[error("domain is not running")]
    NotRunning,
    /// It has one already.
    #[error("domain is already running")]
    AlreadyRunning,
    /// It has no stored configuration.
    #[error("domain is transient")]
    Transient,
    /// Its state does not allow it.
    #[error("domain is {0}")]
    State(State),
    /// The detail stands for another change.
    #[error("that detail does not belong to this change")]
    Detail,
}

/// The events of one change: at most four.
pub type Steps = SmallVec<[Step; 4]>;

/// The events that `change` makes of a domain in condition `before` (`None`: it does not exist).
///
/// No event means success without effect. Clashes of name and UUID are settled before.
pub fn apply(before: Option<Condition>, change: Change) -> Result<Steps, Unlawful> {
    let mut life = Life::new(before);
    match change {
        Change::Defined { definition } => life.defined(definition),
        Change::Started { how, paused, id } => life.started(how, paused, id)?,
        _ if before.is_none() => return Err(Unlawful::Missing),

        Change::Edited { definition } => life.redefined(DefinedDetail::Updated, definition)?,
        Change::Reverted { definition } => {
            life.redefined(DefinedDetail::FromSnapshot, definition)?;
        }
        Change::Renamed => life.renamed()?,
        Change::Undefined => life.undefined()?,

        _ if !life.now.is_active() => return Err(Unlawful::NotRunning),
        Change::Suspended(why) => life.suspended(why)?,
        Change::Resumed(why) => life.resumed(why)?,
        Change::PmSuspended(target) => life.pm_suspended(target)?,
        Change::Woken => life.woken()?,
        Change::ShutDown(by) => life.shut_down(by),
        Change::Panicked => life.panicked()?,
        Change::Crashloaded => life.crashloaded()?,
        Change::Reset => life.reset(),
        Change::Restarted => life.restarted()?,
        Change::Stopped { how, killed } => life.stopped(how, killed),
        Change::Observed => {}
    }
    Ok(life.steps)
}

/// A domain while a change happens to it.
struct Life {
    now: Condition,
    steps: Steps,
}

impl Life {
    fn new(before: Option<Condition>) -> Self {
        Self { now: before.unwrap_or(Condition::ABSENT), steps: Steps::new() }
    }

    /// One event, after which the domain is in condition `after`.
    fn step(&mut self, kind: EventKind, after: Condition) {
        self.steps.push(Step { kind, before: self.now, after });
        self.now = after;
    }

    /// One event, after which the status is `status`.
    fn turn(&mut self, kind: EventKind, status: Status) {
        self.step(kind, self.now.with_status(status));
    }

    fn state(&self) -> State {
        self.now.status().state()
    }

    fn require(&self, lawful: bool) -> Result<(), Unlawful> {
        if lawful { Ok(()) } else { Err(Unlawful::State(self.state())) }
    }

    /// The domain exists from now on.
    fn added(&mut self, detail: AddedDetail) {
        self.step(EventKind::Added(detail), self.now);
    }

    /// The domain no longer exists; the last reason stays.
    fn removed(&mut self, detail: RemovedDetail) {
        self.step(EventKind::Removed(detail), self.now);
    }

    fn defined(&mut self, definition: u64) {
        if !self.now.exists() {
            self.added(AddedDetail::Defined);
        }
        let detail =
            if self.now.is_persistent() { DefinedDetail::Updated } else { DefinedDetail::Added };
        self.stored(detail, definition);
    }

    fn redefined(&mut self, detail: DefinedDetail, definition: u64) -> Result<(), Unlawful> {
        if !self.now.is_persistent() {
            return Err(Unlawful::Transient);
        }
        self.stored(detail, definition);
        Ok(())
    }

    fn stored(&mut self, detail: DefinedDetail, definition: u64) {
        self.step(EventKind::Defined(detail), self.now.with_definition(definition));
    }

    fn renamed(&mut self) -> Result<(), Unlawful> {
        if !self.now.is_persistent() {
            return Err(Unlawful::Transient);
        }
        if self.now.is_active() {
            return Err(Unlawful::State(self.state()));
        }
        self.step(EventKind::Undefined(UndefinedDetail::Renamed), self.now);
        self.step(EventKind::Defined(DefinedDetail::Renamed), self.now);
        Ok(())
    }

    fn undefined(&mut self) -> Result<(), Unlawful> {
        if !self.now.is_persistent() {
            return Err(Unlawful::Transient);
        }
        self.step(EventKind::Undefined(UndefinedDetail::Removed), self.now.with_definition(0));
        if !self.now.exists() {
            self.removed(RemovedDetail::Undefined);
        }
        Ok(())
    }

    fn started(
        &mut self,
        how: StartedDetail,
        paused: Option<SuspendedDetail>,
        id: i32,
    ) -> Result<(), Unlawful> {
        if self.now.is_active() {
            return Err(Unlawful::AlreadyRunning);
        }
        let running = match how {
            StartedDetail::Booted => RunningReason::Booted,
            StartedDetail::Migrated => RunningReason::Migrated,
            StartedDetail::Restored => RunningReason::Restored,
            StartedDetail::FromSnapshot => RunningReason::FromSnapshot,
            StartedDetail::Wakeup => return Err(Unlawful::Detail),
        };
        let first = match paused {
            None => Status::Running(running),
            Some(
                SuspendedDetail::Paused | SuspendedDetail::Restored | SuspendedDetail::FromSnapshot,
            ) => Status::Paused(PausedReason::StartingUp),
            Some(_) => return Err(Unlawful::Detail),
        };
        if !self.now.exists() {
            self.added(AddedDetail::Started);
        }
        self.step(EventKind::Started(how), self.now.with_run(id, first));
        if let Some(why) = paused {
            self.turn(EventKind::Suspended(why), Status::Paused(paused_reason(why)));
        }
        Ok(())
    }

    fn suspended(&mut self, why: SuspendedDetail) -> Result<(), Unlawful> {
        let reason = paused_reason(why);
        match self.now.status() {
            Status::Paused(now) if now == reason => return Ok(()),
            Status::PmSuspended => self.require(why == SuspendedDetail::FromSnapshot)?,
            Status::Running(_) | Status::Blocked | Status::Paused(_) => {}
            _ => self.require(false)?,
        }
        self.turn(EventKind::Suspended(why), Status::Paused(reason));
        Ok(())
    }

    fn resumed(&mut self, why: ResumedDetail) -> Result<(), Unlawful> {
        self.require(matches!(self.state(), State::Paused | State::Crashed))?;
        let reason = match why {
            ResumedDetail::Unpaused => RunningReason::Unpaused,
            ResumedDetail::Migrated => RunningReason::Migrated,
            ResumedDetail::FromSnapshot => RunningReason::FromSnapshot,
            ResumedDetail::Postcopy => RunningReason::Postcopy,
            ResumedDetail::PostcopyFailed => RunningReason::PostcopyFailed,
        };
        self.turn(EventKind::Resumed(why), Status::Running(reason));
        Ok(())
    }

    fn pm_suspended(&mut self, target: PmSuspendedDetail) -> Result<(), Unlawful> {
        self.require(self.state() == State::Running)?;
        self.turn(EventKind::PmSuspended(target), Status::PmSuspended);
        Ok(())
    }

    fn woken(&mut self) -> Result<(), Unlawful> {
        self.require(self.state() == State::PmSuspended)?;
        let kind = EventKind::Started(StartedDetail::Wakeup);
        self.turn(kind, Status::Running(RunningReason::Wakeup));
        Ok(())
    }

    fn shut_down(&mut self, by: ShutdownDetail) {
        if self.state() != State::Shutdown {
            self.turn(EventKind::Shutdown(by), Status::Shutdown(ShutdownReason::Unknown));
        }
    }

    fn panicked(&mut self) -> Result<(), Unlawful> {
        self.require(matches!(self.state(), State::Running | State::Paused | State::Blocked))?;
        let kind = EventKind::Crashed(CrashedDetail::Panicked);
        self.turn(kind, Status::Crashed(CrashedReason::Panicked));
        Ok(())
    }

    fn crashloaded(&mut self) -> Result<(), Unlawful> {
        self.require(self.state() == State::Running)?;
        self.step(EventKind::Crashed(CrashedDetail::Crashloaded), self.now);
        Ok(())
    }

    /// libvirt says nothing when a crashed domain is reset, and leaves it paused; a reader has to
    /// know.
    fn reset(&mut self) {
        if self.state() == State::Crashed {
            let kind = EventKind::Suspended(SuspendedDetail::Paused);
            self.turn(kind, Status::Paused(PausedReason::Crashed));
        }
    }

    fn restarted(&mut self) -> Result<(), Unlawful> {
        self.require(self.state() == State::Crashed)?;
        let kind = EventKind::Resumed(ResumedDetail::Unpaused);
        self.turn(kind, Status::Running(RunningReason::Crashed));
        Ok(())
    }

    fn stopped(&mut self, how: StoppedDetail, killed: bool) {
        let reason = match how {
            StoppedDetail::Failed if killed => ShutoffReason::Crashed,
            StoppedDetail::Shutdown => ShutoffReason::Shutdown,
            StoppedDetail::Destroyed => ShutoffReason::Destroyed,
            StoppedDetail::Crashed => ShutoffReason::Crashed,
            StoppedDetail::Migrated => ShutoffReason::Migrated,
            StoppedDetail::Saved => ShutoffReason::Saved,
            StoppedDetail::Failed => ShutoffReason::Failed,
            StoppedDetail::FromSnapshot => ShutoffReason::FromSnapshot,
        };
        self.turn(EventKind::Stopped(how), Status::Shutoff(reason));
        if !self.now.exists() {
            self.removed(RemovedDetail::Stopped);
        }
    }
}

const fn paused_reason(why: SuspendedDetail) -> PausedReason {
    match why {
        SuspendedDetail::Paused | SuspendedDetail::Restored => PausedReason::User,
        SuspendedDetail::Migrated => PausedReason::Migration,
        SuspendedDetail::IoError => PausedReason::IoError,
        SuspendedDetail::Watchdog => PausedReason::Watchdog,
        SuspendedDetail::FromSnapshot => PausedReason::FromSnapshot,
        SuspendedDetail::ApiError => PausedReason::Unknown,
        SuspendedDetail::Postcopy => PausedReason::Postcopy,
        SuspendedDetail::PostcopyFailed => PausedReason::PostcopyFailed,
    }
}
