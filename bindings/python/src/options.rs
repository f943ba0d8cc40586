//! What a watch is to deliver, as Python says it.

use pyo3::prelude::*;
use virtwatch::{EventTypes, Uuid, WatchOptions};

use crate::cursor::Cursor;
use crate::domain::Domain;
use crate::error::invalid_arg;
use crate::number;

/// A domain as an argument: the object, its UUID, or the text of that.
#[derive(FromPyObject)]
pub(crate) enum Which<'py> {
    Domain(Bound<'py, Domain>),
    Uuid(Uuid),
    Text(String),
}

impl Which<'_> {
    pub(crate) fn uuid(&self, py: Python<'_>) -> PyResult<Uuid> {
        match self {
            Self::Domain(domain) => Ok(domain.get().uuid()),
            Self::Uuid(uuid) => Ok(*uuid),
            Self::Text(text) => Uuid::try_parse(text)
                .map_err(|error| invalid_arg(py, format!("'{text}' is not a UUID: {error}"))),
        }
    }
}

/// The keyword arguments of `watch` and `register`.
pub(crate) fn options(
    py: Python<'_>,
    snapshot: bool,
    types: Option<&Bound<'_, PyAny>>,
    domain: Option<&Which<'_>>,
    resume: Option<Cursor>,
    max_lag: Option<u32>,
) -> PyResult<WatchOptions> {
    let types = match types {
        None => EventTypes::ALL,
        Some(types) => types
            .try_iter()?
            .map(|number| number::event_type(py, &number?))
            .collect::<PyResult<EventTypes>>()?,
    };
    Ok(WatchOptions {
        snapshot,
        types,
        uuid: domain.map(|domain| domain.uuid(py)).transpose()?,
        resume: resume.map(|cursor| cursor.0),
        max_lag: max_lag.unwrap_or(0),
    })
}
