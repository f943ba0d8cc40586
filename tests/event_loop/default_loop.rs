//! The default loop by itself, from Rust.

use std::io::Write;
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use virtwatch::{DefaultLoop, Readiness};

use super::watchdog::Watchdog;

/// A panic ends the call, not the loop, and the callback is called again.
#[test]
fn a_panicking_callback_is_called_again() {
    let _watchdog = Watchdog::new("panics in the loop");
    let event_loop = DefaultLoop::default();
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let timer = event_loop.add_timeout(Some(Duration::ZERO), move |_| {
        assert!(counted.fetch_add(1, Ordering::SeqCst) != 0, "as a test expects");
    });
    event_loop.run().unwrap();
    event_loop.run().unwrap();
    assert_eq!(calls.load(Ordering::SeqCst), 2);
    assert!(event_loop.remove_timeout(timer) && !event_loop.remove_timeout(timer));
}

/// A timer is never early.
#[test]
fn a_timer_waits_for_its_time() {
    let _watchdog = Watchdog::new("a timer");
    let event_loop = DefaultLoop::default();
    let frequency = Duration::from_millis(5);
    let begun = Instant::now();
    let (sender, calls) = channel();
    event_loop.add_timeout(Some(frequency), move |_| sender.send(()).unwrap());
    for number in 1..=3 {
        while calls.try_recv().is_err() {
            event_loop.run().unwrap();
        }
        assert!(begun.elapsed() >= number * frequency);
    }
}

/// A descriptor is told as often as it is ready, by its number, until it is removed; what was
/// registered with it is dropped in the loop.
#[test]
fn a_handle_is_told_while_it_is_ready() {
    struct Drops(Sender<ThreadId>);
    impl Drop for Drops {
        fn drop(&mut self) {
            self.0.send(thread::current().id()).unwrap();
        }
    }

    let _watchdog = Watchdog::new("a handle");
    let event_loop = Arc::new(DefaultLoop::default());
    let (mut near, far) = UnixStream::pair().unwrap();
    let (sender, dropped) = channel();
    let drops = Drops(sender);
    let told = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&told);
    let watch = event_loop.add_handle(far.as_raw_fd(), Readiness::READABLE, move |id, found| {
        let _ = &drops;
        log.lock().unwrap().push((id, found));
    });
    near.write_all(b"a").unwrap();
    event_loop.run().unwrap();
    assert!(event_loop.update_handle(watch, Readiness::READABLE | Readiness::WRITABLE));
    event_loop.run().unwrap();
    let both = Readiness::READABLE | Readiness::WRITABLE;
    assert_eq!(*told.lock().unwrap(), [(watch, Readiness::READABLE), (watch, both)]);
    assert!(event_loop.remove_handle(watch) && !event_loop.update_handle(watch, both));
    assert!(dropped.try_recv().is_err(), "dropped outside of the loop");
    let runner = Arc::clone(&event_loop);
    let runs = thread::spawn(move || {
        runner.run().unwrap();
        thread::current().id()
    });
    assert_eq!(dropped.recv().unwrap(), runs.join().unwrap());
    assert_eq!(told.lock().unwrap().len(), 2);
}
