//! A registered callable.

use std::iter;
use std::sync::Arc;

use pyo3::prelude::*;

use crate::process;
use crate::record::Record;
use crate::session::Session;

/// What the core calls: a Python callable, and the session that it keeps open until it ends.
pub(crate) struct Callback {
    // Fields are dropped in this order: the connection ends with the session.
    callable: process::Held,
    session: Arc<Session>,
}

impl Callback {
    pub(crate) fn new(callable: &Bound<'_, PyAny>, session: Arc<Session>) -> Self {
        Self { callable: process::Held::new(callable), session }
    }

    /// Calls it for each record, all in one visit to the interpreter. What it raises goes to
    /// `sys.unraisablehook`.
    ///
    /// Reading on takes locks of the core while attached: nobody who holds one waits for Python.
    pub(crate) fn call(&self, records: &mut dyn Iterator<Item = virtwatch::Record>) {
        let Some(first) = records.next() else { return };
        process::enter(|py| {
            let callable = self.callable.bind(py);
            for record in iter::once(first).chain(&mut *records) {
                if process::is_closing() {
                    break;
                }
                let record = Record::new(record, self.session.source());
                if let Err(error) = callable.call1((record,)) {
                    error.write_unraisable(py, Some(&callable));
                }
            }
        });
        // At the end of the interpreter the rest is lost.
        records.for_each(drop);
    }
}
