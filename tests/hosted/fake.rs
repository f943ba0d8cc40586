//! A hypervisor under test: domains in memory that the test moves behind the registry's back.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use virtwatch::{
    Answer, Connection, Error, ErrorCode, ErrorDomain, Event, EventType, EventTypes, Host,
    Hypervisor, Listed, Record, Request, RequestKind, Result, Status, Uuid, Watch, WatchOptions,
    register_driver, unregister_driver,
};

/// What the hypervisor knows of a domain.
#[derive(Debug, Clone)]
pub(crate) struct Vm {
    pub(crate) name: String,
    pub(crate) persistent: bool,
    pub(crate) status: Status,
    pub(crate) id: Option<i32>,
    pub(crate) xml: Option<String>,
}

type Operate = dyn Fn(&Host, &Request<'_>) -> Result<Answer> + Send + Sync;

/// What the test shares with its hypervisor.
pub(crate) struct Shared {
    pub(crate) vms: Mutex<BTreeMap<Uuid, Vm>>,
    pub(crate) host: Mutex<Option<Host>>,
    pub(crate) unreachable: AtomicBool,
    pub(crate) opened: AtomicUsize,
    pub(crate) closed: AtomicUsize,
    pub(crate) dropped: AtomicUsize,
    pub(crate) listings: AtomicUsize,
    pub(crate) requests: Mutex<Vec<RequestKind>>,
    operate: Mutex<Arc<Operate>>,
    during_list: Mutex<Option<Box<dyn FnOnce() + Send>>>,
}

impl Shared {
    pub(crate) fn host(&self) -> Host {
        self.host.lock().unwrap().clone().unwrap()
    }

    /// How requests are answered from now on.
    pub(crate) fn on_operate(
        &self,
        operate: impl Fn(&Host, &Request<'_>) -> Result<Answer> + Send + Sync + 'static,
    ) {
        *self.operate.lock().unwrap() = Arc::new(operate);
    }

    /// What happens in the next listing, after the domains were looked at.
    pub(crate) fn during_list(&self, run: impl FnOnce() + Send + 'static) {
        *self.during_list.lock().unwrap() = Some(Box::new(run));
    }

    pub(crate) fn set(&self, number: u128, vm: Option<Vm>) {
        let mut vms = self.vms.lock().unwrap();
        match vm {
            Some(vm) => drop(vms.insert(uuid(number), vm)),
            None => drop(vms.remove(&uuid(number))),
        }
    }

    /// Waits for listings that began after this.
    pub(crate) fn wait_for_listings(&self, more: usize) {
        let until = self.listings.load(Ordering::SeqCst) + more;
        while self.listings.load(Ordering::SeqCst) < until {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

struct Fake {
    native: EventTypes,
    lists: bool,
    shared: Arc<Shared>,
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.shared.dropped.fetch_add(1, Ordering::SeqCst);
    }
}

impl Hypervisor for Fake {
    fn native(&self) -> EventTypes {
        self.native
    }

    fn open(&self, host: &Host, _uri: &str) -> Result<()> {
        if self.shared.unreachable.load(Ordering::SeqCst) {
            return Err(unreachable());
        }
        self.shared.opened.fetch_add(1, Ordering::SeqCst);
        *self.shared.host.lock().unwrap() = Some(host.clone());
        Ok(())
    }

    fn close(&self, _host: &Host) {
        self.shared.closed.fetch_add(1, Ordering::SeqCst);
    }

    fn operate(&self, host: &Host, request: &Request<'_>) -> Result<Answer> {
        self.shared.requests.lock().unwrap().push(request.kind);
        let operate = Arc::clone(&self.shared.operate.lock().unwrap());
        operate(host, request)
    }

    fn lists(&self) -> bool {
        self.lists
    }

    fn list(&self, _host: &Host, each: &mut dyn FnMut(Listed<'_>) -> Result<()>) -> Result<()> {
        let vms = self.shared.vms.lock().unwrap().clone();
        let during_list = self.shared.during_list.lock().unwrap().take();
        if let Some(run) = during_list {
            run();
        }
        let reachable = !self.shared.unreachable.load(Ordering::SeqCst);
        for (uuid, vm) in vms.iter().filter(|_| reachable) {
            let Vm { name, persistent, status, id, xml } = vm;
            each(Listed {
                uuid: *uuid,
                name,
                persistent: *persistent,
                status: *status,
                id: *id,
                xml: xml.as_deref(),
            })?;
        }
        self.shared.listings.fetch_add(1, Ordering::SeqCst);
        if reachable { Ok(()) } else { Err(unreachable()) }
    }
}

fn unreachable() -> Error {
    Error::new(ErrorCode::OperationFailed, ErrorDomain::None, "nobody answers")
}

/// A registered hypervisor with a scheme of its own.
pub(crate) struct Driver {
    pub(crate) scheme: String,
    pub(crate) shared: Arc<Shared>,
}

impl Driver {
    /// One that reports these types, and lists or not.
    pub(crate) fn register(native: EventTypes, lists: bool) -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let scheme = format!("fake{}", NUMBER.fetch_add(1, Ordering::SeqCst));
        let shared = Arc::new(Shared {
            vms: Mutex::default(),
            host: Mutex::default(),
            unreachable: AtomicBool::new(false),
            opened: AtomicUsize::new(0),
            closed: AtomicUsize::new(0),
            dropped: AtomicUsize::new(0),
            listings: AtomicUsize::new(0),
            requests: Mutex::default(),
            operate: Mutex::new(Arc::new(|_: &Host, _: &Request<'_>| Ok(Answer::Done))),
            during_list: Mutex::default(),
        });
        let fake = Fake { native, lists, shared: Arc::clone(&shared) };
        register_driver(&scheme, fake).unwrap();
        Self { scheme, shared }
    }

    pub(crate) fn connect(&self) -> Connection {
        Connection::open(&self.uri()).unwrap()
    }

    pub(crate) fn uri(&self) -> String {
        format!("{}:///system", self.scheme)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        drop(unregister_driver(&self.scheme));
    }
}

pub(crate) const ALL: EventTypes = EventTypes::LIBVIRT;

pub(crate) fn life_only() -> EventTypes {
    EventTypes::from_iter([EventType::Started, EventType::Stopped])
}

pub(crate) fn uuid(number: u128) -> Uuid {
    Uuid::from_u128(0x4000_8000_0000_0000_0000 + number)
}

pub(crate) fn xml(number: u128) -> String {
    format!(
        "<domain type='test'><name>vm{number}</name><uuid>{}</uuid><memory>1</memory>\
         <os><type>hvm</type></os></domain>",
        uuid(number)
    )
}

pub(crate) fn vm(number: u128, persistent: bool, status: Status) -> Vm {
    Vm { name: format!("vm{number}"), persistent, status, id: None, xml: None }
}

pub(crate) fn watch(conn: &Connection) -> Watch {
    conn.watch(WatchOptions { snapshot: true, ..WatchOptions::default() }).unwrap()
}

/// All that can be read now.
pub(crate) fn drain(watch: &mut Watch) -> Vec<Record> {
    std::iter::from_fn(|| watch.next(Some(Duration::ZERO)).unwrap()).collect()
}

/// The events that can be read now.
pub(crate) fn events(watch: &mut Watch) -> Vec<Event> {
    let records = drain(watch).into_iter();
    records
        .filter_map(|record| match record {
            Record::Event(event) => Some(event),
            _ => None,
        })
        .collect()
}

/// Waits for the next event.
pub(crate) fn event(watch: &mut Watch) -> Event {
    loop {
        if let Some(Record::Event(event)) = watch.next(None).unwrap() {
            return event;
        }
    }
}

/// The events as text.
pub(crate) fn told(events: &[Event]) -> Vec<String> {
    events.iter().map(|event| event.kind.to_string()).collect()
}
