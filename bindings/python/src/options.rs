//! What a watch is to deliver, as Python says it.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use virtwatch::{EventTypes, ListFlags, State, Uuid, WatchOptions, parse_uuid};

use crate::cursor::Cursor;
use crate::domain::Domain;
use crate::error::invalid_arg;
use crate::number;

/// The UUID of a domain given as the object, its UUID, or the text of that; `name` is the
/// argument's.
pub(crate) fn uuid(py: Python<'_>, name: &str, given: &Bound<'_, PyAny>) -> PyResult<Uuid> {
    if let Ok(domain) = given.cast::<Domain>() {
        return Ok(domain.get().uuid());
    }
    if let Ok(uuid) = given.extract::<Uuid>() {
        return Ok(uuid);
    }
    let Ok(text) = given.extract::<String>() else {
        let what = given.get_type().name()?;
        let wish = format!("{name} must be a Domain, a UUID or the text of one, not {what}");
        return Err(PyTypeError::new_err(wish));
    };
    parse_uuid(&text).ok_or_else(|| invalid_arg(py, format!("{name}: '{text:.80}' is not a UUID")))
}

/// The event types of an iterable; `name` is the argument's.
pub(crate) fn event_types(name: &str, types: &Bound<'_, PyAny>) -> PyResult<EventTypes> {
    types
        .try_iter()
        .map_err(|_| PyTypeError::new_err(format!("{name} must be an iterable of EventType")))?
        .map(|number| number::event_type(types.py(), &number?))
        .collect()
}

/// The keyword arguments of `watch` and `register`.
pub(crate) fn options(
    py: Python<'_>,
    snapshot: bool,
    types: Option<&Bound<'_, PyAny>>,
    domain: Option<&Bound<'_, PyAny>>,
    resume: Option<Cursor>,
    max_lag: Option<i64>,
) -> PyResult<WatchOptions> {
    let types = match types {
        None => EventTypes::ALL,
        Some(types) => event_types("types", types)?,
    };
    let max_lag = u32::try_from(max_lag.unwrap_or(0))
        .map_err(|_| invalid_arg(py, format!("max_lag must be from 0 to {}", u32::MAX)))?;
    Ok(WatchOptions {
        snapshot,
        types,
        uuid: domain.map(|domain| uuid(py, "domain", domain)).transpose()?,
        resume: resume.map(|cursor| cursor.0),
        max_lag,
    })
}

/// The keyword arguments of `domains`; `None` when no domain can be meant.
pub(crate) fn list(
    active: Option<bool>,
    persistent: Option<bool>,
    managed_save: Option<bool>,
    autostart: Option<bool>,
    states: Option<&Bound<'_, PyAny>>,
) -> PyResult<Option<ListFlags>> {
    let choices = [
        (active, ListFlags::ACTIVE, ListFlags::INACTIVE),
        (persistent, ListFlags::PERSISTENT, ListFlags::TRANSIENT),
        (managed_save, ListFlags::MANAGEDSAVE, ListFlags::NO_MANAGEDSAVE),
        (autostart, ListFlags::AUTOSTART, ListFlags::NO_AUTOSTART),
    ];
    let mut flags: ListFlags = choices
        .into_iter()
        .filter_map(|(choice, yes, no)| choice.map(|choice| if choice { yes } else { no }))
        .collect();
    let Some(states) = states else { return Ok(Some(flags)) };
    let states: ListFlags = states
        .try_iter()
        .map_err(|_| PyTypeError::new_err("states must be an iterable of State"))?
        .map(|state| Ok(group(number::parse_state(states.py(), &state?)?)))
        .collect::<PyResult<_>>()?;
    flags |= states;
    Ok((!states.is_empty()).then_some(flags))
}

/// How a listing knows a state.
fn group(state: State) -> ListFlags {
    match state {
        State::Running => ListFlags::RUNNING,
        State::Paused => ListFlags::PAUSED,
        State::Shutoff => ListFlags::SHUTOFF,
        _ => ListFlags::OTHER,
    }
}
