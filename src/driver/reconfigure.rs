#![forbid(unsafe_code)]
//! Operations that make another configuration of the present one. That takes its time, so that it is
//! done before the change, and once more if the domain got another configuration meanwhile.

use std::sync::Arc;

use uuid::Uuid;

use super::{AffectFlags, Reporter};
use crate::domain::{Config, Entry, Facts, Metadata};
use crate::error::{Error, ErrorDomain, Result};
use crate::registry::Draft;

/// Gives a domain another name.
pub(super) fn rename(reporter: &Reporter, uuid: Uuid, name: &str) -> Result<Facts> {
    let renamed = |entry: &Entry| {
        let Some(stored) = &entry.stored else {
            return Err(Error::not_valid("cannot rename a transient domain"));
        };
        Config::check_name(name, ErrorDomain::Test)?;
        stored.renamed(name).map(Arc::new)
    };
    reconfigure(reporter, uuid, renamed, |domain: &mut Draft<'_>, new| domain.rename(new))
}

/// Gives a domain other metadata, or none.
pub(super) fn set_metadata(
    reporter: &Reporter,
    uuid: Uuid,
    which: Metadata<'_>,
    value: Option<&str>,
    affect: AffectFlags,
) -> Result<Facts> {
    let edited = |entry: &Entry| {
        let affect = affect.of(&entry.facts)?;
        let of = |flag: AffectFlags, config: &Option<Arc<Config>>| match config {
            Some(config) if affect.contains(flag) => {
                config.with_metadata(which, value).map(|edited| Some(Arc::new(edited)))
            }
            _ => Ok(None),
        };
        Ok((of(AffectFlags::LIVE, &entry.live)?, of(AffectFlags::CONFIG, &entry.stored)?))
    };
    reconfigure(reporter, uuid, edited, |domain, (live, stored)| domain.edit(live, stored))
}

fn reconfigure<T>(
    reporter: &Reporter,
    uuid: Uuid,
    make: impl Fn(&Entry) -> Result<T>,
    change: impl Fn(&mut Draft<'_>, T) -> Result<()>,
) -> Result<Facts> {
    let is_same = |one: &Option<Arc<Config>>, other: &Option<Arc<Config>>| match (one, other) {
        (Some(one), Some(other)) => Arc::ptr_eq(one, other),
        (one, other) => one.is_none() && other.is_none(),
    };
    loop {
        let entry = reporter.entry(uuid)?;
        let new = make(&entry)?;
        let mut is_current = true;
        let facts = reporter.change(uuid, |domain| {
            let now = domain.existing()?;
            is_current = is_same(&now.stored, &entry.stored) && is_same(&now.live, &entry.live);
            if is_current { change(domain, new) } else { Ok(()) }
        })?;
        if is_current {
            return Ok(facts);
        }
    }
}
