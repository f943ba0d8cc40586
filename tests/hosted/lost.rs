//! A source that cannot be reached is not gone (G6).

use std::sync::atomic::Ordering;
use std::time::Duration;

use virtwatch::{
    Connection, ErrorCode, ListFlags, Origin, Record, RunningReason, ShutoffReason, Status,
    unregister_driver,
};

use super::fake::{ALL, Driver, drain, life_only, vm, watch};

const OFF: Status = Status::Shutoff(ShutoffReason::Unknown);
const ON: Status = Status::Running(RunningReason::Booted);

fn next(watch: &mut virtwatch::Watch) -> Record {
    watch.next(None).unwrap().unwrap()
}

#[test]
fn an_unreachable_source_is_stale_and_its_return_is_told_by_differences() {
    let driver = Driver::register(life_only(), true);
    driver.shared.set(0, Some(vm(0, true, ON)));
    driver.shared.set(1, Some(vm(1, false, ON)));
    driver.shared.set(2, Some(vm(2, true, OFF)));
    let conn = Connection::open(&format!("{}?poll=5ms", driver.uri())).unwrap();
    let mut watched = watch(&conn);
    drop(drain(&mut watched));
    assert!(conn.is_alive());

    driver.shared.unreachable.store(true, Ordering::SeqCst);
    let Record::SourceDown { message } = next(&mut watched) else { panic!() };
    assert!(message.contains("nobody answers"), "{message}");
    assert!(!conn.is_alive());
    assert_eq!(conn.facts(ListFlags::ACTIVE).len(), 2, "nothing is removed");
    let seq = conn.cursor().seq;

    // Who begins now is told after its SYNCED.
    let mut late = watch(&conn);
    let records = drain(&mut late);
    assert!(matches!(
        records[records.len() - 2..],
        [Record::Synced { .. }, Record::SourceDown { .. }]
    ));

    // What happens meanwhile is told in one go.
    driver.shared.set(0, Some(vm(0, true, OFF)));
    driver.shared.set(1, None);
    driver.shared.wait_for_listings(3);
    assert_eq!(conn.cursor().seq, seq);
    assert_eq!(watched.next(Some(Duration::ZERO)).unwrap(), None);
    driver.shared.unreachable.store(false, Ordering::SeqCst);
    for watch in [&mut watched, &mut late] {
        assert_eq!(next(watch), Record::SourceUp);
        let mut kinds: Vec<String> = Vec::new();
        for _ in 0..3 {
            let Record::Event(event) = next(watch) else { panic!() };
            assert_eq!(event.origin, Origin::Resync);
            kinds.push(event.kind.to_string());
        }
        kinds.sort();
        assert_eq!(kinds, ["removed(stopped)", "stopped(shutdown)", "stopped(shutdown)"]);
    }
    assert!(conn.is_alive());
    driver.shared.wait_for_listings(2);
    assert_eq!(watched.next(Some(Duration::ZERO)).unwrap(), None, "exactly the differences");
}

/// A source that is not polled is lost by an audit, and looked for until it returns.
#[test]
fn an_audit_that_fails_loses_the_source() {
    let driver = Driver::register(ALL, true);
    driver.shared.set(0, Some(vm(0, true, ON)));
    let conn = Connection::open(&format!("{}?poll=5ms", driver.uri())).unwrap();
    let mut watched = watch(&conn);
    drop(drain(&mut watched));
    driver.shared.unreachable.store(true, Ordering::SeqCst);
    assert_eq!(conn.audit().unwrap_err().code(), ErrorCode::OperationFailed);
    assert!(matches!(next(&mut watched), Record::SourceDown { .. }));
    driver.shared.unreachable.store(false, Ordering::SeqCst);
    assert_eq!(next(&mut watched), Record::SourceUp);
}

#[test]
fn a_first_open_that_fails_fails() {
    let driver = Driver::register(ALL, true);
    driver.shared.unreachable.store(true, Ordering::SeqCst);
    assert_eq!(Connection::open(&driver.uri()).unwrap_err().code(), ErrorCode::OperationFailed);
    assert_eq!(driver.shared.closed.load(Ordering::SeqCst), 0, "what is not open is not closed");
    driver.shared.unreachable.store(false, Ordering::SeqCst);
    driver.connect();
}

/// The end of a driver is the last that its readers hear; its domains stay listed.
#[test]
fn an_unregistered_driver_is_closed() {
    let driver = Driver::register(ALL, true);
    driver.shared.set(0, Some(vm(0, true, ON)));
    let conn = driver.connect();
    let mut watched = watch(&conn);
    drop(drain(&mut watched));
    unregister_driver(&driver.scheme).unwrap();
    assert_eq!(driver.shared.closed.load(Ordering::SeqCst), 1);
    assert_eq!(driver.shared.dropped.load(Ordering::SeqCst), 1, "with connections open");
    assert_eq!(next(&mut watched), Record::Closed);
    assert_eq!(watched.next(None).unwrap_err().code(), ErrorCode::OperationAborted);
    assert!(!conn.is_alive());
    let domain = conn.lookup_by_name("vm0").unwrap();
    assert_eq!(domain.suspend().unwrap_err().code(), ErrorCode::OperationInvalid);
    assert_eq!(conn.audit().unwrap_err().code(), ErrorCode::OperationInvalid);
    let again = Connection::open(&driver.uri());
    assert_eq!(again.unwrap_err().code(), ErrorCode::NoConnect, "nobody shares what has ended");
    drop((domain, watched, conn));
    assert_eq!(driver.shared.closed.load(Ordering::SeqCst), 1);
}
