//! A registered callable.

use std::iter;
use std::sync::Arc;

use pyo3::prelude::*;

use crate::process;
use crate::record::Record;
use crate::session::Session;

/// What the core calls: a Python callable, and the session that it keeps open until it ends.
pub(crate) struct Callback {
    /// Empty only while it is dropped.
    callable: Option<Py<PyAny>>,
    session: Arc<Session>,
}

impl Callback {
    pub(crate) fn new(callable: Py<PyAny>, session: Arc<Session>) -> Self {
        Self { callable: Some(callable), session }
    }

    /// Calls it for each record, all in one visit to the interpreter. What it raises goes to
    /// `sys.unraisablehook`.
    ///
    /// Reading on takes locks of the core while attached: nobody who holds one waits for Python.
    pub(crate) fn call(&self, records: &mut dyn Iterator<Item = virtwatch::Record>) {
        let (Some(callable), Some(first)) = (&self.callable, records.next()) else { return };
        process::enter(|py| {
            let callable = callable.bind(py);
            for record in iter::once(first).chain(&mut *records) {
                if process::is_closing() {
                    break;
                }
                let record = Record::new(record, self.session.source());
                if let Err(error) = callable.call1((record,)) {
                    error.write_unraisable(py, Some(callable));
                }
            }
        });
        // At the end of the interpreter the rest is lost.
        records.for_each(drop);
    }
}

impl Drop for Callback {
    /// The callable ends at once, in an attached thread.
    fn drop(&mut self) {
        let callable = self.callable.take();
        let mut callable = Some(callable);
        process::enter(|_attached| drop(callable.take()));
        #[expect(clippy::mem_forget, reason = "the interpreter that it belongs to has ended")]
        std::mem::forget(callable);
    }
}
