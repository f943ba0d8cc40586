//! `path`: lawful by the model, exactly to the target, and no shorter way exists.

use std::collections::HashMap;
use std::sync::Arc;

use uuid::Uuid;
use virtwatch::lifecycle::{Passage, path};
use virtwatch::{
    CatchupCause, Condition, Event, EventType, Identity, Origin, Record, Status, fold,
};

use super::bridge::{condition, every_change, every_status, facts, kind_says, says};
use super::model::{self, Change, Facts};
use super::search::Graph;

const UUID: Uuid = Uuid::from_u128(1);

pub(crate) fn real(facts: &Facts) -> virtwatch::Facts {
    virtwatch::Facts {
        identity: Arc::new(Identity::new(UUID, facts.incarnation, facts.name)),
        condition: condition(facts),
    }
}

/// What a reader may know: each status that is a fact, persistent or not; named a, of run 1.
fn every_start() -> Vec<Facts> {
    let mut all = Vec::new();
    for status in every_status() {
        all.extend([0, 7].map(|definition| facts(status, 1, definition)));
    }
    all.retain(Facts::exists);
    all
}

/// The same with the numbers and the name it began with, and with others.
fn every_goal(incarnation: u64) -> Vec<Facts> {
    let mut all = Vec::new();
    for status in every_status() {
        let ids: &[i32] = if status.0 == "SHUTOFF" { &[1] } else { &[1, 2] };
        for (name, definition) in [("a", 0), ("a", 7), ("a", 8), ("b", 0), ("b", 7), ("b", 8)] {
            all.extend(ids.iter().map(|id| Facts {
                name,
                incarnation,
                ..facts(status, *id, definition)
            }));
        }
    }
    all.retain(Facts::exists);
    all
}

fn words(way: &[Passage]) -> Vec<String> {
    way.iter().map(|passage| passage.step.kind.to_string()).collect()
}

/// G2, DESIGN 3.3: folding the path gives the target, whatever the reader knew.
fn check_fold(before: Option<&Facts>, after: Option<&Facts>, way: &[Passage]) {
    let mut view = HashMap::new();
    view.extend(before.map(|facts| (UUID, real(facts))));
    for passage in way {
        let record = Record::Event(Event {
            seq: 1,
            realtime_ns: 0,
            identity: Arc::clone(&passage.identity),
            before: passage.step.before,
            after: passage.step.after,
            kind: passage.step.kind,
            origin: Origin::Derived,
            more: false,
            in_catchup: true,
        });
        fold(&mut view, &record);
    }
    let reached = view.remove(&UUID);
    let right = match (&reached, after) {
        (None, None) => true,
        (Some(reached), Some(after)) => {
            reached.name() == after.name
                && reached.incarnation() == after.incarnation
                && says(reached.condition, after)
        }
        _ => false,
    };
    assert!(right, "{before:?} to {after:?} ended in {reached:?} by {way:#?}");
}

/// How exactly a path has to follow the table.
#[derive(Clone, Copy, PartialEq)]
enum Rule {
    Strict,
    /// An event may end in the target's reason where the table has another one; its detail is then
    /// 0. (The target's reason is one that no event brings about in this run.)
    ReasonOf(Facts),
}

/// Whether some sequence of lawful changes makes exactly these events.
fn is_lawful(now: Option<Facts>, way: &[Passage], rule: Rule) -> bool {
    let Some(first) = way.first() else {
        return true;
    };
    let who = &first.identity;
    let name = if who.name() == "a" { "a" } else { "b" };
    let numbers = || way.iter().take(2).map(|passage| passage.step.after);
    let definition = numbers().map(Condition::definition).max().unwrap();
    let id = numbers().map(Condition::raw_id).max().unwrap();

    let mut changes = every_change(definition, id);
    changes.push(Change::Renamed { to: name });
    changes.into_iter().any(|change| {
        let mut seen = now;
        if let (Change::Suspended(_), Rule::ReasonOf(_), Some(seen)) = (change, rule, &mut seen)
            && seen.state == "PAUSED"
        {
            // Another reason is wanted, whichever it is: the row for "the reason differs".
            seen.reason = "STARTING_UP";
        }
        let Ok(mut events) = model::apply(seen, change, (name, who.incarnation())) else {
            return false;
        };
        if events.is_empty() || events.len() > way.len() {
            return false;
        }
        let (these, rest) = way.split_at(events.len());
        events[0].before.reason = now.map_or("UNKNOWN", |now| now.reason);
        let tells = these.iter().zip(&mut events).all(|(passage, event)| {
            if let Rule::ReasonOf(goal) = rule
                && passage.step.kind.detail() == 0
                && goal.state == event.after.state
                && says(passage.step.after, &Facts { reason: goal.reason, ..event.after })
            {
                event.after.reason = goal.reason;
            }
            let old_name =
                passage.step.kind.is_renaming().then(|| passage.identity.former_name()).flatten();
            kind_says(passage.step.kind, event.kind)
                && says(passage.step.before, &event.before)
                && says(passage.step.after, &event.after)
                && passage.identity.uuid() == UUID
                && passage.identity.name() == event.after.name
                && passage.identity.incarnation() == event.after.incarnation
                && old_name == event.old_name
        });
        tells && is_lawful(model::outcome(now, &events), rest, rule)
    })
}

/// DESIGN 3.3: a detail follows from the target's reason, or is 0 because nothing is known of it.
fn check_details(after: &Facts, way: &[Passage]) {
    let goal = condition(after).status();
    for passage in way {
        let kind = passage.step.kind;
        let follows = match kind.event_type() {
            EventType::Added | EventType::Removed | EventType::Defined | EventType::Undefined => {
                true
            }
            // The only lawful detail here.
            EventType::Suspended if passage.step.before.status() == Status::PmSuspended => true,
            EventType::Started => {
                let woken = passage.step.before.is_active();
                woken || goal.reason_name() == kind.detail_name()
            }
            _ => passage.step.after.status() == goal,
        };
        assert!(follows || kind.detail() == 0, "to {after:?}: {way:#?}");
    }
}

fn changes_existence(way: &[Passage]) -> bool {
    way.iter().any(|passage| {
        let event_type = passage.step.kind.event_type();
        matches!(event_type, EventType::Added | EventType::Removed)
    })
}

/// DESIGN 3.3(2) to (6), G2: within an incarnation. Where the table has a way, the path is one of
/// the shortest and has its details; else it ends right, and what it cannot know has detail 0.
#[test]
fn a_path_within_an_incarnation_is_the_shortest_lawful_one() {
    let mut graph = Graph::default();
    let mut lawful = 0;
    let mut guessed = 0;
    for before in every_start() {
        let distances = graph.distances(before);
        for after in every_goal(before.incarnation) {
            let way = path(Some(&real(&before)), Some(&real(&after)));
            check_fold(Some(&before), Some(&after), &way);
            assert!(!changes_existence(&way));
            check_details(&after, &way);
            let shortest = distances.get(&Some(after));
            if let Some(shortest) = shortest {
                let told = words(&way);
                assert_eq!(way.len(), *shortest, "{before:?} to {after:?}: {told:?}");
                lawful += 1;
            } else {
                guessed += 1;
            }
            let rule = shortest.map_or(Rule::ReasonOf(after), |_| Rule::Strict);
            assert!(is_lawful(Some(before), &way, rule), "{before:?} to {after:?}: {way:#?}");
        }
    }
    assert!(lawful > 10_000 && guessed > 5_000, "{lawful} {guessed}");
}

/// DESIGN 3.3(1), G4: a birth, as in a snapshot.
#[test]
fn a_path_from_nothing_is_the_shortest_birth() {
    let mut graph = Graph::default();
    let births = ["a", "b"].map(|name| (name, graph.births(name, 2)));
    let mut lawful = 0;
    for after in every_goal(2) {
        let way = path(None, Some(&real(&after)));
        check_fold(None, Some(&after), &way);
        let (_, distances) = births.iter().find(|(name, _)| *name == after.name).unwrap();
        check_details(&after, &way);
        let shortest = distances.get(&Some(after));
        if let Some(shortest) = shortest {
            assert_eq!(way.len(), *shortest, "{after:?}: {:?}", words(&way));
            lawful += 1;
        }
        let rule = shortest.map_or(Rule::ReasonOf(after), |_| Rule::Strict);
        assert!(is_lawful(None, &way, rule), "{after:?}: {way:#?}");
    }
    assert!(lawful > 100, "{lawful}");
}

/// DESIGN 3.3(1), G5, G7: an end, lawful from everything that can be known.
#[test]
fn a_path_to_nothing_is_the_shortest_end() {
    let mut graph = Graph::default();
    for before in every_start() {
        let way = path(Some(&real(&before)), None);
        check_fold(Some(&before), None, &way);
        check_details(&Facts::unborn("a", 1), &way);
        assert_eq!(way.len(), graph.distances(before)[&None], "{before:?}");
        assert!(is_lawful(Some(before), &way, Rule::Strict), "{before:?}: {way:#?}");
    }
}

/// DESIGN 3.3(1): another incarnation is a full end, then a full birth.
#[test]
fn a_path_to_another_incarnation_is_an_end_and_a_birth() {
    for before in every_start() {
        let before = real(&before);
        let end = path(Some(&before), None);
        for after in every_goal(2) {
            let after = real(&after);
            let mut expected = end.clone();
            expected.extend(path(None, Some(&after)));
            assert_eq!(path(Some(&before), Some(&after)), expected);
        }
    }
}

/// DESIGN 3.3(6), 3.4: a life that began and ended unseen stays unseen.
#[test]
fn a_path_between_equals_is_empty() {
    assert_eq!(path(None, None), []);
    for facts in every_start() {
        let facts = real(&facts);
        assert_eq!(path(Some(&facts), Some(&facts)), []);
    }
}

/// DESIGN 3.3(4): the last name is what counts, whatever names lay between.
#[test]
fn a_path_over_several_renamings_tells_one() {
    let named = |names: &[&str]| {
        let first = Identity::new(UUID, 1, names[0]);
        let last = names[1..].iter().fold(first, |who, name| who.renamed(*name));
        virtwatch::Facts {
            identity: Arc::new(last),
            condition: condition(&facts(("SHUTOFF", "UNKNOWN"), 1, 7)),
        }
    };
    let told = |from: &[&str], to: &[&str]| -> Vec<_> {
        path(Some(&named(from)), Some(&named(to)))
            .iter()
            .map(|passage| {
                let former = passage.identity.former_name().map(str::to_owned);
                (former, passage.identity.name().to_owned())
            })
            .collect()
    };
    let a_to_c = (Some("a".to_owned()), "c".to_owned());
    let pair = vec![a_to_c.clone(), a_to_c];
    assert_eq!(told(&["a"], &["a", "c"]), pair);
    assert_eq!(told(&["a"], &["a", "b", "c"]), pair);
    assert_eq!(told(&["x", "a"], &["x", "a", "b", "c"]), pair);
    assert_eq!(told(&["a"], &["a", "b", "a"]), []);
}

/// DESIGN 3.3(1), (2): within one incarnation a transient domain with another run has been
/// persistent meanwhile.
#[test]
fn a_transient_with_another_run_went_through_persistence() {
    let before = facts(("RUNNING", "BOOTED"), 1, 0);
    let after = facts(("RUNNING", "BOOTED"), 2, 0);
    assert_eq!(
        words(&path(Some(&real(&before)), Some(&real(&after)))),
        ["defined(added)", "stopped(shutdown)", "started(booted)", "undefined(removed)"]
    );
}

/// DESIGN 3.3: a domain that is off for a reason has run.
#[test]
fn a_reason_to_be_off_comes_from_a_stop() {
    let after = facts(("SHUTOFF", "DESTROYED"), 1, 7);
    assert_eq!(
        words(&path(None, Some(&real(&after)))),
        ["added(defined)", "defined(added)", "started(booted)", "stopped(destroyed)"]
    );
    // Of which run is not known: no number is made up.
    for passage in path(None, Some(&real(&after))) {
        assert_eq!(passage.step.after.id(), None);
    }
}

/// G7: what a RESET does not name does not exist. Other catch-ups change what they name.
#[test]
fn a_reset_forgets_what_was_known() {
    for (cause, left) in
        [(CatchupCause::Snapshot, 1), (CatchupCause::Lag, 1), (CatchupCause::Reset, 0)]
    {
        let known = facts(("RUNNING", "BOOTED"), 1, 7);
        let mut view = HashMap::from([(UUID, real(&known))]);
        let catchup = Record::Catchup { cause, from_seq: 1, count: 0 };
        for record in [Record::SourceDown { message: "".into() }, Record::SourceUp] {
            fold(&mut view, &record);
            assert_eq!(view.len(), 1, "unreachable is not removed (G6)");
        }
        fold(&mut view, &catchup);
        fold(&mut view, &Record::Synced { seq: 2 });
        assert_eq!(view.len(), left);
    }
}
