//! Reports: judged by the table alone.

use virtwatch::lifecycle::Change;
use virtwatch::{
    Connection, Error, ErrorCode, EventSupport, EventType, Record, Report, ResumedDetail,
    StartedDetail, StoppedDetail, SuspendedDetail, Uuid,
};

use super::fake::{ALL, Driver, drain, events, life_only, told, uuid, vm, watch, xml};

const START: Report<'_> = Report::Started {
    how: StartedDetail::Booted,
    paused: false,
    id: None,
    xml: None,
    name: Some("vm"),
};
const STOP: Report<'_> =
    Report::Changed(Change::Stopped { how: StoppedDetail::Shutdown, killed: false });

/// What is reported while it is opened, or listed then, is the base: shown, not journaled.
#[test]
fn the_base_is_not_journaled() {
    let driver = Driver::register(ALL, true);
    driver
        .shared
        .set(0, Some(vm(0, true, virtwatch::Status::Running(virtwatch::RunningReason::Booted))));
    let conn = driver.connect();
    assert_eq!((conn.stats().domains, conn.stats().events), (1, 0));
    assert_eq!(conn.stats().listings, 0);
    let mut watch = watch(&conn);
    let records = drain(&mut watch);
    assert!(matches!(records.first(), Some(Record::Catchup { count: 0, .. })));
    assert_eq!(records.last(), Some(&Record::Synced { seq: 0 }));
    driver.shared.host().report(uuid(0), &STOP).unwrap();
    assert_eq!(events(&mut watch)[0].seq, 1);
}

/// Unlawful: an error, nothing changes, a doubt is raised.
#[test]
fn what_cannot_have_happened_changes_nothing() {
    let driver = Driver::register(ALL, false);
    let conn = driver.connect();
    let host = driver.shared.host();
    let code = |result: Result<(), Error>| result.unwrap_err().code();
    assert_eq!(code(host.report(uuid(0), &STOP)), ErrorCode::NoDomain);
    assert_eq!(code(host.report(uuid(0), &Report::Undefined)), ErrorCode::NoDomain);
    host.report(uuid(0), &START).unwrap();
    assert_eq!(code(host.report(uuid(0), &START)), ErrorCode::OperationInvalid);
    let resumed = Report::Changed(Change::Resumed(ResumedDetail::Unpaused));
    assert_eq!(code(host.report(uuid(0), &resumed)), ErrorCode::OperationInvalid);
    assert_eq!(code(host.report(uuid(0), &Report::Undefined)), ErrorCode::OperationInvalid);
    // A name and an id belong to one domain.
    assert_eq!(code(host.report(uuid(1), &START)), ErrorCode::OperationFailed);
    let id = conn.lookup_by_name("vm").unwrap().noted_id();
    let other = Report::Started {
        how: StartedDetail::Booted,
        paused: false,
        id,
        xml: None,
        name: Some("other"),
    };
    assert_eq!(code(host.report(uuid(1), &other)), ErrorCode::OperationInvalid);
    assert_eq!(conn.stats().events, 2);
    assert_eq!(conn.stats().doubts, 7);
    // What makes no sense at all is no doubt.
    let unnamed = Report::Defined { xml: None, name: None };
    assert_eq!(code(host.report(uuid(5), &unnamed)), ErrorCode::InvalidArg);
    let document = xml(1);
    let foreign = Report::Defined { xml: Some(&document), name: None };
    assert_eq!(code(host.report(uuid(5), &foreign)), ErrorCode::InvalidArg);
    let defined = Report::Changed(Change::Defined { definition: 9 });
    assert_eq!(code(host.report(uuid(0), &defined)), ErrorCode::InvalidArg);
    assert_eq!((conn.stats().events, conn.stats().doubts), (2, 7));
}

/// Every change of the table can be reported, with the id and the document of the hypervisor.
#[test]
fn a_life_is_reported_step_by_step() {
    let driver = Driver::register(ALL, false);
    let conn = driver.connect();
    let mut watch = watch(&conn);
    let host = driver.shared.host();
    let document = xml(0);
    let edited = document.replace("<memory>1<", "<memory>2<");
    let report = |report: Report<'_>| host.report(uuid(0), &report).unwrap();
    report(Report::Defined { xml: Some(&document), name: None });
    report(Report::Edited { xml: Some(&edited) });
    report(Report::Reverted { xml: Some(&document) });
    report(Report::Renamed { name: "vm-other" });
    report(Report::Started {
        how: StartedDetail::Migrated,
        paused: true,
        id: Some(40),
        xml: None,
        name: None,
    });
    report(Report::Changed(Change::Suspended(SuspendedDetail::IoError)));
    report(Report::Changed(Change::Resumed(ResumedDetail::Unpaused)));
    report(Report::Changed(Change::PmSuspended(virtwatch::PmSuspendedDetail::Memory)));
    report(Report::Changed(Change::Woken));
    report(Report::Changed(Change::Crashloaded));
    report(Report::Changed(Change::Panicked));
    report(Report::Changed(Change::Restarted));
    report(Report::Changed(Change::Observed));
    report(Report::Undefined);
    report(Report::Changed(Change::ShutDown(virtwatch::ShutdownDetail::Guest)));
    report(STOP);
    let events = events(&mut watch);
    assert_eq!(
        told(&events),
        [
            "added(defined)",
            "defined(added)",
            "defined(updated)",
            "defined(from snapshot)",
            "undefined(renamed)",
            "defined(renamed)",
            "started(migrated)",
            "suspended(paused)",
            "suspended(ioerror)",
            "resumed(unpaused)",
            "pmsuspended(memory)",
            "started(wakeup)",
            "crashed(crashloaded)",
            "crashed(panicked)",
            "resumed(unpaused)",
            "undefined(removed)",
            "shutdown(guest)",
            "stopped(shutdown)",
            "removed(stopped)",
        ]
    );
    assert_eq!(events[6].id(), Some(40));
    // The next id that the registry gives is a new one.
    host.report(uuid(1), &START).unwrap();
    assert_eq!(conn.lookup_by_name("vm").unwrap().noted_id(), Some(41));
}

/// Any thread reports at any time; what it reports is in order and complete (G2, G3).
#[test]
fn many_threads_report() {
    let driver = Driver::register(ALL, false);
    let conn = driver.connect();
    let mut watch = watch(&conn);
    let host = driver.shared.host();
    std::thread::scope(|scope| {
        for number in 0..4 {
            let host = &host;
            scope.spawn(move || {
                let name = format!("vm{number}");
                for _ in 0..500 {
                    let start = Report::Started {
                        how: StartedDetail::Booted,
                        paused: false,
                        id: None,
                        xml: None,
                        name: Some(&name),
                    };
                    host.report(uuid(number), &start).unwrap();
                    host.report(uuid(number), &STOP).unwrap();
                }
            });
        }
    });
    let events = events(&mut watch);
    assert_eq!(events.len(), 4 * 500 * 4);
    assert!(events.iter().zip(1..).all(|(event, seq)| event.seq == seq));
    assert_eq!(conn.stats().domains, 0);
}

#[test]
fn support_follows_from_what_is_native() {
    let support = |conn: &Connection, types: &[EventType]| -> Vec<EventSupport> {
        types.iter().map(|&event_type| conn.event_support(event_type)).collect()
    };
    let types = [EventType::Started, EventType::Defined, EventType::Added, EventType::Removed];
    let driver = Driver::register(ALL, false);
    let (native, derived) = (EventSupport::Native, EventSupport::Derived);
    assert_eq!(support(&driver.connect(), &types), [native, native, derived, derived]);
    let driver = Driver::register(life_only(), true);
    let polled = EventSupport::Polled;
    assert_eq!(support(&driver.connect(), &types), [native, polled, polled, polled]);
    let driver = Driver::register(life_only(), false);
    let never = EventSupport::Never;
    assert_eq!(support(&driver.connect(), &types), [native, never, derived, derived]);
}

#[test]
fn a_host_that_is_closed_takes_no_report() {
    let driver = Driver::register(ALL, false);
    let conn = driver.connect();
    let host = driver.shared.host();
    drop(conn);
    assert_eq!(host.report(Uuid::nil(), &START).unwrap_err().code(), ErrorCode::OperationInvalid);
}

/// A report that is made of the present configuration is not made of an older one.
#[test]
fn a_report_loses_no_metadata_that_is_set_meanwhile() {
    use std::sync::atomic::{AtomicBool, Ordering};
    use virtwatch::{AffectFlags, Metadata};
    let driver = Driver::register(ALL, false);
    let conn = driver.connect();
    let domain = conn.define_xml(&xml(0)).unwrap();
    let host = driver.shared.host();
    let is_done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for name in ["one", "other"].into_iter().cycle() {
                if is_done.load(Ordering::SeqCst) {
                    break;
                }
                host.report(uuid(0), &Report::Renamed { name }).unwrap();
                host.report(uuid(0), &Report::Edited { xml: None }).unwrap();
                host.report(uuid(0), &Report::Reverted { xml: None }).unwrap();
            }
        });
        let lost = (0..1000).find(|number| {
            let title = format!("title {number}");
            domain.set_metadata(Metadata::Title, Some(&title), AffectFlags::CONFIG).unwrap();
            domain.metadata(Metadata::Title, AffectFlags::CONFIG).unwrap() != title
        });
        is_done.store(true, Ordering::SeqCst);
        assert_eq!(lost, None);
    });
}
