//! A registered callback.

use std::sync::Arc;

use pyo3::prelude::*;

use crate::session::Session;

/// A registered callback.
///
/// It goes on until `cancel()` or until its connection is closed, also when nobody holds this
/// object. As a context manager it is cancelled at the end of the block.
#[pyclass(frozen, weakref, module = "virtwatch")]
pub(crate) struct Registration {
    session: Arc<Session>,
    id: i32,
}

impl Registration {
    pub(crate) fn new(session: Arc<Session>, id: i32) -> Self {
        Self { session, id }
    }
}

#[pymethods]
impl Registration {
    /// Its number: never used again in its registry.
    #[getter]
    fn id(&self) -> i32 {
        self.id
    }

    /// Whether it goes on.
    #[getter]
    fn active(&self) -> bool {
        self.session.has(self.id)
    }

    /// Ends it. On return the callback runs in no other thread and will not start again; inside a
    /// callback this does not wait. Of one that has ended it does nothing.
    fn cancel(&self, py: Python<'_>) {
        self.session.cancel(py, self.id);
    }

    /// Ends it without waiting, for what is dropped: that may be anywhere, with any lock held.
    fn _drop(&self, py: Python<'_>) {
        self.session.forget(py, self.id);
    }

    fn __enter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    #[pyo3(signature = (*_exception))]
    fn __exit__(&self, py: Python<'_>, _exception: &Bound<'_, PyAny>) {
        self.cancel(py);
    }

    fn __repr__(&self) -> String {
        let ended = if self.active() { "" } else { ", ended" };
        format!("<Registration {} at {}{ended}>", self.id, self.session.source().uri)
    }
}
