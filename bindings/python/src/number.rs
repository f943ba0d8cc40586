//! Numbers as members of the enumerations in `virtwatch/_enums.py`.

use std::time::Duration;

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyDict;
use virtwatch::{EventKind, EventType, ShutdownFlags, State, Status, SuspendTarget};

use crate::error::invalid_arg;

/// An enumeration of Python, by the name of its class.
pub(crate) struct Enumeration {
    class: &'static str,
    /// The members by their numbers.
    members: PyOnceLock<Vec<Option<Py<PyAny>>>>,
}

impl Enumeration {
    const fn new(class: &'static str) -> Self {
        Self { class, members: PyOnceLock::new() }
    }

    /// The member with a number; one that Python does not know is shown as it is.
    pub(crate) fn member<'py>(&self, py: Python<'py>, number: i32) -> PyResult<Bound<'py, PyAny>> {
        let members = self.members.get_or_try_init(py, || self.load(py))?;
        let known = usize::try_from(number).ok().and_then(|place| members.get(place)?.as_ref());
        match known {
            Some(member) => Ok(member.bind(py).clone()),
            None => Ok(number.into_pyobject(py)?.into_any()),
        }
    }

    fn load(&self, py: Python<'_>) -> PyResult<Vec<Option<Py<PyAny>>>> {
        let mut members = Vec::new();
        for member in py.import("virtwatch._enums")?.getattr(self.class)?.try_iter()? {
            let member = member?;
            let place: usize = member.extract()?;
            while members.len() <= place {
                members.push(None);
            }
            if let Some(known) = members.get_mut(place) {
                *known = Some(member.unbind());
            }
        }
        Ok(members)
    }
}

pub(crate) static RECORD_KIND: Enumeration = Enumeration::new("RecordKind");
pub(crate) static ORIGIN: Enumeration = Enumeration::new("Origin");
pub(crate) static EVENT_TYPE: Enumeration = Enumeration::new("EventType");
pub(crate) static EVENT_SUPPORT: Enumeration = Enumeration::new("EventSupport");
pub(crate) static REQUEST_KIND: Enumeration = Enumeration::new("RequestKind");
pub(crate) static STATE: Enumeration = Enumeration::new("State");

/// The detail of an event.
pub(crate) fn detail(py: Python<'_>, kind: EventKind) -> PyResult<Bound<'_, PyAny>> {
    static DEFINED: Enumeration = Enumeration::new("DefinedDetail");
    static UNDEFINED: Enumeration = Enumeration::new("UndefinedDetail");
    static STARTED: Enumeration = Enumeration::new("StartedDetail");
    static SUSPENDED: Enumeration = Enumeration::new("SuspendedDetail");
    static RESUMED: Enumeration = Enumeration::new("ResumedDetail");
    static STOPPED: Enumeration = Enumeration::new("StoppedDetail");
    static SHUTDOWN: Enumeration = Enumeration::new("ShutdownDetail");
    static PMSUSPENDED: Enumeration = Enumeration::new("PmSuspendedDetail");
    static CRASHED: Enumeration = Enumeration::new("CrashedDetail");
    static ADDED: Enumeration = Enumeration::new("AddedDetail");
    static REMOVED: Enumeration = Enumeration::new("RemovedDetail");
    let details = match kind {
        EventKind::Defined(_) => &DEFINED,
        EventKind::Undefined(_) => &UNDEFINED,
        EventKind::Started(_) => &STARTED,
        EventKind::Suspended(_) => &SUSPENDED,
        EventKind::Resumed(_) => &RESUMED,
        EventKind::Stopped(_) => &STOPPED,
        EventKind::Shutdown(_) => &SHUTDOWN,
        EventKind::PmSuspended(_) => &PMSUSPENDED,
        EventKind::Crashed(_) => &CRASHED,
        EventKind::Added(_) => &ADDED,
        EventKind::Removed(_) => &REMOVED,
    };
    details.member(py, kind.detail())
}

/// The reason of a state; a plain 0 for the states that have none.
pub(crate) fn reason(py: Python<'_>, status: Status) -> PyResult<Bound<'_, PyAny>> {
    static RUNNING: Enumeration = Enumeration::new("RunningReason");
    static PAUSED: Enumeration = Enumeration::new("PausedReason");
    static SHUTDOWN: Enumeration = Enumeration::new("ShutdownReason");
    static SHUTOFF: Enumeration = Enumeration::new("ShutoffReason");
    static CRASHED: Enumeration = Enumeration::new("CrashedReason");
    let reasons = match status {
        Status::Running(_) => &RUNNING,
        Status::Paused(_) => &PAUSED,
        Status::Shutdown(_) => &SHUTDOWN,
        Status::Shutoff(_) => &SHUTOFF,
        Status::Crashed(_) => &CRASHED,
        Status::NoState | Status::Blocked | Status::PmSuspended => {
            return Ok(status.reason().into_pyobject(py)?.into_any());
        }
    };
    reasons.member(py, status.reason())
}

/// The numbers and names of the core's enumerations, for the test that compares them.
#[pyfunction]
pub(crate) fn numbers(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    let all = PyDict::new(py);
    macro_rules! add {
        ($($name:ident),+ $(,)?) => {$(
            let numbers = PyDict::new(py);
            for value in virtwatch::$name::ALL {
                numbers.set_item(format!("{value:?}"), value.number())?;
            }
            all.set_item(stringify!($name), numbers)?;
        )+};
    }
    add!(
        EventType,
        EventSupport,
        Origin,
        State,
        AddedDetail,
        CrashedDetail,
        DefinedDetail,
        PmSuspendedDetail,
        RemovedDetail,
        ResumedDetail,
        ShutdownDetail,
        StartedDetail,
        StoppedDetail,
        SuspendedDetail,
        UndefinedDetail,
        RunningReason,
        PausedReason,
        ShutdownReason,
        ShutoffReason,
        CrashedReason,
        ErrorCode,
        ErrorDomain,
        CatchupCause,
        SuspendTarget,
        RequestKind,
    );
    let methods = PyDict::new(py);
    for (name, flag) in ShutdownFlags::all().iter_names() {
        methods.set_item(name, flag.bits())?;
    }
    all.set_item("ShutdownMethod", methods)?;
    Ok(all)
}

/// The event type with a number that Python gave.
pub(crate) fn event_type(py: Python<'_>, number: &Bound<'_, PyAny>) -> PyResult<EventType> {
    parse(py, number, "an event type", "EventType", EventType::from_number)
}

/// The target of a suspension with a number that Python gave.
pub(crate) fn suspend_target(py: Python<'_>, number: &Bound<'_, PyAny>) -> PyResult<SuspendTarget> {
    parse(py, number, "a target", "SuspendTarget", SuspendTarget::from_number)
}

/// The state with a number that Python gave.
pub(crate) fn parse_state(py: Python<'_>, number: &Bound<'_, PyAny>) -> PyResult<State> {
    parse(py, number, "a state", "State", State::from_number)
}

/// The detail with a number that Python gave, or the one with the number 0.
pub(crate) fn detail_or_first<T>(
    given: Option<&Bound<'_, PyAny>>,
    name: &str,
    class: &str,
    from_number: impl Fn(i32) -> Option<T>,
) -> PyResult<T> {
    match given {
        Some(number) => parse(number.py(), number, name, class, from_number),
        None => from_number(0).ok_or_else(|| PyTypeError::new_err(format!("{name} is missing"))),
    }
}

fn parse<T>(
    py: Python<'_>,
    number: &Bound<'_, PyAny>,
    what: &str,
    class: &str,
    from_number: impl FnOnce(i32) -> Option<T>,
) -> PyResult<T> {
    let Ok(known) = number.extract::<i64>() else {
        let what = format!("{what} must be a member of {class}, not {}", number.repr()?);
        return Err(PyTypeError::new_err(what));
    };
    i32::try_from(known)
        .ok()
        .and_then(from_number)
        .ok_or_else(|| invalid_arg(py, format!("{what} must be a member of {class}, not {known}")))
}

/// A state as a member of `State`.
pub(crate) fn state(py: Python<'_>, state: State) -> PyResult<Bound<'_, PyAny>> {
    STATE.member(py, state.number())
}

/// A time in seconds; a negative one is 0.
pub(crate) fn seconds(py: Python<'_>, name: &str, seconds: f64) -> PyResult<Duration> {
    if seconds.is_nan() {
        return Err(invalid_arg(py, format!("{name} is not a number")));
    }
    Ok(Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(Duration::MAX))
}
