#![forbid(unsafe_code)]
//! The reference fold: how a reader keeps its list of domains from records alone.

use std::collections::HashMap;
use std::hash::BuildHasher;

use uuid::Uuid;

use super::record::{CatchupCause, Record};
use crate::domain::Facts;

/// Applies a record to a view, which equals the registry at every SYNCED and, after it, at the end
/// of every change (guarantee G2).
///
/// A catch-up by RESET names everything that exists, so what was known before is dropped.
pub fn fold<S: BuildHasher>(view: &mut HashMap<Uuid, Facts, S>, record: &Record) {
    match record {
        Record::Event(event) => {
            match event.facts() {
                Some(facts) => view.insert(event.uuid(), facts),
                None => view.remove(&event.uuid()),
            };
        }
        Record::Catchup { cause: CatchupCause::Reset, .. } => view.clear(),
        _ => {}
    }
}
