//! Finding what is not reported: listings, compared.

use std::sync::Arc;

use virtwatch::lifecycle::Change;
use virtwatch::{
    Connection, ErrorCode, ListFlags, Origin, PausedReason, Report, RunningReason, ShutoffReason,
    StartedDetail, Status, StoppedDetail, fold,
};

use super::fake::{ALL, Driver, drain, event, events, life_only, told, uuid, vm, watch, xml};

const OFF: Status = Status::Shutoff(ShutoffReason::Unknown);
const ON: Status = Status::Running(RunningReason::Booted);

fn fast(driver: &Driver) -> Connection {
    Connection::open(&format!("{}?poll=5ms", driver.uri())).unwrap()
}

/// What the hypervisor does not report is found, at most an interval late: the program's code does
/// not change.
#[test]
fn what_is_not_reported_is_found_by_listing() {
    let driver = Driver::register(life_only(), true);
    let conn = fast(&driver);
    let mut watch = watch(&conn);
    driver.shared.set(0, Some(vm(0, true, OFF)));
    let found = [event(&mut watch), event(&mut watch)];
    assert_eq!(told(&found), ["added(defined)", "defined(added)"]);
    assert!(found.iter().all(|event| event.origin == Origin::Polled));

    // A native report in between; the pause is found.
    let how = StartedDetail::Booted;
    let start = Report::Started { how, paused: false, id: None, xml: None, name: None };
    driver.shared.set(0, Some(vm(0, true, ON)));
    driver.shared.host().report(uuid(0), &start).unwrap();
    assert_eq!(event(&mut watch).origin, Origin::Native);
    driver.shared.set(0, Some(vm(0, true, Status::Paused(PausedReason::IoError))));
    let paused = event(&mut watch);
    assert_eq!(paused.kind.to_string(), "suspended(ioerror)");
    assert_eq!(paused.origin, Origin::Polled);

    // Another document; another name, once it is off; and the end.
    let mut changed = vm(0, true, Status::Paused(PausedReason::IoError));
    changed.xml = Some(xml(0));
    driver.shared.set(0, Some(changed.clone()));
    driver.shared.wait_for_listings(2);
    assert_eq!(told(&events(&mut watch)), [""; 0], "the first document is taken as it is");
    changed.xml = Some(xml(0).replace("<memory>1<", "<memory>2<"));
    driver.shared.set(0, Some(changed));
    assert_eq!(event(&mut watch).kind.to_string(), "defined(updated)");
    driver.shared.set(0, None);
    driver.shared.host().report(uuid(0), &Report::Changed(STOP)).unwrap();
    let end = [event(&mut watch), event(&mut watch), event(&mut watch)];
    assert_eq!(told(&end), ["stopped(shutdown)", "undefined(removed)", "removed(undefined)"]);
    driver.shared.wait_for_listings(2);
    assert_eq!(conn.stats().drift, 0);
    assert!(conn.stats().listings > 4);
}

/// A domain that a listing shows under another name has the document of that name.
#[test]
fn a_renaming_that_is_found_renames_the_document() {
    let driver = Driver::register(ALL, true);
    let named = |number: u128, xml: Option<String>| {
        Some(super::fake::Vm { name: format!("vm{number}"), xml, ..vm(0, true, OFF) })
    };
    driver.shared.set(0, named(0, Some(xml(0))));
    let conn = driver.connect();
    let mut watch = watch(&conn);
    drop(drain(&mut watch));
    let document = || {
        let domain = conn.lookup_by_uuid(uuid(0)).unwrap();
        domain.xml(virtwatch::XmlFlags::empty()).unwrap()
    };
    let renamed = xml(0).replace(">vm0<", ">vm1<").replace("<memory>1<", "<memory>2<");
    for (vm, memory) in [(named(1, Some(renamed)), 2), (named(2, None), 2)] {
        let name = format!("<name>{}</name>", vm.as_ref().unwrap().name);
        driver.shared.set(0, vm);
        assert_eq!(conn.audit().unwrap(), 1);
        assert!(document().contains(&name), "{}", document());
        assert!(document().contains(&format!(">{memory}</memory>")), "{}", document());
        assert_eq!(told(&events(&mut watch)), ["undefined(renamed)", "defined(renamed)"]);
        assert_eq!(conn.audit().unwrap(), 0);
    }
}

/// Where only the name was reported, the first document that is listed takes the place of the one
/// that stood in for it. That is no event.
#[test]
fn a_listed_document_takes_the_place_of_a_stand_in() {
    let driver = Driver::register(ALL, true);
    let conn = driver.connect();
    let mut watch = watch(&conn);
    let host = driver.shared.host();
    let how = StartedDetail::Booted;
    let name = Some("vm0");
    host.report(uuid(0), &Report::Started { how, paused: false, id: None, xml: None, name })
        .unwrap();
    host.report(uuid(1), &Report::Defined { xml: None, name: Some("vm1") }).unwrap();
    drop(drain(&mut watch));
    for (number, persistent, status) in [(0, false, ON), (1, true, OFF)] {
        let xml = Some(xml(number).replace("<memory>1<", "<memory>2<"));
        let vm = super::fake::Vm { xml, ..vm(number, persistent, status) };
        driver.shared.set(number, Some(vm));
    }
    assert_eq!(conn.audit().unwrap(), 0);
    for number in [0, 1] {
        let domain = conn.lookup_by_uuid(uuid(number)).unwrap();
        let document = domain.xml(virtwatch::XmlFlags::empty()).unwrap();
        assert!(document.contains(">2</memory>"), "{document}");
    }
    assert_eq!(told(&events(&mut watch)), [""; 0]);
}

/// Names that have gone round between two listings, or moved on, are found.
#[test]
fn exchanged_names_are_found() {
    for native in [life_only(), ALL] {
        let driver = Driver::register(native, true);
        let set = |names: [&str; 4]| {
            for (number, name) in (0..).zip(names) {
                let vm = super::fake::Vm { name: name.to_owned(), ..vm(number, true, OFF) };
                driver.shared.set(number, Some(vm));
            }
        };
        set(["a", "b", "c", "d"]);
        let conn = Connection::open(&format!("{}?poll=60m", driver.uri())).unwrap();
        let named = |names: [&str; 4]| {
            for (number, name) in (0..).zip(names) {
                let domain = conn.lookup_by_name(name).unwrap();
                assert_eq!(domain.uuid(), uuid(number));
                let document = domain.xml(virtwatch::XmlFlags::empty()).unwrap();
                assert!(document.contains(&format!("<name>{name}</name>")), "{document}");
            }
        };
        for names in [["b", "c", "a", "e"], ["c", "a", "e", "f"], ["a", "c", "f", "e"]] {
            set(names);
            assert_eq!(conn.audit().unwrap(), 4);
            named(names);
            assert_eq!(conn.audit().unwrap(), 0);
        }
    }
    // Without an audit, too: at once where renamings are not reported, else in doubt first.
    for native in [life_only(), ALL] {
        let driver = Driver::register(native, true);
        driver.shared.set(0, Some(vm(0, true, OFF)));
        driver.shared.set(1, Some(vm(1, true, OFF)));
        let conn = fast(&driver);
        driver.shared.set(0, Some(super::fake::Vm { name: "vm1".into(), ..vm(0, true, OFF) }));
        driver.shared.set(1, Some(super::fake::Vm { name: "vm0".into(), ..vm(1, true, OFF) }));
        if native == ALL {
            // A report that cannot be true has it listed.
            driver.shared.host().report(uuid(0), &Report::Changed(STOP)).unwrap_err();
        }
        while conn.lookup_by_name("vm1").map(|domain| domain.uuid()).ok() != Some(uuid(0)) {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
    }
}

const STOP: Change = Change::Stopped { how: StoppedDetail::Shutdown, killed: false };

/// What is told while a listing is under way is newer than the listing.
#[test]
fn a_stale_listing_does_not_undo_a_report() {
    let driver = Driver::register(life_only(), true);
    driver.shared.set(0, Some(vm(0, true, ON)));
    driver.shared.set(1, Some(vm(1, false, ON)));
    // Nothing is listed but when this asks for it.
    let conn = Connection::open(&format!("{}?poll=60m", driver.uri())).unwrap();
    let mut watch = watch(&conn);
    drop(drain(&mut watch));
    let shared = Arc::clone(&driver.shared);
    driver.shared.during_list(move || {
        let host = shared.host();
        host.report(uuid(0), &Report::Changed(STOP)).unwrap();
        // Gone, and listed still.
        host.report(uuid(1), &Report::Changed(STOP)).unwrap();
    });
    assert_eq!(conn.audit().unwrap(), 0, "the listing is older than the reports");
    assert_eq!(
        told(&events(&mut watch)),
        ["stopped(shutdown)", "stopped(shutdown)", "removed(stopped)"]
    );
    driver.shared.set(0, Some(vm(0, true, OFF)));
    driver.shared.set(1, None);
    assert_eq!(conn.audit().unwrap(), 0);
}

/// A listing that contradicts what was reported is believed the second time.
#[test]
fn a_doubt_about_what_is_native_is_settled_by_a_second_listing() {
    let driver = Driver::register(life_only(), true);
    driver.shared.set(0, Some(vm(0, true, ON)));
    let conn = fast(&driver);
    let mut watch = watch(&conn);
    drop(drain(&mut watch));
    driver.shared.set(0, Some(vm(0, true, OFF)));
    let stopped = event(&mut watch);
    assert_eq!(stopped.kind.to_string(), "stopped(shutdown)");
    assert_eq!(stopped.origin, Origin::Resync);
    assert!(conn.stats().doubts >= 1);
}

/// The audit of a source compares with it, and leads the registry to what is true.
#[test]
fn an_audit_counts_what_differs_and_mends_it() {
    let driver = Driver::register(ALL, true);
    driver.shared.set(0, Some(vm(0, true, ON)));
    let conn = driver.connect();
    let mut watch = watch(&conn);
    let mut view = std::collections::HashMap::new();
    driver.shared.set(0, Some(vm(0, true, Status::Paused(PausedReason::User))));
    driver.shared.set(1, Some(vm(1, false, ON)));
    assert_eq!(conn.audit().unwrap(), 2);
    assert_eq!(conn.audit().unwrap(), 0);
    let stats = conn.stats();
    assert_eq!((stats.audits, stats.drift, stats.listings), (2, 2, 2));
    for record in drain(&mut watch) {
        if let virtwatch::Record::Event(event) = &record {
            assert!(event.in_catchup || event.origin == Origin::Resync, "{event:?}");
        }
        fold(&mut view, &record);
    }
    let all = conn.facts(ListFlags::empty());
    assert_eq!(view.len(), all.len());
    assert!(all.iter().all(|facts| view.get(&facts.uuid()) == Some(facts)));
}

/// A transient domain with another id is another life; a persistent one has stopped and started.
#[test]
fn runs_are_told_apart_by_their_ids() {
    let driver = Driver::register(ALL, true);
    let with_id = |number, persistent, id| {
        Some(super::fake::Vm { id: Some(id), ..vm(number, persistent, ON) })
    };
    driver.shared.set(0, with_id(0, true, 10));
    driver.shared.set(1, with_id(1, false, 11));
    let conn = driver.connect();
    let mut watch = watch(&conn);
    let incarnation = conn.lookup_by_id(11).unwrap().facts().unwrap().incarnation();
    drop(drain(&mut watch));
    driver.shared.set(0, with_id(0, true, 12));
    driver.shared.set(1, with_id(1, false, 13));
    assert_eq!(conn.audit().unwrap(), 2);
    let mut of_each: [Vec<String>; 2] = Default::default();
    for event in events(&mut watch) {
        of_each[usize::from(event.uuid() == uuid(1))].push(event.kind.to_string());
    }
    assert_eq!(of_each[0], ["stopped(shutdown)", "started(booted)"]);
    assert_eq!(
        of_each[1],
        ["stopped(shutdown)", "removed(stopped)", "added(started)", "started(booted)"]
    );
    assert!(conn.lookup_by_id(13).unwrap().facts().unwrap().incarnation() > incarnation);
}

/// G6: a domain that is listed, but not so that it can be read, is not gone.
#[test]
fn what_cannot_be_read_stays_as_it_is() {
    let driver = Driver::register(ALL, true);
    driver.shared.set(0, Some(super::fake::Vm { xml: Some(xml(0)), ..vm(0, true, ON) }));
    let conn = driver.connect();
    let mut broken = vm(0, true, ON);
    broken.xml = Some("<domain".to_owned());
    driver.shared.set(0, Some(broken));
    assert_eq!(conn.audit().unwrap_err().code(), ErrorCode::XmlDetail);
    assert_eq!(conn.stats().domains, 1);
}

#[test]
fn an_interval_that_is_none_is_refused() {
    let driver = Driver::register(ALL, true);
    for bad in ["0", "-1", "", "x", "2h", "1e999", "nan", "0.0000000001ms"] {
        let error = Connection::open(&format!("{}?poll={bad}", driver.uri())).unwrap_err();
        assert_eq!(error.code(), ErrorCode::InvalidArg, "{bad}");
        assert!(error.message().contains("'poll'"), "{error}");
    }
    for good in ["2", "0.5", "500ms", "1.5s", "1m"] {
        Connection::open(&format!("{}?x=y&poll={good}", driver.uri())).unwrap();
    }
}
