//! Refusals as exceptions. The classes are in `virtwatch/_errors.py`.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use virtwatch::{Error, ErrorCode, ErrorDomain};

use crate::driver;
use crate::process;

static MAKE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

/// The exception for an error.
pub(crate) fn exception(py: Python<'_>, error: &Error) -> PyErr {
    if let Some(raised) = driver::raised(error) {
        return raised;
    }
    let arguments = (error.message(), error.code().number(), error.domain().number());
    process::call_back(py, || {
        MAKE.import(py, "virtwatch._errors", "error")
            .and_then(|make| make.call1(arguments))
            .map_or_else(|error| error, PyErr::from_value)
    })
}

/// A result of the core as one of Python.
pub(crate) trait OrRaise<T> {
    fn or_raise(self, py: Python<'_>) -> PyResult<T>;
}

impl<T> OrRaise<T> for virtwatch::Result<T> {
    fn or_raise(self, py: Python<'_>) -> PyResult<T> {
        self.map_err(|error| exception(py, &error))
    }
}

/// `ClosedError`: the connection cannot be used (any more).
pub(crate) fn closed(py: Python<'_>, why: &str) -> PyErr {
    exception(py, &Error::plain(ErrorCode::InvalidConn, ErrorDomain::None, why))
}

/// `CancelledError`: the watch has ended.
pub(crate) fn cancelled(py: Python<'_>) -> PyErr {
    let info = "the watch was cancelled";
    exception(py, &Error::new(ErrorCode::OperationAborted, ErrorDomain::Dom, info))
}

/// `InvalidArgumentError` with a text that names the argument.
pub(crate) fn invalid_arg(py: Python<'_>, why: impl Into<String>) -> PyErr {
    exception(py, &Error::invalid_arg(why))
}

/// What an exception says to a program that asked for something: of an `Error` all of it, of others
/// that it has failed, and why.
pub(crate) fn of(py: Python<'_>, exception: &PyErr) -> Error {
    let value = exception.value(py);
    let number = |name| value.getattr(name).and_then(|number| number.extract::<i32>());
    let message = || value.getattr("message").and_then(|message| message.extract::<String>());
    match (number("code").map(ErrorCode::from_number), number("domain"), message()) {
        (Ok(Some(code)), Ok(domain), Ok(message)) => {
            let domain = ErrorDomain::from_number(domain).unwrap_or(ErrorDomain::None);
            Error::plain(code, domain, message)
        }
        _ => Error::new(ErrorCode::OperationFailed, ErrorDomain::None, exception.to_string()),
    }
}
