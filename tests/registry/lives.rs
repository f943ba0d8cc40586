//! Lives that others get wrong (DESIGN 3.4, NEEDS 0.1), as three readers see them: one that is
//! always there, one that comes afterwards and asks for a snapshot, and one that fell behind.

use std::path::PathBuf;
use std::time::Duration;

use tempfile::TempDir;
use virtwatch::{
    CatchupCause, Connection, CreateFlags, DestroyFlags, Domain, Event, Record, SaveFlags,
    ShutdownFlags, UndefineFlags, Watch, WatchOptions,
};

const NOTHING: [&str; 0] = [];

/// One domain and its readers.
struct Story {
    conn: Connection,
    live: Watch,
    lagging: Watch,
    directory: TempDir,
}

impl Story {
    fn new() -> Self {
        let conn = Connection::open("test:///empty").unwrap();
        let live = conn.watch(WatchOptions::default()).unwrap();
        let lagging = behind(&conn);
        Self { conn, live, lagging, directory: tempfile::tempdir().unwrap() }
    }

    fn boot(&self) -> Domain {
        self.conn.create_xml(&document("pe"), CreateFlags::empty()).unwrap()
    }

    fn define(&self) -> Domain {
        self.conn.define_xml(&document("pe")).unwrap()
    }

    fn file(&self) -> PathBuf {
        self.directory.path().join("saved")
    }

    /// From here on one reader stands still.
    fn stand_still(&mut self) {
        self.lagging = behind(&self.conn);
    }

    /// What the reader that is always there has been told since it was asked last.
    fn live(&mut self) -> Vec<Event> {
        events(&mut self.live)
    }

    fn told(&mut self) -> Vec<String> {
        kinds(&self.live())
    }

    /// G4: what a reader is told that comes now.
    fn tell_newcomer(&self) -> Vec<String> {
        let options = WatchOptions { snapshot: true, ..WatchOptions::default() };
        let mut watch = self.conn.watch(options).unwrap();
        kinds(&caught_up(&mut watch, CatchupCause::Snapshot))
    }

    /// G5: what the reader is told that stood still.
    fn tell_laggard(&mut self) -> Vec<String> {
        let other = self.conn.define_xml(&document("other").replace("0000", "1111")).unwrap();
        other.undefine(UndefineFlags::empty()).unwrap();
        drop(self.live());
        let told = kinds(&caught_up(&mut self.lagging, CatchupCause::Lag));
        self.stand_still();
        told
    }
}

fn document(name: &str) -> String {
    format!(
        "<domain type='test'><name>{name}</name><uuid>00000000-0000-4000-8000-000000000000</uuid>\
         <memory>1</memory><os><type>hvm</type></os></domain>"
    )
}

fn behind(conn: &Connection) -> Watch {
    conn.watch(WatchOptions { max_lag: 1, ..WatchOptions::default() }).unwrap()
}

fn records(watch: &mut Watch) -> Vec<Record> {
    std::iter::from_fn(|| watch.next(Some(Duration::ZERO)).unwrap()).collect()
}

fn events(watch: &mut Watch) -> Vec<Event> {
    let records = records(watch).into_iter();
    let event = |record| match record {
        Record::Event(event) => event,
        other => panic!("{other:?}"),
    };
    records.map(event).collect()
}

/// The events of one catch-up, and nothing else.
fn caught_up(watch: &mut Watch, expected: CatchupCause) -> Vec<Event> {
    let mut records = records(watch);
    let last = records.pop();
    assert!(matches!(last, Some(Record::Synced { .. })), "{last:?}");
    let first = records.remove(0);
    assert!(matches!(first, Record::Catchup { cause, .. } if cause == expected), "{first:?}");
    let event = |record| match record {
        Record::Event(event) => event,
        other => panic!("{other:?}"),
    };
    records.into_iter().map(event).collect()
}

fn kinds(events: &[Event]) -> Vec<String> {
    events.iter().map(|event| event.kind.to_string()).collect()
}

fn destroy(domain: &Domain) {
    domain.destroy(DestroyFlags::empty()).unwrap();
}

fn undefine(domain: &Domain) {
    domain.undefine(UndefineFlags::empty()).unwrap();
}

/// NEEDS 0.1 row 1: a transient boots.
#[test]
fn a_transient_that_boots_is_added_once() {
    let mut story = Story::new();
    story.boot();
    let expected = ["added(started)", "started(booted)"];
    assert_eq!(story.told(), expected);
    assert_eq!(story.tell_newcomer(), expected);
    assert_eq!(story.tell_laggard(), expected);
}

/// NEEDS 0.1 row 2, DESIGN 3.4: a running transient gains a configuration.
#[test]
fn a_running_transient_that_is_defined_is_not_added_again() {
    let mut story = Story::new();
    let domain = story.boot();
    story.told();
    story.stand_still();
    story.define();
    assert!(domain.facts().unwrap().is_persistent());
    assert_eq!(story.told(), ["defined(added)"]);
    assert_eq!(story.tell_newcomer(), ["added(defined)", "defined(added)", "started(booted)"]);
    assert_eq!(story.tell_laggard(), ["defined(added)"]);
}

/// NEEDS 0.1 rows 3 and 4, DESIGN 3.4: the configuration is removed while it runs, then it stops.
#[test]
fn an_undefined_domain_is_removed_when_it_stops_and_once() {
    let mut story = Story::new();
    let domain = story.define();
    domain.start(CreateFlags::empty()).unwrap();
    story.told();
    story.stand_still();
    undefine(&domain);
    assert!(domain.facts().unwrap().is_active());
    assert_eq!(story.told(), ["undefined(removed)"]);
    assert_eq!(story.tell_newcomer(), ["added(started)", "started(booted)"]);
    assert_eq!(story.tell_laggard(), ["undefined(removed)"]);

    destroy(&domain);
    assert_eq!(story.told(), ["stopped(destroyed)", "removed(stopped)"]);
    assert_eq!(story.tell_newcomer(), NOTHING);
    // How it ended is not known to one who was not there.
    assert_eq!(story.tell_laggard(), ["stopped(shutdown)", "removed(stopped)"]);
}

/// DESIGN 3.4: undefined while running, and defined again.
#[test]
fn undefined_while_running_and_defined_again_is_defined_added() {
    let mut story = Story::new();
    let domain = story.define();
    domain.start(CreateFlags::empty()).unwrap();
    undefine(&domain);
    story.told();
    let incarnation = domain.facts().unwrap().incarnation();
    story.define();
    assert_eq!(story.told(), ["defined(added)"]);
    assert_eq!(story.tell_newcomer(), ["added(defined)", "defined(added)", "started(booted)"]);
    assert_eq!(story.tell_laggard(), ["added(defined)", "defined(added)", "started(booted)"]);
    assert_eq!(domain.facts().unwrap().incarnation(), incarnation);
}

/// NEEDS 0.1 row 5: define, start and stop of a persistent domain.
#[test]
fn a_persistent_domain_is_added_when_it_is_defined_and_never_again() {
    let mut story = Story::new();
    let domain = story.define();
    assert_eq!(story.told(), ["added(defined)", "defined(added)"]);
    domain.start(CreateFlags::empty()).unwrap();
    assert_eq!(story.told(), ["started(booted)"]);
    story.stand_still();
    domain.shutdown(ShutdownFlags::empty()).unwrap();
    assert_eq!(story.told(), ["shutdown(guest)", "stopped(shutdown)"]);
    // That it ran is what its reason tells.
    assert_eq!(
        story.tell_newcomer(),
        ["added(defined)", "defined(added)", "started(booted)", "stopped(shutdown)"]
    );
    assert_eq!(story.tell_laggard(), ["stopped(shutdown)"]);
}

/// NEEDS 0.1 rows 6 and 7, DESIGN 3.4: renamed, then undefined.
#[test]
fn a_rename_is_one_incarnation_that_ends_under_the_new_name() {
    let mut story = Story::new();
    let domain = story.define();
    let before = domain.facts().unwrap();
    story.told();
    story.stand_still();
    domain.rename("pe2").unwrap();
    let renamed = story.live();
    assert_eq!(kinds(&renamed), ["undefined(renamed)", "defined(renamed)"]);
    for event in &renamed {
        assert_eq!((event.name(), event.old_name()), ("pe2", Some("pe")));
        assert_eq!(event.identity.incarnation(), before.incarnation());
        assert!(event.before.is_persistent() && event.after.is_persistent());
    }
    let after = domain.facts().unwrap();
    assert_eq!((after.uuid(), after.incarnation()), (before.uuid(), before.incarnation()));
    assert_eq!(story.tell_newcomer(), ["added(defined)", "defined(added)"]);
    assert_eq!(story.tell_laggard(), ["undefined(renamed)", "defined(renamed)"]);

    undefine(&domain);
    let gone = story.live();
    assert_eq!(kinds(&gone), ["undefined(removed)", "removed(undefined)"]);
    assert!(gone.iter().all(|event| event.name() == "pe2" && event.old_name().is_none()));
    assert_eq!(story.tell_newcomer(), NOTHING);
    assert_eq!(story.tell_laggard(), ["undefined(removed)", "removed(undefined)"]);
}

/// NEEDS 0.1 row 8, DESIGN 3.4: a transient boots and stops before anybody looks.
#[test]
fn a_transient_that_is_gone_before_anybody_looks_was_added_and_removed() {
    let mut story = Story::new();
    let domain = story.boot();
    destroy(&domain);
    let told = story.live();
    assert_eq!(
        kinds(&told),
        ["added(started)", "started(booted)", "stopped(destroyed)", "removed(stopped)"]
    );
    // All of it is known from the records alone: the domain is gone.
    assert!(domain.facts().is_err());
    assert!(told.iter().all(|event| event.name() == "pe" && event.identity.incarnation() == 1));
    assert_eq!(told[2].id(), told[1].id());
    assert_eq!(story.tell_newcomer(), NOTHING);
    assert_eq!(story.tell_laggard(), NOTHING);
}

/// NEEDS 0.1 row 9, DESIGN 3.4: a transient is saved to a file and restored.
#[test]
fn a_transient_that_is_saved_and_restored_lives_twice() {
    let mut story = Story::new();
    let domain = story.boot();
    let first = domain.facts().unwrap().incarnation();
    story.told();
    story.stand_still();
    domain.save(&story.file(), SaveFlags::empty()).unwrap();
    assert_eq!(story.told(), ["stopped(saved)", "removed(stopped)"]);
    assert_eq!(story.tell_newcomer(), NOTHING);
    let restored = story.conn.restore(&story.file(), SaveFlags::empty()).unwrap();
    assert_eq!(restored.uuid(), domain.uuid());
    assert!(domain.facts().unwrap().incarnation() > first);
    assert_eq!(story.told(), ["added(started)", "started(restored)"]);
    assert_eq!(story.tell_newcomer(), ["added(started)", "started(restored)"]);
    assert_eq!(
        story.tell_laggard(),
        ["stopped(shutdown)", "removed(stopped)", "added(started)", "started(restored)"]
    );
}

/// NEEDS 0.1, root causes: a domain that is restored paused comes to exist like any other.
#[test]
fn a_transient_that_is_restored_paused_is_added_before_it_is_suspended() {
    let mut story = Story::new();
    let domain = story.boot();
    domain.suspend().unwrap();
    domain.save(&story.file(), SaveFlags::empty()).unwrap();
    story.told();
    story.stand_still();
    story.conn.restore(&story.file(), SaveFlags::empty()).unwrap();
    let told = story.live();
    let expected = ["added(started)", "started(restored)", "suspended(restored)"];
    assert_eq!(kinds(&told), expected);
    assert_eq!([true, true, false], [told[0].more, told[1].more, told[2].more]);
    assert_eq!(story.tell_newcomer().len(), 3);
    assert_eq!(story.tell_laggard().len(), 3);
}
