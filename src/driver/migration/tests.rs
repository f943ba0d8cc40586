//! A source that refuses at last: each step by itself, so that what comes between is certain.

use super::*;
use crate::event::Record;
use crate::registry::{Reader, Registry, WatchOptions};

const UUID: Uuid = Uuid::from_u128(0x4000_8000_0000_0000_0000);
const MOVE: MigrateFlags = MigrateFlags::PERSIST_DEST.union(MigrateFlags::UNDEFINE_SOURCE);
const OFFLINE: MigrateFlags = MOVE.union(MigrateFlags::OFFLINE);

fn config(title: &str) -> Arc<Config> {
    let xml = format!(
        "<domain type='test'><name>vm</name><uuid>{UUID}</uuid><title>{title}</title>\
         <memory>1</memory><vcpu>1</vcpu><os><type>hvm</type></os></domain>"
    );
    Arc::new(Config::parse(&xml).unwrap())
}

struct Side {
    reporter: Reporter,
    reader: Reader,
}

impl Side {
    fn new() -> Self {
        let registry = Arc::new(Registry::new(None));
        registry.begin(Vec::new()).unwrap();
        let reader = Reader::new(Arc::clone(&registry), WatchOptions::default());
        Self { reporter: Reporter::new(registry), reader }
    }

    fn define(&self, config: &Arc<Config>) {
        self.reporter.change(UUID, |domain| domain.define(Arc::clone(config))).unwrap();
    }

    fn start(&self) {
        let start = |domain: &mut Draft<'_>| domain.start(StartedDetail::Booted, None, None);
        self.reporter.change(UUID, start).unwrap();
    }

    fn stop(&self) {
        let stop = |domain: &mut Draft<'_>| domain.change(stopped(StoppedDetail::Destroyed));
        self.reporter.change(UUID, stop).unwrap();
    }

    fn stored(&self) -> Option<Arc<Config>> {
        self.reporter.entry(UUID).ok()?.stored
    }

    fn is_active(&self) -> bool {
        self.reporter.entry(UUID).is_ok_and(|entry| entry.facts.is_active())
    }

    /// What happened since it was last asked.
    fn events(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.reader.next())
            .map(|record| match record {
                Record::Event(event) => event.kind.to_string(),
                other => panic!("{other:?}"),
            })
            .collect()
    }
}

/// A migration that has arrived, and whose source is still to let go.
struct Arrived {
    parcel: Parcel,
    arrival: Arrival,
}

fn arrive(from: &Side, to: &Side, flags: MigrateFlags) -> Arrived {
    let sent = from.reporter.entry(UUID).unwrap();
    let parcel = Parcel::of(sent, flags, None).unwrap();
    let arrival = parcel.arrive(&to.reporter).unwrap();
    Arrived { parcel, arrival }
}

impl Arrived {
    /// The rest of it. Returns whether the source let the domain go.
    fn leave(&self, from: &Side, to: &Side) -> bool {
        self.parcel.leave(&from.reporter, &to.reporter, &self.arrival).is_ok()
    }
}

/// The destination goes back to what it was, and tells the whole life that it had shown.
#[test]
fn a_destination_goes_back_when_the_source_cannot_let_go() {
    let (from, mut to) = (Side::new(), Side::new());
    from.define(&config("moved"));
    from.start();
    let arrived = arrive(&from, &to, MOVE);
    from.define(&config("edited"));
    assert!(!arrived.leave(&from, &to));
    let whole_life = [
        "added(started)",
        "started(migrated)",
        "defined(added)",
        "stopped(failed)",
        "undefined(removed)",
        "removed(undefined)",
    ];
    assert_eq!(to.events(), whole_life);
    assert!(from.is_active());

    let before = config("before");
    to.define(&before);
    to.events();
    let arrived = arrive(&from, &to, MOVE);
    from.stop();
    assert!(!arrived.leave(&from, &to));
    let back = ["started(migrated)", "defined(updated)", "stopped(failed)", "defined(updated)"];
    assert_eq!(to.events(), back);
    assert_eq!(to.stored(), Some(Arc::clone(&before)));

    let arrived = arrive(&from, &to, OFFLINE);
    from.define(&config("edited again"));
    assert!(!arrived.leave(&from, &to));
    assert_eq!((to.events().len(), to.stored()), (2, Some(before)));
}

/// Two migrations bring the same configuration: the one that fails leaves what the other brought.
#[test]
fn going_back_leaves_what_another_migration_brought() {
    for first_succeeds in [true, false] {
        let (from, to) = (Side::new(), Side::new());
        from.define(&config(""));
        let (first, second) = (arrive(&from, &to, OFFLINE), arrive(&from, &to, OFFLINE));
        let (succeeds, fails) = if first_succeeds { (first, second) } else { (second, first) };
        assert!(succeeds.leave(&from, &to));
        assert!(!fails.leave(&from, &to));
        assert_eq!((from.stored(), to.stored()), (None, Some(config(""))), "{first_succeeds}");
    }
}

/// The same of runs: one that has ended at the destination is not the one that came after it.
#[test]
fn going_back_leaves_the_run_that_another_migration_brought() {
    let (from, to) = (Side::new(), Side::new());
    from.define(&config(""));
    from.start();
    let first = arrive(&from, &to, MOVE);
    to.stop();
    let second = arrive(&from, &to, MOVE);
    assert!(second.leave(&from, &to));
    assert!(!first.leave(&from, &to));
    assert!(to.is_active() && to.stored().is_some() && from.stored().is_none());
}
