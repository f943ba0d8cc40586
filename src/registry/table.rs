#![forbid(unsafe_code)]
//! The domains that are shown, and the indices by UUID, name and id.

use uuid::Uuid;

use super::index::Index;
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

/// How many rows a piece of the table has. Rows are never moved.
const PIECE: usize = 1024;

/// The table: rows in slots, and indices that hold slots. All look-ups are O(1), and growing by one
/// row never takes long.
#[derive(Debug, Default)]
pub(super) struct Table {
    pieces: Vec<Vec<Option<Row>>>,
    free: Vec<Slot>,
    by_uuid: Index,
    by_name: Index,
    by_id: Index,
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
        let full = self.pieces.len().saturating_sub(1) * PIECE;
        let slots = full + self.pieces.last().map_or(0, Vec::len);
        Slot::try_from(slots).unwrap_or(Slot::MAX)
    }

    pub(super) fn get(&self, slot: Slot) -> Option<&Row> {
        row_at(&self.pieces, slot)
    }

    pub(super) fn get_mut(&mut self, slot: Slot) -> Option<&mut Row> {
        self.place_mut(slot)?.as_mut()
    }

    fn place_mut(&mut self, slot: Slot) -> Option<&mut Option<Row>> {
        self.pieces.get_mut(slot as usize / PIECE)?.get_mut(slot as usize % PIECE)
    }

    pub(super) fn by_uuid(&self, uuid: Uuid) -> Option<Slot> {
        self.by_uuid.find(&uuid, |slot| facts_at(&self.pieces, slot).map(Facts::uuid) == Some(uuid))
    }

    pub(super) fn by_name(&self, name: &str) -> Option<Slot> {
        self.by_name.find(name, |slot| facts_at(&self.pieces, slot).map(Facts::name) == Some(name))
    }

    pub(super) fn by_id(&self, id: i32) -> Option<Slot> {
        self.by_id.find(&id, |slot| facts_at(&self.pieces, slot).and_then(Facts::id) == Some(id))
    }

    pub(super) fn row(&self, uuid: Uuid) -> Option<&Row> {
        self.get(self.by_uuid(uuid)?)
    }

    /// Adds a domain that is not there yet.
    pub(super) fn insert(&mut self, row: Row) -> Slot {
        let slot = self.free.pop().unwrap_or_else(|| self.new_slot());
        let facts = row.entry.facts.clone();
        if let Some(place) = self.place_mut(slot) {
            *place = Some(row);
        }
        self.by_uuid.insert(&facts.uuid(), slot);
        self.index(slot, &facts);
        slot
    }

    fn new_slot(&mut self) -> Slot {
        let slot = self.slots();
        match self.pieces.last_mut() {
            Some(piece) if piece.len() < PIECE => piece.push(None),
            _ => {
                let mut piece = Vec::with_capacity(PIECE);
                piece.push(None);
                self.pieces.push(piece);
            }
        }
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
        let Some(row) = self.place_mut(slot).and_then(Option::take) else { return };
        let facts = row.entry.facts;
        self.unindex(slot, &facts);
        self.by_uuid.remove(&facts.uuid(), slot);
        self.free.push(slot);
    }

    /// Enters a row under its name and its id.
    fn index(&mut self, slot: Slot, facts: &Facts) {
        self.by_name.insert(facts.name(), slot);
        if let Some(id) = facts.id() {
            self.by_id.insert(&id, slot);
        }
    }

    fn unindex(&mut self, slot: Slot, facts: &Facts) {
        self.by_name.remove(facts.name(), slot);
        if let Some(id) = facts.id() {
            self.by_id.remove(&id, slot);
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

fn row_at(pieces: &[Vec<Option<Row>>], slot: Slot) -> Option<&Row> {
    pieces.get(slot as usize / PIECE)?.get(slot as usize % PIECE)?.as_ref()
}

fn facts_at(pieces: &[Vec<Option<Row>>], slot: Slot) -> Option<&Facts> {
    row_at(pieces, slot).map(|row| &row.entry.facts)
}
