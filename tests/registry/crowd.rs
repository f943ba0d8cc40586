//! Many threads: writers, watches and callbacks that come and go.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use virtwatch::{
    Connection, CreateFlags, DestroyFlags, Facts, ListFlags, Record, Registration, ShutdownFlags,
    UndefineFlags, Uuid, Watch, WatchOptions, fold,
};

use super::watchdog::Watchdog;

type View = HashMap<Uuid, Facts>;

fn uuid(number: u64) -> Uuid {
    Uuid::from_u128(0x4000_8000_0000_0000_0000 + u128::from(number))
}

fn document(number: u64) -> String {
    format!(
        "<domain type='test'><name>vm{number}</name><uuid>{}</uuid><memory>1</memory>\
         <os><type>hvm</type></os></domain>",
        uuid(number)
    )
}

/// Numbers that look random, the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

/// Does one thing to one of `domains` domains; a refusal is as good.
fn change(conn: &Connection, dice: &mut Dice, domains: u64) {
    let number = dice.below(domains);
    let Ok(domain) = conn.lookup_by_uuid(uuid(number)) else {
        let xml = document(number);
        let made = if dice.below(3) == 0 {
            conn.create_xml(&xml, CreateFlags::empty())
        } else {
            conn.define_xml(&xml)
        };
        return drop(made);
    };
    drop(match dice.below(8) {
        0 => domain.undefine(UndefineFlags::empty()),
        1 => domain.suspend(),
        2 => domain.resume(),
        3 => domain.shutdown(ShutdownFlags::empty()),
        4 => conn.define_xml(&document(number)).map(drop),
        5 => domain.destroy(DestroyFlags::empty()),
        _ => domain.start(CreateFlags::empty()),
    });
}

/// A number for what is known of all domains together, to be kept up to date event by event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Print(u64);

impl Print {
    fn of(view: &View) -> Self {
        view.values().fold(Self::default(), Self::with)
    }

    fn with(self, facts: &Facts) -> Self {
        Self(self.0.wrapping_add(Self::one(facts)))
    }

    fn without(self, facts: &Facts) -> Self {
        Self(self.0.wrapping_sub(Self::one(facts)))
    }

    fn one(facts: &Facts) -> u64 {
        let mut hasher = DefaultHasher::new();
        let status = facts.status();
        (facts.uuid(), facts.incarnation(), facts.name(), facts.id()).hash(&mut hasher);
        (facts.definition(), status.state().number(), status.reason()).hash(&mut hasher);
        hasher.finish()
    }
}

/// A reader's fold, and what it amounted to at each SYNCED.
#[derive(Default)]
struct Folder {
    view: View,
    last: Option<u64>,
    synced: Vec<(u64, Print)>,
}

impl Folder {
    /// G3: outside of a catch-up `seq` grows by exactly 1.
    fn take(&mut self, record: &Record) {
        fold(&mut self.view, record);
        match record {
            Record::Event(event) if !event.in_catchup => {
                assert!(self.last.is_none_or(|last| event.seq == last + 1), "{event:?}");
                self.last = Some(event.seq);
            }
            Record::Synced { seq } => {
                self.last = Some(*seq);
                self.synced.push((*seq, Print::of(&self.view)));
            }
            _ => {}
        }
    }

    fn read(&mut self, watch: &mut Watch) -> bool {
        let record = watch.next(Some(Duration::ZERO)).unwrap();
        record.is_some_and(|record| {
            self.take(&record);
            true
        })
    }
}

fn listing(conn: &Connection) -> View {
    let facts = conn.facts(ListFlags::empty()).into_iter();
    facts.map(|facts| (facts.uuid(), facts)).collect()
}

/// What was true at every place: told by a watch that has seen every single event.
struct Scribe {
    watch: Watch,
    begun: View,
}

impl Scribe {
    /// Begins while nothing changes.
    fn new(conn: &Connection) -> Self {
        let options = WatchOptions { max_lag: u32::MAX, ..WatchOptions::default() };
        Self { watch: conn.watch(options).unwrap(), begun: listing(conn) }
    }

    /// G2, G3: no event is missing, the fold of all is what is listed at the end, and each of the
    /// others knew at each SYNCED what was true there.
    fn assert_true(mut self, conn: &Connection, mut synced: Vec<(u64, Print)>) {
        synced.sort_by_key(|(seq, _)| *seq);
        let mut synced = synced.into_iter().peekable();
        let (mut seq, mut view) = (self.watch.cursor().seq, self.begun);
        let mut print = Print::of(&view);
        loop {
            while let Some((_, told)) = synced.next_if(|(place, _)| *place == seq) {
                assert_eq!(told, print, "not what was true at {seq}");
            }
            let Some(record) = self.watch.next(Some(Duration::ZERO)).unwrap() else {
                break;
            };
            let Record::Event(event) = &record else { panic!("{record:?}") };
            assert_eq!(event.seq, seq + 1);
            seq = event.seq;
            print = view.get(&event.uuid()).map_or(print, |known| print.without(known));
            fold(&mut view, &record);
            print = view.get(&event.uuid()).map_or(print, |known| print.with(known));
        }
        assert_eq!(synced.next(), None);
        assert_eq!(seq, conn.cursor().seq);
        assert!(view == listing(conn), "not what is listed");
    }
}

/// A callback that folds, and complains of being called when it must not be.
struct Guest {
    registration: Registration,
    folder: Arc<Mutex<Folder>>,
    over: Arc<AtomicBool>,
}

impl Guest {
    fn register(conn: &Connection, max_lag: u32, faults: &Arc<AtomicUsize>) -> Self {
        let folder = Arc::new(Mutex::new(Folder::default()));
        let over = Arc::new(AtomicBool::new(false));
        let (inside, ended) = (Arc::clone(&folder), Arc::clone(&over));
        let faults = Arc::clone(faults);
        let options = WatchOptions { snapshot: true, max_lag, ..WatchOptions::default() };
        let callback = move |record: &Record| {
            // A panic here would end the call and nothing else.
            if ended.load(Ordering::SeqCst) {
                faults.fetch_add(1, Ordering::SeqCst);
            }
            inside.lock().unwrap().take(record);
        };
        Self { registration: conn.register(options, callback).unwrap(), folder, over }
    }

    /// G8: from here on it is not called.
    fn end(self) -> Folder {
        self.registration.cancel();
        self.over.store(true, Ordering::SeqCst);
        // A poisoned lock is a panic of the callback.
        std::mem::take(&mut *self.folder.lock().unwrap())
    }
}

/// G2–G5, G8: four writers, eight watches and eight callbacks, a thousand domains.
#[test]
fn readers_that_come_and_go_among_writers_know_what_is_true() {
    const DOMAINS: u64 = 1_000;
    const CHANGES: u64 = 12_000;
    let _watchdog = Watchdog::patient("a crowd", Duration::from_mins(5));
    let conn = Connection::open("test:///empty").unwrap();
    let scribe = Scribe::new(&conn);
    let writing = AtomicU64::new(4);
    let synced = Mutex::new(Vec::new());
    let faults = Arc::new(AtomicUsize::new(0));
    thread::scope(|scope| {
        for seed in 1..=4 {
            let (conn, writing) = (&conn, &writing);
            scope.spawn(move || {
                let mut dice = Dice(seed);
                for _ in 0..CHANGES {
                    change(conn, &mut dice, DOMAINS);
                }
                writing.fetch_sub(1, Ordering::SeqCst);
            });
        }
        for seed in 11..19 {
            let (conn, writing, synced) = (&conn, &writing, &synced);
            scope.spawn(move || {
                let mut dice = Dice(seed);
                while writing.load(Ordering::SeqCst) > 0 {
                    let max_lag = u32::try_from(50 + dice.below(2_000)).unwrap();
                    let options =
                        WatchOptions { snapshot: true, max_lag, ..WatchOptions::default() };
                    let mut watch = conn.watch(options).unwrap();
                    let mut folder = Folder::default();
                    for _ in 0..dice.below(20_000) {
                        if !folder.read(&mut watch) || dice.below(2_000) == 0 {
                            thread::sleep(Duration::from_millis(1));
                        }
                    }
                    synced.lock().unwrap().append(&mut folder.synced);
                }
            });
        }
        for seed in 21..29 {
            let (conn, writing, synced, faults) = (&conn, &writing, &synced, &faults);
            scope.spawn(move || {
                let mut dice = Dice(seed);
                while writing.load(Ordering::SeqCst) > 0 {
                    let max_lag = u32::try_from(50 + dice.below(2_000)).unwrap();
                    let guest = Guest::register(conn, max_lag, faults);
                    thread::sleep(Duration::from_millis(dice.below(40)));
                    synced.lock().unwrap().append(&mut guest.end().synced);
                }
            });
        }
    });
    assert_eq!(faults.load(Ordering::SeqCst), 0, "called after its end");
    let synced = synced.into_inner().unwrap();
    assert!(synced.len() > 16, "{}", synced.len());
    scribe.assert_true(&conn, synced);
    assert_eq!(conn.audit().unwrap(), 0);
    assert_eq!(conn.stats().readers, 0);
}

/// G5: what the figures of a lagging watch say is what it was told, also while others write.
#[test]
fn a_lagging_watch_accounts_for_every_event() {
    let _watchdog = Watchdog::patient("accounts", Duration::from_mins(5));
    let conn = Connection::open("test:///empty").unwrap();
    let options =
        [None, Some(uuid(0))].map(|uuid| WatchOptions { uuid, max_lag: 7, ..Default::default() });
    let mut watches = options.map(|options| (conn.watch(options).unwrap(), 0, 0));
    let mut scribe = conn.watch(WatchOptions { max_lag: u32::MAX, ..options[1] }).unwrap();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut dice = Dice(1);
            (0..20_000).for_each(|_| change(&conn, &mut dice, 2));
            done.store(true, Ordering::SeqCst);
        });
        loop {
            let last = done.load(Ordering::SeqCst);
            for (watch, told, counted) in &mut watches {
                while let Some(record) = watch.next(Some(Duration::ZERO)).unwrap() {
                    match record {
                        Record::Event(event) if !event.in_catchup => *told += 1,
                        Record::Catchup { count, .. } => *counted += count,
                        _ => {}
                    }
                }
            }
            if last {
                break;
            }
            thread::yield_now();
        }
    });
    let own = std::iter::from_fn(|| scribe.next(Some(Duration::ZERO)).unwrap()).count() as u64;
    for ((watch, told, counted), events) in watches.iter().zip([conn.cursor().seq, own]) {
        let stats = watch.stats();
        assert_eq!((stats.delivered, stats.coalesced), (*told, *counted));
        assert_eq!((stats.events, told + counted, stats.pending), (events, events, 0));
    }
}

/// G2, G4: a snapshot of 100,000 domains under change is exact, goes on from there, and listings
/// in between work.
#[test]
fn a_snapshot_of_many_domains_under_change_is_exact() {
    const DOMAINS: u64 = 100_000;
    let _watchdog = Watchdog::patient("a large snapshot", Duration::from_mins(5));
    let conn = Connection::open("test:///empty").unwrap();
    for number in 0..DOMAINS {
        conn.define_xml(&document(number)).unwrap();
    }
    let scribe = Scribe::new(&conn);
    let over = AtomicBool::new(false);
    let mut folder = Folder::default();
    thread::scope(|scope| {
        for seed in 1..=2 {
            let (conn, over) = (&conn, &over);
            scope.spawn(move || {
                let mut dice = Dice(seed);
                while !over.load(Ordering::SeqCst) {
                    change(conn, &mut dice, DOMAINS + 1_000);
                }
            });
        }
        while conn.cursor().seq < 2 * DOMAINS + 1_000 {
            thread::yield_now();
        }
        let options = WatchOptions { snapshot: true, max_lag: u32::MAX, ..WatchOptions::default() };
        let mut watch = conn.watch(options).unwrap();
        let mut reads = 0;
        while folder.synced.is_empty() {
            assert!(folder.read(&mut watch));
            reads += 1;
            if reads % 60_000 == 0 {
                assert!(conn.facts(ListFlags::empty()).len() > 10_000);
            }
        }
        assert!(conn.cursor().seq > folder.synced[0].0, "nothing changed meanwhile");
        for _ in 0..1_000 {
            folder.read(&mut watch);
        }
        over.store(true, Ordering::SeqCst);
        // What comes while the writers end is read, too.
        while folder.last != Some(conn.cursor().seq) {
            folder.read(&mut watch);
        }
    });
    let (synced, print) = (folder.synced.remove(0), Print::of(&folder.view));
    assert_eq!(folder.synced, []);
    let end = folder.last.unwrap();
    let known = if end == conn.cursor().seq { vec![synced, (end, print)] } else { vec![synced] };
    scribe.assert_true(&conn, known);
}
