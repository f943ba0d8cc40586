//! Watches that stand still while what they have not read is evicted from the journal.

use std::collections::HashMap;
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use virtwatch::{
    CatchupCause, Connection, CreateFlags, DestroyFlags, Domain, EventType, EventTypes, Facts,
    ListFlags, Record, UndefineFlags, Uuid, Watch, WatchOptions, fold,
};

use super::numbered::{define, uuid};
use super::oracle::Op;
use super::probe::Probe;
use super::random::{cases, config, op, wish};
use super::wish::Wish;
use super::world::{DOMAINS, World};

/// More than the journal keeps for those who resume.
const MANY: u64 = 70_000;

type View = HashMap<Uuid, Facts>;

fn undefine(domain: &Domain) {
    domain.undefine(UndefineFlags::empty()).unwrap();
}

/// Starts and destroys domains in turn until there are `events` more.
fn churn(conn: &Connection, domains: &[Domain], events: u64) {
    let end = conn.cursor().seq + events;
    for domain in domains.iter().cycle() {
        domain.start(CreateFlags::empty()).unwrap();
        domain.destroy(DestroyFlags::empty()).unwrap();
        if conn.cursor().seq >= end {
            return;
        }
    }
}

fn listing(conn: &Connection) -> View {
    let facts = conn.facts(ListFlags::empty()).into_iter();
    facts.map(|facts| (facts.uuid(), facts)).collect()
}

fn read(watch: &mut Watch, view: &mut View) -> Option<Record> {
    let record = watch.next(Some(Duration::ZERO)).unwrap()?;
    fold(view, &record);
    Some(record)
}

fn read_to_synced(watch: &mut Watch, view: &mut View) -> u64 {
    loop {
        if let Record::Synced { seq } = read(watch, view).unwrap() {
            return seq;
        }
    }
}

fn drain(watch: &mut Watch, view: &mut View) -> Vec<Record> {
    std::iter::from_fn(|| read(watch, view)).collect()
}

fn snapshot(max_lag: u32) -> WatchOptions {
    WatchOptions { snapshot: true, max_lag, ..WatchOptions::default() }
}

/// G1, G4: a domain that went and came again while a snapshot stood still, its end evicted unread,
/// is told as what it was, and ends before it begins again.
#[test]
fn a_domain_that_is_reborn_in_a_stalled_snapshot_dies_before_it_is_born() {
    let conn = Connection::open("test:///empty").unwrap();
    let domains: Vec<_> = (0..3_000).map(|number| define(&conn, number)).collect();
    let mut watch = conn.watch(snapshot(1_000)).unwrap();
    let mut view = View::new();
    assert!(read(&mut watch, &mut view).is_some());
    let then = listing(&conn);

    let last = domains.last().unwrap();
    undefine(last);
    define(&conn, 2_999);
    churn(&conn, &domains[..10], 2 * MANY);
    let target = read_to_synced(&mut watch, &mut view);
    assert_eq!((target, &view), (6_000, &then));

    let told = drain(&mut watch, &mut view);
    let told = told.iter().filter_map(|record| match record {
        Record::Event(event) if event.uuid() == last.uuid() => Some(event.kind.event_type()),
        _ => None,
    });
    let expected = [EventType::Undefined, EventType::Removed, EventType::Added, EventType::Defined];
    assert_eq!(told.collect::<Vec<_>>(), expected);
    assert_eq!(view, listing(&conn));
}

/// G2, G5: the same for a watch that stood still in a catch-up.
#[test]
fn a_domain_that_is_reborn_in_a_stalled_catch_up_is_told_as_it_was_there() {
    let conn = Connection::open("test:///empty").unwrap();
    let domains: Vec<_> = (0..3_000).map(|number| define(&conn, number)).collect();
    let mut watch = conn.watch(snapshot(1_000)).unwrap();
    let mut view = View::new();
    drain(&mut watch, &mut view);
    for domain in &domains {
        domain.start(CreateFlags::empty()).unwrap();
    }
    let then = listing(&conn);
    let first = read(&mut watch, &mut view);
    assert!(matches!(first, Some(Record::Catchup { cause: CatchupCause::Lag, count: 3_000, .. })));

    for domain in &domains[1_000..] {
        domain.destroy(DestroyFlags::empty()).unwrap();
        undefine(domain);
    }
    for domain in &domains[..1_000] {
        domain.destroy(DestroyFlags::empty()).unwrap();
    }
    churn(&conn, &domains[..10], MANY);
    for number in 1_000..3_000 {
        define(&conn, number);
    }
    let target = read_to_synced(&mut watch, &mut view);
    assert_eq!(target, 9_000);
    assert!(view == then, "not what was there when the catch-up began");
    drain(&mut watch, &mut view);
    assert!(view == listing(&conn));
}

/// G5: a reader of one domain that may be four times as many events behind as there are domains,
/// until most of them are gone.
#[test]
fn a_bound_that_shrinks_with_the_number_of_domains_loses_nothing() {
    let conn = Connection::open("test:///empty").unwrap();
    let domains: Vec<_> = (0..20_000).map(|number| define(&conn, number)).collect();
    let options = WatchOptions { uuid: Some(uuid(0)), ..WatchOptions::default() };
    let mut watch = conn.watch(options).unwrap();
    let cursor = watch.cursor();
    churn(&conn, &domains[..1], MANY);
    domains[10_000..].iter().for_each(undefine);
    domains[0].start(CreateFlags::empty()).unwrap();
    let expected =
        Record::Catchup { cause: CatchupCause::Lag, from_seq: cursor.seq, count: MANY + 1 };
    assert_eq!(watch.next(Some(Duration::ZERO)).unwrap(), Some(expected));
    assert_eq!(watch.cursor(), cursor);
}

/// G5: a million events unread, through the public API: a watch of one domain stands for its own
/// events only, and is told the shortest path.
#[test]
fn a_watch_of_one_domain_that_stalls_over_a_million_events_misses_its_own_alone() {
    let conn = Connection::open("test:///empty").unwrap();
    let domains: Vec<_> = (0..10).map(|number| define(&conn, number)).collect();
    let one = |max_lag| {
        let uuid = Some(uuid(0));
        conn.watch(WatchOptions { uuid, ..snapshot(max_lag) }).unwrap()
    };
    let (mut short, mut long) = (one(1_000), one(1_000_000));
    let (mut known, mut known_long) = (View::new(), View::new());
    drain(&mut short, &mut known);
    drain(&mut long, &mut known_long);
    let cursor = short.cursor();
    churn(&conn, &domains, 1_000_000);
    domains[0].start(CreateFlags::empty()).unwrap();
    let own = 100_001;
    assert_eq!((short.stats().pending, long.stats().pending), (own, own));

    let told = drain(&mut short, &mut known);
    let announced = Record::Catchup { cause: CatchupCause::Lag, from_seq: cursor.seq, count: own };
    assert_eq!(told.first(), Some(&announced));
    assert_eq!(told.last(), Some(&Record::Synced { seq: conn.cursor().seq }));
    // It was off and has run since for another reason to be off: it is started.
    assert_eq!(told.len(), 3, "{told:?}");
    assert_eq!(drain(&mut long, &mut known_long).len() as u64, own);
    let facts = domains[0].facts().unwrap();
    assert_eq!(known, HashMap::from([(uuid(0), facts)]));
    assert_eq!(known, known_long);
    assert_eq!((short.stats().coalesced, long.stats().coalesced), (own, 0));
}

/// G5: a filter of types is applied last: the watch lags by every event, and of the catch-up only
/// the asked-for types are told.
#[test]
fn a_watch_of_one_type_that_stalls_over_a_million_events_lags_by_all_of_them() {
    let conn = Connection::open("test:///empty").unwrap();
    let domains: Vec<_> = (0..100).map(|number| define(&conn, number)).collect();
    let types: EventTypes = [EventType::Stopped].into_iter().collect();
    let mut watch = conn.watch(WatchOptions { types, ..snapshot(1_000) }).unwrap();
    drain(&mut watch, &mut View::new());
    let from_seq = watch.cursor().seq;
    churn(&conn, &domains, 1_000_000);
    let count = conn.cursor().seq - from_seq;
    let told = drain(&mut watch, &mut View::new());
    let announced = Record::Catchup { cause: CatchupCause::Lag, from_seq, count };
    assert_eq!(told.first(), Some(&announced));
    assert_eq!(told.len(), 102);
    let stopped = told[1..101].iter().all(|record| {
        matches!(record, Record::Event(event) if event.kind.event_type() == EventType::Stopped)
    });
    assert!(stopped);
    let stats = watch.stats();
    assert_eq!((stats.coalesced, stats.filtered, stats.delivered), (count, 0, 0));
    assert!(stats.memory <= 64 * 100, "{stats:?}");
    assert!(conn.stats().journal <= MANY);
}

/// G7: a cursor older than the journal is told so, with everything that exists.
#[test]
fn a_cursor_whose_events_are_evicted_begins_anew() {
    let conn = Connection::open("test:///empty").unwrap();
    let domains: Vec<_> = (0..3).map(|number| define(&conn, number)).collect();
    let resume = Some(conn.cursor());
    undefine(&domains[2]);
    churn(&conn, &domains[..2], 2 * MANY);
    let mut view = HashMap::from([(uuid(2), domains[0].facts().unwrap())]);
    let mut watch = conn.watch(WatchOptions { resume, ..WatchOptions::default() }).unwrap();
    let told = drain(&mut watch, &mut view);
    let announced = Record::Catchup { cause: CatchupCause::Reset, from_seq: 6, count: 0 };
    assert_eq!(told.first(), Some(&announced));
    assert_eq!(view, listing(&conn));
}

/// G1–G5, G7 with evictions at any place: random operations, watches that read a little, and
/// thousands of events of one domain in between.
#[test]
fn watches_that_stand_still_at_any_place_are_led_to_what_was_true() {
    let directory = tempfile::tempdir().unwrap();
    let stretch = || prop::collection::vec(op(), 1..20);
    let whole = Wish { snapshot: true, max_lag: 10, types: Vec::new(), domain: None };
    let plan = (
        stretch(),
        prop::collection::vec((wish(), any::<u8>()), 1..4),
        stretch(),
        prop::collection::vec((0..DOMAINS, stretch(), 0..12_u8), 1..3),
    );
    let cases = cases(20_000).div_ceil(10_000);
    let run = TestRunner::new(config(cases)).run(&plan, |(before, wishes, after, stalls)| {
        let mut world = World::new(directory.path());
        for op in before {
            world.act(op);
        }
        let begin = |(wish, _): &(Wish, u8)| Probe::begin(&world, wish.clone());
        let mut probes: Vec<_> = wishes.iter().map(begin).collect();
        probes.push(Probe::begin(&world, whole.clone()));
        for op in after {
            world.act(op);
        }
        for (domain, ops, most) in stalls {
            for probe in &mut probes {
                for _ in 0..most {
                    probe.read(&world);
                }
            }
            let end = world.head() + MANY;
            while world.head() < end {
                let defined = world.act(Op::Define { domain, name: domain, odd: false });
                world.act(Op::Create { domain, paused: false, force_boot: true });
                world.act(Op::Destroy(domain));
                world.act(Op::Undefine { domain, with_image: true });
                if !defined {
                    // It has another name, or another domain has this one.
                    for domain in 0..DOMAINS {
                        world.act(Op::Destroy(domain));
                        world.act(Op::Undefine { domain, with_image: true });
                    }
                }
            }
            for op in ops {
                world.act(op);
            }
        }
        for probe in &mut probes {
            probe.drain(&world);
        }
        Ok(())
    });
    run.unwrap_or_else(|failure| panic!("{failure}"));
}
