//! What a watch delivers.

use std::sync::Arc;
use std::time::SystemTime;

use pyo3::prelude::*;
use pyo3::types::PyDict;
use virtwatch::{Condition, Event, Record as Core, Uuid};

use crate::cursor::Cursor;
use crate::document;
use crate::number;
use crate::pickle;
use crate::session::Source;

/// What a watch delivers: an event of a domain, or a word about the stream itself (`kind` says
/// which). What does not apply to a kind is None.
///
/// An event is complete: it carries identity, what the domain was before and is after, and when.
#[pyclass(frozen, weakref, module = "virtwatch")]
pub(crate) struct Record {
    core: Core,
    source: Arc<Source>,
}

/// The number of a kind of record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub(crate) enum Kind {
    Event = 0,
    Catchup = 1,
    Synced = 2,
    SourceDown = 3,
    SourceUp = 4,
    Closed = 5,
}

impl Kind {
    /// Every kind, in the order of the numbers.
    pub(crate) const ALL: [Self; 6] =
        [Self::Event, Self::Catchup, Self::Synced, Self::SourceDown, Self::SourceUp, Self::Closed];

    pub(crate) fn of(record: &Core) -> Self {
        match record {
            Core::Event(_) => Self::Event,
            Core::Catchup { .. } => Self::Catchup,
            Core::Synced { .. } => Self::Synced,
            Core::SourceDown { .. } => Self::SourceDown,
            Core::SourceUp => Self::SourceUp,
            _ => Self::Closed,
        }
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Catchup => "catchup",
            Self::Synced => "synced",
            Self::SourceDown => "source_down",
            Self::SourceUp => "source_up",
            Self::Closed => "closed",
        }
    }
}

/// What `pickle::record` takes.
type Parts<'a> = (&'a str, Uuid, i32, Bound<'a, PyAny>);

impl Record {
    pub(crate) fn new(core: Core, source: &Arc<Source>) -> Self {
        Self { core, source: Arc::clone(source) }
    }

    /// The event, if it is one.
    pub(crate) fn event(&self) -> Option<&Event> {
        match &self.core {
            Core::Event(event) => Some(event),
            _ => None,
        }
    }

    fn before(&self) -> Option<Condition> {
        self.event().map(|event| event.before)
    }

    fn after(&self) -> Option<Condition> {
        self.event().map(|event| event.after)
    }
}

#[pymethods]
impl Record {
    /// What it is: a member of `RecordKind`.
    #[getter]
    fn kind<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        number::RECORD_KIND.member(py, Kind::of(&self.core) as i32)
    }

    /// How the registry learned of the event, or why a catch-up is made: a member of `Origin`.
    #[getter]
    fn origin<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let origin = match &self.core {
            Core::Event(event) => event.origin.number(),
            Core::Catchup { cause, .. } => cause.number(),
            _ => return Ok(None),
        };
        number::ORIGIN.member(py, origin).map(Some)
    }

    /// The type of the event: a member of `EventType`.
    #[getter]
    fn r#type<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let event = self.event();
        event
            .map(|event| number::EVENT_TYPE.member(py, event.kind.event_type().number()))
            .transpose()
    }

    /// The detail, by the type: a member of `StartedDetail`, `StoppedDetail` and so on.
    #[getter]
    fn detail<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.event().map(|event| number::detail(py, event.kind)).transpose()
    }

    /// The number of the event (in a catch-up that of the domain's last event); of SYNCED the place
    /// reached.
    #[getter]
    fn seq(&self) -> Option<u64> {
        match &self.core {
            Core::Event(event) => Some(event.seq),
            Core::Synced { seq } => Some(*seq),
            _ => None,
        }
    }

    /// The journal that `seq` belongs to.
    #[getter]
    fn epoch(&self) -> Uuid {
        self.source.epoch
    }

    /// Where to resume after this record; None inside a catch-up, which counts at its SYNCED.
    #[getter]
    fn cursor(&self) -> Option<Cursor> {
        if self.in_catchup() {
            return None;
        }
        let epoch = self.source.epoch;
        self.seq().map(|seq| Cursor(virtwatch::Cursor { epoch, seq }))
    }

    /// The number of this existence of the UUID, from ADDED to REMOVED.
    #[getter]
    fn incarnation(&self) -> Option<u64> {
        self.event().map(|event| event.identity.incarnation())
    }

    /// The number of the stored configuration after the event; it grows with every one. 0 = none.
    #[getter]
    fn definition(&self) -> Option<u64> {
        self.after().map(Condition::definition)
    }

    /// The UUID of the domain.
    #[getter]
    fn uuid(&self) -> Option<Uuid> {
        self.event().map(Event::uuid)
    }

    /// The name of the domain, the new one in a renaming.
    #[getter]
    fn name(&self) -> Option<&str> {
        self.event().map(Event::name)
    }

    /// The name before, in the two events of a renaming.
    #[getter]
    fn old_name(&self) -> Option<&str> {
        self.event().and_then(Event::old_name)
    }

    /// The id of the run that the event is about: with STOPPED the one that ended.
    #[getter]
    fn id(&self) -> Option<i32> {
        self.event().and_then(Event::id)
    }

    /// Whether it had a stored configuration before.
    #[getter]
    fn persistent_before(&self) -> Option<bool> {
        self.before().map(Condition::is_persistent)
    }

    /// Whether it has one after.
    #[getter]
    fn persistent_after(&self) -> Option<bool> {
        self.after().map(Condition::is_persistent)
    }

    /// Whether it had a running instance before.
    #[getter]
    fn active_before(&self) -> Option<bool> {
        self.before().map(Condition::is_active)
    }

    /// Whether it has one after.
    #[getter]
    fn active_after(&self) -> Option<bool> {
        self.after().map(Condition::is_active)
    }

    /// The state before: a member of `State`.
    #[getter]
    fn state_before<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.before().map(|before| number::state(py, before.status().state())).transpose()
    }

    /// The state after: a member of `State`.
    #[getter]
    fn state_after<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.after().map(|after| number::state(py, after.status().state())).transpose()
    }

    /// The reason before, by the state: a member of `RunningReason` and so on.
    #[getter]
    fn reason_before<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.before().map(|before| number::reason(py, before.status())).transpose()
    }

    /// The reason after, by the state: a member of `RunningReason` and so on.
    #[getter]
    fn reason_after<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.after().map(|after| number::reason(py, after.status())).transpose()
    }

    /// More events of the same change follow at once.
    #[getter]
    fn more(&self) -> bool {
        self.event().is_some_and(|event| event.more)
    }

    /// Part of a catch-up: complete only at its SYNCED.
    #[getter]
    fn in_catchup(&self) -> bool {
        self.event().is_some_and(|event| event.in_catchup)
    }

    /// When the registry learned it, in nanoseconds since 1970 UTC.
    #[getter]
    fn time_ns(&self) -> Option<i64> {
        self.event().map(|event| event.realtime_ns)
    }

    /// When the registry learned it, in UTC and to the microsecond.
    #[getter]
    fn time(&self) -> Option<SystemTime> {
        document::time(self.time_ns()?)
    }

    /// The URI of the connection that it came by.
    #[getter]
    fn source(&self) -> &str {
        &self.source.uri
    }

    /// What happened to the source that is down.
    #[getter]
    fn message(&self) -> Option<&str> {
        match &self.core {
            Core::SourceDown { message } => Some(message),
            _ => None,
        }
    }

    /// With CATCHUP: the place from which it leads on.
    #[getter(from_seq)]
    fn start_seq(&self) -> Option<u64> {
        match &self.core {
            Core::Catchup { from_seq, .. } => Some(*from_seq),
            _ => None,
        }
    }

    /// With CATCHUP: how many events it stands for; 0 where that is not known.
    #[getter]
    fn count(&self) -> Option<u64> {
        match &self.core {
            Core::Catchup { count, .. } => Some(*count),
            _ => None,
        }
    }

    /// What applies to it as a dictionary that can be written as JSON, by the schema of the command
    /// line's `watch --json`: enumerations by name, and by number under `…_number`.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        document::of(py, &self.core, self.source.epoch, self.cursor())
    }

    /// For `pickle` and `copy`: the same record without its connection.
    fn __reduce__<'py>(&'py self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, Parts<'py>)> {
        let make = py.import("virtwatch._native")?.getattr("record")?;
        let parts = pickle::parts(py, &self.core)?;
        let kind = Kind::of(&self.core) as i32;
        Ok((make, (&self.source.uri, self.source.epoch, kind, parts)))
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<Self>().is_ok_and(|other| {
            let other = other.get();
            self.core == other.core && self.source.epoch == other.source.epoch
        })
    }

    fn __hash__(&self) -> u64 {
        self.seq().unwrap_or_default()
    }

    fn __repr__(&self) -> String {
        let Core::Event(event) = &self.core else {
            return match &self.core {
                Core::Catchup { cause, from_seq, .. } => {
                    format!("<Record catchup ({cause}) from {from_seq}>")
                }
                Core::Synced { seq } => format!("<Record synced at {seq}>"),
                Core::SourceDown { message } => format!("<Record source down: {message}>"),
                Core::SourceUp => "<Record source up>".to_owned(),
                _ => "<Record closed>".to_owned(),
            };
        };
        let Event { seq, kind, before, after, .. } = event;
        let change = match (before.status(), after.status()) {
            (before, after) if before == after => after.to_string(),
            (before, after) => format!("{before} -> {after}"),
        };
        let catchup = if event.in_catchup { " in catchup" } else { "" };
        format!("<Record {seq} {kind} '{}': {change}{catchup}>", event.name())
    }
}
