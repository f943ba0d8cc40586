//! What a callback that hangs holds up.

use std::sync::atomic::Ordering;

use virtwatch::WatchOptions;

use super::dispatch::{hang, listen, seq};
use super::numbered::define;
use super::open;
use super::watchdog::Watchdog;

/// G10: a callback that hangs delays the callbacks of its own connection only; no watch and no
/// writer waits for it.
#[test]
fn a_hanging_callback_delays_only_its_own_connection() {
    let _watchdog = Watchdog::new("a hanging callback");
    let [first, second] = [0, 1].map(|_| open("test:///default"));
    assert!(first.shares_registry_with(&second));
    let (hanging, inside, go, running) = hang(&first);
    let (_own, own) = listen(&first, WatchOptions::default());
    let (_others, others) = listen(&second, WatchOptions::default());
    let mut watch = first.watch(WatchOptions::default()).unwrap();
    let begun = first.cursor().seq;
    define(&second, 0);
    inside.recv().unwrap();
    for number in 1..100 {
        define(&first, number);
    }
    for expected in begun + 1..=begun + 200 {
        assert_eq!(seq(&others.recv().unwrap()), expected);
        assert_eq!(seq(&watch.next(None).unwrap().unwrap()), expected);
    }
    assert!(running.load(Ordering::SeqCst));
    drop(go);
    hanging.cancel();
    for expected in begun + 1..=begun + 200 {
        assert_eq!(seq(&own.recv().unwrap()), expected);
    }
}
