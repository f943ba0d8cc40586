//! Moving domains between two registries, and runs that end with their connection.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::sync::{Barrier, mpsc};
use std::thread;
use std::time::Duration;

use virtwatch::{
    AffectFlags, Connection, CreateFlags, DestroyFlags, Domain, ErrorCode, ListFlags, Metadata,
    MigrateFlags, Record, State, UndefineFlags, Watch, WatchOptions, XmlFlags,
};

const PERSIST: MigrateFlags = MigrateFlags::PERSIST_DEST;
const UNDEFINE: MigrateFlags = MigrateFlags::UNDEFINE_SOURCE;
const OFFLINE: MigrateFlags = MigrateFlags::OFFLINE;

fn xml(name: &str, uuid: u128, title: &str) -> String {
    let uuid = virtwatch::Uuid::from_u128(uuid);
    format!(
        "<domain type='test'><name>{name}</name><uuid>{uuid}</uuid><title>{title}</title>\
         <memory>1</memory><vcpu>1</vcpu><os><type>hvm</type></os></domain>"
    )
}

fn empty() -> Connection {
    Connection::open("test:///empty").unwrap()
}

/// A registry and a watch of it.
struct Side {
    conn: Connection,
    watch: Watch,
}

impl Side {
    fn new() -> Self {
        let conn = empty();
        let watch = conn.watch(WatchOptions::default()).unwrap();
        Self { conn, watch }
    }

    /// What happened since it was last asked.
    fn events(&mut self) -> Vec<String> {
        let next = || self.watch.next(Some(Duration::ZERO)).unwrap();
        std::iter::from_fn(next)
            .map(|record| match record {
                Record::Event(event) => format!("{} {}", event.name(), event.kind),
                other => panic!("{other:?}"),
            })
            .collect()
    }

    fn count(&self) -> usize {
        self.conn.facts(ListFlags::empty()).len()
    }
}

/// DESIGN 3.2: what migration makes of the source and of the destination.
#[test]
fn each_side_tells_what_happened_to_it() {
    let started = ["vm added(started)", "vm started(migrated)"];
    let all = [
        (MigrateFlags::LIVE, vec!["vm stopped(migrated)"], started.to_vec()),
        (
            PERSIST | UNDEFINE,
            vec!["vm stopped(migrated)", "vm undefined(removed)", "vm removed(undefined)"],
            [&started[..], &["vm defined(added)"]].concat(),
        ),
        (
            MigrateFlags::PAUSED | MigrateFlags::UNSAFE,
            vec!["vm stopped(migrated)"],
            [&started[..], &["vm suspended(paused)"]].concat(),
        ),
        (OFFLINE | PERSIST, vec![], vec!["vm added(defined)", "vm defined(added)"]),
        (
            OFFLINE | PERSIST | UNDEFINE,
            vec!["vm undefined(removed)"],
            vec!["vm added(defined)", "vm defined(added)"],
        ),
    ];
    for (flags, at_source, at_destination) in all {
        let (mut from, mut to) = (Side::new(), Side::new());
        let domain = from.conn.define_xml(&xml("vm", 1, "")).unwrap();
        domain.start(CreateFlags::empty()).unwrap();
        from.events();
        let there = domain.migrate(&to.conn, flags, None).unwrap();
        assert_eq!(there.uuid(), domain.uuid());
        assert!(there.connection().shares_registry_with(&to.conn));
        assert_eq!(from.events(), at_source, "{flags:?}");
        assert_eq!(to.events(), at_destination, "{flags:?}");
    }
}

/// A transient domain is gone at the source; a paused one is paused at the destination; an inactive
/// one can be moved offline. Another name is another name there.
#[test]
fn what_there_is_moves_as_it_is() {
    let (mut from, mut to) = (Side::new(), Side::new());
    let domain = from.conn.create_xml(&xml("vm", 1, "live"), CreateFlags::PAUSED).unwrap();
    from.events();
    let there = domain.migrate(&to.conn, MigrateFlags::empty(), Some("other")).unwrap();
    assert_eq!(from.events(), ["vm stopped(migrated)", "vm removed(stopped)"]);
    let arrived = ["other added(started)", "other started(migrated)", "other suspended(paused)"];
    assert_eq!(to.events(), arrived);
    assert_eq!((there.name(), there.facts().unwrap().status().state()), ("other", State::Paused));
    let text = there.xml(XmlFlags::empty()).unwrap();
    assert!(text.contains("<name>other</name>") && text.contains("live"), "{text}");
    // Back again, and on without running.
    let back = there.migrate(&from.conn, PERSIST, Some("vm")).unwrap();
    back.destroy(DestroyFlags::empty()).unwrap();
    assert_eq!(to.count(), 0);
    let error = back.migrate(&to.conn, PERSIST, None).unwrap_err();
    assert_eq!(
        (error.code(), error.message().contains("not running")),
        (ErrorCode::OperationInvalid, true)
    );
    back.migrate(&to.conn, OFFLINE | PERSIST | UNDEFINE, None).unwrap();
    assert_eq!((from.count(), to.count()), (0, 1));
}

/// A run and a stored configuration that differ stay two.
#[test]
fn a_run_arrives_with_its_own_configuration() {
    let (from, to) = (empty(), empty());
    let domain = from.define_xml(&xml("vm", 1, "run")).unwrap();
    domain.start(CreateFlags::empty()).unwrap();
    from.define_xml(&xml("vm", 1, "stored")).unwrap();
    let there = domain.migrate(&to, PERSIST, None).unwrap();
    assert!(there.xml(XmlFlags::empty()).unwrap().contains("run"));
    assert!(there.xml(XmlFlags::INACTIVE).unwrap().contains("stored"));
}

/// What is refused leaves both sides as they were, and says why.
#[test]
fn what_cannot_be_moved_stays() {
    let mut from = Side::new();
    let domain = from.conn.define_xml(&xml("vm", 1, "")).unwrap();
    domain.start(CreateFlags::empty()).unwrap();
    from.events();
    let mut refused = |prepare: &dyn Fn(&Connection), flags, name, code, text: &str| {
        let mut to = Side::new();
        prepare(&to.conn);
        to.events();
        let error = domain.migrate(&to.conn, flags, name).unwrap_err();
        assert_eq!(error.code(), code, "{error}");
        assert!(error.message().contains(text), "{error}");
        assert_eq!((from.events(), to.events()), (vec![], vec![]));
        assert!(domain.facts().unwrap().is_active());
    };
    let nothing = |_: &Connection| {};
    let none = MigrateFlags::empty();
    let make = |xml: String| move |conn: &Connection| drop(conn.define_xml(&xml).unwrap());
    let active = |conn: &Connection| {
        drop(conn.create_xml(&xml("vm", 1, ""), CreateFlags::empty()).unwrap());
    };
    let (invalid, failed) = (ErrorCode::OperationInvalid, ErrorCode::OperationFailed);
    refused(&active, none, None, invalid, "'vm' is already active");
    refused(&active, OFFLINE | PERSIST, None, invalid, "'vm' is already active");
    refused(&make(xml("vm", 2, "")), none, None, failed, "already exists with uuid");
    refused(&make(xml("x", 1, "")), none, None, failed, "already defined with uuid");
    refused(&make(xml("x", 2, "")), none, Some("x"), failed, "already exists with uuid");
    refused(&nothing, OFFLINE, None, invalid, "must be specified with the persistent flag");
    refused(&nothing, none, Some("a/b"), ErrorCode::XmlError, "cannot contain '/'");

    let error = domain.migrate(&from.conn, none, None).unwrap_err();
    assert_eq!(error.code(), ErrorCode::InternalError, "{error}");
    let read_only = Connection::open_read_only("test:///default").unwrap();
    let error = domain.migrate(&read_only, none, None).unwrap_err();
    assert_eq!(error.code(), ErrorCode::OperationDenied, "{error}");
    domain.pm_suspend(virtwatch::SuspendTarget::Mem, 0).unwrap();
    let error = domain.migrate(&empty(), none, None).unwrap_err();
    assert_eq!((error.code(), error.message().contains("pmsuspended")), (invalid, true), "{error}");
    domain.destroy(DestroyFlags::empty()).unwrap();
    domain.undefine(UndefineFlags::empty()).unwrap();
    let error = domain.migrate(&empty(), none, None).unwrap_err();
    assert_eq!(error.code(), ErrorCode::NoDomain, "{error}");
}

/// A managed-save image at the source is in the way of the undefining: nothing moves.
#[test]
fn a_managed_save_image_keeps_a_source_from_being_undefined() {
    let (mut from, mut to) = (Side::new(), Side::new());
    let domain = from.conn.define_xml(&xml("vm", 1, "")).unwrap();
    domain.start(CreateFlags::empty()).unwrap();
    domain.managed_save(virtwatch::SaveFlags::empty()).unwrap();
    // A run over it.
    from.conn.create_xml(&xml("vm", 1, "run"), CreateFlags::empty()).unwrap();
    from.events();
    for flags in [PERSIST | UNDEFINE, OFFLINE | PERSIST | UNDEFINE] {
        let error = domain.migrate(&to.conn, flags, None).unwrap_err();
        assert_eq!(error.code(), ErrorCode::OperationInvalid);
        assert!(error.message().contains("managed save image exists"), "{error}");
        assert_eq!((from.events(), to.events()), (vec![], vec![]), "{flags:?}");
    }
    domain.migrate(&to.conn, PERSIST, None).unwrap();
    assert!(domain.has_managed_save().unwrap());
}

fn active(conn: &Connection) -> usize {
    conn.facts(ListFlags::ACTIVE).len()
}

fn stored(conn: &Connection) -> usize {
    conn.facts(ListFlags::PERSISTENT).len()
}

/// Whoever moves, starts and destroys at the same time: nobody waits for ever, and when all is over
/// a domain that nobody destroyed runs in exactly one place.
#[test]
fn domains_move_to_and_fro_without_being_lost() {
    let sides = [empty(), empty(), empty()];
    for number in 0..8 {
        let (name, side) = (format!("vm{number}"), number as usize % sides.len());
        sides[side].create_xml(&xml(&name, number, ""), CreateFlags::empty()).unwrap();
    }
    thread::scope(|scope| {
        for from in 0..3 {
            for to in (0..3).filter(|&to| to != from) {
                let sides = &sides;
                scope.spawn(move || {
                    for _ in 0..300 {
                        for domain in sides[from].domains(ListFlags::ACTIVE) {
                            // Another may have been faster.
                            drop(domain.migrate(&sides[to], MigrateFlags::LIVE, None));
                        }
                    }
                });
            }
        }
    });
    assert_eq!(sides.iter().map(active).sum::<usize>(), 8);
    for side in &sides {
        assert_eq!(side.audit().unwrap(), 0);
    }
}

/// A source that stops meanwhile: then nothing is left at the destination; or it was too late.
#[test]
fn a_source_that_stops_meanwhile_takes_the_destination_back() {
    for _ in 0..500 {
        let (from, to) = (empty(), empty());
        let domain = from.create_xml(&xml("vm", 1, ""), CreateFlags::empty()).unwrap();
        let (moved, destroyed) = thread::scope(|scope| {
            let move_it = || domain.migrate(&to, MigrateFlags::LIVE, None).is_ok();
            let destroy_it = || domain.destroy(DestroyFlags::empty()).is_ok();
            let (moved, destroyed) = (scope.spawn(move_it), scope.spawn(destroy_it));
            (moved.join().unwrap(), destroyed.join().unwrap())
        });
        assert!(moved != destroyed);
        assert_eq!((active(&from), active(&to)), (0, usize::from(moved)));
    }
}

/// Two move one domain offline at the same time: one of them at least does, and it is there then.
#[test]
fn a_domain_that_two_move_offline_arrives() {
    for _ in 0..5_000 {
        let (from, to) = (empty(), empty());
        let domain = from.define_xml(&xml("vm", 1, "")).unwrap();
        let barrier = Barrier::new(2);
        let moved = thread::scope(|scope| {
            let move_it = || {
                barrier.wait();
                domain.migrate(&to, OFFLINE | PERSIST | UNDEFINE, None).is_ok()
            };
            let threads = [scope.spawn(move_it), scope.spawn(move_it)];
            threads.map(|thread| thread.join().unwrap())
        });
        assert!(moved.contains(&true));
        assert_eq!((stored(&from), stored(&to)), (0, 1), "{moved:?}");
    }
}

/// Whoever moves it to and fro and edits it meanwhile: a stored domain is never in no place.
#[test]
fn a_stored_domain_moves_to_and_fro_without_being_lost() {
    for flags in [OFFLINE | PERSIST | UNDEFINE, PERSIST | UNDEFINE] {
        let sides = [empty(), empty()];
        let domain = sides[0].define_xml(&xml("vm", 1, "")).unwrap();
        if !flags.contains(OFFLINE) {
            domain.start(CreateFlags::empty()).unwrap();
        }
        thread::scope(|scope| {
            for thread in 0..4 {
                let (from, to) = (&sides[thread % 2], &sides[1 - thread % 2]);
                scope.spawn(move || {
                    for _ in 0..5_000 {
                        for domain in from.domains(ListFlags::empty()) {
                            // Another may have been faster.
                            drop(domain.migrate(to, flags, None));
                        }
                    }
                });
            }
            for side in &sides {
                scope.spawn(|| {
                    for number in 0..1_000 {
                        for domain in side.domains(ListFlags::empty()) {
                            let title = number.to_string();
                            let here = AffectFlags::empty();
                            drop(domain.set_metadata(Metadata::Title, Some(&title), here));
                        }
                    }
                });
            }
        });
        assert!(sides.iter().map(stored).sum::<usize>() > 0, "{flags:?}");
        let runs = usize::from(!flags.contains(OFFLINE));
        assert_eq!(sides.iter().map(active).sum::<usize>(), runs, "{flags:?}");
        for side in &sides {
            assert_eq!(side.audit().unwrap(), 0);
        }
    }
}

// --- Runs that end with their connection --------------------------------------------------------

fn is_active(domain: &Domain) -> bool {
    domain.facts().is_ok_and(|facts| facts.is_active())
}

/// AUTODESTROY ends the runs that a connection started so, when its last reference goes; no others.
#[test]
fn a_run_ends_with_the_connection_that_started_it() {
    let stays = Connection::open("test:///default").unwrap();
    let goes = Connection::open("test:///default").unwrap();
    assert!(stays.shares_registry_with(&goes));
    let flags = CreateFlags::AUTODESTROY;
    let mut watch = stays.watch(WatchOptions::default()).unwrap();
    let transient = goes.create_xml(&xml("transient", 1, ""), flags).unwrap();
    let stored = goes.define_xml(&xml("stored", 2, "")).unwrap();
    stored.start(flags).unwrap();
    let other = goes.create_xml(&xml("other", 3, ""), CreateFlags::empty()).unwrap();
    let again = goes.define_xml(&xml("again", 4, "")).unwrap();
    again.start(flags).unwrap();
    again.destroy(DestroyFlags::empty()).unwrap();
    stays.lookup_by_name("again").unwrap().start(CreateFlags::empty()).unwrap();
    let foreign = stays.create_xml(&xml("foreign", 5, ""), flags).unwrap();

    let error = stored.migrate(&empty(), MigrateFlags::LIVE, None).unwrap_err();
    assert_eq!(error.code(), ErrorCode::OperationInvalid);
    assert!(error.message().contains("marked for auto destroy"), "{error}");

    let last = goes.clone();
    drop((goes, stored, other, again));
    let here = |name: &str| stays.lookup_by_name(name).unwrap();
    assert!(is_active(&here("transient")) && is_active(&here("stored")), "something holds it");
    let seq = stays.cursor().seq;
    drop((last, transient));
    assert_eq!(stays.lookup_by_name("transient").unwrap_err().code(), ErrorCode::NoDomain);
    assert!(!is_active(&here("stored")) && here("stored").facts().unwrap().is_persistent());
    for name in ["other", "again", "foreign", "test"] {
        assert!(is_active(&here(name)), "{name}");
    }
    let mut told = Vec::new();
    while let Some(Record::Event(event)) = watch.next(Some(Duration::ZERO)).unwrap() {
        // Another test has domains there too.
        if event.seq > seq && !["run", "peer"].contains(&event.name()) {
            told.push(format!("{} {}", event.name(), event.kind));
        }
    }
    told.sort();
    let wanted =
        ["stored stopped(destroyed)", "transient removed(stopped)", "transient stopped(destroyed)"];
    assert_eq!(told, wanted);
    assert_eq!(foreign.facts().unwrap().name(), "foreign");
}

/// G9: the last reference may go inside a callback of the connection itself.
#[test]
fn a_connection_that_ends_in_its_own_callback_ends_its_runs() {
    let stays = Connection::open("test:///default").unwrap();
    let conn = Connection::open("test:///default").unwrap();
    let domain = conn.create_xml(&xml("run", 7, ""), CreateFlags::AUTODESTROY).unwrap();
    let other = conn.create_xml(&xml("peer", 8, ""), CreateFlags::empty()).unwrap();
    let (handed, taken) = mpsc::channel();
    let (done, over) = mpsc::channel();
    let registration = conn
        .register(WatchOptions::default(), move |_| {
            // All that holds the connection.
            let held: (Connection, Domain, virtwatch::Registration) = taken.recv().unwrap();
            drop(held);
            done.send(()).unwrap();
        })
        .unwrap();
    handed.send((conn, domain, registration)).unwrap();
    stays.lookup_by_name("peer").unwrap().suspend().unwrap();
    drop(other);
    over.recv().unwrap();
    assert_eq!(stays.lookup_by_name("run").unwrap_err().code(), ErrorCode::NoDomain);
}
