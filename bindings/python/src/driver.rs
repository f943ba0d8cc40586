//! A hypervisor that Python brings: a subclass of `Driver` in `virtwatch/driver.py`.

use std::cell::{Cell, RefCell};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use virtwatch::{
    Answer, Error, ErrorCode, ErrorDomain, EventTypes, Host as CoreHost, Hypervisor, Listed,
    Request as CoreRequest, RequestKind, Result, Status, Uuid,
};

use crate::error::{self, OrRaise};
use crate::host::Host;
use crate::number;
use crate::options;
use crate::process;

/// The schemes that have a driver of Python, to be taken away before the interpreter ends. Taken
/// only by threads that are attached to Python and for no longer than a look.
static SCHEMES: Mutex<Vec<String>> = Mutex::new(Vec::new());

thread_local! {
    /// Whether this thread has asked for something: on others nobody takes what was raised.
    static ASKS: Cell<bool> = const { Cell::new(false) };
    /// What a driver raised on this thread, and what the core makes of it on its way to the caller.
    static RAISED: RefCell<Option<(Error, PyErr)>> = const { RefCell::new(None) };
}

/// The exception of a driver that has become this error, if it was raised on this thread.
pub(crate) fn raised(error: &Error) -> Option<PyErr> {
    let (refusal, raised) = RAISED.take()?;
    // On its way the core may have named another part of the library.
    (refusal.message() == error.message()).then_some(raised)
}

/// Before a call that may enter a driver: what one raised earlier, and nobody was told, is over.
pub(crate) fn forget_raised(_attached: Python<'_>) {
    ASKS.set(true);
    drop(RAISED.take());
}

/// Brings a driver: from now on URIs `scheme:///…` can be opened.
///
/// `InvalidArgumentError`: `scheme` is no word, or without a list the types in `native` are not
/// enough to know the domains. `InvalidStateError`: it has a driver already.
#[pyfunction]
pub(crate) fn register_driver(scheme: &str, driver: &Bound<'_, PyAny>) -> PyResult<()> {
    let py = driver.py();
    let native = options::event_types("native", &driver.getattr("native")?)?;
    let lists = driver.getattr("_lists")?.extract()?;
    let brought = Brought { driver: process::Held::new(driver), native, lists };
    py.detach(|| virtwatch::register_driver(scheme, brought)).or_raise(py)?;
    schemes(|schemes| schemes.push(scheme.to_owned()));
    Ok(())
}

/// Takes a driver away: its domains stay listed as they were known last, their connections are not
/// alive, and every watch and callback is told CLOSED. On return no method of it runs, unless this
/// is called inside one.
///
/// `InvalidArgumentError`: the scheme has no driver.
#[pyfunction]
pub(crate) fn unregister_driver(py: Python<'_>, scheme: &str) -> PyResult<()> {
    schemes(|schemes| schemes.retain(|known| known != scheme));
    py.detach(|| virtwatch::unregister_driver(scheme)).or_raise(py)
}

/// Takes all drivers away.
pub(crate) fn unregister_all(py: Python<'_>) {
    let schemes = schemes(std::mem::take);
    py.detach(|| {
        for scheme in &schemes {
            // One that is not there any more is as good.
            drop(virtwatch::unregister_driver(scheme));
        }
    });
}

fn schemes<T>(look: impl FnOnce(&mut Vec<String>) -> T) -> T {
    look(&mut SCHEMES.lock().unwrap_or_else(PoisonError::into_inner))
}

/// A driver, as the core calls it.
struct Brought {
    driver: process::Held,
    native: EventTypes,
    lists: bool,
}

impl Brought {
    /// Calls into Python; what that raises is the refusal that it says.
    fn call<T>(
        &self,
        what: impl FnOnce(&Bound<'_, PyAny>) -> PyResult<T>,
    ) -> std::result::Result<T, Refused> {
        let called = process::enter(|py| {
            what(&self.driver.bind(py))
                .map_err(|raised| Refused { error: error::of(py, &raised), raised: Some(raised) })
        });
        called.unwrap_or_else(|| {
            let why = "the interpreter has ended";
            let error = Error::new(ErrorCode::OperationFailed, ErrorDomain::None, why);
            Err(Refused { error, raised: None })
        })
    }
}

/// What a driver raised, and what that says.
struct Refused {
    error: Error,
    raised: Option<PyErr>,
}

impl Refused {
    /// The refusal, to be raised again as it was where the core was called from.
    fn returned(self) -> Error {
        if ASKS.get() {
            RAISED.set(self.raised.map(|raised| (self.error.clone(), raised)));
        }
        self.error
    }
}

impl Hypervisor for Brought {
    fn native(&self) -> EventTypes {
        self.native
    }

    fn open(&self, host: &CoreHost, uri: &str) -> Result<()> {
        self.call(|driver| driver.call_method1("open", (Host::new(host), uri)).map(drop))
            .map_err(Refused::returned)
    }

    fn close(&self, host: &CoreHost) {
        process::enter(|py| {
            let driver = self.driver.bind(py);
            if let Err(error) = driver.call_method1("close", (Host::new(host),)) {
                error.write_unraisable(py, Some(&driver));
            }
        });
    }

    fn operate(&self, host: &CoreHost, request: &CoreRequest<'_>) -> Result<Answer> {
        self.call(|driver| {
            let request = Request::new(request);
            let answer = driver.call_method1("operate", (Host::new(host), request))?;
            match answer.extract::<Option<i32>>() {
                Ok(None | Some(0)) => Ok(Answer::Done),
                Ok(Some(1)) => Ok(Answer::Accepted),
                _ => Err(PyTypeError::new_err("operate must return an Answer or None")),
            }
        })
        .map_err(Refused::returned)
    }

    fn lists(&self) -> bool {
        self.lists
    }

    fn list(&self, host: &CoreHost, each: &mut dyn FnMut(Listed<'_>) -> Result<()>) -> Result<()> {
        let listing = self.call(|driver| {
            let listing = driver.call_method1("list", (Host::new(host),))?;
            listing.try_iter()?.map(|domain| domain?.extract()).collect::<PyResult<Vec<Known>>>()
        });
        let listing = listing.map_err(Refused::returned)?;
        listing.iter().try_for_each(|domain| each(domain.listed()?))
    }
}

/// A domain that Python lists.
#[derive(FromPyObject)]
struct Known {
    uuid: Uuid,
    name: String,
    persistent: bool,
    state: i32,
    reason: i32,
    id: Option<i32>,
    xml: Option<String>,
}

impl Known {
    fn listed(&self) -> Result<Listed<'_>> {
        let strange = || {
            let Self { name, state, reason, .. } = self;
            Error::invalid_arg(format!("'{name}' is listed with state {state}, reason {reason}"))
        };
        Ok(Listed {
            uuid: self.uuid,
            name: &self.name,
            persistent: self.persistent,
            status: Status::from_numbers(self.state, self.reason).ok_or_else(strange)?,
            id: self.id,
            xml: self.xml.as_deref(),
        })
    }
}

/// What a driver is asked to do.
#[pyclass(frozen, weakref, module = "virtwatch")]
#[derive(Debug)]
pub(crate) struct Request {
    kind: RequestKind,
    /// The flags of the operation, with libvirt's numbers.
    #[pyo3(get)]
    flags: u32,
    uuid: Uuid,
    name: String,
    /// The document that is to be stored or started.
    #[pyo3(get)]
    xml: Option<String>,
    /// The file that is to be written or read.
    #[pyo3(get)]
    path: Option<PathBuf>,
}

impl Request {
    fn new(request: &CoreRequest<'_>) -> Self {
        Self {
            kind: request.kind,
            flags: request.flags,
            uuid: request.uuid,
            name: request.name.to_owned(),
            xml: request.xml.map(ToOwned::to_owned),
            path: request.path.map(ToOwned::to_owned),
        }
    }
}

#[pymethods]
impl Request {
    /// What it is: a member of `RequestKind`.
    #[getter]
    fn kind<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        number::REQUEST_KIND.member(py, self.kind.number())
    }

    /// The UUID of the domain; None where it is in the file.
    #[getter]
    fn uuid(&self) -> Option<Uuid> {
        (!self.uuid.is_nil()).then_some(self.uuid)
    }

    /// The name of the domain, the new one in a renaming; None where it is in the file.
    #[getter]
    fn name(&self) -> Option<&str> {
        (!self.name.is_empty()).then_some(&self.name)
    }

    fn __repr__(&self) -> String {
        format!("<Request {} '{}' {}>", self.kind, self.name, self.uuid)
    }
}
