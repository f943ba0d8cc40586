#![forbid(unsafe_code)]
//! The steps that operations will take, or would have.

use std::collections::{HashMap, VecDeque};

use uuid::Uuid;

use crate::lifecycle::Change;
use crate::registry::Act;

/// Of how many domains that do not exist plans are kept.
const MOST_UNBORN: usize = 1024;

/// What is planned for each domain: reports strike it off.
#[derive(Debug, Default)]
pub(super) struct Plans {
    by_uuid: HashMap<Uuid, Vec<Act>>,
    /// The domains that did not exist when it was planned, the oldest plan first.
    unborn: VecDeque<Uuid>,
}

impl Plans {
    pub(super) fn get(&self, uuid: Uuid) -> &[Act] {
        self.by_uuid.get(&uuid).map_or(&[], Vec::as_slice)
    }

    /// Plans something else; returns what was planned.
    pub(super) fn insert(&mut self, uuid: Uuid, plan: Vec<Act>, exists: bool) -> Option<Vec<Act>> {
        let before = self.remove(uuid);
        if !exists {
            // Nothing else would ever end what was accepted and came to nothing.
            if self.unborn.len() == MOST_UNBORN
                && let Some(oldest) = self.unborn.pop_front()
            {
                self.by_uuid.remove(&oldest);
            }
            self.unborn.push_back(uuid);
        }
        self.by_uuid.insert(uuid, plan);
        before
    }

    pub(super) fn remove(&mut self, uuid: Uuid) -> Option<Vec<Act>> {
        let plan = self.by_uuid.remove(&uuid)?;
        self.unborn.retain(|&unborn| unborn != uuid);
        Some(plan)
    }

    /// Strikes a step off, and the silent ones that went with it. A step that was not planned ends
    /// the plan, unless an operation `is_under_way`; but a pause may come before all others.
    pub(super) fn strike(&mut self, uuid: Uuid, act: &Act, is_under_way: bool) {
        let Some(plan) = self.by_uuid.get_mut(&uuid) else { return };
        let at = plan.iter().position(|planned| planned.is_like(act));
        if let Some(at) = at {
            plan.drain(..=at);
        }
        let is_pause = matches!(act, Act::Change(Change::Suspended(_)));
        if plan.iter().all(Act::is_silent) || (at.is_none() && !is_under_way && !is_pause) {
            self.remove(uuid);
        }
    }
}
