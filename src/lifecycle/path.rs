#![forbid(unsafe_code)]
//! The shortest lawful way from one set of facts to another: one function for every kind of
//! catching up.

use std::sync::Arc;

use super::{Change, Step, apply};
use crate::domain::{
    Condition, CrashedReason, Facts, Identity, PausedReason, RunningReason, ShutdownReason,
    ShutoffReason, State, Status,
};
use crate::event::{
    EventKind, PmSuspendedDetail, ResumedDetail, ShutdownDetail, StartedDetail, StoppedDetail,
    SuspendedDetail,
};

/// A step of a path, and under which identity it is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// Who.
    pub identity: Arc<Identity>,
    /// What happened.
    pub step: Step,
}

/// The shortest list of events that leads from `before` to `after` (`None`: no such domain).
///
/// Within an incarnation it never passes through non-existence; another incarnation is a full end,
/// then a full birth. Details follow from the reasons in `after`; a reason that no event brings
/// about is reached by the event for its state with detail 0.
pub fn path(before: Option<&Facts>, after: Option<&Facts>) -> Vec<Passage> {
    let mut way = Way { identity: None, now: None, passages: Vec::new() };
    match (before, after) {
        (Some(before), Some(after)) if before.incarnation() == after.incarnation() => {
            way.start_at(before);
            way.lead_to(after);
        }
        _ => {
            if let Some(before) = before {
                way.start_at(before);
                way.end();
            }
            if let Some(after) = after {
                way.identity = Some(Arc::clone(&after.identity));
                way.lead_to(after);
            }
        }
    }
    way.passages
}

/// The way so far.
struct Way {
    identity: Option<Arc<Identity>>,
    now: Option<Condition>,
    passages: Vec<Passage>,
}

impl Way {
    fn start_at(&mut self, facts: &Facts) {
        self.identity = Some(Arc::clone(&facts.identity));
        self.now = Some(facts.condition);
    }

    /// Takes a change as the table has it; the callers choose only lawful ones.
    fn take(&mut self, change: Change) {
        let steps = apply(self.now, change).unwrap_or_default();
        debug_assert!(!steps.is_empty(), "{change:?} leads nowhere from {:?}", self.now);
        let Some(identity) = &self.identity else {
            return;
        };
        for step in steps {
            self.now = step.after.exists().then_some(step.after);
            self.passages.push(Passage { identity: Arc::clone(identity), step });
        }
    }

    /// Takes a change that leads to `goal`'s state. A reason that no change would bring about is
    /// then taken over as it is.
    fn take_toward(&mut self, goal: Status, change: Change) {
        self.take(change);
        if let (Some(now), Some(last)) = (&mut self.now, self.passages.last_mut())
            && now.status().state() == goal.state()
            && !can_be_reached(goal)
        {
            *now = now.with_status(goal);
            last.step.after = *now;
        }
    }

    /// Out of existence.
    fn end(&mut self) {
        if self.now.is_some_and(Condition::is_active) {
            self.take(stopped(ShutoffReason::Unknown));
        }
        if self.now.is_some() {
            self.take(Change::Undefined);
        }
    }

    /// To `after`, from nothing or within the same incarnation.
    fn lead_to(&mut self, after: &Facts) {
        let goal = after.condition;
        let renamed = self.identity.as_ref().is_some_and(|who| who.name() != after.name());
        if let Some(now) = self.now
            && (renamed || !may_be_one_run(now, goal))
            && now.is_active()
        {
            self.stop(goal);
        }
        if renamed {
            self.rename(&after.identity);
        }
        self.define(goal);
        self.run(goal);
        if self.now.is_some_and(Condition::is_persistent) && !goal.is_persistent() {
            self.take(Change::Undefined);
        }
    }

    /// Ends a run within the life: a transient domain has to be persistent for that moment.
    fn stop(&mut self, goal: Condition) {
        if !self.now.is_some_and(Condition::is_persistent) {
            self.take(Change::Defined { definition: goal.definition().max(1) });
        }
        match goal.status() {
            Status::Shutoff(reason) => self.take_toward(goal.status(), stopped(reason)),
            _ => self.take(stopped(ShutoffReason::Unknown)),
        }
    }

    fn rename(&mut self, to: &Arc<Identity>) {
        let Some(from) = self.identity.take() else {
            return;
        };
        let renamed = if to.former_name() == Some(from.name()) {
            Arc::clone(to)
        } else {
            Arc::new(from.renamed(to.name()))
        };
        self.identity = Some(renamed);
        self.take(Change::Renamed);
    }

    /// Brings the stored configuration to `goal`'s, where it has one.
    fn define(&mut self, goal: Condition) {
        let stored = self.now.map_or(0, Condition::definition);
        if goal.is_persistent() && stored != goal.definition() {
            self.take(Change::Defined { definition: goal.definition() });
        }
    }

    /// Brings the running instance to `goal`'s. A domain that is inactive for another reason has
    /// run meanwhile.
    fn run(&mut self, goal: Condition) {
        if !self.now.is_some_and(Condition::is_active) {
            if self.now.is_some_and(|now| now.status() == goal.status()) {
                return;
            }
            let (how, paused) = start_toward(goal.status());
            let start = Change::Started { how, paused, id: goal.raw_id() };
            self.take_toward(goal.status(), start);
        }
        while let Some(now) = self.now
            && now.status() != goal.status()
        {
            let told = self.passages.len();
            if now.status().state() == State::Paused
                && goal.status().state() == State::Paused
                && !can_be_reached(goal.status())
            {
                self.pause_for_another_reason(now, goal.status());
            } else {
                self.take_toward(goal.status(), turn(now.status().state(), goal.status()));
            }
            if self.passages.len() == told {
                break;
            }
        }
    }

    /// The one turn that no change stands for: paused before and after, for a reason that no event
    /// brings about.
    fn pause_for_another_reason(&mut self, now: Condition, goal: Status) {
        let Some(identity) = &self.identity else {
            return;
        };
        let after = now.with_status(goal);
        self.passages.push(Passage {
            identity: Arc::clone(identity),
            step: Step { kind: EventKind::Suspended(SuspendedDetail::Paused), before: now, after },
        });
        self.now = Some(after);
    }
}

/// Whether one run can lead from `now` to `goal`.
fn may_be_one_run(now: Condition, goal: Condition) -> bool {
    goal.is_active()
        && now.raw_id() == goal.raw_id()
        && (now.status().state() != State::Shutdown || now.status() == goal.status())
}

/// How a run begins that leads to `goal`.
fn start_toward(goal: Status) -> (StartedDetail, Option<SuspendedDetail>) {
    match goal {
        Status::Running(RunningReason::Migrated) => (StartedDetail::Migrated, None),
        Status::Running(RunningReason::Restored) => (StartedDetail::Restored, None),
        Status::Running(RunningReason::FromSnapshot) => (StartedDetail::FromSnapshot, None),
        Status::Paused(PausedReason::User) => {
            (StartedDetail::Booted, Some(SuspendedDetail::Paused))
        }
        Status::Paused(PausedReason::FromSnapshot) => {
            (StartedDetail::FromSnapshot, Some(SuspendedDetail::FromSnapshot))
        }
        _ => (StartedDetail::Booted, None),
    }
}

/// The next change on the shortest way to `goal` within a run.
#[expect(clippy::match_same_arms, reason = "goal by goal")]
fn turn(now: State, goal: Status) -> Change {
    match (goal, now) {
        (Status::Shutoff(reason), _) => stopped(reason),
        (Status::Shutdown(_), _) => Change::ShutDown(ShutdownDetail::Finished),

        (Status::PmSuspended | Status::Running(RunningReason::Wakeup), State::Running) => {
            Change::PmSuspended(PmSuspendedDetail::Memory)
        }
        (Status::PmSuspended, _) => Change::Resumed(ResumedDetail::Unpaused),
        (Status::Running(RunningReason::Wakeup), State::PmSuspended) => Change::Woken,
        (Status::Running(RunningReason::Wakeup), _) => Change::Resumed(ResumedDetail::Unpaused),

        (Status::Running(RunningReason::Crashed), State::Crashed) => Change::Restarted,
        (Status::Paused(PausedReason::Crashed) | Status::Crashed(_), State::Crashed) => {
            Change::Reset
        }
        (
            Status::Crashed(_)
            | Status::Running(RunningReason::Crashed)
            | Status::Paused(PausedReason::Crashed),
            State::PmSuspended,
        ) => Change::Woken,
        (
            Status::Crashed(_)
            | Status::Running(RunningReason::Crashed)
            | Status::Paused(PausedReason::Crashed),
            _,
        ) => Change::Panicked,

        (Status::Paused(reason), State::Running | State::Paused | State::Blocked)
        | (Status::Paused(reason @ PausedReason::FromSnapshot), State::PmSuspended) => {
            Change::Suspended(suspended_for(reason))
        }
        (Status::Paused(_), State::PmSuspended) => Change::Woken,
        (Status::Paused(_), _) => Change::Resumed(ResumedDetail::Unpaused),

        (Status::Running(reason), State::Paused | State::Crashed) => {
            Change::Resumed(resumed_for(reason))
        }
        (_, State::PmSuspended) => Change::Suspended(SuspendedDetail::FromSnapshot),
        (_, _) => Change::Suspended(SuspendedDetail::Paused),
    }
}

/// Whether a change within a run can end in exactly this status.
fn can_be_reached(goal: Status) -> bool {
    match goal {
        Status::Running(reason) => {
            reason == RunningReason::Wakeup
                || reason == RunningReason::Crashed
                || reason == RunningReason::Unpaused
                || resumed_for(reason) != ResumedDetail::Unpaused
        }
        Status::Paused(reason) => {
            reason == PausedReason::Crashed
                || reason == PausedReason::User
                || suspended_for(reason) != SuspendedDetail::Paused
        }
        Status::Shutoff(reason) => {
            reason == ShutoffReason::Shutdown || stopped(reason) != stopped(ShutoffReason::Shutdown)
        }
        Status::Shutdown(reason) => reason == ShutdownReason::Unknown,
        Status::Crashed(reason) => reason == CrashedReason::Panicked,
        Status::PmSuspended => true,
        Status::NoState | Status::Blocked => false,
    }
}

/// The detail that brings the reason about, 0 where none does.
fn resumed_for(reason: RunningReason) -> ResumedDetail {
    match reason {
        RunningReason::Migrated => ResumedDetail::Migrated,
        RunningReason::FromSnapshot => ResumedDetail::FromSnapshot,
        RunningReason::Postcopy => ResumedDetail::Postcopy,
        RunningReason::PostcopyFailed => ResumedDetail::PostcopyFailed,
        _ => ResumedDetail::Unpaused,
    }
}

/// The detail that brings the reason about, 0 where none does.
fn suspended_for(reason: PausedReason) -> SuspendedDetail {
    match reason {
        PausedReason::Unknown => SuspendedDetail::ApiError,
        PausedReason::Migration => SuspendedDetail::Migrated,
        PausedReason::IoError => SuspendedDetail::IoError,
        PausedReason::Watchdog => SuspendedDetail::Watchdog,
        PausedReason::FromSnapshot => SuspendedDetail::FromSnapshot,
        PausedReason::Postcopy => SuspendedDetail::Postcopy,
        PausedReason::PostcopyFailed => SuspendedDetail::PostcopyFailed,
        _ => SuspendedDetail::Paused,
    }
}

/// The stop that brings the reason about, with detail 0 where none does.
fn stopped(reason: ShutoffReason) -> Change {
    let how = match reason {
        ShutoffReason::Destroyed => StoppedDetail::Destroyed,
        ShutoffReason::Crashed => StoppedDetail::Crashed,
        ShutoffReason::Migrated => StoppedDetail::Migrated,
        ShutoffReason::Saved => StoppedDetail::Saved,
        ShutoffReason::Failed => StoppedDetail::Failed,
        ShutoffReason::FromSnapshot => StoppedDetail::FromSnapshot,
        _ => StoppedDetail::Shutdown,
    };
    Change::Stopped { how, killed: false }
}
