#![forbid(unsafe_code)]
//! A face of an instance: what a program opens.

mod autodestroy;
mod domain;
mod list;
mod registration;
mod watch;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use self::autodestroy::Autodestroy;
pub use self::domain::{Domain, XmlFlags};
pub use self::list::ListFlags;
pub use self::registration::Registration;
use self::watch::Controls;
pub use self::watch::{Canceller, Watch};
use crate::dispatch::{self, Callback, Deliver, Dispatcher, NoticeCallback};
use crate::domain::{Config, Facts, Tie};
use crate::driver::{CreateFlags, MigrateFlags, Operation, SaveFlags};
use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::event::{Cursor, EventSupport, EventType, Notice, Record};
use crate::instance::Instance;
use crate::registry::{Reader, Registry, Source, Stats, WatchOptions};
use crate::sync::Mutex;
use crate::sys;

/// The environment variables that name the default URI, ours first.
const DEFAULT_URI: [&str; 2] = ["VIRTWATCH_DEFAULT_URI", "LIBVIRT_DEFAULT_URI"];

/// A connection to a source of domains.
///
/// Cheap to clone; all clones are the same connection. Every method may be called from any thread,
/// also inside callbacks. Domains, watches and registrations keep their connection open.
#[derive(Debug, Clone)]
pub struct Connection {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    // Fields are dropped in this order: no callback outlives the instance.
    autodestroy: Autodestroy,
    dispatcher: Dispatcher,
    instance: Arc<Instance>,
    read_only: bool,
    /// Whom to cancel on close; `None` once closed.
    watches: Mutex<Option<Controls>>,
}

impl Connection {
    /// Opens a connection (`virConnectOpen`).
    ///
    /// `test:///default` is one registry per process with one running domain, `test:///empty` and
    /// `test:///PATH` are registries of this connection alone. An empty URI stands for the default
    /// one: `VIRTWATCH_DEFAULT_URI`, then `LIBVIRT_DEFAULT_URI`.
    ///
    /// # Errors
    /// NO_CONNECT: no driver takes the URI. INVALID_ARG: the URI is incomplete, or there is no
    /// default. ARGUMENT_UNSUPPORTED: the parameter `state`; others are ignored, as in libvirt.
    /// XML_ERROR and others: the file that it names is not a `<node>` document.
    pub fn open(uri: &str) -> Result<Self> {
        Self::open_as(uri, false)
    }

    /// Opens a connection that can watch and look up, but change nothing
    /// (`virConnectOpenReadOnly`).
    ///
    /// # Errors
    /// As [`Connection::open`].
    pub fn open_read_only(uri: &str) -> Result<Self> {
        Self::open_as(uri, true)
    }

    fn open_as(uri: &str, read_only: bool) -> Result<Self> {
        let instance = if uri.is_empty() {
            let default = DEFAULT_URI
                .iter()
                .find_map(|name| std::env::var(name).ok().filter(|uri| !uri.is_empty()));
            Instance::open(&default.ok_or_else(|| {
                Error::invalid_arg(format!(
                    "no URI was given, and neither {} nor {} is set",
                    DEFAULT_URI[0], DEFAULT_URI[1]
                ))
            })?)?
        } else {
            Instance::open(uri)?
        };
        let inner = Inner {
            autodestroy: Autodestroy::new(Arc::clone(&instance)),
            dispatcher: Dispatcher::new(Arc::clone(instance.registry()), dispatch::registered()),
            instance,
            read_only,
            watches: Mutex::new(Some(Controls::default())),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Cancels the watches of this connection, ends its registrations, for good, and the runs that
    /// end with it. On return no callback runs, unless this is called inside one. Look-ups and
    /// operations still work.
    pub fn close(&self) {
        let watches = self.inner.watches.lock().take();
        if let Some(watches) = watches {
            watches.cancel();
        }
        self.inner.dispatcher.clear();
        self.inner.autodestroy.end();
    }

    /// Refuses to begin what [`Connection::close`] would have ended.
    fn open_for_readers(&self) -> Result<()> {
        if self.inner.watches.lock().is_none() {
            return Err(Error::not_valid("the connection is closed"));
        }
        Ok(())
    }

    /// The URI, as it was opened first (`virConnectGetURI`).
    pub fn uri(&self) -> &str {
        self.inner.instance.uri()
    }

    /// The name of the driver, `TEST` (`virConnectGetType`).
    pub fn driver_type(&self) -> &str {
        self.inner.instance.driver().type_name()
    }

    /// The part of the library that speaks for the driver in errors.
    pub fn error_domain(&self) -> ErrorDomain {
        self.inner.instance.driver().error_domain()
    }

    /// The version of the hypervisor: 1,000,000 × major + 1,000 × minor + micro
    /// (`virConnectGetVersion`). The test driver's is 2, as in libvirt.
    ///
    /// # Errors
    /// NO_SUPPORT: the driver does not tell it.
    pub fn version(&self) -> Result<u64> {
        self.inner.instance.driver().version()
    }

    /// What the host and its hypervisor can do, as a `<capabilities>` document
    /// (`virConnectGetCapabilities`).
    ///
    /// # Errors
    /// NO_SUPPORT: the driver does not tell it.
    pub fn capabilities(&self) -> Result<String> {
        self.inner.instance.driver().capabilities()
    }

    /// Whether nobody on the way to the source can listen or interfere (`virConnectIsSecure`); one
    /// in this process is as secure as it gets.
    pub fn is_secure(&self) -> bool {
        self.inner.instance.driver().is_secure()
    }

    /// Whether what goes over the way to the source is encrypted (`virConnectIsEncrypted`); to one
    /// in this process there is no way.
    pub fn is_encrypted(&self) -> bool {
        self.inner.instance.driver().is_encrypted()
    }

    /// Asks the other end for a sign of life after every `interval` of silence, and gives it up
    /// after `count` without one (`virConnectSetKeepAlive`).
    ///
    /// # Errors
    /// NO_SUPPORT: there is no other end.
    pub fn keep_alive(&self, interval: Duration, count: u32) -> Result<()> {
        self.inner.instance.driver().keep_alive(interval, count)
    }

    /// The name of the host that the domains run on (`virConnectGetHostname`).
    ///
    /// # Errors
    /// SYSTEM_ERROR.
    pub fn hostname(&self) -> Result<String> {
        sys::hostname().map_err(|cause| Error::system("cannot get the host's name", &cause))
    }

    /// Whether the connection may only watch and look up.
    pub fn is_read_only(&self) -> bool {
        self.inner.read_only
    }

    /// Whether the source can be reached (`virConnectIsAlive`). Where it cannot, its domains stay
    /// listed as they were known last (G6).
    pub fn is_alive(&self) -> bool {
        self.registry().source() == Source::Up
    }

    /// Whether two connections share one registry.
    pub fn shares_registry_with(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.inner.instance, &other.inner.instance)
    }

    /// The place of the last event.
    pub fn cursor(&self) -> Cursor {
        self.inner.instance.registry().cursor()
    }

    /// Which journal: drawn at random when the registry was made.
    pub fn epoch(&self) -> Uuid {
        self.inner.instance.registry().epoch()
    }

    /// Stores a configuration: a new domain, or another configuration of a known one
    /// (`virDomainDefineXML`).
    ///
    /// # Errors
    /// What is wrong with the document, or OPERATION_FAILED: name or UUID belong to another domain.
    pub fn define_xml(&self, xml: &str) -> Result<Domain> {
        self.writable("DomainDefineXML")?;
        self.domain_by(Operation::Define(Arc::new(Config::parse(xml)?)))
    }

    /// Starts a domain without storing its configuration (`virDomainCreateXML`). With AUTODESTROY it
    /// is destroyed when the connection is closed or gone: the last clone, and all that keeps it open.
    ///
    /// # Errors
    /// As [`Connection::define_xml`]; OPERATION_INVALID: it is active already. INVALID_ARG:
    /// FORCE_BOOT, BYPASS_CACHE.
    pub fn create_xml(&self, xml: &str, flags: CreateFlags) -> Result<Domain> {
        self.writable("DomainCreateXML")?;
        if flags.intersects(CreateFlags::FORCE_BOOT | CreateFlags::BYPASS_CACHE) {
            let text = "flags FORCE_BOOT and BYPASS_CACHE need a stored configuration";
            return Err(Error::invalid_arg(text));
        }
        let config = Arc::new(Config::parse(xml)?);
        self.domain_by(Operation::CreateXml(config, flags, self.tie(flags)))
    }

    /// Starts a domain from a saved state (`virDomainRestoreFlags`).
    ///
    /// # Errors
    /// SYSTEM_ERROR or OPERATION_FAILED: the file cannot be read or is no image; as
    /// [`Connection::create_xml`]. INVALID_ARG: RUNNING and PAUSED together.
    pub fn restore(&self, path: &Path, flags: SaveFlags) -> Result<Domain> {
        self.writable("DomainRestore")?;
        exclusive(flags)?;
        self.domain_by(Operation::Restore(path, flags))
    }

    /// The domain with that name (`virDomainLookupByName`).
    ///
    /// # Errors
    /// NO_DOMAIN.
    pub fn lookup_by_name(&self, name: &str) -> Result<Domain> {
        let facts = self.registry().facts_by_name(name);
        self.found(facts, || format!("no domain with matching name '{name}'"))
    }

    /// The domain with that UUID (`virDomainLookupByUUID`).
    ///
    /// # Errors
    /// NO_DOMAIN.
    pub fn lookup_by_uuid(&self, uuid: Uuid) -> Result<Domain> {
        let facts = self.registry().facts(uuid);
        Ok(Domain::new(self, facts.ok_or_else(|| self.no_such_uuid(uuid))?))
    }

    /// The active domain with that id (`virDomainLookupByID`).
    ///
    /// # Errors
    /// NO_DOMAIN. INVALID_ARG: a negative id.
    pub fn lookup_by_id(&self, id: i32) -> Result<Domain> {
        if id < 0 {
            return Err(Error::invalid_arg("id must be zero or greater"));
        }
        let facts = self.registry().facts_by_id(id);
        self.found(facts, || format!("no domain with matching id {id}"))
    }

    /// The domains that `flags` select, in no order (`virConnectListAllDomains`).
    pub fn domains(&self, flags: ListFlags) -> Vec<Domain> {
        self.facts(flags).into_iter().map(|facts| Domain::new(self, facts)).collect()
    }

    /// What is known of the domains that `flags` select, in no order.
    ///
    /// A long listing lets changes in between. For the exact state at one moment, and everything
    /// after it, take a watch with a snapshot.
    pub fn facts(&self, flags: ListFlags) -> Vec<Facts> {
        self.registry().list(|entry| flags.select(entry).then(|| entry.facts.clone()))
    }

    /// Watches the domains.
    ///
    /// # Errors
    /// OPERATION_INVALID: the connection is closed.
    pub fn watch(&self, options: WatchOptions) -> Result<Watch> {
        self.open_for_readers()?;
        let watch = Watch::new(self.clone(), options);
        match &mut *self.inner.watches.lock() {
            Some(watches) => watches.add(watch.control()),
            None => watch.canceller().cancel(),
        }
        Ok(watch)
    }

    /// Registers a callback for the records of a watch; the registration ends when what is returned
    /// is dropped. It runs in the event loop that was registered (`register_event_loop`) before the
    /// connection was opened, else on a thread of the connection, one call at a time.
    ///
    /// Inside a callback everything may be called. A callback that hangs delays the other callbacks
    /// of its connection or its loop, and nothing else.
    ///
    /// # Errors
    /// SYSTEM_ERROR: the thread could not be started, or there are too many file descriptors.
    /// INTERNAL_ERROR: the event loop refused. OPERATION_INVALID: the connection is closed.
    pub fn register(
        &self,
        options: WatchOptions,
        callback: impl FnMut(&Record) + Send + 'static,
    ) -> Result<Registration> {
        let id = self.register_by_id(options, |_| Box::new(callback))?;
        Ok(Registration::new(self.clone(), id))
    }

    /// The same for programs that are dear to enter, such as an interpreter: the callback is given
    /// the records that are due, one or many, and takes all of them.
    ///
    /// # Errors
    /// As [`Connection::register`].
    pub fn register_batches(
        &self,
        options: WatchOptions,
        callback: impl FnMut(&mut dyn Iterator<Item = Record>) + Send + 'static,
    ) -> Result<Registration> {
        let id = self.deliver(options, |_| Deliver::Batch(Box::new(callback)))?;
        Ok(Registration::new(self.clone(), id))
    }

    /// The same for faces that know registrations by number. The callback has to keep the
    /// connection open if it is to go on; it is made, and told its number, only when nothing can
    /// fail any more.
    pub(crate) fn register_by_id(
        &self,
        options: WatchOptions,
        callback: impl FnOnce(i32) -> Callback,
    ) -> Result<i32> {
        self.deliver(options, |id| Deliver::Each(callback(id)))
    }

    /// Registers a callback for what is told beside the lifecycle, of one domain or of all. It runs as
    /// the callbacks for records do. Of one that is more than 1,024 notices behind, the oldest are
    /// dropped.
    ///
    /// # Errors
    /// As [`Connection::register`].
    pub fn register_notices(
        &self,
        uuid: Option<Uuid>,
        callback: impl FnMut(&Notice) + Send + 'static,
    ) -> Result<Registration> {
        let id = self.register_notices_by_id(uuid, |_| Box::new(callback))?;
        Ok(Registration::new(self.clone(), id))
    }

    /// The same for faces that know registrations by number.
    pub(crate) fn register_notices_by_id(
        &self,
        uuid: Option<Uuid>,
        callback: impl FnOnce(i32) -> NoticeCallback,
    ) -> Result<i32> {
        self.register_with(|dispatcher, id| dispatcher.register_notices(id, uuid, callback(id)))
    }

    fn deliver(&self, options: WatchOptions, deliver: impl FnOnce(i32) -> Deliver) -> Result<i32> {
        self.register_with(|dispatcher, id| {
            let reader = Reader::new(Arc::clone(self.inner.instance.registry()), options);
            dispatcher.register(id, reader, deliver(id));
        })
    }

    /// Registers something under a new number.
    fn register_with(&self, register: impl FnOnce(&Dispatcher, i32)) -> Result<i32> {
        self.open_for_readers()?;
        self.inner.dispatcher.reserve()?;
        let id = self.inner.instance.next_callback();
        register(&self.inner.dispatcher, id);
        if let Err(closed) = self.open_for_readers() {
            // Closed meanwhile: either that has ended it, or this does.
            drop(self.deregister(id, true));
            return Err(closed);
        }
        Ok(id)
    }

    /// Ends the registration with that number, see [`Registration::cancel`]; without `wait` it
    /// never waits, as if inside a callback.
    ///
    /// # Errors
    /// INVALID_ARG: there is no such registration, or no more.
    pub(crate) fn deregister(&self, id: i32, wait: bool) -> Result<()> {
        self.inner.dispatcher.deregister(id, wait)
    }

    /// What the source can tell about events of a type (RFC, last paragraph).
    pub fn event_support(&self, event_type: EventType) -> EventSupport {
        self.inner.instance.driver().support(event_type)
    }

    /// Checks the registry against the fold of its journal, and against a listing of the source
    /// where that is another. Returns how many domains differed; those that differed from the
    /// source are led to what it says, by events of origin RESYNC.
    ///
    /// # Errors
    /// The source could not be listed.
    pub fn audit(&self) -> Result<u64> {
        self.inner.instance.audit()
    }

    /// Figures of the registry.
    pub fn stats(&self) -> Stats {
        self.registry().stats()
    }

    fn registry(&self) -> &Registry {
        self.inner.instance.registry()
    }

    fn found(&self, facts: Option<Facts>, what: impl FnOnce() -> String) -> Result<Domain> {
        let no_domain = || Error::no_domain(what()).of_driver(self.error_domain());
        Ok(Domain::new(self, facts.ok_or_else(no_domain)?))
    }

    /// NO_DOMAIN for a UUID.
    fn no_such_uuid(&self, uuid: Uuid) -> Error {
        Error::no_such_uuid(uuid).of_driver(self.error_domain())
    }

    /// Refuses `function` on a read-only connection.
    fn writable(&self, function: &str) -> Result<()> {
        if self.inner.read_only {
            let info = format!("read only access prevents {function}");
            return Err(Error::new(ErrorCode::OperationDenied, ErrorDomain::Domain, info));
        }
        Ok(())
    }

    /// Has the driver carry out an operation.
    fn operate(&self, operation: Operation<'_>) -> Result<Facts> {
        self.inner.instance.operate(operation)
    }

    /// Has a domain moved to another source.
    fn migrate(
        &self,
        uuid: Uuid,
        destination: &Self,
        flags: MigrateFlags,
        name: Option<&str>,
    ) -> Result<Facts> {
        self.inner.instance.migrate(uuid, &destination.inner.instance, flags, name)
    }

    /// What a run that is started so is tied to: with AUTODESTROY it ends with this connection.
    fn tie(&self, flags: CreateFlags) -> Option<Tie> {
        flags.contains(CreateFlags::AUTODESTROY).then(|| self.inner.autodestroy.tie())
    }

    /// Has the driver carry out an operation that brings a domain about.
    fn domain_by(&self, operation: Operation<'_>) -> Result<Domain> {
        Ok(Domain::new(self, self.operate(operation)?))
    }
}

/// What a save can be asked for.
fn savable(flags: SaveFlags) -> Result<()> {
    if flags.contains(SaveFlags::RESET_NVRAM) {
        return Err(Error::invalid_arg("flag RESET_NVRAM is for restoring"));
    }
    exclusive(flags)
}

/// RUNNING and PAUSED exclude each other.
fn exclusive(flags: SaveFlags) -> Result<()> {
    if flags.contains(SaveFlags::RUNNING | SaveFlags::PAUSED) {
        return Err(Error::invalid_arg("flags RUNNING and PAUSED are mutually exclusive"));
    }
    Ok(())
}
