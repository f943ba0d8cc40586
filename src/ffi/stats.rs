//! Figures.

use std::ffi::c_int;

use super::connection::vwConnectPtr;
use super::guard::{Call, guard};
use super::sized::Growing;
use super::watch::vwWatchPtr;
use crate::{Stats, WatchStats};

/// vwStats:
///
/// Figures of a registry. The structure may grow at the end; it travels with
/// its size.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct vwStats {
    /// domains that exist
    pub domains: u64,
    /// of these, active
    pub active: u64,
    /// events since the registry was made: the number of the last one
    pub events: u64,
    /// of these, still in the journal
    pub journal: u64,
    /// watches and registered callbacks
    pub readers: u64,
    /// listings asked of the source after the first
    pub listings: u64,
    /// audits made
    pub audits: u64,
    /// differences that audits found
    pub drift: u64,
    /// times when what the source said did not fit what was known
    pub doubts: u64,
}

/// vwWatchStats:
///
/// Figures of a watch, counted from where it began: @events = @delivered +
/// @filtered + @coalesced + @pending. The structure may grow at the end; it
/// travels with its size.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct vwWatchStats {
    /// events of the journal that concern it
    pub events: u64,
    /// of these, delivered as they are
    pub delivered: u64,
    /// of these, kept back by the filter of types
    pub filtered: u64,
    /// of these, stood for by a catch-up
    pub coalesced: u64,
    /// of these, not yet read
    pub pending: u64,
    /// catch-ups begun, the first snapshot too
    pub catchups: u64,
    /// bytes noted of domains that changed while it did not read
    pub memory: u64,
}

// SAFETY: numbers of one size.
unsafe impl Growing for vwStats {
    const FIRST: usize = 72;
}

// SAFETY: numbers of one size.
unsafe impl Growing for vwWatchStats {
    const FIRST: usize = 56;
}

impl From<Stats> for vwStats {
    fn from(stats: Stats) -> Self {
        let Stats { domains, active, events, journal, readers, listings, audits, drift, doubts } =
            stats;
        Self { domains, active, events, journal, readers, listings, audits, drift, doubts }
    }
}

impl From<WatchStats> for vwWatchStats {
    fn from(stats: WatchStats) -> Self {
        let WatchStats { events, delivered, filtered, coalesced, pending, catchups, memory } =
            stats;
        Self { events, delivered, filtered, coalesced, pending, catchups, memory }
    }
}

/// vwConnectGetStats:
/// @conn: a connection
/// @stats: where to write the figures
/// @size: sizeof(vwStats)
///
/// Tells figures of the registry.
///
/// Returns 0, or -1.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwConnectGetStats(
    conn: vwConnectPtr,
    stats: *mut vwStats,
    size: usize,
) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwConnectGetStats") }, |call| {
        let conn = call.connection(conn)?;
        let stats = call.out_sized((stats, "stats"), (size, "size"))?;
        stats.write(&conn.connection.stats().into());
        Ok(0)
    })
}

/// vwWatchGetStats:
/// @watch: a watch
/// @stats: where to write the figures
/// @size: sizeof(vwWatchStats)
///
/// Tells figures of the watch.
///
/// Returns 0; -1: error, VW_ERR_OPERATION_INVALID if another thread is using the
/// watch.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwWatchGetStats(
    watch: vwWatchPtr,
    stats: *mut vwWatchStats,
    size: usize,
) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwWatchGetStats") }, |call| {
        let watch = call.watch(watch)?;
        let stats = call.out_sized((stats, "stats"), (size, "size"))?;
        stats.write(&watch.reading(call)?.watch.stats().into());
        Ok(0)
    })
}

since! { "VIRTWATCH_0.1.0": vwConnectGetStats vwWatchGetStats }
