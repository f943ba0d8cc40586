//! Lives that others get wrong (DESIGN 3.4 and the table of NEEDS 0.1), as the table of changes
//! tells them and as a reader sees them who comes late.

use virtwatch::lifecycle::path;

use super::bridge::tell;
use super::model::{Change, Entry, Facts, Registry, Text, numbers};
use super::paths::real;

const VM: u128 = 7;

const BOOTED: Change = Change::Started { how: "BOOTED", paused: None, id: 1 };
const RESTORED: Change = Change::Started { how: "RESTORED", paused: None, id: 2 };
const DEFINED: Change = Change::Defined { definition: 1 };
const REDEFINED: Change = Change::Defined { definition: 2 };
const DESTROYED: Change = stopped("DESTROYED");
const SAVED: Change = stopped("SAVED");

const fn stopped(how: Text) -> Change {
    Change::Stopped { how, killed: false }
}

/// One domain, told to the code and to the model's registry.
#[derive(Default)]
struct Story {
    registry: Registry,
    births: u64,
}

impl Story {
    fn after(changes: &[Change]) -> Self {
        let mut story = Self::default();
        for change in changes {
            story.tell(*change);
        }
        story
    }

    fn facts(&self) -> Option<Facts> {
        self.registry.domains.get(&VM).copied()
    }

    fn entries(&mut self, change: Change) -> Vec<Entry> {
        let before = self.facts();
        let name = before.map_or("pe", |facts| facts.name);
        let entries = self.registry.report(VM, name, change).unwrap();
        let events = tell(before, change, (name, self.births + 1)).unwrap();
        let journaled: Vec<_> = entries.iter().map(|entry| entry.event).collect();
        assert_eq!(journaled, events);
        self.births += u64::from(before.is_none());
        entries
    }

    /// The events of the change, as `TYPE(DETAIL)`.
    fn tell(&mut self, change: Change) -> Vec<String> {
        let entries = self.entries(change);
        let kinds = entries.iter().map(|entry| entry.event.kind);
        kinds.map(|(event_type, detail)| format!("{event_type}({detail})")).collect()
    }
}

/// What a reader is told who knew `before` and is brought to `after`.
fn caught_up(before: &Story, after: &Story) -> Vec<String> {
    let before = before.facts().as_ref().map(real);
    let after = after.facts().as_ref().map(real);
    path(before.as_ref(), after.as_ref())
        .iter()
        .map(|passage| {
            let kind = passage.step.kind;
            let row = numbers::TYPES.iter().find(|row| row.1 == kind.event_type().number());
            let (event_type, _, details) = row.unwrap();
            let detail = details[usize::try_from(kind.detail()).unwrap()];
            format!("{event_type}({detail})")
        })
        .collect()
}

/// DESIGN 3.4, NEEDS 0.1 rows 1 and 8, G1.
#[test]
fn a_transient_that_boots_and_stops_is_added_and_removed_once() {
    let mut story = Story::default();
    assert_eq!(story.tell(BOOTED), ["ADDED(STARTED)", "STARTED(BOOTED)"]);
    assert_eq!(story.tell(stopped("SHUTDOWN")), ["STOPPED(SHUTDOWN)", "REMOVED(STOPPED)"]);
    assert_eq!(story.facts(), None);
    // A reader that was away all the time has missed nothing that it could act on (G5).
    let none: [&str; 0] = [];
    assert_eq!(caught_up(&Story::default(), &story), none);
}

/// DESIGN 3.4, NEEDS 0.1 rows 3 and 4, G1.
#[test]
fn undefined_while_running_is_removed_only_when_it_stops() {
    let mut story = Story::after(&[DEFINED, BOOTED]);
    let running = Story::after(&[DEFINED, BOOTED]);
    assert_eq!(story.tell(Change::Undefined), ["UNDEFINED(REMOVED)"]);
    assert_eq!(caught_up(&running, &story), ["UNDEFINED(REMOVED)"]);
    assert_eq!(story.tell(DESTROYED), ["STOPPED(DESTROYED)", "REMOVED(STOPPED)"]);
}

/// DESIGN 3.4, NEEDS 0.1 row 2.
#[test]
fn a_running_transient_that_gains_a_configuration_is_not_added_again() {
    let transient = Story::after(&[BOOTED]);
    let mut story = Story::after(&[BOOTED]);
    assert_eq!(story.tell(DEFINED), ["DEFINED(ADDED)"]);
    assert_eq!(caught_up(&transient, &story), ["DEFINED(ADDED)"]);
    assert_eq!(story.tell(DESTROYED), ["STOPPED(DESTROYED)"]);
    assert_eq!(story.tell(Change::Undefined), ["UNDEFINED(REMOVED)", "REMOVED(UNDEFINED)"]);
}

/// DESIGN 3.4, NEEDS 0.1 row 9, G1.
#[test]
fn a_transient_saved_and_restored_lives_twice() {
    let saved_from = Story::after(&[BOOTED]);
    let mut story = Story::after(&[BOOTED]);
    assert_eq!(story.tell(SAVED), ["STOPPED(SAVED)", "REMOVED(STOPPED)"]);
    assert_eq!(story.tell(RESTORED), ["ADDED(STARTED)", "STARTED(RESTORED)"]);
    let first = saved_from.facts().unwrap().incarnation;
    assert!(story.facts().unwrap().incarnation > first);
    // How the first run ended is not known to one who comes late: detail 0.
    assert_eq!(
        caught_up(&saved_from, &story),
        ["STOPPED(SHUTDOWN)", "REMOVED(STOPPED)", "ADDED(STARTED)", "STARTED(RESTORED)"]
    );
}

/// DESIGN 3.4: it had no configuration, so it gains one; it was never gone.
#[test]
fn undefined_while_running_and_defined_again_is_defined_added() {
    let mut story = Story::after(&[DEFINED, BOOTED, Change::Undefined]);
    let before = Story::after(&[DEFINED, BOOTED]);
    assert_eq!(story.tell(REDEFINED), ["DEFINED(ADDED)"]);
    assert_eq!(caught_up(&before, &story), ["DEFINED(UPDATED)"]);
}

/// DESIGN 3.4, NEEDS 0.1 rows 6 and 7.
#[test]
fn renamed_is_one_incarnation_that_ends_under_the_new_name() {
    let before = Story::after(&[DEFINED]);
    let mut story = Story::after(&[DEFINED]);
    let entries = story.entries(Change::Renamed { to: "pe2" });
    for entry in &entries {
        assert_eq!(entry.event.after.name, "pe2");
        assert_eq!(entry.event.old_name, Some("pe"));
        assert!(entry.event.before.persistent && entry.event.after.persistent);
    }
    let kinds: Vec<_> = entries.iter().map(|entry| entry.event.kind).collect();
    assert_eq!(kinds, [("UNDEFINED", "RENAMED"), ("DEFINED", "RENAMED")]);
    assert_eq!([true, false], [entries[0].more, entries[1].more]);

    let facts = story.facts().unwrap();
    assert_eq!((facts.name, facts.incarnation), ("pe2", 1));
    assert_eq!(caught_up(&before, &story), ["UNDEFINED(RENAMED)", "DEFINED(RENAMED)"]);
    for entry in story.entries(Change::Undefined) {
        assert_eq!((entry.event.after.name, entry.event.old_name), ("pe2", None));
    }
    assert_eq!(story.facts(), None);
}

/// NEEDS 0.1 row 5: stop and start of a persistent domain neither remove nor add it.
#[test]
fn a_persistent_domain_is_added_when_it_is_defined_and_never_again() {
    let mut story = Story::default();
    assert_eq!(story.tell(DEFINED), ["ADDED(DEFINED)", "DEFINED(ADDED)"]);
    assert_eq!(story.tell(BOOTED), ["STARTED(BOOTED)"]);
    assert_eq!(story.tell(DESTROYED), ["STOPPED(DESTROYED)"]);
    assert_eq!(story.tell(RESTORED), ["STARTED(RESTORED)"]);
    assert_eq!(story.facts().unwrap().incarnation, 1);
}

/// NEEDS 0.1, root causes: STARTED stands for ADDED with any detail, not only BOOTED.
#[test]
fn a_transient_is_added_however_it_starts() {
    for how in ["BOOTED", "MIGRATED", "RESTORED", "FROM_SNAPSHOT"] {
        for (paused, suspended) in [
            (None, None),
            (Some("PAUSED"), Some("SUSPENDED(PAUSED)")),
            (Some("RESTORED"), Some("SUSPENDED(RESTORED)")),
            (Some("FROM_SNAPSHOT"), Some("SUSPENDED(FROM_SNAPSHOT)")),
        ] {
            let mut story = Story::default();
            let mut expected = vec!["ADDED(STARTED)".to_owned(), format!("STARTED({how})")];
            expected.extend(suspended.map(str::to_owned));
            let id = 1;
            assert_eq!(story.tell(Change::Started { how, paused, id }), expected);
        }
    }
}

/// LIBVIRT 2.2, DESIGN 3.1: STARTED(WAKEUP) is the one STARTED of a domain that ran all the time.
#[test]
fn waking_up_is_not_a_birth() {
    let mut story = Story::after(&[BOOTED]);
    assert_eq!(story.tell(Change::PmSuspended("MEMORY")), ["PMSUSPENDED(MEMORY)"]);
    let entries = story.entries(Change::Woken);
    assert_eq!(entries[0].event.kind, ("STARTED", "WAKEUP"));
    assert!(entries[0].event.before.active && entries[0].event.after.active);
    assert_eq!(entries.len(), 1);
}
