//! Every lawful way from one set of facts, by breadth-first search over the model.

use std::collections::BTreeMap;

use super::bridge::every_change;
use super::model::{self, Change, Facts, Text, outcome};

/// How many events it takes at least to get to what can be reached. `None`: the domain is gone.
pub(crate) type Distances = BTreeMap<Option<Facts>, usize>;

/// A change: how many events it makes, and what it leads to.
type Edge = (usize, Option<Facts>);

/// The graph of everything lawful with two names, two ids and two definitions.
#[derive(Default)]
pub(crate) struct Graph {
    edges: BTreeMap<Facts, Vec<Edge>>,
}

impl Graph {
    /// The ways from `start` within its incarnation. A new run has a new id, so that the id of the
    /// run at the start stands for that run only.
    pub(crate) fn distances(&mut self, start: Facts) -> Distances {
        let mut distances = Distances::new();
        let mut frontier = vec![vec![Some(start)]];
        let mut length = 0;
        while length < frontier.len() {
            for place in std::mem::take(&mut frontier[length]) {
                if distances.contains_key(&place) {
                    continue;
                }
                distances.insert(place, length);
                let Some(facts) = place else {
                    continue;
                };
                for (events, next) in self.edges(facts) {
                    let new_run = next.filter(|next| next.active && next.id != facts.id);
                    if new_run.is_some_and(|next| next.id == start.id) {
                        continue;
                    }
                    let there = length + events;
                    frontier.resize(frontier.len().max(there + 1), Vec::new());
                    frontier[there].push(*next);
                }
            }
            length += 1;
        }
        distances
    }

    /// The ways from nothing to a domain of that name and incarnation.
    pub(crate) fn births(&mut self, name: Text, incarnation: u64) -> Distances {
        let mut distances = Distances::new();
        let unborn = Facts::unborn(name, incarnation);
        for (events, born) in edges(None, unborn) {
            let Some(born) = born else {
                continue;
            };
            for (place, further) in self.distances(born) {
                let length = events + further;
                let known = distances.entry(place).or_insert(length);
                *known = length.min(*known);
            }
        }
        distances
    }

    fn edges(&mut self, facts: Facts) -> &[Edge] {
        self.edges.entry(facts).or_insert_with(|| edges(Some(facts), facts))
    }
}

fn edges(from: Option<Facts>, who: Facts) -> Vec<Edge> {
    let mut changes = every_change(7, 1);
    changes.extend(every_change(8, 2));
    changes.push(Change::Renamed { to: "a" });
    changes
        .into_iter()
        .filter_map(|change| {
            let events = model::apply(from, change, (who.name, who.incarnation)).ok()?;
            Some((events.len(), outcome(from, &events)))
        })
        .filter(|(events, _)| *events > 0)
        .collect()
}
