//! A record as a dictionary that can be written as JSON. The schema is that of the command line.

use std::time::{Duration, SystemTime};

use pyo3::prelude::*;
use pyo3::types::PyDict;
use virtwatch::{Condition, Event, Record, Status, Uuid};

use crate::cursor::Cursor;
use crate::record::Kind;

const SCHEMA: &str = "virtwatch.record/1";

/// What applies to a record of the journal `epoch`.
pub(crate) fn of<'py>(
    py: Python<'py>,
    record: &Record,
    epoch: Uuid,
    cursor: Option<Cursor>,
) -> PyResult<Bound<'py, PyDict>> {
    let kind = Kind::of(record);
    let mut document = Document(PyDict::new(py));
    document.set("schema", SCHEMA)?;
    document.set_named("kind", kind.name(), kind as i32)?;
    document.set("epoch", epoch.to_string())?;
    document.set("cursor", cursor.map(|cursor| cursor.0.to_string()))?;
    match record {
        Record::Event(event) => document.set_event(event)?,
        Record::Catchup { cause, from_seq, count } => {
            document.set_named("origin", cause.name(), cause.number())?;
            document.set("from_seq", *from_seq)?;
            document.set("count", *count)?;
        }
        Record::Synced { seq } => document.set("seq", *seq)?,
        Record::SourceDown { message } => document.set("message", &**message)?,
        _ => {}
    }
    Ok(document.0)
}

/// A dictionary under construction.
struct Document<'py>(Bound<'py, PyDict>);

impl<'py> Document<'py> {
    fn set(&mut self, name: &str, value: impl IntoPyObject<'py>) -> PyResult<()> {
        self.0.set_item(name, value)
    }

    /// Of an enumeration the name, and the number under `…_number`.
    fn set_named(&mut self, name: &str, text: &str, number: i32) -> PyResult<()> {
        self.set(name, text)?;
        self.set(&format!("{name}_number"), number)
    }

    fn set_event(&mut self, event: &Event) -> PyResult<()> {
        self.set_named("origin", event.origin.name(), event.origin.number())?;
        self.set("seq", event.seq)?;
        let time = rfc3339(self.0.py(), event.realtime_ns)?;
        self.set("time", time)?;
        self.set("realtime_ns", event.realtime_ns)?;
        let event_type = event.kind.event_type();
        self.set_named("type", event_type.name(), event_type.number())?;
        self.set_named("detail", event.kind.detail_name(), event.kind.detail())?;
        self.set("uuid", event.uuid().to_string())?;
        self.set("name", event.name())?;
        self.set("old_name", event.old_name())?;
        self.set("id", event.id())?;
        self.set("incarnation", event.identity.incarnation())?;
        self.set("definition", event.after.definition())?;
        self.set_condition("before", event.before)?;
        self.set_condition("after", event.after)?;
        self.set("more", event.more)?;
        self.set("in_catchup", event.in_catchup)
    }

    fn set_condition(&mut self, when: &str, condition: Condition) -> PyResult<()> {
        let status: Status = condition.status();
        self.set(&format!("persistent_{when}"), condition.is_persistent())?;
        self.set(&format!("active_{when}"), condition.is_active())?;
        let (state, reason) = (status.state(), status.reason());
        self.set_named(&format!("state_{when}"), state.name(), state.number())?;
        self.set_named(&format!("reason_{when}"), status.reason_name(), reason)
    }
}

/// When an event was learned; `None` before 1970.
pub(crate) fn time(realtime_ns: i64) -> Option<SystemTime> {
    let since_1970 = Duration::from_nanos(realtime_ns.try_into().ok()?);
    SystemTime::UNIX_EPOCH.checked_add(since_1970)
}

/// A time as RFC 3339 writes it, to the nanosecond.
fn rfc3339(py: Python<'_>, realtime_ns: i64) -> PyResult<Option<String>> {
    let Some(time) = time(realtime_ns) else { return Ok(None) };
    let seconds = time.into_pyobject(py)?.call_method1("strftime", ("%Y-%m-%dT%H:%M:%S",))?;
    Ok(Some(format!("{}.{:09}Z", seconds.extract::<String>()?, realtime_ns % 1_000_000_000)))
}
