//! Waiting for a record, and being woken for nothing else.

use std::os::fd::AsRawFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use virtwatch::{
    Connection, CreateFlags, DestroyFlags, Domain, ErrorCode, EventType, Record, Watch,
    WatchOptions,
};

use super::numbered::{define, uuid};
use super::watchdog::Watchdog;

fn start(domain: &Domain) {
    domain.start(CreateFlags::empty()).unwrap();
}

fn destroy(domain: &Domain) {
    domain.destroy(DestroyFlags::empty()).unwrap();
}

/// Whether the file descriptor is readable now, or becomes so within `patience`.
#[expect(unsafe_code, reason = "what an event loop does")]
fn is_readable(watch: &mut Watch, patience: Duration) -> bool {
    let events = libc::POLLIN;
    let mut poll = libc::pollfd { fd: watch.fd().unwrap().as_raw_fd(), events, revents: 0 };
    let timeout = i32::try_from(patience.as_millis()).unwrap();
    // SAFETY: one pollfd that lives through the call.
    unsafe { libc::poll(&raw mut poll, 1, timeout) == 1 }
}

const NOW: Duration = Duration::ZERO;
const LONG: Duration = Duration::from_mins(1);

fn drain(watch: &mut Watch) -> usize {
    std::iter::from_fn(|| watch.next(Some(NOW)).unwrap()).count()
}

fn own(conn: &Connection, number: u128) -> Watch {
    conn.watch(WatchOptions { uuid: Some(uuid(number)), ..WatchOptions::default() }).unwrap()
}

/// A watch that waits returns when an event comes from another thread.
#[test]
fn an_event_from_another_thread_ends_the_wait() {
    let _watchdog = Watchdog::new("an event ends the wait");
    let conn = Connection::open("test:///empty").unwrap();
    let mut watch = conn.watch(WatchOptions::default()).unwrap();
    for timeout in [None, Some(LONG)] {
        for number in 0..200 {
            thread::scope(|scope| {
                scope.spawn(|| define(&conn, number));
                for expected in [EventType::Added, EventType::Defined] {
                    let record = loop {
                        if let Some(record) = watch.next(timeout).unwrap() {
                            break record;
                        }
                    };
                    if timeout.is_none() {
                        let Record::Event(event) = record else { panic!("{record:?}") };
                        assert_eq!(event.kind.event_type(), expected);
                    } else if watch.stats().pending == 0 {
                        break;
                    }
                }
            });
        }
    }
}

/// A watch that waits in vain says so when its time is over, not before.
#[test]
fn a_wait_in_vain_takes_its_time() {
    let conn = Connection::open("test:///empty").unwrap();
    let mut watch = conn.watch(WatchOptions::default()).unwrap();
    let patience = Duration::from_millis(20);
    let begun = std::time::Instant::now();
    assert_eq!(watch.next(Some(patience)).unwrap(), None);
    assert!(begun.elapsed() >= patience);
}

/// The descriptor is readable while there is something to read, and quiet when there is not.
#[test]
fn the_descriptor_shows_whether_there_is_something_to_read() {
    let _watchdog = Watchdog::new("the descriptor shows");
    let conn = Connection::open("test:///empty").unwrap();
    let domain = define(&conn, 0);
    let snapshot = WatchOptions { snapshot: true, ..WatchOptions::default() };
    for mut watch in [conn.watch(snapshot).unwrap(), own(&conn, 0)] {
        while is_readable(&mut watch, NOW) {
            assert!(watch.next(Some(NOW)).unwrap().is_some());
        }
        for _ in 0..3 {
            assert!(!is_readable(&mut watch, NOW));
            assert_eq!(watch.next(Some(NOW)).unwrap(), None);
            thread::scope(|scope| {
                scope.spawn(|| start(&domain));
                assert!(is_readable(&mut watch, LONG));
            });
            destroy(&domain);
            // Level-triggered: it stays so until the last record is read.
            for _ in 0..2 {
                assert!(is_readable(&mut watch, NOW) && is_readable(&mut watch, NOW));
                assert!(watch.next(Some(NOW)).unwrap().is_some());
            }
            assert!(!is_readable(&mut watch, NOW));
        }
    }
}

/// Events without end that the filter of types keeps back hold nothing up: neither the end of a wait
/// nor that of a registration.
#[test]
fn a_flow_of_filtered_events_holds_nothing_up() {
    let _watchdog = Watchdog::new("a wait under a flow of filtered events");
    let conn = Connection::open("test:///empty").unwrap();
    let types = [EventType::Removed].into_iter().collect();
    let options = WatchOptions { types, ..WatchOptions::default() };
    let over = AtomicBool::new(false);
    let mut watch = conn.watch(options).unwrap();
    let mut waits = 0_u64;
    thread::scope(|scope| {
        for number in 0..3 {
            let domain = define(&conn, number);
            let over = &over;
            scope.spawn(move || {
                start(&domain);
                while !over.load(Ordering::Relaxed) {
                    domain.suspend().unwrap();
                    domain.resume().unwrap();
                }
            });
        }
        while waits < 20 {
            // A reader that is too slow is told so.
            waits += u64::from(watch.next(Some(Duration::from_millis(waits))).unwrap().is_none());
            conn.register(options, |_| ()).unwrap().cancel();
        }
        over.store(true, Ordering::Relaxed);
    });
    drain(&mut watch);
    let stats = watch.stats();
    assert_eq!((stats.filtered + stats.coalesced, stats.pending), (conn.cursor().seq, 0));
}

/// What the filter of types keeps back leaves the descriptor quiet once it has been looked at.
#[test]
fn what_is_filtered_away_is_read_away() {
    let conn = Connection::open("test:///empty").unwrap();
    let types = [EventType::Removed].into_iter().collect();
    let mut watch = conn.watch(WatchOptions { types, ..WatchOptions::default() }).unwrap();
    assert!(!is_readable(&mut watch, NOW));
    define(&conn, 0);
    assert_eq!(watch.next(Some(NOW)).unwrap(), None);
    assert!(!is_readable(&mut watch, NOW));
    assert_eq!(watch.stats().filtered, 2);
}

/// DESIGN 6: no wake-up for other domains' events.
#[test]
fn other_domains_do_not_wake_a_watch_of_one() {
    let _watchdog = Watchdog::new("other domains do not wake");
    let conn = Connection::open("test:///empty").unwrap();
    // Known before it exists.
    let mut watch = own(&conn, 0);
    assert!(!is_readable(&mut watch, NOW));
    let others: Vec<_> = (1..5).map(|number| define(&conn, number)).collect();
    thread::scope(|scope| {
        scope.spawn(|| {
            for other in others.iter().cycle().take(2_000) {
                start(other);
                destroy(other);
            }
        });
        for _ in 0..100 {
            assert!(!is_readable(&mut watch, Duration::from_millis(1)));
        }
    });
    assert!(!is_readable(&mut watch, NOW));
    define(&conn, 0);
    assert!(is_readable(&mut watch, NOW));
    assert_eq!(drain(&mut watch), 2);
    assert!(!is_readable(&mut watch, NOW));
    // The wake-up goes with the domain: it is born again, and the watch learns it.
    conn.lookup_by_uuid(uuid(0)).unwrap().undefine(virtwatch::UndefineFlags::empty()).unwrap();
    assert_eq!(drain(&mut watch), 2);
    start(&others[0]);
    assert!(!is_readable(&mut watch, NOW));
    define(&conn, 0);
    assert!(is_readable(&mut watch, NOW));
}

/// A watch is cancelled from another thread: now and for ever.
#[test]
fn a_cancel_from_another_thread_ends_the_wait_for_ever() {
    let _watchdog = Watchdog::new("a cancel ends the wait");
    let conn = Connection::open("test:///empty").unwrap();
    for polled in [false, true] {
        let mut watch = conn.watch(WatchOptions::default()).unwrap();
        if polled {
            assert!(!is_readable(&mut watch, NOW));
        }
        let canceller = watch.canceller();
        thread::scope(|scope| {
            scope.spawn(move || canceller.cancel());
            let error = watch.next(None).unwrap_err();
            assert_eq!(error.code(), ErrorCode::OperationAborted);
        });
        define(&conn, u128::from(polled));
        for timeout in [Some(NOW), Some(LONG), None] {
            assert_eq!(watch.next(timeout).unwrap_err().code(), ErrorCode::OperationAborted);
        }
        assert!(is_readable(&mut watch, NOW), "a cancelled watch is readable for ever");
    }
}

/// A connection that is closed cancels its watches, also those that wait.
#[test]
fn closing_the_connection_cancels_its_watches() {
    let _watchdog = Watchdog::new("closing cancels");
    let conn = Connection::open("test:///empty").unwrap();
    let mut watch = conn.watch(WatchOptions::default()).unwrap();
    thread::scope(|scope| {
        scope.spawn(|| conn.close());
        assert_eq!(watch.next(None).unwrap_err().code(), ErrorCode::OperationAborted);
    });
}
