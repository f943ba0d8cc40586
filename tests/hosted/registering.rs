//! Registering, sharing, ending.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex, mpsc};
use std::thread::ScopedJoinHandle;
use std::time::Duration;

use virtwatch::{
    Answer, Connection, Error, ErrorCode, EventType, EventTypes, Host, Hypervisor, Request,
    register_driver, unregister_driver,
};

use super::fake::{ALL, Driver, xml};

/// It does nothing but say what it reports.
struct Mute(EventTypes);

impl Hypervisor for Mute {
    fn native(&self) -> EventTypes {
        self.0
    }

    fn open(&self, _: &Host, _: &str) -> Result<(), Error> {
        Ok(())
    }

    fn operate(&self, _: &Host, _: &Request<'_>) -> Result<Answer, Error> {
        Ok(Answer::Done)
    }
}

#[test]
fn a_driver_of_which_nobody_could_know_the_domains_is_refused() {
    use EventType::{Added, Defined, Started, Stopped, Suspended};
    let types = |types: &[EventType]| types.iter().copied().collect::<EventTypes>();
    for (native, named) in [
        (types(&[]), "started"),
        (types(&[Started]), "stopped"),
        (types(&[Started, Stopped, Defined]), "undefined"),
        (types(&[Started, Stopped, Suspended]), "resumed"),
        (types(&[Started, Stopped, Added]), "added"),
    ] {
        let error = register_driver("mute", Mute(native)).unwrap_err();
        assert_eq!(error.code(), ErrorCode::InvalidArg);
        assert!(error.message().contains(named), "{error}");
    }
    for scheme in ["", "Upper", "1a", "a b", "test", "a:"] {
        let error = register_driver(scheme, Mute(ALL)).unwrap_err();
        assert_eq!(error.code(), ErrorCode::InvalidArg, "{scheme}");
        assert!(error.message().contains("scheme"), "{error}");
    }
    register_driver("mute", Mute(ALL)).unwrap();
    let twice = register_driver("mute", Mute(ALL)).unwrap_err();
    assert_eq!(twice.code(), ErrorCode::OperationInvalid);
    unregister_driver("mute").unwrap();
    assert_eq!(unregister_driver("mute").unwrap_err().code(), ErrorCode::InvalidArg);
    assert_eq!(Connection::open("mute:///").unwrap_err().code(), ErrorCode::NoConnect);
}

/// One host for each URI, shared by all its connections, gone with the last.
#[test]
fn connections_to_a_uri_share_a_host() {
    let driver = Driver::register(ALL, false);
    let connections: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| driver.connect())).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(driver.shared.opened.load(Ordering::SeqCst), 1);
    assert!(connections.iter().all(|conn| conn.shares_registry_with(&connections[0])));
    let other = Connection::open(&format!("{}:///other", driver.scheme)).unwrap();
    assert!(!other.shares_registry_with(&connections[0]));
    assert_eq!(other.driver_type(), driver.scheme.to_uppercase());
    drop(connections);
    assert_eq!(driver.shared.closed.load(Ordering::SeqCst), 1);
    drop(other);
    assert_eq!(driver.shared.closed.load(Ordering::SeqCst), 2);
    driver.connect();
    assert_eq!(driver.shared.opened.load(Ordering::SeqCst), 3);
    assert_eq!(driver.shared.dropped.load(Ordering::SeqCst), 0);
    unregister_driver(&driver.scheme).unwrap();
    assert_eq!(driver.shared.dropped.load(Ordering::SeqCst), 1);
}

/// Opens its own URI where it must not, and ends itself where it may.
struct Selfish {
    tried: Arc<Mutex<Option<Error>>>,
}

impl Hypervisor for Selfish {
    fn native(&self) -> EventTypes {
        ALL
    }

    fn open(&self, _: &Host, uri: &str) -> Result<(), Error> {
        *self.tried.lock().unwrap() = Connection::open(uri).err();
        Ok(())
    }

    fn operate(&self, _: &Host, _: &Request<'_>) -> Result<Answer, Error> {
        unregister_driver("selfish")?;
        Ok(Answer::Done)
    }
}

impl Drop for Selfish {
    fn drop(&mut self) {
        *self.tried.lock().unwrap() = None;
    }
}

#[test]
fn a_driver_may_end_itself_and_never_waits_for_itself() {
    let tried = Arc::new(Mutex::new(None));
    register_driver("selfish", Selfish { tried: Arc::clone(&tried) }).unwrap();
    let conn = Connection::open("selfish:///").unwrap();
    let refused = tried.lock().unwrap().take().unwrap();
    assert_eq!(refused.code(), ErrorCode::OperationInvalid);
    *tried.lock().unwrap() = Some(refused);
    drop(conn.define_xml(&xml(0)));
    assert_eq!(*tried.lock().unwrap(), None, "dropped when its last method had returned");
    assert!(!conn.is_alive());
}

/// On return from unregistering the hypervisor has been dropped, also where the last call ends in
/// another thread at that moment.
#[test]
fn who_unregisters_waits_for_the_last_call_to_let_go() {
    for _ in 0..300 {
        let driver = Driver::register(ALL, false);
        let conn = driver.connect();
        let (entered, enters) = mpsc::channel();
        let (let_go, go) = mpsc::channel::<()>();
        let go = Mutex::new(go);
        driver.shared.on_operate(move |_, _| {
            entered.send(()).unwrap();
            go.lock().unwrap().recv().unwrap();
            Ok(Answer::Done)
        });
        std::thread::scope(|scope| {
            scope.spawn(|| drop(conn.define_xml(&xml(0))));
            enters.recv().unwrap();
            scope.spawn(|| {
                unregister_driver(&driver.scheme).unwrap();
                assert_eq!(driver.shared.dropped.load(Ordering::SeqCst), 1);
            });
            std::thread::sleep(Duration::from_micros(200));
            let_go.send(()).unwrap();
        });
    }
}

/// Its URIs need one of another scheme.
struct Needs {
    other: &'static str,
    both: Arc<Barrier>,
    refused: Arc<AtomicUsize>,
}

impl Hypervisor for Needs {
    fn native(&self) -> EventTypes {
        ALL
    }

    fn open(&self, _: &Host, _: &str) -> Result<(), Error> {
        self.both.wait();
        if let Err(error) = Connection::open(self.other) {
            assert_eq!(error.code(), ErrorCode::OperationInvalid);
            self.refused.fetch_add(1, Ordering::SeqCst);
        }
        Ok(())
    }

    fn operate(&self, _: &Host, _: &Request<'_>) -> Result<Answer, Error> {
        Ok(Answer::Done)
    }
}

/// Two URIs that each open the other: one is refused, and neither hangs.
#[test]
fn openings_do_not_wait_in_a_circle() {
    let uris = ["needs1:///", "needs2:///"];
    let (both, refused) = (Arc::new(Barrier::new(2)), Arc::new(AtomicUsize::new(0)));
    for (scheme, other) in [("needs1", uris[1]), ("needs2", uris[0])] {
        let (both, refused) = (Arc::clone(&both), Arc::clone(&refused));
        register_driver(scheme, Needs { other, both, refused }).unwrap();
    }
    std::thread::scope(|scope| {
        let opened = uris.map(|uri| scope.spawn(move || Connection::open(uri).unwrap()));
        let connections = opened.map(ScopedJoinHandle::join);
        assert!(connections.iter().all(Result::is_ok));
    });
    assert_eq!(refused.load(Ordering::SeqCst), 1);
    for scheme in ["needs1", "needs2"] {
        unregister_driver(scheme).unwrap();
    }
}
