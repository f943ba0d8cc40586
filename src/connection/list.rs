#![forbid(unsafe_code)]
//! Which domains a listing is about.

use bitflags::bitflags;

use crate::domain::{Entry, State};

bitflags! {
    /// Which domains to list: `virConnectListAllDomainsFlags`.
    ///
    /// A domain is listed when it fits one bit of each group of which any bit is set; without a
    /// bit all are.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
    pub struct ListFlags: u32 {
        /// Active ones.
        const ACTIVE = 1;
        /// Inactive ones.
        const INACTIVE = 1 << 1;
        /// Persistent ones.
        const PERSISTENT = 1 << 2;
        /// Transient ones.
        const TRANSIENT = 1 << 3;
        /// Running ones.
        const RUNNING = 1 << 4;
        /// Paused ones.
        const PAUSED = 1 << 5;
        /// Those that are shut off.
        const SHUTOFF = 1 << 6;
        /// Those in any other state.
        const OTHER = 1 << 7;
        /// With a managed-save image.
        const MANAGEDSAVE = 1 << 8;
        /// Without one.
        const NO_MANAGEDSAVE = 1 << 9;
        /// Started with the host.
        const AUTOSTART = 1 << 10;
        /// Not started with the host.
        const NO_AUTOSTART = 1 << 11;
        /// With snapshots: none, so far.
        const HAS_SNAPSHOT = 1 << 12;
        /// Without snapshots.
        const NO_SNAPSHOT = 1 << 13;
        /// With checkpoints: none, so far.
        const HAS_CHECKPOINT = 1 << 14;
        /// Without checkpoints.
        const NO_CHECKPOINT = 1 << 15;
    }
}

/// The groups: within one, bits are alternatives.
const GROUPS: [ListFlags; 7] = [
    ListFlags::ACTIVE.union(ListFlags::INACTIVE),
    ListFlags::PERSISTENT.union(ListFlags::TRANSIENT),
    ListFlags::RUNNING.union(ListFlags::PAUSED).union(ListFlags::SHUTOFF).union(ListFlags::OTHER),
    ListFlags::MANAGEDSAVE.union(ListFlags::NO_MANAGEDSAVE),
    ListFlags::AUTOSTART.union(ListFlags::NO_AUTOSTART),
    ListFlags::HAS_SNAPSHOT.union(ListFlags::NO_SNAPSHOT),
    ListFlags::HAS_CHECKPOINT.union(ListFlags::NO_CHECKPOINT),
];

impl ListFlags {
    /// Whether a domain is to be listed.
    pub(super) fn select(self, entry: &Entry) -> bool {
        let what = Self::describe(entry);
        GROUPS
            .iter()
            .map(|&group| self & group)
            .all(|asked| asked.is_empty() || asked.intersects(what))
    }

    /// The one bit of each group that fits a domain.
    fn describe(entry: &Entry) -> Self {
        let facts = &entry.facts;
        let activity = if facts.is_active() { Self::ACTIVE } else { Self::INACTIVE };
        let kind = if facts.is_persistent() { Self::PERSISTENT } else { Self::TRANSIENT };
        let state = match facts.status().state() {
            State::Running => Self::RUNNING,
            State::Paused => Self::PAUSED,
            State::Shutoff => Self::SHUTOFF,
            _ => Self::OTHER,
        };
        let image = match entry.managed_save {
            Some(_) => Self::MANAGEDSAVE,
            None => Self::NO_MANAGEDSAVE,
        };
        let autostart = if entry.autostart { Self::AUTOSTART } else { Self::NO_AUTOSTART };
        activity | kind | state | image | autostart | Self::NO_SNAPSHOT | Self::NO_CHECKPOINT
    }
}
