//! The table itself: each change in each situation, and sequences of changes.

use virtwatch::lifecycle;
use virtwatch::{Condition, RunningReason, Status};

use super::bridge::{BIRTH, condition, every_change, every_status, facts, says, tell};
use super::model::{Change, Event, Facts, numbers, outcome};

/// DESIGN 3.1, every row: all states and reasons, persistent or not, and no domain at all, with
/// every change, detail and flag.
#[test]
fn every_change_in_every_situation_is_told_as_the_table_says() {
    let mut situations = vec![None];
    for status in every_status() {
        for definition in [0, 7] {
            let known = facts(status, 3, definition);
            situations.extend(known.exists().then_some(Some(known)));
        }
    }
    // 31 active statuses twice, 9 inactive ones, nothing.
    assert_eq!(situations.len(), 72);

    for before in situations {
        for change in every_change(8, 4) {
            let events = tell(before, change, BIRTH).unwrap_or_default();
            assert!(events.len() <= 4);
        }
    }
}

/// DESIGN 3.1, last row: BLOCKED and NOSTATE are kept as RUNNING.
#[test]
fn blocked_and_nostate_are_kept_as_running() {
    for state in ["BLOCKED", "NOSTATE"] {
        let (state, reason) = numbers::of_status(state, "UNKNOWN");
        let seen = Status::from_numbers(state, reason).unwrap();
        let running = Status::Running(RunningReason::Unknown);
        assert_eq!(Condition::ABSENT.with_run(1, seen).status(), running);
        let paused = condition(&facts(("PAUSED", "USER"), 1, 0));
        assert_eq!(paused.with_status(seen).status(), running);
        assert_eq!(paused.with_status(seen).id(), Some(1));
    }
}

/// DESIGN 1: inactive means SHUTOFF and no id; persistent means a definition; neither, no domain.
#[test]
fn a_condition_says_what_it_was_made_of() {
    for status in every_status() {
        for definition in [0, 7] {
            let known = facts(status, 3, definition);
            assert!(says(condition(&known), &known), "{known:?}");
        }
    }
    assert!(says(Condition::ABSENT, &Facts::unborn("a", 1)));
}

/// G1, G2 and DESIGN 3.1 for sequences of up to four changes, each with every detail and flag.
#[test]
fn short_sequences_with_every_detail_follow_the_grammar() {
    let mut walk = Walk::new(4, every_change);
    walk.from(None, None);
    assert!(walk.sequences > 1_000_000, "{}", walk.sequences);
}

/// G1, G2 and DESIGN 3.1 for sequences of up to seven changes. One detail of each kind, a second one
/// where it takes another way through the table.
#[test]
fn long_sequences_follow_the_grammar() {
    let mut walk = Walk::new(7, representative_changes);
    walk.from(None, None);
    assert!(walk.sequences > 1_000_000, "{}", walk.sequences);
}

fn representative_changes(definition: u64, id: i32) -> Vec<Change> {
    let start = |how, paused| Change::Started { how, paused, id };
    vec![
        Change::Defined { definition },
        Change::Reverted { definition },
        Change::Renamed { to: "b" },
        Change::Undefined,
        start("BOOTED", None),
        start("RESTORED", Some("RESTORED")),
        start("FROM_SNAPSHOT", Some("FROM_SNAPSHOT")),
        Change::Suspended("PAUSED"),
        Change::Suspended("FROM_SNAPSHOT"),
        Change::Resumed("UNPAUSED"),
        Change::PmSuspended("MEMORY"),
        Change::Woken,
        Change::ShutDown("GUEST"),
        Change::Panicked,
        Change::Crashloaded,
        Change::Reset,
        Change::Restarted,
        Change::Stopped { how: "DESTROYED", killed: false },
        Change::Stopped { how: "FAILED", killed: true },
        Change::Observed,
    ]
}

/// A walk over all sequences of changes up to a length. After a change that was refused or made no
/// event it does not go on: the table has no memory, so the rest is a shorter sequence.
struct Walk {
    longest: u64,
    length: u64,
    changes: fn(u64, i32) -> Vec<Change>,
    sequences: u64,
    births: u64,
}

impl Walk {
    fn new(longest: u64, changes: fn(u64, i32) -> Vec<Change>) -> Self {
        Self { longest, length: 0, changes, sequences: 0, births: 0 }
    }

    /// All continuations of a sequence that ended with the event `last` and left `before`.
    fn from(&mut self, last: Option<Event>, before: Option<Facts>) {
        if self.length == self.longest {
            return;
        }
        self.length += 1;
        // Definitions and ids grow, as in a registry.
        let id = i32::try_from(self.length).unwrap();
        for change in (self.changes)(self.length, id) {
            self.sequences += 1;
            let events = tell(before, change, (BIRTH.0, self.births + 1)).unwrap_or_default();
            let Some(newest) = events.last().copied() else {
                continue;
            };
            check_grammar(last, &events);
            let born = u64::from(events[0].kind.0 == "ADDED");
            self.births += born;
            self.from(Some(newest), outcome(before, &events));
            self.births -= born;
        }
        self.length -= 1;
    }
}

/// G1: ADDED begins an incarnation and nothing else does, nothing follows REMOVED. G2: each event
/// begins where the one before it ended.
fn check_grammar(mut last: Option<Event>, events: &[Event]) {
    for event in events {
        let alive = last.filter(|last| last.kind.0 != "REMOVED");
        match alive {
            None => assert_eq!(event.kind.0, "ADDED"),
            Some(last) => {
                assert_ne!(event.kind.0, "ADDED");
                assert_eq!(event.before, last.after);
            }
        }
        if event.kind.0 == "ADDED" {
            let unborn = Facts::unborn(event.after.name, event.after.incarnation);
            assert_eq!((event.before, event.after), (unborn, unborn));
            assert!(last.is_none_or(|last| last.after.incarnation < unborn.incarnation));
        }
        assert_eq!(
            event.kind.0 == "REMOVED",
            !event.after.exists() && event.before == event.after && event.kind.0 != "ADDED"
        );
        last = Some(*event);
    }
    // A change ends with the domain alive or buried.
    let last = last.unwrap();
    assert_eq!(last.after.exists(), last.kind.0 != "REMOVED");
}

/// The numbers that the crate chooses for itself do not matter to the table: any definition but 0
/// means persistent, any id will do.
#[test]
fn numbers_are_taken_as_they_are_given() {
    for (definition, id) in [(1, 1), (u64::MAX, i32::MAX), (2, 0)] {
        let told =
            [Change::Defined { definition }, Change::Started { how: "BOOTED", paused: None, id }];
        let mut now = None;
        for change in told {
            let events = tell(now, change, BIRTH).unwrap();
            now = outcome(now, &events);
        }
        let now = now.unwrap();
        assert_eq!((now.definition, now.id), (definition, id));
        let real = lifecycle::apply(Some(condition(&now)), lifecycle::Change::Undefined).unwrap();
        assert_eq!(real.last().unwrap().after.id(), Some(id));
    }
}
