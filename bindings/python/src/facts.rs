//! What is known of a domain, as `virtwatch/view.py` has it.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use virtwatch::Facts;

use crate::number;

/// The facts as a `DomainView`.
pub(crate) fn view<'py>(py: Python<'py>, facts: &Facts) -> PyResult<Bound<'py, PyAny>> {
    static VIEW: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    VIEW.import(py, "virtwatch.view", "DomainView")?.call1((
        facts.uuid(),
        facts.name(),
        facts.id(),
        facts.incarnation(),
        facts.definition(),
        facts.is_persistent(),
        facts.is_active(),
        number::state(py, facts.status().state())?,
        number::reason(py, facts.status())?,
    ))
}
