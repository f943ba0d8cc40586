//! A domain.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;
use std::sync::Arc;

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use virtwatch::{
    AffectFlags, CreateFlags, DestroyFlags, Facts, Metadata, MigrateFlags, SaveFlags,
    ShutdownFlags, UndefineFlags, Uuid, XmlFlags,
};

use crate::config::Config;
use crate::connection::{Connection, save_flags};
use crate::error::{OrRaise, invalid_arg};
use crate::facts;
use crate::number;
use crate::session::Session;

/// A domain: its UUID, and the name that it had when it was looked up.
///
/// It never changes and may be shared between threads. What it is now is asked of the registry, by
/// UUID and without input or output; `NotFoundError` when it does not exist (any more).
#[pyclass(frozen, weakref, module = "virtwatch")]
pub(crate) struct Domain {
    // Fields are dropped in this order: the connection ends with the session.
    core: virtwatch::Domain,
    session: Arc<Session>,
}

impl Domain {
    pub(crate) fn new(core: virtwatch::Domain, session: Arc<Session>) -> Self {
        Self { core, session }
    }

    /// Runs something with the domain, detached from Python.
    fn run<T: Send>(
        &self,
        py: Python<'_>,
        f: impl FnOnce(&virtwatch::Domain) -> virtwatch::Result<T> + Send,
    ) -> PyResult<T> {
        self.session.core(py)?;
        py.detach(|| f(&self.core)).or_raise(py)
    }

    fn known(&self, py: Python<'_>) -> PyResult<Facts> {
        self.run(py, virtwatch::Domain::facts)
    }
}

#[pymethods]
impl Domain {
    /// The UUID.
    #[getter]
    pub(crate) fn uuid(&self) -> Uuid {
        self.core.uuid()
    }

    /// The name that it had when it was looked up.
    #[getter]
    fn name(&self) -> &str {
        self.core.name()
    }

    /// The connection that it belongs to.
    #[getter]
    fn connection(&self) -> Connection {
        Connection::new(Arc::clone(&self.session))
    }

    /// The number of the run; None when it does not run.
    #[getter]
    fn id(&self, py: Python<'_>) -> PyResult<Option<i32>> {
        Ok(self.known(py)?.id())
    }

    /// The number of the run when it was looked up or, with `Connection.domain_of()`, of the run that
    /// the event is about; None if there was none.
    #[getter]
    fn noted_id(&self) -> Option<i32> {
        self.core.noted_id()
    }

    /// What state it is in: a member of `State`.
    #[getter]
    fn state<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        number::state(py, self.known(py)?.status().state())
    }

    /// Why: a member of `RunningReason`, `PausedReason` and so on, by the state.
    #[getter]
    fn reason<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        number::reason(py, self.known(py)?.status())
    }

    /// Whether it has a running instance; a paused one counts.
    #[getter]
    fn is_active(&self, py: Python<'_>) -> PyResult<bool> {
        Ok(self.known(py)?.is_active())
    }

    /// Whether it has a stored configuration.
    #[getter]
    fn is_persistent(&self, py: Python<'_>) -> PyResult<bool> {
        Ok(self.known(py)?.is_persistent())
    }

    /// Whether the next start takes up a saved state.
    #[getter]
    fn has_managed_save(&self, py: Python<'_>) -> PyResult<bool> {
        self.run(py, virtwatch::Domain::has_managed_save)
    }

    /// What is known of it now, all of one moment: a `DomainView`.
    fn facts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        facts::view(py, &self.known(py)?)
    }

    /// Whether it starts with the host.
    #[getter]
    fn autostart(&self, py: Python<'_>) -> PyResult<bool> {
        self.run(py, virtwatch::Domain::autostart)
    }

    /// Has it start with the host, or no longer. No event tells of it. `InvalidStateError` when it
    /// is transient.
    fn set_autostart(&self, py: Python<'_>, autostart: bool) -> PyResult<()> {
        self.run(py, |domain| domain.set_autostart(autostart))
    }

    /// Its configuration as a document: the one of the run, or (`inactive`, or when it does not run)
    /// the stored one.
    #[pyo3(signature = (inactive=false))]
    fn xml(&self, py: Python<'_>, inactive: bool) -> PyResult<String> {
        let flags = if inactive { XmlFlags::INACTIVE } else { XmlFlags::empty() };
        self.run(py, |domain| domain.xml(flags))
    }

    /// What its configuration says: the one of the run, or the stored one when it does not run.
    fn config(&self, py: Python<'_>) -> PyResult<Config> {
        self.run(py, virtwatch::Domain::config).map(Config)
    }

    /// Starts it from the stored configuration, or from the managed-save image if there is one;
    /// `force_boot` drops the image and boots. With `autodestroy` the run ends with this connection.
    /// `bypass_cache` and `reset_nvram` are for the hypervisor to heed. `InvalidStateError` when it
    /// is active.
    #[pyo3(signature = (*, paused=false, autodestroy=false, force_boot=false, bypass_cache=false, reset_nvram=false))]
    #[expect(clippy::fn_params_excessive_bools, reason = "they are keywords in Python")]
    fn start(
        &self,
        py: Python<'_>,
        paused: bool,
        autodestroy: bool,
        force_boot: bool,
        bypass_cache: bool,
        reset_nvram: bool,
    ) -> PyResult<()> {
        let mut flags = CreateFlags::empty();
        flags.set(CreateFlags::PAUSED, paused);
        flags.set(CreateFlags::AUTODESTROY, autodestroy);
        flags.set(CreateFlags::FORCE_BOOT, force_boot);
        flags.set(CreateFlags::BYPASS_CACHE, bypass_cache);
        flags.set(CreateFlags::RESET_NVRAM, reset_nvram);
        self.run(py, |domain| domain.start(flags))
    }

    /// Pauses it; of a paused domain this is a success. `InvalidStateError` when it does not run.
    fn suspend(&self, py: Python<'_>) -> PyResult<()> {
        self.run(py, virtwatch::Domain::suspend)
    }

    /// Has it run again. `InvalidStateError` when it is not paused.
    fn resume(&self, py: Python<'_>) -> PyResult<()> {
        self.run(py, virtwatch::Domain::resume)
    }

    /// Asks the guest to shut down, by one of the given `ShutdownMethod`s or as the hypervisor
    /// likes. `InvalidStateError` when it is not active.
    #[pyo3(signature = (methods=None))]
    fn shutdown(&self, py: Python<'_>, methods: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
        let flags = shutdown_flags(py, methods)?;
        self.run(py, |domain| domain.shutdown(flags))
    }

    /// Asks the guest to reboot, by one of the given `ShutdownMethod`s or as the hypervisor likes.
    /// `InvalidStateError` when it is not active.
    #[pyo3(signature = (methods=None))]
    fn reboot(&self, py: Python<'_>, methods: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
        let flags = shutdown_flags(py, methods)?;
        self.run(py, |domain| domain.reboot(flags))
    }

    /// Resets it, as a reset button does. `InvalidStateError` when it is not active.
    fn reset(&self, py: Python<'_>) -> PyResult<()> {
        self.run(py, virtwatch::Domain::reset)
    }

    /// Has the guest's power management suspend it: to memory, where it stays active, or to disk,
    /// where it powers off. For so many `seconds`, or with 0 until `pm_wakeup()`.
    /// `InvalidStateError` when it does not run or its configuration forbids it,
    /// `NotSupportedError` for seconds that the driver cannot count.
    #[pyo3(signature = (target, seconds=0))]
    fn pm_suspend(&self, py: Python<'_>, target: &Bound<'_, PyAny>, seconds: u64) -> PyResult<()> {
        let target = number::suspend_target(py, target)?;
        self.run(py, |domain| domain.pm_suspend(target, seconds))
    }

    /// Wakes a guest that its power management has suspended. `InvalidStateError` when it is not.
    fn pm_wakeup(&self, py: Python<'_>) -> PyResult<()> {
        self.run(py, virtwatch::Domain::pm_wakeup)
    }

    /// Ends the running instance at once; `graceful` only if it can be done without harm.
    /// `InvalidStateError` when it is not active.
    #[pyo3(signature = (*, graceful=false, remove_logs=false))]
    fn destroy(&self, py: Python<'_>, graceful: bool, remove_logs: bool) -> PyResult<()> {
        let mut flags = DestroyFlags::empty();
        flags.set(DestroyFlags::GRACEFUL, graceful);
        flags.set(DestroyFlags::REMOVE_LOGS, remove_logs);
        self.run(py, |domain| domain.destroy(flags))
    }

    /// Saves its state to a file and ends the instance; `Connection.restore()` takes it up. It will
    /// run or be paused as it is now, or as is asked for. `InvalidStateError` when it is not active,
    /// `SystemCallError` when the file cannot be written.
    #[pyo3(signature = (path, *, running=false, paused=false, bypass_cache=false))]
    #[expect(clippy::needless_pass_by_value, reason = "PyO3 makes it")]
    fn save(
        &self,
        py: Python<'_>,
        path: PathBuf,
        running: bool,
        paused: bool,
        bypass_cache: bool,
    ) -> PyResult<()> {
        let flags: SaveFlags = save_flags(running, paused, bypass_cache);
        self.run(py, |domain| domain.save(&path, flags))
    }

    /// Saves its state where the next start finds it, and ends the instance. `InvalidStateError`
    /// when it is not active, or transient.
    #[pyo3(signature = (*, running=false, paused=false, bypass_cache=false))]
    fn managed_save(
        &self,
        py: Python<'_>,
        running: bool,
        paused: bool,
        bypass_cache: bool,
    ) -> PyResult<()> {
        let flags = save_flags(running, paused, bypass_cache);
        self.run(py, |domain| domain.managed_save(flags))
    }

    /// Drops the managed-save image, if there is one.
    fn remove_managed_save(&self, py: Python<'_>) -> PyResult<()> {
        self.run(py, virtwatch::Domain::remove_managed_save)
    }

    /// Its title, description or, of the namespace `uri`, element of other programs: of the
    /// configuration in effect, or of the one of the run (`live`) or the stored one (`config`).
    /// `NotFoundError` when there is none, `InvalidStateError` when it has not that configuration.
    #[pyo3(signature = (which, uri=None, *, live=false, config=false))]
    fn metadata(
        &self,
        py: Python<'_>,
        which: &Bound<'_, PyAny>,
        uri: Option<&str>,
        live: bool,
        config: bool,
    ) -> PyResult<String> {
        let which = metadata(py, which, uri, None)?;
        self.run(py, |domain| domain.metadata(which, affect(live, config)))
    }

    /// Gives it another title, description or, of the namespace `uri`, element of other programs,
    /// which is written with the prefix `key`; with None it has none. In the configuration in
    /// effect, or in the one of the run (`live`), the stored one (`config`) or both. A stored one
    /// makes an event, DEFINED(UPDATED). `XmlError` says what is wrong with the value,
    /// `InvalidStateError` that it has not that configuration.
    #[pyo3(signature = (which, value, key=None, uri=None, *, live=false, config=false))]
    #[expect(clippy::too_many_arguments, reason = "some are keywords in Python")]
    fn set_metadata(
        &self,
        py: Python<'_>,
        which: &Bound<'_, PyAny>,
        value: Option<&str>,
        key: Option<&str>,
        uri: Option<&str>,
        live: bool,
        config: bool,
    ) -> PyResult<()> {
        let which = metadata(py, which, uri, key)?;
        self.run(py, |domain| domain.set_metadata(which, value, affect(live, config)))
    }

    /// Gives it another name. This object keeps the old one. `InvalidStateError` when it is active
    /// or transient, or the name is taken.
    fn rename(&self, py: Python<'_>, name: &str) -> PyResult<()> {
        self.run(py, |domain| domain.rename(name))
    }

    /// Moves it to the source of another connection, perhaps under another name, and returns the
    /// domain there. `live`: while it runs, as far as that can be; `persist_dest`: its configuration
    /// is stored there; `undefine_source`: and not kept here; `paused`: it is left paused there;
    /// `offline`: the configuration alone; `unsafe`: even if that may harm its disks.
    ///
    /// The destination changes before the source. `InvalidStateError` when it does not run or is
    /// active there, `OperationFailedError` when name or UUID are another domain's there,
    /// `NotSupportedError` when the drivers cannot do it.
    #[pyo3(signature = (destination, name=None, *, live=false, persist_dest=false, undefine_source=false, paused=false, r#unsafe=false, offline=false))]
    #[expect(clippy::too_many_arguments, reason = "most are keywords in Python")]
    #[expect(clippy::fn_params_excessive_bools, reason = "they are keywords in Python")]
    fn migrate(
        &self,
        py: Python<'_>,
        destination: &Connection,
        name: Option<&str>,
        live: bool,
        persist_dest: bool,
        undefine_source: bool,
        paused: bool,
        r#unsafe: bool,
        offline: bool,
    ) -> PyResult<Self> {
        let mut flags = MigrateFlags::empty();
        flags.set(MigrateFlags::LIVE, live);
        flags.set(MigrateFlags::PERSIST_DEST, persist_dest);
        flags.set(MigrateFlags::UNDEFINE_SOURCE, undefine_source);
        flags.set(MigrateFlags::PAUSED, paused);
        flags.set(MigrateFlags::UNSAFE, r#unsafe);
        flags.set(MigrateFlags::OFFLINE, offline);
        let to = destination.session().core(py)?;
        let moved = self.run(py, |domain| domain.migrate(to, flags, name))?;
        Ok(Self::new(moved, Arc::clone(destination.session())))
    }

    /// Removes the stored configuration: an inactive domain no longer exists then, an active one
    /// becomes transient. `managed_save` and the metadata go with it if asked for, and are in the
    /// way otherwise; `nvram` and `tpm` say whether these go or stay. `InvalidStateError` when it is
    /// transient, or something is in the way.
    #[pyo3(signature = (*, managed_save=false, snapshots_metadata=false, checkpoints_metadata=false, nvram=None, tpm=None))]
    fn undefine(
        &self,
        py: Python<'_>,
        managed_save: bool,
        snapshots_metadata: bool,
        checkpoints_metadata: bool,
        nvram: Option<bool>,
        tpm: Option<bool>,
    ) -> PyResult<()> {
        let mut flags = UndefineFlags::empty();
        flags.set(UndefineFlags::MANAGED_SAVE, managed_save);
        flags.set(UndefineFlags::SNAPSHOTS_METADATA, snapshots_metadata);
        flags.set(UndefineFlags::CHECKPOINTS_METADATA, checkpoints_metadata);
        flags.set(UndefineFlags::NVRAM, nvram == Some(true));
        flags.set(UndefineFlags::KEEP_NVRAM, nvram == Some(false));
        flags.set(UndefineFlags::TPM, tpm == Some(true));
        flags.set(UndefineFlags::KEEP_TPM, tpm == Some(false));
        self.run(py, |domain| domain.undefine(flags))
    }

    /// Domains are equal when registry and UUID are.
    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<Self>().is_ok_and(|other| {
            let other = other.get();
            self.uuid() == other.uuid()
                && self.session.source().epoch == other.session.source().epoch
        })
    }

    fn __hash__(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (self.uuid(), self.session.source().epoch).hash(&mut hasher);
        hasher.finish()
    }

    fn __repr__(&self, py: Python<'_>) -> String {
        let now = match self.known(py) {
            Ok(facts) => facts.status().to_string(),
            Err(_) if self.session.core(py).is_err() => "closed".to_owned(),
            Err(_) => "gone".to_owned(),
        };
        format!("<Domain '{}' {} {now}>", self.name(), self.uuid())
    }
}

/// The means that Python names by a `ShutdownMethod`.
fn shutdown_flags(py: Python<'_>, methods: Option<&Bound<'_, PyAny>>) -> PyResult<ShutdownFlags> {
    let Some(methods) = methods else { return Ok(ShutdownFlags::empty()) };
    let bits = methods.extract()?;
    ShutdownFlags::from_bits(bits)
        .ok_or_else(|| invalid_arg(py, format!("methods: there is no shutdown method {bits:#x}")))
}

/// The metadata that Python names by a `MetadataType`.
fn metadata<'a>(
    py: Python<'_>,
    which: &Bound<'_, PyAny>,
    uri: Option<&'a str>,
    key: Option<&'a str>,
) -> PyResult<Metadata<'a>> {
    match which.extract() {
        Ok(0) => Ok(Metadata::Description),
        Ok(1) => Ok(Metadata::Title),
        Ok(2) => {
            let uri = uri.ok_or_else(|| invalid_arg(py, "an element needs a uri"))?;
            Ok(Metadata::Element { uri, key: key.unwrap_or_default() })
        }
        Ok(number) => Err(invalid_arg(py, format!("which must be a MetadataType, not {number}"))),
        Err(_) => Err(PyTypeError::new_err("which must be a member of MetadataType")),
    }
}

/// Which configurations are meant.
fn affect(live: bool, config: bool) -> AffectFlags {
    let mut flags = AffectFlags::empty();
    flags.set(AffectFlags::LIVE, live);
    flags.set(AffectFlags::CONFIG, config);
    flags
}
