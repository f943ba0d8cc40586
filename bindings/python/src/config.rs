//! What a document says of a domain.

use pyo3::prelude::*;
use virtwatch::Uuid;

use crate::error::OrRaise;

/// What a document says of a domain: `Domain.config()` gives it, and `Config.parse()` reads one
/// without any registry. It never changes.
#[pyclass(frozen, weakref, module = "virtwatch")]
#[derive(Debug)]
pub(crate) struct Config(pub(crate) std::sync::Arc<virtwatch::Config>);

#[pymethods]
impl Config {
    /// Reads a document with the rules of `Connection.define_xml()`; `XmlError` says what is wrong
    /// with it and where.
    #[staticmethod]
    fn parse(py: Python<'_>, xml: &str) -> PyResult<Self> {
        py.detach(|| virtwatch::Config::parse(xml)).or_raise(py).map(|core| Self(core.into()))
    }

    /// The name.
    #[getter]
    fn name(&self) -> &str {
        self.0.name()
    }

    /// The UUID: the written one, or the random one that it was given.
    #[getter]
    fn uuid(&self) -> Uuid {
        self.0.uuid()
    }

    /// The hypervisor that it is meant for: `kvm`, `test`, …
    #[getter]
    fn domain_type(&self) -> &'static str {
        self.0.domain_type()
    }

    /// The type of the guest: `hvm` for a full virtual machine.
    #[getter]
    fn os_type(&self) -> &'static str {
        self.0.os_type()
    }

    /// The title, one line.
    #[getter]
    fn title(&self) -> Option<&str> {
        self.0.title()
    }

    /// The description.
    #[getter]
    fn description(&self) -> Option<&str> {
        self.0.description()
    }

    /// The memory of the guest in KiB.
    #[getter]
    fn memory_kib(&self) -> u64 {
        self.0.memory_kib()
    }

    /// The memory that it begins with in KiB: at most `memory_kib`.
    #[getter]
    fn current_memory_kib(&self) -> u64 {
        self.0.current_memory_kib()
    }

    /// The greatest number of virtual CPUs.
    #[getter]
    fn max_vcpus(&self) -> u32 {
        self.0.max_vcpus()
    }

    /// The number of virtual CPUs that it begins with.
    #[getter]
    fn vcpus(&self) -> u32 {
        self.0.vcpus()
    }

    /// What happens when the guest powers off: `destroy`, `restart`, …
    #[getter]
    fn on_poweroff(&self) -> &'static str {
        self.0.on_poweroff().name()
    }

    /// What happens when the guest reboots.
    #[getter]
    fn on_reboot(&self) -> &'static str {
        self.0.on_reboot().name()
    }

    /// What happens when the guest crashes.
    #[getter]
    fn on_crash(&self) -> &'static str {
        self.0.on_crash().name()
    }

    /// Whether the guest can be suspended to memory.
    #[getter]
    fn suspend_to_mem(&self) -> bool {
        self.0.suspend_to_mem()
    }

    /// Whether the guest can be suspended to disk.
    #[getter]
    fn suspend_to_disk(&self) -> bool {
        self.0.suspend_to_disk()
    }

    /// The document, as the registry keeps it.
    #[getter]
    fn xml(&self) -> &str {
        self.0.document()
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<Self>().is_ok_and(|other| self.0.document() == other.get().0.document())
    }

    fn __hash__(&self) -> u64 {
        self.0.uuid().as_u64_pair().0
    }

    fn __repr__(&self) -> String {
        format!("<Config of '{}' {}>", self.name(), self.uuid())
    }
}
