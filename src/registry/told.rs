#![forbid(unsafe_code)]
//! What a reader in a catch-up was last told of the domains that have changed since.

use std::hash::{BuildHasher, RandomState};

use uuid::Uuid;

use super::parts::Parts;
use crate::domain::Facts;

/// For each domain noted, its facts at one place of the journal; a domain that did not exist there
/// is noted too. 24 bytes each.
#[derive(Debug, Default)]
pub(super) struct Told {
    facts: Parts<Facts>,
    hasher: RandomState,
}

impl Told {
    /// Notes a domain, unless it is.
    pub(super) fn note(&mut self, facts: Facts) {
        if self.get(facts.uuid()).is_none() {
            let hash = self.hasher.hash_one(facts.uuid());
            self.facts.insert(hash, facts, |noted| self.hasher.hash_one(noted.uuid()));
        }
    }

    /// Notes a domain in place of what was noted.
    pub(super) fn set(&mut self, facts: Facts) {
        self.remove(facts.uuid());
        self.note(facts);
    }

    fn get(&self, uuid: Uuid) -> Option<&Facts> {
        self.facts.find(self.hasher.hash_one(uuid), |noted| noted.uuid() == uuid)
    }

    pub(super) fn remove(&mut self, uuid: Uuid) -> Option<Facts> {
        self.facts.remove(self.hasher.hash_one(uuid), |noted| noted.uuid() == uuid)
    }

    /// Takes out up to `most` domains, in no order.
    pub(super) fn take(&mut self, most: usize) -> Vec<Facts> {
        let taken: Vec<Uuid> = self.facts.iter().take(most).map(Facts::uuid).collect();
        taken.into_iter().filter_map(|uuid| self.remove(uuid)).collect()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.facts.len() == 0
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Facts> {
        self.facts.iter()
    }

    /// The bytes that it occupies, without the identities.
    pub(super) fn size(&self) -> usize {
        self.facts.size()
    }
}

/// Facts as a path takes them: `None` for a domain that does not exist.
pub(super) fn existing(facts: &Facts) -> Option<&Facts> {
    facts.condition.exists().then_some(facts)
}
