//! G9: inside a callback, and inside the drop of one, everything works.

use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, ThreadId};

use virtwatch::{
    Connection, CreateFlags, DestroyFlags, ErrorCode, ListFlags, Record, Registration, WatchOptions,
};

use super::open;
use super::watchdog::Watchdog;

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deed {
    Register,
    DeregisterSelf,
    DeregisterOther,
    LookUp,
    Change,
    Watch,
    Close,
    DropLastReference,
}

const DEEDS: [Deed; 8] = [
    Deed::Register,
    Deed::DeregisterSelf,
    Deed::DeregisterOther,
    Deed::LookUp,
    Deed::Change,
    Deed::Watch,
    Deed::Close,
    Deed::DropLastReference,
];

/// Where it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Callback,
    /// In the drop of the callback, by the thread that ends the registration.
    Drop,
    /// In the drop of the callback, on the dispatcher's thread.
    DropAfterCallback,
}

/// What a deed needs. Whoever takes something out drops it without the lock.
#[derive(Default)]
struct Stage {
    conn: Mutex<Option<Connection>>,
    own: Mutex<Option<Registration>>,
    others: Mutex<Vec<Registration>>,
}

impl Stage {
    fn conn(&self) -> Connection {
        self.conn.lock().unwrap().clone().unwrap()
    }

    fn end_own(&self) {
        let own = self.own.lock().unwrap().take();
        drop(own);
    }

    fn end_others(&self) {
        let others = std::mem::take(&mut *self.others.lock().unwrap());
        drop(others);
    }

    fn add_other(&self) {
        let other = self.conn().register(WatchOptions::default(), |_| {}).unwrap();
        self.others.lock().unwrap().push(other);
    }

    fn perform(&self, deed: Deed) {
        match deed {
            Deed::Register => self.add_other(),
            Deed::DeregisterSelf => self.end_own(),
            Deed::DeregisterOther => self.end_others(),
            Deed::LookUp => {
                let conn = self.conn();
                let domain = conn.lookup_by_name("test").unwrap();
                assert_eq!(conn.domains(ListFlags::empty()).len(), 1);
                assert!(domain.xml(virtwatch::XmlFlags::empty()).unwrap().contains("test"));
                assert_eq!(conn.audit().unwrap(), 0);
            }
            Deed::Change => {
                let domain = self.conn().lookup_by_name("test").unwrap();
                domain.suspend().unwrap();
                domain.resume().unwrap();
            }
            Deed::Watch => {
                let options = WatchOptions { snapshot: true, ..WatchOptions::default() };
                let mut watch = self.conn().watch(options).unwrap();
                while !matches!(watch.next(None).unwrap(), Some(Record::Synced { .. })) {}
            }
            Deed::Close => self.conn().close(),
            Deed::DropLastReference => {
                self.end_own();
                self.end_others();
                let conn = self.conn.lock().unwrap().take();
                drop(conn);
            }
        }
    }
}

/// What happened, in this order.
#[derive(Debug, PartialEq, Eq)]
enum News {
    Performed,
    Dropped(ThreadId),
}

/// The callback's own: it says when it is dropped, and does its deed then if that is its place.
struct Guest {
    stage: Arc<Stage>,
    deed: Deed,
    place: Place,
    called: bool,
    inside: bool,
    news: Sender<News>,
}

impl Guest {
    fn new(stage: Arc<Stage>, deed: Deed, place: Place, news: Sender<News>) -> Self {
        Self { stage, deed, place, called: false, inside: false, news }
    }

    /// The first call does it.
    fn call(&mut self) {
        if std::mem::replace(&mut self.called, true) {
            return;
        }
        self.inside = true;
        match self.place {
            Place::Callback => {
                self.stage.perform(self.deed);
                self.news.send(News::Performed).unwrap();
            }
            Place::DropAfterCallback => self.stage.end_own(),
            Place::Drop => {}
        }
        self.inside = false;
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        // A panic would not get out of here: the news would not be sent, and the watchdog bite.
        assert!(!self.inside, "dropped before its last frame has returned");
        if self.place != Place::Callback {
            self.stage.perform(self.deed);
            self.news.send(News::Performed).unwrap();
        }
        self.news.send(News::Dropped(thread::current().id())).unwrap();
    }
}

fn document() -> &'static str {
    "<domain type='test'><name>test</name><uuid>00000000-0000-4000-8000-000000000000</uuid>\
     <memory>1</memory><os><type>hvm</type></os></domain>"
}

fn play(deed: Deed, place: Place) {
    let _watchdog = Watchdog::new(&format!("{deed:?} in {place:?}"));
    let stage = Arc::new(Stage::default());
    let conn = open("test:///empty");
    let domain = conn.create_xml(document(), CreateFlags::empty()).unwrap();
    *stage.conn.lock().unwrap() = Some(conn.clone());
    stage.add_other();
    let (news, heard) = channel();
    let (go, may_go) = channel::<()>();
    let mut guest = Guest::new(Arc::clone(&stage), deed, place, news);
    let callback = move |_: &Record| {
        // Not before this thread's references are gone.
        assert!(may_go.recv().is_err());
        guest.call();
    };
    let own = conn.register(WatchOptions::default(), callback).unwrap();
    *stage.own.lock().unwrap() = Some(own);
    domain.suspend().unwrap();
    domain.resume().unwrap();
    drop((domain, conn));
    drop(go);
    if place == Place::Drop {
        stage.end_own();
    }

    assert_eq!(heard.recv().unwrap(), News::Performed);
    if !matches!(deed, Deed::DropLastReference | Deed::Close) {
        // Everything goes on.
        let domain = stage.conn().lookup_by_name("test").unwrap();
        domain.suspend().unwrap();
        let (send, receive) = channel();
        let callback = move |_: &Record| send.send(()).unwrap_or_default();
        let registration = stage.conn().register(WatchOptions::default(), callback).unwrap();
        domain.destroy(DestroyFlags::empty()).unwrap();
        receive.recv().unwrap();
        registration.cancel();
    }
    stage.end_own();
    let dropped = heard.recv().unwrap();
    let here = News::Dropped(thread::current().id());
    match place {
        Place::Drop => assert_eq!(dropped, here),
        Place::DropAfterCallback => assert_ne!(dropped, here),
        Place::Callback => {}
    }
    stage.end_others();
    let conn = stage.conn.lock().unwrap().take();
    assert_eq!(conn.is_none(), deed == Deed::DropLastReference);
    drop(conn);
    assert!(heard.recv().is_err(), "dropped twice");
}

/// G8, G9, G12.
#[test]
fn everything_works_inside_a_callback() {
    for deed in DEEDS {
        play(deed, Place::Callback);
    }
}

/// G8, G9.
#[test]
fn everything_works_in_the_drop_of_a_callback() {
    for deed in DEEDS {
        play(deed, Place::Drop);
    }
}

/// G8, G9.
#[test]
fn everything_works_in_the_drop_of_a_callback_that_ended_itself() {
    for deed in DEEDS {
        play(deed, Place::DropAfterCallback);
    }
}

/// G8, G9: many at a time, with events coming in.
#[test]
fn callbacks_that_end_themselves_while_events_come_are_dropped_once() {
    let _watchdog = Watchdog::new("end themselves");
    let conn = open("test:///empty");
    let domain = conn.create_xml(document(), CreateFlags::empty()).unwrap();
    for _ in 0..50 {
        let stages: Vec<_> = (0..8).map(|_| Arc::new(Stage::default())).collect();
        let (news, heard) = channel();
        for stage in &stages {
            *stage.conn.lock().unwrap() = Some(conn.clone());
            let (stage_of_guest, news) = (Arc::clone(stage), news.clone());
            let (deed, place) = (Deed::DeregisterSelf, Place::Callback);
            let mut guest = Guest::new(stage_of_guest, deed, place, news);
            let callback = move |_: &Record| guest.call();
            let own = conn.register(WatchOptions::default(), callback).unwrap();
            *stage.own.lock().unwrap() = Some(own);
        }
        drop(news);
        domain.suspend().unwrap();
        domain.resume().unwrap();
        let heard: Vec<_> = heard.iter().collect();
        let dropped = heard.iter().filter(|news| matches!(news, News::Dropped(_))).count();
        assert_eq!(dropped, 8);
    }
}

/// A closed connection can still be asked; its watches and callbacks are over.
#[test]
fn a_closed_connection_tells_nothing_more() {
    let _watchdog = Watchdog::new("closed");
    let conn = open("test:///empty");
    let mut watch = conn.watch(WatchOptions::default()).unwrap();
    let (news, heard) = channel();
    let callback = move |_: &Record| news.send(()).unwrap();
    let registration = conn.register(WatchOptions::default(), callback).unwrap();
    conn.close();
    conn.create_xml(document(), CreateFlags::empty()).unwrap();
    assert!(heard.recv().is_err(), "called after close");
    assert_eq!(watch.next(None).unwrap_err().code(), ErrorCode::OperationAborted);
    registration.cancel();
}
