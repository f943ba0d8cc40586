//! Where a driver reports.

use std::hash::{DefaultHasher, Hash, Hasher};

use pyo3::prelude::*;
use virtwatch::lifecycle::Change;
use virtwatch::{
    PmSuspendedDetail, Report, ResumedDetail, ShutdownDetail, StartedDetail, StoppedDetail,
    SuspendedDetail,
};

use crate::error::{OrRaise, closed};
use crate::number;
use crate::options;
use crate::process;

/// One open URI of a `Driver`, shared by all connections to it: where what happens to its domains
/// is reported, from any thread, also inside the methods of the driver.
///
/// On return of a report it is shown and numbered: every watch and callback hears of it. A report of
/// what cannot have happened, by what is known, raises `InvalidStateError`, `NotFoundError` or
/// `OperationFailedError` and changes nothing; where the driver lists, it is asked then. A document
/// that is not given is the one that the registry keeps: that of the request under way, else the
/// domain's.
#[pyclass(frozen, weakref, module = "virtwatch")]
#[derive(Debug)]
pub(crate) struct Host {
    core: virtwatch::Host,
    generation: u64,
}

impl Host {
    pub(crate) fn new(core: &virtwatch::Host) -> Self {
        Self { core: core.clone(), generation: process::generation() }
    }

    fn report(&self, domain: &Bound<'_, PyAny>, report: Report<'_>) -> PyResult<()> {
        let py = domain.py();
        if self.generation != process::generation() {
            return Err(closed(py, "the host was opened before a fork"));
        }
        let uuid = options::uuid(py, "domain", domain)?;
        py.detach(|| self.core.report(uuid, &report)).or_raise(py)
    }

    fn turn(&self, domain: &Bound<'_, PyAny>, change: Change) -> PyResult<()> {
        self.report(domain, Report::Changed(change))
    }
}

#[pymethods]
impl Host {
    /// The URI, as it was opened first.
    #[getter]
    fn uri(&self) -> &str {
        self.core.uri()
    }

    /// A configuration was stored, the first or another: its document or, where that is not known,
    /// the name.
    #[pyo3(signature = (domain, xml=None, name=None))]
    fn defined(
        &self,
        domain: &Bound<'_, PyAny>,
        xml: Option<&str>,
        name: Option<&str>,
    ) -> PyResult<()> {
        self.report(domain, Report::Defined { xml, name })
    }

    /// The stored configuration was edited.
    #[pyo3(signature = (domain, xml=None))]
    fn edited(&self, domain: &Bound<'_, PyAny>, xml: Option<&str>) -> PyResult<()> {
        self.report(domain, Report::Edited { xml })
    }

    /// The stored configuration went back to a snapshot's.
    #[pyo3(signature = (domain, xml=None))]
    fn reverted(&self, domain: &Bound<'_, PyAny>, xml: Option<&str>) -> PyResult<()> {
        self.report(domain, Report::Reverted { xml })
    }

    /// It has another name.
    fn renamed(&self, domain: &Bound<'_, PyAny>, name: &str) -> PyResult<()> {
        self.report(domain, Report::Renamed { name })
    }

    /// The stored configuration is gone, and with it a managed-save image.
    fn undefined(&self, domain: &Bound<'_, PyAny>) -> PyResult<()> {
        self.report(domain, Report::Undefined)
    }

    /// A running instance came to be, `how` a `StartedDetail` says. Without an `id` the registry
    /// gives it one; of a domain that is not known yet the document or the name is needed.
    #[pyo3(signature = (domain, how=None, *, paused=false, id=None, xml=None, name=None))]
    fn started(
        &self,
        domain: &Bound<'_, PyAny>,
        how: Option<&Bound<'_, PyAny>>,
        paused: bool,
        id: Option<i32>,
        xml: Option<&str>,
        name: Option<&str>,
    ) -> PyResult<()> {
        // Waking brings no instance about.
        let parse =
            |number| StartedDetail::from_number(number).filter(|how| *how != StartedDetail::Wakeup);
        let how = number::detail_or_first(how, "how", "StartedDetail", parse)?;
        self.report(domain, Report::Started { how, paused, id, xml, name })
    }

    /// It is paused: why, a `SuspendedDetail` says.
    #[pyo3(signature = (domain, why=None))]
    fn suspended(&self, domain: &Bound<'_, PyAny>, why: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
        let parse = SuspendedDetail::from_number;
        let why = number::detail_or_first(why, "why", "SuspendedDetail", parse)?;
        self.turn(domain, Change::Suspended(why))
    }

    /// It runs again: why, a `ResumedDetail` says.
    #[pyo3(signature = (domain, why=None))]
    fn resumed(&self, domain: &Bound<'_, PyAny>, why: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
        let parse = ResumedDetail::from_number;
        let why = number::detail_or_first(why, "why", "ResumedDetail", parse)?;
        self.turn(domain, Change::Resumed(why))
    }

    /// Power management suspended it: to where, a `PmSuspendedDetail` says.
    #[pyo3(signature = (domain, target=None))]
    fn pm_suspended(
        &self,
        domain: &Bound<'_, PyAny>,
        target: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        let parse = PmSuspendedDetail::from_number;
        let target = number::detail_or_first(target, "target", "PmSuspendedDetail", parse)?;
        self.turn(domain, Change::PmSuspended(target))
    }

    /// It woke from that.
    fn woken(&self, domain: &Bound<'_, PyAny>) -> PyResult<()> {
        self.turn(domain, Change::Woken)
    }

    /// The guest has shut down, and the instance is still there: by whom, a `ShutdownDetail` says.
    #[pyo3(signature = (domain, by=None))]
    fn shut_down(&self, domain: &Bound<'_, PyAny>, by: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
        let parse = ShutdownDetail::from_number;
        let by = number::detail_or_first(by, "by", "ShutdownDetail", parse)?;
        self.turn(domain, Change::ShutDown(by))
    }

    /// The guest has panicked, and the instance is still there.
    fn panicked(&self, domain: &Bound<'_, PyAny>) -> PyResult<()> {
        self.turn(domain, Change::Panicked)
    }

    /// The guest has panicked and loads its crash kernel.
    fn crashloaded(&self, domain: &Bound<'_, PyAny>) -> PyResult<()> {
        self.turn(domain, Change::Crashloaded)
    }

    /// It was reset, or has rebooted.
    fn reset(&self, domain: &Bound<'_, PyAny>) -> PyResult<()> {
        self.turn(domain, Change::Reset)
    }

    /// It was restarted in place after a panic.
    fn restarted(&self, domain: &Bound<'_, PyAny>) -> PyResult<()> {
        self.turn(domain, Change::Restarted)
    }

    /// The running instance is gone: how, a `StoppedDetail` says; `killed`: the hypervisor was.
    #[pyo3(signature = (domain, how=None, *, killed=false))]
    fn stopped(
        &self,
        domain: &Bound<'_, PyAny>,
        how: Option<&Bound<'_, PyAny>>,
        killed: bool,
    ) -> PyResult<()> {
        let parse = StoppedDetail::from_number;
        let how = number::detail_or_first(how, "how", "StoppedDetail", parse)?;
        self.turn(domain, Change::Stopped { how, killed })
    }

    /// Hosts are equal when they are of the same opening of a URI.
    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<Self>().is_ok_and(|other| self.core == other.get().core)
    }

    fn __hash__(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.core.id().hash(&mut hasher);
        hasher.finish()
    }

    fn __repr__(&self) -> String {
        format!("<Host of {}>", self.core.uri())
    }
}
