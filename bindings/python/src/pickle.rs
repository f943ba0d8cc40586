//! A record in parts, of which Python can make a pickle, and back.

use std::sync::Arc;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use virtwatch::{
    CatchupCause, Condition, Event, EventKind, Identity, Origin, Record as Core, Status, Uuid,
};

use crate::record::{Kind, Record};
use crate::session::Source;

/// UUID, incarnation, name, former name.
type IdentityParts = (Uuid, u64, String, Option<String>);

/// Definition, id, state, reason.
type ConditionParts = (u64, i32, i32, i32);

/// Number, time, identity, before, after, type and detail, origin, more, in a catch-up.
type EventParts =
    (u64, i64, IdentityParts, ConditionParts, ConditionParts, (i32, i32), i32, bool, bool);

/// What `record` makes the same record of, but for where it came from.
pub(crate) fn parts<'py>(py: Python<'py>, record: &Core) -> PyResult<Bound<'py, PyAny>> {
    Ok(match record {
        Core::Event(event) => event_parts(event).into_pyobject(py)?.into_any(),
        Core::Catchup { cause, from_seq, count } => {
            (cause.number(), *from_seq, *count).into_pyobject(py)?.into_any()
        }
        Core::Synced { seq } => (*seq,).into_pyobject(py)?.into_any(),
        Core::SourceDown { message } => (&**message,).into_pyobject(py)?.into_any(),
        _ => PyTuple::empty(py).into_any(),
    })
}

fn event_parts(event: &Event) -> EventParts {
    let who = &event.identity;
    (
        event.seq,
        event.realtime_ns,
        (who.uuid(), who.incarnation(), who.name().into(), who.former_name().map(Into::into)),
        condition_parts(event.before),
        condition_parts(event.after),
        (event.kind.event_type().number(), event.kind.detail()),
        event.origin.number(),
        event.more,
        event.in_catchup,
    )
}

fn condition_parts(condition: Condition) -> ConditionParts {
    let status = condition.status();
    (condition.definition(), condition.raw_id(), status.state().number(), status.reason())
}

/// The record of a pickle.
#[pyfunction]
#[expect(clippy::needless_pass_by_value, reason = "PyO3 makes it")]
pub(crate) fn record(
    uri: String,
    epoch: Uuid,
    kind: i32,
    parts: Bound<'_, PyAny>,
) -> PyResult<Record> {
    let core = match Kind::ALL.get(usize::try_from(kind).unwrap_or(usize::MAX)) {
        Some(Kind::Event) => event(parts.extract()?).map(Core::Event).ok_or_else(strange)?,
        Some(Kind::Catchup) => {
            let (cause, from_seq, count) = parts.extract()?;
            let cause = CatchupCause::from_number(cause).ok_or_else(strange)?;
            Core::Catchup { cause, from_seq, count }
        }
        Some(Kind::Synced) => {
            let (seq,) = parts.extract()?;
            Core::Synced { seq }
        }
        Some(Kind::SourceDown) => {
            let (message,): (String,) = parts.extract()?;
            Core::SourceDown { message: message.into() }
        }
        Some(Kind::SourceUp) => Core::SourceUp,
        Some(Kind::Closed) => Core::Closed,
        None => return Err(strange()),
    };
    Ok(Record::new(core, &Arc::new(Source { uri, epoch })))
}

fn event(parts: EventParts) -> Option<Event> {
    let (seq, realtime_ns, identity, before, after, (kind, detail), origin, more, in_catchup) =
        parts;
    let (uuid, incarnation, name, former_name) = identity;
    let identity = match former_name {
        Some(former) => Identity::new(uuid, incarnation, former).renamed(name),
        None => Identity::new(uuid, incarnation, name),
    };
    Some(Event {
        seq,
        realtime_ns,
        identity: Arc::new(identity),
        before: condition(before)?,
        after: condition(after)?,
        kind: EventKind::from_numbers(kind, detail)?,
        origin: Origin::from_number(origin)?,
        more,
        in_catchup,
    })
}

fn condition((definition, id, state, reason): ConditionParts) -> Option<Condition> {
    let status = Status::from_numbers(state, reason)?;
    Some(Condition::ABSENT.with_definition(definition).with_run(id, status))
}

fn strange() -> PyErr {
    PyValueError::new_err("this is no record of this version of virtwatch")
}
