//! A place in a journal.

use pyo3::prelude::*;
use virtwatch::Uuid;

use crate::error::invalid_arg;

/// A place in the journal of one registry: everything up to `seq` has been seen.
///
/// Good across reconnects. `str()` gives `epoch:seq`, and `Cursor.parse()` reads it.
#[pyclass(frozen, eq, hash, from_py_object, module = "virtwatch")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Cursor(pub(crate) virtwatch::Cursor);

#[pymethods]
impl Cursor {
    #[new]
    fn new(epoch: Uuid, seq: u64) -> Self {
        Self(virtwatch::Cursor { epoch, seq })
    }

    /// Reads `epoch:seq`.
    #[staticmethod]
    fn parse(py: Python<'_>, text: &str) -> PyResult<Self> {
        text.parse()
            .map(Self)
            .map_err(|error: virtwatch::ParseCursorError| invalid_arg(py, error.to_string()))
    }

    /// Which journal.
    #[getter]
    fn epoch(&self) -> Uuid {
        self.0.epoch
    }

    /// The number of the last event seen; 0 before the first.
    #[getter]
    fn seq(&self) -> u64 {
        self.0.seq
    }

    fn __str__(&self) -> String {
        self.0.to_string()
    }

    fn __repr__(&self) -> String {
        format!("Cursor.parse('{}')", self.0)
    }

    fn __getnewargs__(&self) -> (Uuid, u64) {
        (self.0.epoch, self.0.seq)
    }
}
