#![forbid(unsafe_code)]
//! A hash table that grows in small steps, since it grows under the registry's lock.

use hashbrown::HashTable;

/// How many values a part has on average before there is one part more.
const FULL: usize = 256;

/// A hash table in parts: linear hashing over small tables. When there are too many values, one
/// part is split in two, so that no step handles more than a part.
#[derive(Debug)]
pub(super) struct Parts<T> {
    tables: Vec<HashTable<T>>,
    len: usize,
}

impl<T> Default for Parts<T> {
    fn default() -> Self {
        Self { tables: Vec::new(), len: 0 }
    }
}

impl<T> Parts<T> {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn find(&self, hash: u64, is_it: impl FnMut(&T) -> bool) -> Option<&T> {
        self.tables.get(part(hash, self.tables.len()))?.find(hash, is_it)
    }

    /// Adds a value that is not there yet; `hash_of` tells the hash of one that is.
    pub(super) fn insert(&mut self, hash: u64, value: T, hash_of: impl Fn(&T) -> u64) {
        if self.len >= self.tables.len() * FULL {
            self.split(&hash_of);
        }
        let part = part(hash, self.tables.len());
        if let Some(table) = self.tables.get_mut(part) {
            table.insert_unique(hash, value, hash_of);
            self.len += 1;
        }
    }

    /// Adds a part, and moves there what belongs there: all of it is in one other part.
    fn split(&mut self, hash_of: impl Fn(&T) -> u64) {
        let new = self.tables.len();
        let mut moved = Vec::new();
        let bit = new.checked_ilog2();
        if let Some(from) = bit.and_then(|bit| self.tables.get_mut(new - (1 << bit))) {
            moved.extend(from.extract_if(|value| part(hash_of(value), new + 1) == new));
        }
        let mut table = HashTable::with_capacity(moved.len());
        for value in moved {
            table.insert_unique(hash_of(&value), value, &hash_of);
        }
        self.tables.push(table);
    }

    pub(super) fn remove(&mut self, hash: u64, is_it: impl FnMut(&T) -> bool) -> Option<T> {
        let part = part(hash, self.tables.len());
        let found = self.tables.get_mut(part)?.find_entry(hash, is_it).ok()?;
        self.len -= 1;
        Some(found.remove().0)
    }

    /// All values, in no order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.tables.iter().flatten()
    }

    /// The bytes that it occupies.
    pub(super) fn size(&self) -> usize {
        self.tables.iter().map(HashTable::allocation_size).sum()
    }
}

/// Which of `parts` parts a hash belongs to: as many of its bits as number them all, or one less
/// where that would be a part that is not there yet. A part itself uses the lowest bits, as many as
/// it has room for, and the highest.
fn part(hash: u64, parts: usize) -> usize {
    let mask = parts.next_power_of_two() - 1;
    let part = (hash >> 10) as usize & mask;
    if part < parts { part } else { part & (mask >> 1) }
}

#[cfg(test)]
mod tests {
    use std::hash::{BuildHasher, RandomState};

    use super::*;

    /// What was added is found, what was removed is not, while parts are split.
    #[test]
    fn values_are_found_while_the_table_grows() {
        let hasher = RandomState::new();
        let hash_of = |key: &u64| hasher.hash_one(key);
        let mut parts = Parts::default();
        let last = 20 * FULL as u64;
        for key in 0..last {
            parts.insert(hash_of(&key), key, hash_of);
            if key % 3 == 0 {
                let other = key / 3;
                assert_eq!(parts.remove(hash_of(&other), |&value| value == other), Some(other));
            }
        }
        for key in 0..last {
            let there = (key > (last - 1) / 3).then_some(key);
            let found = parts.find(hash_of(&key), |&value| value == key).copied();
            assert_eq!(found, there, "{key}");
        }
        assert_eq!(parts.iter().count(), parts.len());
        let largest = parts.tables.iter().map(HashTable::len).max();
        assert!(parts.tables.len() > 10 && largest < Some(3 * FULL), "{largest:?}");
    }
}
