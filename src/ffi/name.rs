//! The names of numbers, as C strings.

use std::collections::BTreeMap;
use std::ffi::{CString, c_char, c_int};
use std::ptr;
use std::sync::LazyLock;

use super::guard::{Call, guard};
use super::string;
use crate::{EventKind, EventType, Result, State, Status};

/// More than any detail or reason.
const NUMBERS: std::ops::Range<i32> = 0..64;

/// Every name that the Rust API has for types, details, states and reasons.
static NAMES: LazyLock<BTreeMap<&'static str, CString>> = LazyLock::new(|| {
    let mut names = BTreeMap::new();
    let mut add = |name| {
        names.insert(name, string::terminated(name));
    };
    for &event_type in EventType::ALL {
        add(event_type.name());
        let kinds =
            NUMBERS.filter_map(|detail| EventKind::from_numbers(event_type.number(), detail));
        kinds.for_each(|kind| add(kind.detail_name()));
    }
    for &state in State::ALL {
        add(state.name());
        let all = NUMBERS.filter_map(|reason| Status::from_numbers(state.number(), reason));
        all.for_each(|status| add(status.reason_name()));
    }
    names
});

/// The name as a C string that is never freed.
fn constant(name: &str) -> *const c_char {
    NAMES.get(name).map_or(ptr::null(), |name| name.as_ptr())
}

fn event_type(call: &Call, number: c_int) -> Result<EventType> {
    EventType::from_number(number).ok_or_else(|| call.refuse("type", "must be an event type"))
}

fn state(call: &Call, number: c_int) -> Result<State> {
    State::from_number(number).ok_or_else(|| call.refuse("state", "must be a domain state"))
}

/// vwDomainEventTypeToString:
/// @type: a vwDomainEventType
///
/// Returns the name of an event type in lower case, such as "started", never to
/// be freed; NULL: VW_ERR_INVALID_ARG, there is no such type.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwDomainEventTypeToString(r#type: c_int) -> *const c_char {
    // SAFETY: the caller keeps what the header asks for.
    guard(ptr::null(), unsafe { Call::new("vwDomainEventTypeToString") }, |call| {
        Ok(constant(event_type(call, r#type)?.name()))
    })
}

/// vwDomainEventDetailToString:
/// @type: a vwDomainEventType
/// @detail: a detail of that type
///
/// Returns the name of a detail in lower case, such as "booted", never to be
/// freed; NULL: VW_ERR_INVALID_ARG, there is no such detail.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwDomainEventDetailToString(
    r#type: c_int,
    detail: c_int,
) -> *const c_char {
    // SAFETY: the caller keeps what the header asks for.
    guard(ptr::null(), unsafe { Call::new("vwDomainEventDetailToString") }, |call| {
        let event_type = event_type(call, r#type)?;
        let kind = EventKind::from_numbers(event_type.number(), detail)
            .ok_or_else(|| call.refuse("detail", &format!("must be a detail of '{event_type}'")))?;
        Ok(constant(kind.detail_name()))
    })
}

/// vwDomainStateToString:
/// @state: a vwDomainState
///
/// Returns the name of a state in lower case, such as "running", never to be
/// freed; NULL: VW_ERR_INVALID_ARG, there is no such state.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwDomainStateToString(state: c_int) -> *const c_char {
    // SAFETY: the caller keeps what the header asks for.
    guard(ptr::null(), unsafe { Call::new("vwDomainStateToString") }, |call| {
        Ok(constant(self::state(call, state)?.name()))
    })
}

/// vwDomainReasonToString:
/// @state: a vwDomainState
/// @reason: a reason of that state
///
/// Returns the name of a reason in lower case, such as "booted", never to be
/// freed; NULL: VW_ERR_INVALID_ARG, there is no such reason.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwDomainReasonToString(state: c_int, reason: c_int) -> *const c_char {
    // SAFETY: the caller keeps what the header asks for.
    guard(ptr::null(), unsafe { Call::new("vwDomainReasonToString") }, |call| {
        let state = self::state(call, state)?;
        let status = Status::from_numbers(state.number(), reason)
            .filter(|status| status.reason() == reason)
            .ok_or_else(|| call.refuse("reason", &format!("must be a reason of '{state}'")))?;
        Ok(constant(status.reason_name()))
    })
}

since! { "VIRTWATCH_0.1.0":
    vwDomainEventTypeToString vwDomainEventDetailToString vwDomainStateToString
    vwDomainReasonToString
}
