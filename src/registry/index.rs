#![forbid(unsafe_code)]
//! An index: from keys to slots of the table.

use std::hash::{BuildHasher, Hash, RandomState};

use super::parts::Parts;
use super::table::Slot;

/// An index. It keeps a part of each key's hash beside the slot, so that it grows, and passes over
/// other keys, without looking into the table. The hash is keyed, because the keys come from users.
#[derive(Debug, Default)]
pub(super) struct Index {
    entries: Parts<Entry>,
    hasher: RandomState,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    hash: u32,
    slot: Slot,
}

impl Entry {
    /// The hash that the tables go by: its low and its high bits are all that there is.
    fn spread(self) -> u64 {
        u64::from(self.hash) << 32 | u64::from(self.hash)
    }
}

impl Index {
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The slot of this key that `is_it` recognises.
    pub(super) fn find(
        &self,
        key: &(impl Hash + ?Sized),
        is_it: impl Fn(Slot) -> bool,
    ) -> Option<Slot> {
        let sought = self.entry(key, 0);
        let is_it = |entry: &Entry| entry.hash == sought.hash && is_it(entry.slot);
        self.entries.find(sought.spread(), is_it).map(|entry| entry.slot)
    }

    /// Adds a key that is not there yet.
    pub(super) fn insert(&mut self, key: &(impl Hash + ?Sized), slot: Slot) {
        let entry = self.entry(key, slot);
        self.entries.insert(entry.spread(), entry, |entry| entry.spread());
    }

    pub(super) fn remove(&mut self, key: &(impl Hash + ?Sized), slot: Slot) {
        let sought = self.entry(key, slot);
        self.entries.remove(sought.spread(), |entry| entry.slot == slot);
    }

    fn entry(&self, key: &(impl Hash + ?Sized), slot: Slot) -> Entry {
        Entry { hash: (self.hasher.hash_one(key) >> 32) as u32, slot }
    }
}
