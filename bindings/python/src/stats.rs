//! Figures.

use pyo3::prelude::*;

/// Figures of a registry.
#[pyclass(frozen, eq, get_all, module = "virtwatch")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stats {
    /// Domains that exist.
    domains: u64,
    /// Of these, active.
    active: u64,
    /// Events since the registry was made.
    events: u64,
    /// Of these, still in the journal.
    journal: u64,
    /// Watches and registrations.
    readers: u64,
    /// Listings asked of the source after the first.
    listings: u64,
    /// Audits made.
    audits: u64,
    /// Differences that audits found.
    drift: u64,
    /// Times when what the source said did not fit what was known.
    doubts: u64,
}

impl From<virtwatch::Stats> for Stats {
    fn from(stats: virtwatch::Stats) -> Self {
        Self {
            domains: stats.domains,
            active: stats.active,
            events: stats.events,
            journal: stats.journal,
            readers: stats.readers,
            listings: stats.listings,
            audits: stats.audits,
            drift: stats.drift,
            doubts: stats.doubts,
        }
    }
}

#[pymethods]
impl Stats {
    fn __repr__(&self) -> String {
        repr(&format!("{self:?}"))
    }
}

/// Figures of a watch: `events` = `delivered` + `filtered` + `coalesced` + `pending`.
#[pyclass(frozen, eq, get_all, module = "virtwatch")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct WatchStats {
    /// Events of the journal that concern it.
    events: u64,
    /// Of these, delivered as they are.
    delivered: u64,
    /// Of these, kept back by the filter of types.
    filtered: u64,
    /// Of these, stood for by a catch-up.
    coalesced: u64,
    /// Of these, not yet read.
    pending: u64,
    /// Catch-ups begun, the first snapshot too.
    catchups: u64,
    /// Bytes noted of domains that changed while it did not read.
    memory: u64,
}

impl From<virtwatch::WatchStats> for WatchStats {
    fn from(stats: virtwatch::WatchStats) -> Self {
        Self {
            events: stats.events,
            delivered: stats.delivered,
            filtered: stats.filtered,
            coalesced: stats.coalesced,
            pending: stats.pending,
            catchups: stats.catchups,
            memory: stats.memory,
        }
    }
}

#[pymethods]
impl WatchStats {
    fn __repr__(&self) -> String {
        repr(&format!("{self:?}"))
    }
}

/// Rust's way of showing a structure in Python's spelling.
fn repr(debug: &str) -> String {
    debug.replace(" { ", "(").replace(" }", ")").replace(": ", "=")
}
