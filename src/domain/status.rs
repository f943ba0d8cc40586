#![forbid(unsafe_code)]
//! State and reason, with libvirt's numbers (`virDomainState` and the reason enumerations).

use std::fmt;

use crate::numbered::numbered;

numbered! {
    /// The state of a domain: `virDomainState`.
    pub enum State {
        /// Not known.
        NoState = 0 "no state",
        /// Running.
        Running = 1 "running",
        /// Waiting for a resource. Kept as running; never a fact.
        Blocked = 2 "blocked",
        /// Paused; still active.
        Paused = 3 "paused",
        /// The guest has shut down, the instance is still there.
        Shutdown = 4 "shutdown",
        /// Inactive.
        Shutoff = 5 "shutoff",
        /// The guest has panicked, the instance is still there.
        Crashed = 6 "crashed",
        /// Suspended by the guest's power management.
        PmSuspended = 7 "pmsuspended",
    }
}

numbered! {
    /// Why a domain runs: `virDomainRunningReason`.
    pub enum RunningReason {
        /// Not known.
        Unknown = 0 "unknown",
        /// Booted.
        Booted = 1 "booted",
        /// Came by migration.
        Migrated = 2 "migrated",
        /// Restored from a state file.
        Restored = 3 "restored",
        /// Restored from a snapshot.
        FromSnapshot = 4 "from snapshot",
        /// Resumed.
        Unpaused = 5 "unpaused",
        /// A migration was given up.
        MigrationCanceled = 6 "migration canceled",
        /// A save was given up.
        SaveCanceled = 7 "save canceled",
        /// Woken from power-management suspend.
        Wakeup = 8 "wakeup",
        /// Restarted in place after a panic.
        Crashed = 9 "crashed",
        /// Runs in post-copy migration.
        Postcopy = 10 "post-copy",
        /// Runs after a failed post-copy migration.
        PostcopyFailed = 11 "post-copy failed",
    }
}

numbered! {
    /// Why a domain is paused: `virDomainPausedReason`.
    pub enum PausedReason {
        /// Not known.
        Unknown = 0 "unknown",
        /// On request.
        User = 1 "user",
        /// For a migration.
        Migration = 2 "migration",
        /// For a save.
        Save = 3 "save",
        /// For a dump.
        Dump = 4 "dump",
        /// After an input/output error.
        IoError = 5 "ioerror",
        /// By the watchdog.
        Watchdog = 6 "watchdog",
        /// Restored paused from a snapshot.
        FromSnapshot = 7 "from snapshot",
        /// While it shuts down.
        ShuttingDown = 8 "shutting down",
        /// For a snapshot.
        Snapshot = 9 "snapshot",
        /// After a panic.
        Crashed = 10 "crashed",
        /// While it starts.
        StartingUp = 11 "starting up",
        /// For post-copy migration.
        Postcopy = 12 "post-copy",
        /// After a failed post-copy migration.
        PostcopyFailed = 13 "post-copy failed",
    }
}

numbered! {
    /// Why a domain has shut down: `virDomainShutdownReason`.
    pub enum ShutdownReason {
        /// Not known.
        Unknown = 0 "unknown",
        /// On request.
        User = 1 "user",
    }
}

numbered! {
    /// Why a domain is inactive: `virDomainShutoffReason`.
    pub enum ShutoffReason {
        /// Not known, or never started.
        Unknown = 0 "unknown",
        /// Shut down in order.
        Shutdown = 1 "shutdown",
        /// Destroyed.
        Destroyed = 2 "destroyed",
        /// Crashed.
        Crashed = 3 "crashed",
        /// Migrated away.
        Migrated = 4 "migrated",
        /// Saved to a file.
        Saved = 5 "saved",
        /// Failed to start.
        Failed = 6 "failed",
        /// Restored from a snapshot in which it was off.
        FromSnapshot = 7 "from snapshot",
        /// The daemon stopped it.
        Daemon = 8 "daemon",
    }
}

numbered! {
    /// Why a domain counts as crashed: `virDomainCrashedReason`.
    pub enum CrashedReason {
        /// Not known.
        Unknown = 0 "unknown",
        /// The guest panicked.
        Panicked = 1 "panicked",
    }
}

/// A state together with its reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// Not known.
    NoState,
    /// Running.
    Running(RunningReason),
    /// Waiting for a resource.
    Blocked,
    /// Paused.
    Paused(PausedReason),
    /// The guest has shut down, the instance is still there.
    Shutdown(ShutdownReason),
    /// Inactive.
    Shutoff(ShutoffReason),
    /// The guest has panicked, the instance is still there.
    Crashed(CrashedReason),
    /// Suspended by the guest's power management.
    PmSuspended,
}

impl Status {
    /// The state alone.
    pub const fn state(self) -> State {
        match self {
            Self::NoState => State::NoState,
            Self::Running(_) => State::Running,
            Self::Blocked => State::Blocked,
            Self::Paused(_) => State::Paused,
            Self::Shutdown(_) => State::Shutdown,
            Self::Shutoff(_) => State::Shutoff,
            Self::Crashed(_) => State::Crashed,
            Self::PmSuspended => State::PmSuspended,
        }
    }

    /// The number of the reason, to be read together with the state.
    pub const fn reason(self) -> i32 {
        match self {
            Self::NoState | Self::Blocked | Self::PmSuspended => 0,
            Self::Running(reason) => reason.number(),
            Self::Paused(reason) => reason.number(),
            Self::Shutdown(reason) => reason.number(),
            Self::Shutoff(reason) => reason.number(),
            Self::Crashed(reason) => reason.number(),
        }
    }

    /// The name of the reason.
    pub const fn reason_name(self) -> &'static str {
        match self {
            Self::NoState | Self::Blocked | Self::PmSuspended => "unknown",
            Self::Running(reason) => reason.name(),
            Self::Paused(reason) => reason.name(),
            Self::Shutdown(reason) => reason.name(),
            Self::Shutoff(reason) => reason.name(),
            Self::Crashed(reason) => reason.name(),
        }
    }

    /// The status with these numbers; as in libvirt, a reason that the state does not have is
    /// UNKNOWN. `None` for a state that does not exist.
    pub fn from_numbers(state: i32, reason: i32) -> Option<Self> {
        Some(match State::from_number(state)? {
            State::NoState => Self::NoState,
            State::Running => {
                Self::Running(RunningReason::from_number(reason).unwrap_or(RunningReason::Unknown))
            }
            State::Blocked => Self::Blocked,
            State::Paused => {
                Self::Paused(PausedReason::from_number(reason).unwrap_or(PausedReason::Unknown))
            }
            State::Shutdown => Self::Shutdown(
                ShutdownReason::from_number(reason).unwrap_or(ShutdownReason::Unknown),
            ),
            State::Shutoff => {
                Self::Shutoff(ShutoffReason::from_number(reason).unwrap_or(ShutoffReason::Unknown))
            }
            State::Crashed => {
                Self::Crashed(CrashedReason::from_number(reason).unwrap_or(CrashedReason::Unknown))
            }
            State::PmSuspended => Self::PmSuspended,
        })
    }

    /// Whether a domain in this state has a running instance: anything but SHUTOFF.
    pub const fn is_active(self) -> bool {
        !matches!(self, Self::Shutoff(_))
    }
}

impl fmt::Display for Status {
    /// `state (reason)`, the state alone where the reason is not known.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.reason() == 0 {
            f.pad(self.state().name())
        } else {
            f.pad(&format!("{} ({})", self.state(), self.reason_name()))
        }
    }
}
