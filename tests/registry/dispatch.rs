//! Callbacks: order, panics, ends and hangs.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;

use virtwatch::{
    Connection, CreateFlags, DestroyFlags, Domain, EventTypes, Record, Registration, WatchOptions,
};

use super::numbered::{define, uuid};
use super::open;
use super::watchdog::Watchdog;

fn cycle(domain: &Domain) {
    domain.start(CreateFlags::empty()).unwrap();
    domain.destroy(DestroyFlags::empty()).unwrap();
}

pub(super) fn seq(record: &Record) -> u64 {
    match record {
        Record::Event(event) => event.seq,
        other => panic!("{other:?}"),
    }
}

/// A registration that sends on what it is told.
pub(super) fn listen(conn: &Connection, options: WatchOptions) -> (Registration, Receiver<Record>) {
    let (send, receive) = channel();
    let callback = move |record: &Record| drop(send.send(record.clone()));
    (conn.register(options, callback).unwrap(), receive)
}

/// G3: what one writer does is told to all registrations together in the order of the numbers,
/// whatever their filters.
#[test]
fn registrations_are_called_in_the_order_of_the_events() {
    let _watchdog = Watchdog::new("in order");
    let conn = open("test:///empty");
    let domains: Vec<_> = (0..4).map(|number| define(&conn, number)).collect();
    let log = Arc::new(Mutex::new(Vec::new()));
    let everything = WatchOptions { max_lag: u32::MAX, ..WatchOptions::default() };
    let of = |number| WatchOptions { uuid: Some(uuid(number)), ..everything };
    let types = EventTypes::from_bits(1 << 5).unwrap();
    let stopped = WatchOptions { types, ..everything };
    let registrations: Vec<_> = [of(0), everything, stopped, of(1), everything, of(2)]
        .into_iter()
        .map(|options| {
            let log = Arc::clone(&log);
            conn.register(options, move |record| log.lock().unwrap().push(seq(record))).unwrap()
        })
        .collect();
    let begun = conn.cursor().seq;
    for _ in 0..500 {
        domains.iter().for_each(cycle);
    }
    let changes = conn.cursor().seq - begun;
    let expected = usize::try_from(3 * changes / 4 + 2 * changes + changes / 2).unwrap();
    while log.lock().unwrap().len() < expected {
        thread::yield_now();
    }
    drop(registrations);
    let log = log.lock().unwrap();
    assert_eq!(log.len(), expected);
    assert!(log.is_sorted());
}

/// G3: whoever writes, each registration is called in the order of the numbers, without a gap.
#[test]
fn every_registration_is_called_once_for_each_event() {
    let _watchdog = Watchdog::new("once for each");
    let conn = open("test:///empty");
    let domains: Vec<_> = (0..4).map(|number| define(&conn, number)).collect();
    let everything = WatchOptions { max_lag: u32::MAX, ..WatchOptions::default() };
    let listeners: Vec<_> = (0..4).map(|_| listen(&conn, everything)).collect();
    thread::scope(|scope| {
        for domain in &domains {
            scope.spawn(|| (0..1_000).for_each(|_| cycle(domain)));
        }
    });
    for (registration, receive) in listeners {
        for expected in 9..=8_008 {
            assert_eq!(seq(&receive.recv().unwrap()), expected);
        }
        registration.cancel();
        assert!(receive.recv().is_err(), "called again");
    }
}

/// G8: a registration sees exactly what comes after it.
#[test]
fn a_registration_begins_where_the_registry_is() {
    let _watchdog = Watchdog::new("begins");
    let conn = open("test:///empty");
    define(&conn, 0);
    let (_registration, receive) = listen(&conn, WatchOptions::default());
    define(&conn, 1);
    assert_eq!(seq(&receive.recv().unwrap()), 3);
}

/// A panic ends the call, not the registration, and not the dispatcher.
#[test]
fn a_panicking_callback_is_called_again() {
    let _watchdog = Watchdog::new("panics");
    let conn = open("test:///empty");
    let (send, receive) = channel();
    let callback = move |record: &Record| {
        send.send(seq(record)).unwrap();
        assert!(seq(record) != 1, "as a test expects");
    };
    let panicking = conn.register(WatchOptions::default(), callback).unwrap();
    let (_other, others) = listen(&conn, WatchOptions::default());
    define(&conn, 0);
    assert_eq!([receive.recv(), receive.recv()], [Ok(1), Ok(2)]);
    assert_eq!([1, 2], [seq(&others.recv().unwrap()), seq(&others.recv().unwrap())]);
    panicking.cancel();
    define(&conn, 1);
    assert_eq!(seq(&others.recv().unwrap()), 3);
    assert!(receive.recv().is_err());
}

/// A callback may panic while it is dropped.
#[test]
fn a_callback_that_panics_in_its_drop_ends_nothing_else() {
    struct Panics;
    impl Drop for Panics {
        fn drop(&mut self) {
            panic!("as a test expects");
        }
    }

    let _watchdog = Watchdog::new("panics in its drop");
    let conn = open("test:///empty");
    let (_other, others) = listen(&conn, WatchOptions::default());
    let panics = Panics;
    let callback = move |_: &Record| {
        let _ = &panics;
    };
    conn.register(WatchOptions::default(), callback).unwrap().cancel();
    define(&conn, 0);
    assert_eq!(seq(&others.recv().unwrap()), 1);
}

/// A callback that says when it is inside, and stays there until it is let go.
pub(super) fn hang(conn: &Connection) -> (Registration, Receiver<()>, Sender<()>, Arc<AtomicBool>) {
    let (entered, inside) = channel();
    let (go, let_go) = channel::<()>();
    let running = Arc::new(AtomicBool::new(false));
    let runs = Arc::clone(&running);
    let callback = move |_: &Record| {
        runs.store(true, Ordering::SeqCst);
        entered.send(()).unwrap();
        let_go.recv().unwrap_or_default();
        runs.store(false, Ordering::SeqCst);
    };
    let registration = conn.register(WatchOptions::default(), callback).unwrap();
    (registration, inside, go, running)
}

/// G8: a cancel returns when the callback is over, and has been dropped.
#[test]
fn a_cancel_waits_for_the_callback() {
    let _watchdog = Watchdog::new("a cancel waits");
    let conn = open("test:///empty");
    for number in 0..50 {
        let (registration, inside, go, running) = hang(&conn);
        define(&conn, number);
        inside.recv().unwrap();
        thread::scope(|scope| {
            let cancels = scope.spawn(|| {
                registration.cancel();
                assert!(!running.load(Ordering::SeqCst), "it still runs");
                assert!(go.send(()).is_err(), "it has not been dropped");
            });
            assert!(!cancels.is_finished());
            thread::yield_now();
            // It may be called for the second event before the cancel is there.
            go.send(()).unwrap();
            go.send(()).unwrap_or_default();
        });
    }
}

/// G8: whoever ends a registration, and however many try, its callback is dropped once.
#[test]
fn a_callback_is_dropped_once_whoever_ends_it() {
    struct Counts(Arc<AtomicUsize>);
    impl Drop for Counts {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    let _watchdog = Watchdog::new("dropped once");
    for _ in 0..300 {
        let conn = open("test:///empty");
        let domain = define(&conn, 0);
        let drops = Arc::new(AtomicUsize::new(0));
        let counts = Counts(Arc::clone(&drops));
        let callback = move |_: &Record| {
            let _ = &counts;
        };
        let registration = conn.register(WatchOptions::default(), callback).unwrap();
        thread::scope(|scope| {
            scope.spawn(|| cycle(&domain));
            scope.spawn(|| conn.close());
            registration.cancel();
        });
        // The one that was later may have returned before the other had dropped it.
        assert_eq!(drops.load(Ordering::SeqCst), 1);
    }
}

/// G10: a callback that falls behind again and again does not keep the others from their events.
#[test]
fn a_callback_that_always_lags_lets_the_others_have_their_turn() {
    let _watchdog = Watchdog::new("fair turns");
    let conn = open("test:///empty");
    let domain = define(&conn, 0);
    let stop = Arc::new(AtomicBool::new(false));
    let lagging = WatchOptions { max_lag: 1, ..WatchOptions::default() };
    let slow = conn.register(lagging, |_: &Record| {
        thread::sleep(std::time::Duration::from_micros(100));
    });
    let (sender, receiver) = channel();
    let other = conn.register(WatchOptions::default(), move |record: &Record| {
        sender.send(seq(record)).unwrap();
    });
    thread::scope(|scope| {
        scope.spawn(|| {
            // Fast enough for the one to lag, slow enough for the other not to.
            while !stop.load(Ordering::SeqCst) {
                cycle(&domain);
                thread::sleep(std::time::Duration::from_micros(10));
            }
        });
        // The lagging one is always behind while these come.
        for expected in 3..1_000 {
            assert_eq!(receiver.recv().unwrap(), expected);
        }
        stop.store(true, Ordering::SeqCst);
    });
    drop((slow, other));
}

/// A callback that takes nothing of what it is given does not keep the others from their events.
#[test]
fn a_callback_that_takes_nothing_is_asked_again() {
    let _watchdog = Watchdog::new("takes nothing");
    let conn = open("test:///empty");
    let domain = define(&conn, 0);
    let asked = Arc::new(AtomicUsize::new(0));
    let counts = Arc::clone(&asked);
    let refusing = conn.register_batches(WatchOptions::default(), move |_| {
        counts.fetch_add(1, Ordering::SeqCst);
    });
    let (_other, others) = listen(&conn, WatchOptions::default());
    for _ in 0..100 {
        cycle(&domain);
    }
    for expected in 3..=202 {
        assert_eq!(seq(&others.recv().unwrap()), expected);
    }
    while asked.load(Ordering::SeqCst) < 3 {
        thread::yield_now();
    }
    drop(refusing);
}

/// G9: closing waits for a callback that has ended its own registration and goes on.
#[test]
fn close_waits_for_a_callback_that_is_no_longer_registered() {
    let _watchdog = Watchdog::new("close waits");
    let conn = open("test:///empty");
    let domain = define(&conn, 0);
    let own: Arc<Mutex<Option<Registration>>> = Arc::default();
    let inside = Arc::new(AtomicBool::new(false));
    let (entered, has_entered) = channel();
    let (slot, flag) = (Arc::clone(&own), Arc::clone(&inside));
    let callback = move |_: &Record| {
        flag.store(true, Ordering::SeqCst);
        drop(slot.lock().unwrap().take());
        entered.send(()).unwrap();
        thread::sleep(std::time::Duration::from_millis(100));
        flag.store(false, Ordering::SeqCst);
    };
    *own.lock().unwrap() = Some(conn.register(WatchOptions::default(), callback).unwrap());
    domain.start(CreateFlags::empty()).unwrap();
    has_entered.recv().unwrap();
    conn.close();
    assert!(!inside.load(Ordering::SeqCst), "a callback runs after close");
    assert!(conn.watch(WatchOptions::default()).is_err(), "a closed connection has a new watch");
}
