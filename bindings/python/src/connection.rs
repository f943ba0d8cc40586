//! A connection to a source of domains.

use std::path::PathBuf;
use std::sync::Arc;

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use virtwatch::{CreateFlags, SaveFlags, Uuid};

use crate::callback::Callback;
use crate::cursor::Cursor;
use crate::domain::Domain;
use crate::error::{closed, invalid_arg};
use crate::number;
use crate::options;
use crate::record::Record;
use crate::registration::Registration;
use crate::session::Session;
use crate::stats::Stats;
use crate::watch::Watch;

/// Opens a connection.
///
/// `test:///default` is one registry per process with one running domain; `test:///empty` and
/// `test:///PATH` are registries of this connection alone. Without a URI it is the one that
/// `VIRTWATCH_DEFAULT_URI` or `LIBVIRT_DEFAULT_URI` says.
#[pyfunction]
#[pyo3(signature = (uri=None, read_only=false))]
pub(crate) fn connect(py: Python<'_>, uri: Option<&str>, read_only: bool) -> PyResult<Connection> {
    let session = Session::open(py, uri.unwrap_or_default(), read_only)?;
    Ok(Connection { session })
}

/// A connection to a source of domains: `virtwatch.connect()` opens one.
///
/// Every method may be called from any thread, and inside callbacks. Domains, watches and
/// registrations keep it open; `close()` ends it, as does the end of a `with` block.
#[pyclass(frozen, weakref, module = "virtwatch")]
pub(crate) struct Connection {
    session: Arc<Session>,
}

impl Connection {
    pub(crate) fn new(session: Arc<Session>) -> Self {
        Self { session }
    }

    pub(crate) fn session(&self) -> &Arc<Session> {
        &self.session
    }

    fn domain(&self, domain: virtwatch::Domain) -> Domain {
        Domain::new(domain, Arc::clone(&self.session))
    }
}

#[pymethods]
impl Connection {
    /// The URI, as the registry was opened first.
    #[getter]
    fn uri(&self) -> &str {
        &self.session.source().uri
    }

    /// Which journal: drawn at random when the registry was made.
    #[getter]
    fn epoch(&self) -> Uuid {
        self.session.source().epoch
    }

    /// The place of the last event.
    #[getter]
    fn cursor(&self, py: Python<'_>) -> PyResult<Cursor> {
        self.session.run(py, |core| Ok(Cursor(core.cursor())))
    }

    /// The name of the driver, `TEST`.
    #[getter]
    fn driver(&self, py: Python<'_>) -> PyResult<String> {
        self.session.run(py, |core| Ok(core.driver_type().to_owned()))
    }

    /// The name of the host that the domains run on.
    #[getter]
    fn hostname(&self, py: Python<'_>) -> PyResult<String> {
        self.session.run(py, virtwatch::Connection::hostname)
    }

    /// The version of the hypervisor: 1,000,000 × major + 1,000 × minor + micro.
    /// `NotSupportedError` when the driver does not tell it.
    #[getter]
    fn version(&self, py: Python<'_>) -> PyResult<u64> {
        self.session.run(py, virtwatch::Connection::version)
    }

    /// What the host and its hypervisor can do, as a `<capabilities>` document.
    /// `NotSupportedError` when the driver does not tell it.
    fn capabilities(&self, py: Python<'_>) -> PyResult<String> {
        self.session.run(py, virtwatch::Connection::capabilities)
    }

    /// Whether nobody on the way to the source can listen or interfere.
    #[getter]
    fn is_secure(&self, py: Python<'_>) -> PyResult<bool> {
        self.session.run(py, |core| Ok(core.is_secure()))
    }

    /// Whether what goes over the way to the source is encrypted.
    #[getter]
    fn is_encrypted(&self, py: Python<'_>) -> PyResult<bool> {
        self.session.run(py, |core| Ok(core.is_encrypted()))
    }

    /// Asks the other end for a sign of life after every `interval` seconds of silence, and gives
    /// it up after `count` without one. `NotSupportedError` when there is no other end.
    fn keep_alive(&self, py: Python<'_>, interval: f64, count: u32) -> PyResult<()> {
        let interval = number::seconds(py, "interval", interval)?;
        self.session.run(py, |core| core.keep_alive(interval, count))
    }

    /// Whether it may only watch and look up.
    #[getter]
    fn read_only(&self, py: Python<'_>) -> PyResult<bool> {
        self.session.run(py, |core| Ok(core.is_read_only()))
    }

    /// Whether the source can be reached; False of a closed connection.
    #[getter]
    fn is_alive(&self, py: Python<'_>) -> bool {
        self.session.run(py, |core| Ok(core.is_alive())).unwrap_or(false)
    }

    /// Whether it was closed.
    #[getter]
    fn closed(&self) -> bool {
        self.session.is_closed()
    }

    /// Cancels its watches and ends its registrations. On return no callback runs, unless this is
    /// called inside one. Of a closed connection it does nothing.
    fn close(&self, py: Python<'_>) {
        self.session.close(py);
    }

    fn __enter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    #[pyo3(signature = (*_exception))]
    fn __exit__(&self, py: Python<'_>, _exception: &Bound<'_, PyAny>) {
        self.close(py);
    }

    /// Stores a configuration: a new domain, or another configuration of a known one. `XmlError`
    /// says what is wrong with the document, `OperationFailedError` that the name or the UUID is
    /// another domain's.
    fn define_xml(&self, py: Python<'_>, xml: &str) -> PyResult<Domain> {
        let domain = self.session.run(py, |core| core.define_xml(xml))?;
        Ok(self.domain(domain))
    }

    /// Starts a domain without storing its configuration. With `autodestroy` the run ends with this
    /// connection; `validate` checks the document against the schema, too; `reset_nvram` is for the
    /// hypervisor to heed. `InvalidStateError` when it is active.
    #[pyo3(signature = (xml, *, paused=false, autodestroy=false, validate=false, reset_nvram=false))]
    #[expect(clippy::fn_params_excessive_bools, reason = "they are keywords in Python")]
    fn create_xml(
        &self,
        py: Python<'_>,
        xml: &str,
        paused: bool,
        autodestroy: bool,
        validate: bool,
        reset_nvram: bool,
    ) -> PyResult<Domain> {
        let mut flags = CreateFlags::empty();
        flags.set(CreateFlags::PAUSED, paused);
        flags.set(CreateFlags::AUTODESTROY, autodestroy);
        flags.set(CreateFlags::VALIDATE, validate);
        flags.set(CreateFlags::RESET_NVRAM, reset_nvram);
        let domain = self.session.run(py, |core| core.create_xml(xml, flags))?;
        Ok(self.domain(domain))
    }

    /// Starts a domain from a file that `Domain.save()` wrote; it runs or is paused as it was then,
    /// or as is asked for. `bypass_cache` and `reset_nvram` are for the hypervisor to heed.
    /// `SystemCallError` when the file cannot be read, `InvalidStateError` when the domain is active.
    #[pyo3(signature = (path, *, running=false, paused=false, bypass_cache=false, reset_nvram=false))]
    #[expect(clippy::needless_pass_by_value, reason = "PyO3 makes it")]
    #[expect(clippy::fn_params_excessive_bools, reason = "they are keywords in Python")]
    fn restore(
        &self,
        py: Python<'_>,
        path: PathBuf,
        running: bool,
        paused: bool,
        bypass_cache: bool,
        reset_nvram: bool,
    ) -> PyResult<Domain> {
        let mut flags = save_flags(running, paused, bypass_cache);
        flags.set(SaveFlags::RESET_NVRAM, reset_nvram);
        let domain = self.session.run(py, |core| core.restore(&path, flags))?;
        Ok(self.domain(domain))
    }

    /// The domain with that name. `NotFoundError` when there is none.
    fn lookup_by_name(&self, py: Python<'_>, name: &str) -> PyResult<Domain> {
        let domain = self.session.run(py, |core| core.lookup_by_name(name))?;
        Ok(self.domain(domain))
    }

    /// The domain with that UUID. `NotFoundError` when there is none.
    fn lookup_by_uuid(&self, py: Python<'_>, uuid: &Bound<'_, PyAny>) -> PyResult<Domain> {
        let uuid = options::uuid(py, "uuid", uuid)?;
        let domain = self.session.run(py, |core| core.lookup_by_uuid(uuid))?;
        Ok(self.domain(domain))
    }

    /// The active domain with that id. `NotFoundError` when there is none.
    fn lookup_by_id(&self, py: Python<'_>, id: i64) -> PyResult<Domain> {
        let id = i32::try_from(id)
            .map_err(|_| invalid_arg(py, format!("id must be from 0 to {}", i32::MAX)))?;
        let domain = self.session.run(py, |core| core.lookup_by_id(id))?;
        Ok(self.domain(domain))
    }

    /// The domain that an event is about, with the name and the `noted_id` that the event tells; it
    /// need not exist any more. `InvalidArgumentError` when the record is no event.
    fn domain_of(&self, py: Python<'_>, record: &Record) -> PyResult<Domain> {
        let event = record.event().ok_or_else(|| invalid_arg(py, "record is not an event"))?;
        let domain = virtwatch::Domain::of_event(self.session.core(py)?, event);
        Ok(self.domain(domain))
    }

    /// The domains, in no order. Of each keyword that is given, True selects those that are or have
    /// that, False those that are or have not; `states` (of `State`) those in any of them, where all
    /// but RUNNING, PAUSED and SHUTOFF count as one.
    #[pyo3(signature = (active=None, persistent=None, *, managed_save=None, autostart=None, states=None))]
    fn domains(
        &self,
        py: Python<'_>,
        active: Option<bool>,
        persistent: Option<bool>,
        managed_save: Option<bool>,
        autostart: Option<bool>,
        states: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Vec<Domain>> {
        let flags = options::list(active, persistent, managed_save, autostart, states)?;
        let Some(flags) = flags else { return Ok(Vec::new()) };
        let domains = self.session.run(py, |core| Ok(core.domains(flags)))?;
        Ok(domains.into_iter().map(|domain| self.domain(domain)).collect())
    }

    /// Watches the domains: first everything that exists, then every change in order.
    ///
    /// `snapshot=False` leaves out the first part. `types` (of `EventType`) and `domain` (a `Domain`
    /// or UUID, which need not exist yet) restrict it; `resume` goes on after a cursor, or begins
    /// with everything that exists if that is not possible. A reader that falls more than `max_lag`
    /// of its events behind is brought to now in one go.
    #[pyo3(signature = (snapshot=true, types=None, domain=None, resume=None, max_lag=None))]
    fn watch(
        &self,
        py: Python<'_>,
        snapshot: bool,
        types: Option<&Bound<'_, PyAny>>,
        domain: Option<&Bound<'_, PyAny>>,
        resume: Option<Cursor>,
        max_lag: Option<i64>,
    ) -> PyResult<Watch> {
        let options = options::options(py, snapshot, types, domain, resume, max_lag)?;
        let watch = self.session.run(py, |core| core.watch(options))?;
        let watch = Watch::new(watch, Arc::clone(&self.session));
        // Closing cancels the watches that there are; this one may have come too late for that.
        self.session.core(py)?;
        Ok(watch)
    }

    /// Registers a callable for the records of a watch: `callback(record)`.
    ///
    /// It runs on a thread of the connection, one call at a time, and may call everything; what it
    /// raises goes to `sys.unraisablehook`. Any callable may be registered any number of times. It
    /// goes on until the registration is cancelled or the connection is closed, also when nobody
    /// holds what this returns; until then it keeps the connection open.
    #[pyo3(signature = (callback, snapshot=false, types=None, domain=None, resume=None, max_lag=None))]
    #[expect(clippy::too_many_arguments, reason = "all but one are keywords in Python")]
    fn register(
        &self,
        py: Python<'_>,
        callback: &Bound<'_, PyAny>,
        snapshot: bool,
        types: Option<&Bound<'_, PyAny>>,
        domain: Option<&Bound<'_, PyAny>>,
        resume: Option<Cursor>,
        max_lag: Option<i64>,
    ) -> PyResult<Registration> {
        if !callback.is_callable() {
            let what = callback.get_type().name()?;
            return Err(PyTypeError::new_err(format!("a {what} cannot be called")));
        }
        let options = options::options(py, snapshot, types, domain, resume, max_lag)?;
        let callback = Callback::new(callback, Arc::clone(&self.session));
        let registration = self.session.run(py, |core| {
            core.register_batches(options, move |records| callback.call(records))
        })?;
        let id = registration.id();
        if self.session.keep(py, registration) {
            Ok(Registration::new(Arc::clone(&self.session), id))
        } else {
            Err(closed(py, "the connection is closed"))
        }
    }

    /// What the source can tell about events of a type: a member of `EventSupport`.
    fn event_support<'py>(
        &self,
        py: Python<'py>,
        event_type: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let event_type = number::event_type(py, event_type)?;
        let support = self.session.run(py, |core| Ok(core.event_support(event_type)))?;
        number::EVENT_SUPPORT.member(py, support.number())
    }

    /// Checks the registry against its source. Returns how many domains differed.
    fn audit(&self, py: Python<'_>) -> PyResult<u64> {
        self.session.run(py, virtwatch::Connection::audit)
    }

    /// Figures of the registry.
    #[getter]
    fn stats(&self, py: Python<'_>) -> PyResult<Stats> {
        self.session.run(py, |core| Ok(core.stats().into()))
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        let other = other.cast::<Self>();
        other.is_ok_and(|other| Arc::ptr_eq(&self.session, &other.get().session))
    }

    fn __hash__(&self) -> usize {
        Arc::as_ptr(&self.session).addr()
    }

    fn __repr__(&self) -> String {
        let closed = if self.closed() { ", closed" } else { "" };
        format!("<Connection to {}{closed}>", self.uri())
    }
}

/// How to save and restore.
pub(crate) fn save_flags(running: bool, paused: bool, bypass_cache: bool) -> SaveFlags {
    let mut flags = SaveFlags::empty();
    flags.set(SaveFlags::RUNNING, running);
    flags.set(SaveFlags::PAUSED, paused);
    flags.set(SaveFlags::BYPASS_CACHE, bypass_cache);
    flags
}
