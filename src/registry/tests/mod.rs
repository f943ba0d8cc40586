//! The three steps with stores that delay and fail, and what readers keep in memory.

mod marks;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use uuid::Uuid;

use super::{Reader, Registry, Wake, WatchOptions};
use crate::domain::{Config, Facts};
use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::event::{Record, StartedDetail, StoppedDetail, fold};
use crate::lifecycle::Change;
use crate::store::{Store, Stored};

const STOP: Change = Change::Stopped { how: StoppedDetail::Destroyed, killed: false };

fn config(number: u128) -> Arc<Config> {
    let uuid = Uuid::from_u128(0x4000_8000_0000_0000_0000 + number);
    let xml = format!(
        "<domain type='test'><name>vm{number}</name><uuid>{uuid}</uuid>\
         <memory>1</memory><vcpu>1</vcpu><os><type>hvm</type></os></domain>"
    );
    Arc::new(Config::parse(&xml).unwrap())
}

fn empty(store: Option<Box<dyn Store>>) -> Arc<Registry> {
    let registry = Registry::new(store);
    registry.begin(Vec::new()).unwrap();
    Arc::new(registry)
}

fn define(registry: &Registry, config: &Arc<Config>) -> Result<()> {
    registry.change(config.uuid(), |domain| domain.define(Arc::clone(config)))
}

fn start(registry: &Registry, uuid: Uuid) -> Result<()> {
    registry.change(uuid, |domain| domain.start(StartedDetail::Booted, None, None))
}

fn stop(registry: &Registry, uuid: Uuid) -> Result<()> {
    registry.change(uuid, |domain| domain.change(STOP))
}

#[expect(
    clippy::redundant_closure_for_method_calls,
    reason = "the method itself is not general enough for every lifetime of the draft"
)]
fn undefine(registry: &Registry, uuid: Uuid) -> Result<()> {
    registry.change(uuid, |domain| domain.undefine())
}

fn listing(registry: &Registry) -> HashMap<Uuid, Facts> {
    let facts = registry.list(|entry| Some(entry.facts.clone()));
    facts.into_iter().map(|facts| (facts.uuid(), facts)).collect()
}

fn drain(reader: &mut Reader, view: &mut HashMap<Uuid, Facts>) -> Vec<Record> {
    let mut records = Vec::new();
    while let Some(record) = reader.next() {
        fold(view, &record);
        records.push(record);
    }
    records
}

/// A store in memory that takes its time and fails when told to.
#[derive(Default)]
struct Slow {
    delay: Duration,
    failing: AtomicBool,
    commits: AtomicU64,
    changes: AtomicU64,
    last_seq: AtomicU64,
    registry_seq: std::sync::OnceLock<std::sync::Weak<Registry>>,
}

impl Store for Arc<Slow> {
    fn commit(&self, changes: &[Stored<'_>]) -> Result<()> {
        std::thread::sleep(self.delay);
        for change in changes {
            for event in change.events {
                let shown = self.registry_seq.get().and_then(std::sync::Weak::upgrade);
                let shown = shown.map_or(0, |registry| registry.stats().events);
                assert!(event.seq > shown, "event {} was shown before it was stored", event.seq);
                let before = self.last_seq.swap(event.seq, Ordering::Relaxed);
                assert!(self.failing.load(Ordering::Relaxed) || before + 1 == event.seq);
            }
        }
        if self.failing.load(Ordering::Relaxed) {
            self.last_seq.store(changes[0].events[0].seq - 1, Ordering::Relaxed);
            return Err(Error::new(ErrorCode::SystemError, ErrorDomain::None, "the disk is full"));
        }
        self.commits.fetch_add(1, Ordering::Relaxed);
        self.changes.fetch_add(changes.len() as u64, Ordering::Relaxed);
        Ok(())
    }
}

fn with_store(delay: Duration) -> (Arc<Registry>, Arc<Slow>) {
    let store = Arc::new(Slow { delay, ..Slow::default() });
    let registry = empty(Some(Box::new(Arc::clone(&store))));
    store.registry_seq.set(Arc::downgrade(&registry)).unwrap();
    (registry, store)
}

/// Writers decide on what is decided, readers see what is shown, and no event is shown before it
/// is stored.
#[test]
fn changes_are_stored_together_and_shown_in_the_order_of_their_numbers() {
    let (registry, store) = with_store(Duration::from_millis(2));
    let mut reader = Reader::new(Arc::clone(&registry), WatchOptions::default());
    std::thread::scope(|scope| {
        for number in 0..8 {
            let registry = &registry;
            scope.spawn(move || {
                let config = config(number);
                for _ in 0..10 {
                    define(registry, &config).unwrap();
                    start(registry, config.uuid()).unwrap();
                    assert!(registry.facts(config.uuid()).unwrap().is_active(), "not shown");
                    stop(registry, config.uuid()).unwrap();
                }
            });
        }
    });
    let mut view = HashMap::new();
    let records = drain(&mut reader, &mut view);
    assert_eq!(view, listing(&registry));
    for (record, seq) in records.iter().zip(1..) {
        let Record::Event(event) = record else { panic!("{record:?}") };
        assert_eq!(event.seq, seq);
    }
    assert_eq!(store.changes.load(Ordering::Relaxed), 8 * 30);
    assert!(store.commits.load(Ordering::Relaxed) < 8 * 30, "no two changes were stored together");
    assert_eq!(registry.audit(), 0);
}

/// A name that a decided, unshown change has taken is taken.
#[test]
fn a_clash_with_a_change_that_is_not_shown_yet_is_refused() {
    let (registry, _store) = with_store(Duration::from_millis(20));
    let winners: usize = std::thread::scope(|scope| {
        let define_same_name = |number: u128| {
            let registry = &registry;
            scope.spawn(move || {
                let uuid = Uuid::from_u128(0x4000_8000_0000_0000_0000 + number);
                let xml =
                    config(0).document().replace(&config(0).uuid().to_string(), &uuid.to_string());
                define(registry, &Arc::new(Config::parse(&xml).unwrap())).is_ok()
            })
        };
        let threads: Vec<_> = (0..4).map(define_same_name).collect();
        threads.into_iter().map(|thread| usize::from(thread.join().unwrap())).sum()
    });
    assert_eq!(winners, 1);
    assert_eq!(registry.stats().domains, 1);
}

/// A failed store drops every decided, unshown change with the same error; nothing of it is ever
/// seen, and the numbers go on without a hole.
#[test]
fn a_failed_store_drops_all_that_is_not_shown() {
    let (registry, store) = with_store(Duration::from_millis(2));
    let mut reader = Reader::new(Arc::clone(&registry), WatchOptions::default());
    let kept = config(100);
    define(&registry, &kept).unwrap();
    store.failing.store(true, Ordering::Relaxed);
    std::thread::scope(|scope| {
        for number in 0..4 {
            let registry = &registry;
            scope.spawn(move || {
                let error = define(registry, &config(number)).unwrap_err();
                assert_eq!(error.message(), "the disk is full");
            });
        }
        let error = undefine(&registry, kept.uuid()).unwrap_err();
        assert_eq!(error.code(), ErrorCode::SystemError);
    });
    assert_eq!(registry.stats().domains, 1);
    assert_eq!(registry.stats().events, 2);
    store.failing.store(false, Ordering::Relaxed);
    store.last_seq.store(2, Ordering::Relaxed);
    define(&registry, &config(0)).unwrap();
    start(&registry, kept.uuid()).unwrap();
    let mut view = HashMap::new();
    let records = drain(&mut reader, &mut view);
    assert_eq!(records.len(), 5);
    assert_eq!(view, listing(&registry));
    assert_eq!(registry.audit(), 0);
}

/// G5: a reader that reads nothing costs no more than its lag and 64 bytes a domain, and is then
/// told each domain by the shortest path.
#[test]
fn a_stalled_reader_is_bounded_and_catches_up_by_the_shortest_path() {
    const DOMAINS: u64 = 2_000;
    const EVENTS: u64 = 1_000_000;
    let registry = empty(None);
    let configs: Vec<_> = (0..DOMAINS).map(|number| config(number.into())).collect();
    for config in &configs {
        define(&registry, config).unwrap();
    }
    let options = WatchOptions { snapshot: true, max_lag: 1_000, ..WatchOptions::default() };
    let mut reader = Reader::new(Arc::clone(&registry), options);
    let mut view = HashMap::new();
    drain(&mut reader, &mut view);
    let cursor = reader.cursor();
    let mut round = configs.iter().cycle();
    while registry.stats().events < EVENTS {
        let uuid = round.next().unwrap().uuid();
        start(&registry, uuid).unwrap();
        stop(&registry, uuid).unwrap();
    }
    let stats = reader.stats();
    assert!(stats.memory <= 64 * DOMAINS, "{stats:?}");
    assert!(registry.stats().journal < 70_000, "{:?}", registry.stats());
    assert_eq!(reader.cursor(), cursor);

    let records = drain(&mut reader, &mut view);
    let head = registry.stats().events;
    let Some(Record::Catchup { from_seq, count, .. }) = records.first() else {
        panic!("{:?}", records.first())
    };
    assert_eq!((*from_seq, *count), (cursor.seq, head - cursor.seq));
    assert_eq!(records.last(), Some(&Record::Synced { seq: head }));
    // Every domain ran and was destroyed: started, stopped, and nothing else.
    assert_eq!(records.len() as u64, 2 * DOMAINS + 2);
    assert_eq!(view, listing(&registry));
    let stats = reader.stats();
    assert_eq!(stats.events, stats.delivered + stats.filtered + stats.coalesced + stats.pending);
}

/// G5: the same for a reader that stalls in the middle of its first snapshot, of more domains than
/// one walk tells.
#[test]
fn a_snapshot_that_is_broken_off_for_a_million_events_is_still_exact() {
    const DOMAINS: u64 = 5_000;
    let registry = empty(None);
    let configs: Vec<_> = (0..DOMAINS).map(|number| config(number.into())).collect();
    for config in &configs {
        define(&registry, config).unwrap();
    }
    let snapshot = listing(&registry);
    let options = WatchOptions { snapshot: true, max_lag: 1_000, ..WatchOptions::default() };
    let mut reader = Reader::new(Arc::clone(&registry), options);
    let mut view = HashMap::new();
    for _ in 0..10 {
        fold(&mut view, &reader.next().unwrap());
    }
    for (config, number) in configs.iter().zip(0..) {
        match number % 4 {
            0 => undefine(&registry, config.uuid()).unwrap(),
            1 => {
                undefine(&registry, config.uuid()).unwrap();
                define(&registry, config).unwrap();
            }
            2 => start(&registry, config.uuid()).unwrap(),
            _ => {}
        }
    }
    for number in DOMAINS..DOMAINS + 500 {
        define(&registry, &config(number.into())).unwrap();
    }
    let running = configs[2].uuid();
    while registry.stats().events < 1_000_000 {
        stop(&registry, running).unwrap();
        start(&registry, running).unwrap();
    }
    let synced = std::iter::from_fn(|| reader.next()).find(|record| {
        fold(&mut view, record);
        matches!(record, Record::Synced { .. })
    });
    assert_eq!(synced, Some(Record::Synced { seq: 2 * DOMAINS }));
    assert_eq!(view, snapshot, "not what was there when the watch began");
    let records = drain(&mut reader, &mut view);
    assert!(matches!(records.first(), Some(Record::Catchup { .. })), "{:?}", records.first());
    assert_eq!(view, listing(&registry));
}

/// The journal is bounded beside a reader that keeps up, too.
#[test]
fn the_journal_does_not_grow_for_a_reader_that_keeps_up() {
    let registry = empty(None);
    let config = config(0);
    define(&registry, &config).unwrap();
    let mut reader = Reader::new(Arc::clone(&registry), WatchOptions::default());
    let mut view = HashMap::new();
    for _ in 0..50_000 {
        start(&registry, config.uuid()).unwrap();
        drain(&mut reader, &mut view);
        stop(&registry, config.uuid()).unwrap();
        drain(&mut reader, &mut view);
    }
    assert_eq!(registry.stats().events, 100_002);
    assert!(registry.stats().journal < 70_000, "{:?}", registry.stats());
    assert_eq!(view, listing(&registry));
}

/// G5: lives that began and ended unseen cost a stalled reader nothing.
#[test]
fn a_stalled_reader_does_not_remember_those_it_never_saw() {
    let registry = empty(None);
    let options = WatchOptions { max_lag: 10, ..WatchOptions::default() };
    let mut reader = Reader::new(Arc::clone(&registry), options);
    for number in 0..50_000 {
        let config = config(number);
        define(&registry, &config).unwrap();
        undefine(&registry, config.uuid()).unwrap();
    }
    assert!(reader.stats().memory < 64 * 1_024, "{:?}", reader.stats());
    let records = drain(&mut reader, &mut HashMap::new());
    assert_eq!(records.len(), 2, "a catch-up of nothing: {records:?}");
}

/// Waits for nothing.
struct Deaf;

impl Wake for Deaf {
    fn wake(&self) {}
}

/// G5: readers that have gone, whatever they read and wherever they stood, leave nothing behind.
#[test]
fn readers_that_have_gone_leave_nothing_behind() {
    let registry = empty(None);
    let configs: Vec<_> = (0..10).map(config).collect();
    for config in &configs {
        define(&registry, config).unwrap();
    }
    let begin = |uuid| {
        let options = WatchOptions { snapshot: true, max_lag: 1, uuid, ..WatchOptions::default() };
        let mut reader = Reader::new(Arc::clone(&registry), options);
        drain(&mut reader, &mut HashMap::new());
        assert!(reader.arm(Arc::new(Deaf)));
        reader
    };
    let readers = [None, None, Some(configs[0].uuid()), Some(configs[1].uuid())].map(begin);
    for _ in 0..100_000 {
        start(&registry, configs[0].uuid()).unwrap();
        stop(&registry, configs[0].uuid()).unwrap();
    }
    let armed = begin(None);
    assert!(!registry.state.lock().archive.is_empty());
    drop((readers, armed));
    let state = registry.state.lock();
    assert!(state.feeds.is_empty() && state.archive.is_empty());
    assert!(configs.iter().all(|config| !state.table.row(config.uuid()).unwrap().watched));
}
