#![forbid(unsafe_code)]
//! The domains that are shown, and the indices by UUID, name and id.

use std::hash::{BuildHasher, RandomState};

use hashbrown::HashTable;
use uuid::Uuid;

use super::journal::Place;
use crate::domain::{Entry, Facts};

/// The number of a place in the table. A domain keeps its slot from ADDED to REMOVED.
pub(super) type Slot = u32;

/// One domain in the table.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) entry: Entry,
    /// Its last event; for a domain of the base number 0 and the time when the registry was made.
    pub(super) last: Place,
    /// A reader of this one domain exists.
    pub(super) watched: bool,
}

/// The table: rows in slots, and indices that hold slots. All look-ups are O(1); the hash is keyed,
/// because the keys come from users.
#[derive(Debug, Default)]
pub(super) struct Table {
    rows: Vec<Option<Row>>,
    free: Vec<Slot>,
    by_uuid: HashTable<Slot>,
    by_name: HashTable<Slot>,
    by_id: HashTable<Slot>,
    hasher: RandomState,
}

impl Table {
    pub(super) fn len(&self) -> usize {
        self.by_uuid.len()
    }

    pub(super) fn active(&self) -> usize {
        self.by_id.len()
    }

    /// One more than the largest slot in use so far.
    pub(super) fn slots(&self) -> Slot {
        Slot::try_from(self.rows.len()).unwrap_or(Slot::MAX)
    }

    pub(super) fn get(&self, slot: Slot) -> Option<&Row> {
        self.rows.get(slot as usize)?.as_ref()
    }

    pub(super) fn get_mut(&mut self, slot: Slot) -> Option<&mut Row> {
        self.rows.get_mut(slot as usize)?.as_mut()
    }

    pub(super) fn by_uuid(&self, uuid: Uuid) -> Option<Slot> {
        let hash = self.hasher.hash_one(uuid);
        self.by_uuid.find(hash, |&slot| uuid_at(&self.rows, slot) == Some(uuid)).copied()
    }

    pub(super) fn by_name(&self, name: &str) -> Option<Slot> {
        let hash = self.hasher.hash_one(name);
        self.by_name.find(hash, |&slot| name_at(&self.rows, slot) == Some(name)).copied()
    }

    pub(super) fn by_id(&self, id: i32) -> Option<Slot> {
        let hash = self.hasher.hash_one(id);
        self.by_id.find(hash, |&slot| id_at(&self.rows, slot) == Some(id)).copied()
    }

    pub(super) fn row(&self, uuid: Uuid) -> Option<&Row> {
        self.get(self.by_uuid(uuid)?)
    }

    /// Adds a domain that is not there yet.
    pub(super) fn insert(&mut self, row: Row) -> Slot {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.rows.push(None);
            self.slots() - 1
        });
        let facts = row.entry.facts.clone();
        if let Some(place) = self.rows.get_mut(slot as usize) {
            *place = Some(row);
        }
        let hash = self.hasher.hash_one(facts.uuid());
        let rehash =
            |&slot: &Slot| self.hasher.hash_one(uuid_at(&self.rows, slot).unwrap_or_default());
        self.by_uuid.insert_unique(hash, slot, rehash);
        self.index(slot, &facts);
        slot
    }

    /// Puts `entry` in the place of the domain in `slot`, after event `last`.
    pub(super) fn replace(&mut self, slot: Slot, entry: Entry, last: Place) {
        let Some(row) = self.get_mut(slot) else { return };
        row.last = last;
        let (before, after) = (&row.entry.facts, &entry.facts);
        if before.name() == after.name() && before.id() == after.id() {
            row.entry = entry;
        } else {
            let after = after.clone();
            let before = std::mem::replace(&mut row.entry, entry).facts;
            self.unindex(slot, &before);
            self.index(slot, &after);
        }
    }

    /// Takes a domain out.
    pub(super) fn remove(&mut self, slot: Slot) {
        let Some(facts) = self.get(slot).map(|row| row.entry.facts.clone()) else {
            return;
        };
        self.unindex(slot, &facts);
        let hash = self.hasher.hash_one(facts.uuid());
        if let Ok(found) = self.by_uuid.find_entry(hash, |&other| other == slot) {
            found.remove();
        }
        if let Some(place) = self.rows.get_mut(slot as usize) {
            *place = None;
        }
        self.free.push(slot);
    }

    /// Enters a row under its name and its id.
    fn index(&mut self, slot: Slot, facts: &Facts) {
        let hash = self.hasher.hash_one(facts.name());
        let rehash =
            |&slot: &Slot| self.hasher.hash_one(name_at(&self.rows, slot).unwrap_or_default());
        self.by_name.insert_unique(hash, slot, rehash);
        if let Some(id) = facts.id() {
            let hash = self.hasher.hash_one(id);
            let rehash =
                |&slot: &Slot| self.hasher.hash_one(id_at(&self.rows, slot).unwrap_or_default());
            self.by_id.insert_unique(hash, slot, rehash);
        }
    }

    fn unindex(&mut self, slot: Slot, facts: &Facts) {
        let hash = self.hasher.hash_one(facts.name());
        if let Ok(found) = self.by_name.find_entry(hash, |&other| other == slot) {
            found.remove();
        }
        if let Some(id) = facts.id() {
            let hash = self.hasher.hash_one(id);
            if let Ok(found) = self.by_id.find_entry(hash, |&other| other == slot) {
                found.remove();
            }
        }
    }

    /// How many rows the indices do not lead to, or lead to wrongly. For the audit.
    pub(super) fn misplaced(&self, slots: std::ops::Range<Slot>) -> usize {
        slots
            .filter_map(|slot| Some((slot, &self.get(slot)?.entry.facts)))
            .filter(|&(slot, facts)| {
                self.by_uuid(facts.uuid()) != Some(slot)
                    || self.by_name(facts.name()) != Some(slot)
                    || facts.id().is_some_and(|id| self.by_id(id) != Some(slot))
            })
            .count()
    }
}

fn row_at(rows: &[Option<Row>], slot: Slot) -> Option<&Facts> {
    rows.get(slot as usize)?.as_ref().map(|row| &row.entry.facts)
}

fn uuid_at(rows: &[Option<Row>], slot: Slot) -> Option<Uuid> {
    row_at(rows, slot).map(Facts::uuid)
}

fn name_at(rows: &[Option<Row>], slot: Slot) -> Option<&str> {
    row_at(rows, slot).map(Facts::name)
}

fn id_at(rows: &[Option<Row>], slot: Slot) -> Option<i32> {
    row_at(rows, slot).and_then(Facts::id)
}
