//! Between the words of the model and the types of the crate, by libvirt's numbers.

use virtwatch::lifecycle::{self, Step};
use virtwatch::{Condition, EventKind, Status, SuspendedDetail};

use crate::model::{self, Change, Event, Facts, Refusal, Text, numbers};

/// The name and incarnation of a domain whose name does not matter.
pub(crate) const BIRTH: (Text, u64) = ("a", 1);

pub(crate) fn condition(facts: &Facts) -> Condition {
    let (state, reason) = numbers::of_status(facts.state, facts.reason);
    Condition::ABSENT
        .with_definition(facts.definition)
        .with_run(facts.id, Status::from_numbers(state, reason).unwrap())
}

/// Whether the condition says what the model's facts say, in every accessor.
pub(crate) fn says(condition: Condition, facts: &Facts) -> bool {
    let status = condition.status();
    (status.state().number(), status.reason()) == numbers::of_status(facts.state, facts.reason)
        && condition.is_persistent() == facts.persistent
        && condition.is_active() == facts.active
        && condition.exists() == facts.exists()
        && condition.definition() == facts.definition
        && condition.raw_id() == facts.id
        && condition.id() == (facts.id != -1).then_some(facts.id)
}

pub(crate) fn kind_says(kind: EventKind, words: (Text, Text)) -> bool {
    (kind.event_type().number(), kind.detail()) == numbers::of_kind(words)
}

pub(crate) fn change(change: Change) -> lifecycle::Change {
    use lifecycle::Change as C;

    match change {
        Change::Defined { definition } => C::Defined { definition },
        Change::Edited { definition } => C::Edited { definition },
        Change::Reverted { definition } => C::Reverted { definition },
        Change::Renamed { .. } => C::Renamed,
        Change::Undefined => C::Undefined,
        Change::Started { how, paused, id } => {
            let EventKind::Started(how) = kind("STARTED", how) else {
                panic!("{how}");
            };
            let paused = paused.map(suspended);
            C::Started { how, paused, id }
        }
        Change::Suspended(why) => C::Suspended(suspended(why)),
        Change::Resumed(why) => match kind("RESUMED", why) {
            EventKind::Resumed(why) => C::Resumed(why),
            other => panic!("{other}"),
        },
        Change::PmSuspended(target) => match kind("PMSUSPENDED", target) {
            EventKind::PmSuspended(target) => C::PmSuspended(target),
            other => panic!("{other}"),
        },
        Change::Woken => C::Woken,
        Change::ShutDown(by) => match kind("SHUTDOWN", by) {
            EventKind::Shutdown(by) => C::ShutDown(by),
            other => panic!("{other}"),
        },
        Change::Panicked => C::Panicked,
        Change::Crashloaded => C::Crashloaded,
        Change::Reset => C::Reset,
        Change::Restarted => C::Restarted,
        Change::Stopped { how, killed } => match kind("STOPPED", how) {
            EventKind::Stopped(how) => C::Stopped { how, killed },
            other => panic!("{other}"),
        },
        Change::Observed => C::Observed,
    }
}

fn kind(event_type: Text, detail: Text) -> EventKind {
    let (event_type, detail) = numbers::of_kind((event_type, detail));
    EventKind::from_numbers(event_type, detail).unwrap()
}

fn suspended(why: Text) -> SuspendedDetail {
    match kind("SUSPENDED", why) {
        EventKind::Suspended(why) => why,
        other => panic!("{other}"),
    }
}

/// The change told to the code and to the model. Both refuse it, or both tell the same events.
pub(crate) fn tell(before: Option<Facts>, told: Change, birth: (Text, u64)) -> Option<Vec<Event>> {
    let real = lifecycle::apply(before.as_ref().map(condition), change(told));
    let expected = model::apply(before, told, birth);
    match (real, expected) {
        (Ok(steps), Ok(events)) => {
            let agree = steps.len() == events.len()
                && steps.iter().zip(&events).all(|(step, event)| {
                    kind_says(step.kind, event.kind)
                        && says(step.before, &event.before)
                        && says(step.after, &event.after)
                });
            assert!(agree, "{told:?} of {before:?}: {}, expected {events:#?}", show(&steps));
            Some(events)
        }
        (Err(unlawful), Err(refusal)) => {
            assert_eq!(
                unlawful == lifecycle::Unlawful::Missing,
                refusal == Refusal::NoDomain,
                "{told:?} of {before:?}: {unlawful:?}, expected {refusal:?}"
            );
            None
        }
        (real, expected) => panic!("{told:?} of {before:?}: {real:?}, expected {expected:?}"),
    }
}

pub(crate) fn show(steps: &[Step]) -> String {
    let steps: Vec<String> = steps.iter().map(|step| format!("{step:?}")).collect();
    steps.join("\n")
}

/// Everything that can be reported of a domain, with each detail and flag; also what is never
/// lawful, as STARTED(WAKEUP).
pub(crate) fn every_change(definition: u64, id: i32) -> Vec<Change> {
    let mut all = vec![
        Change::Defined { definition },
        Change::Edited { definition },
        Change::Reverted { definition },
        Change::Renamed { to: "b" },
        Change::Undefined,
        Change::Woken,
        Change::Panicked,
        Change::Crashloaded,
        Change::Reset,
        Change::Restarted,
        Change::Observed,
    ];
    let details = |event_type| numbers::details(event_type).iter().copied();
    for how in details("STARTED") {
        let paused = std::iter::once(None).chain(details("SUSPENDED").map(Some));
        all.extend(paused.map(|paused| Change::Started { how, paused, id }));
    }
    all.extend(details("SUSPENDED").map(Change::Suspended));
    all.extend(details("RESUMED").map(Change::Resumed));
    all.extend(details("PMSUSPENDED").map(Change::PmSuspended));
    all.extend(details("SHUTDOWN").map(Change::ShutDown));
    for how in details("STOPPED") {
        all.extend([false, true].map(|killed| Change::Stopped { how, killed }));
    }
    all
}

/// Every state and reason but BLOCKED and NOSTATE, which are never facts.
pub(crate) fn every_status() -> impl Iterator<Item = (Text, Text)> {
    numbers::STATES
        .iter()
        .filter(|(state, _)| !matches!(*state, "NOSTATE" | "BLOCKED"))
        .flat_map(|(state, reasons)| reasons.iter().map(|reason| (*state, *reason)))
}

/// Facts of an existing domain in that state; the id counts only where it is active.
pub(crate) fn facts(status: (Text, Text), id: i32, definition: u64) -> Facts {
    let active = status.0 != "SHUTOFF";
    Facts {
        persistent: definition != 0,
        active,
        state: status.0,
        reason: status.1,
        id: if active { id } else { -1 },
        definition,
        ..Facts::unborn(BIRTH.0, BIRTH.1)
    }
}
