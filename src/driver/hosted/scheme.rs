#![forbid(unsafe_code)]
//! The hypervisors of this process, by the scheme of their URIs.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::support::Support;
use super::{Host, Hypervisor};
use crate::error::{Error, Result};
use crate::event::EventTypes;
use crate::registry::Source;
use crate::sync::Mutex;
use crate::sys::PerProcess;

/// One that is registered, and its hosts.
struct Scheme {
    hypervisor: Arc<dyn Hypervisor>,
    support: Support,
    hosts: Vec<Host>,
}

static SCHEMES: PerProcess<Mutex<BTreeMap<String, Scheme>>> = PerProcess::new();

/// Brings a hypervisor: from now on URIs of that scheme can be opened.
///
/// A child of a fork begins without: it registers its own.
///
/// # Errors
/// INVALID_ARG: the scheme is no word of lower-case letters, digits, `+`, `-` and `.`, or is `test`;
/// without a list, what the hypervisor reports is not enough to know its domains.
/// OPERATION_INVALID: the scheme is registered already.
pub fn register_driver(scheme: &str, hypervisor: impl Hypervisor + 'static) -> Result<()> {
    register_made(scheme, hypervisor.native(), hypervisor.lists(), || hypervisor)
}

/// The same for faces whose hypervisors are made only when nothing can fail any more.
pub(crate) fn register_made<H: Hypervisor + 'static>(
    scheme: &str,
    native: EventTypes,
    lists: bool,
    make: impl FnOnce() -> H,
) -> Result<()> {
    check(scheme)?;
    let support = Support { native, lists };
    support.check()?;
    let mut schemes = SCHEMES.get().lock();
    if schemes.contains_key(scheme) {
        drop(schemes);
        return Err(Error::not_valid(format!("a driver for '{scheme}' is registered already")));
    }
    let hypervisor = Arc::new(make());
    schemes.insert(scheme.to_owned(), Scheme { hypervisor, support, hosts: Vec::new() });
    Ok(())
}

/// Takes a hypervisor away. Its domains stay listed as they were known last, their connections are
/// not alive, and every reader is told CLOSED. On return no call into the hypervisor is under way,
/// and it has been dropped; inside one of its methods this does not wait.
///
/// # Errors
/// INVALID_ARG: no hypervisor is registered for the scheme.
pub fn unregister_driver(scheme: &str) -> Result<()> {
    let found = SCHEMES.get().lock().remove(scheme);
    let Some(Scheme { hypervisor, hosts, .. }) = found else {
        return Err(Error::invalid_arg(format!("scheme '{scheme}' has no registered driver")));
    };
    for host in &hosts {
        host.close();
        host.core.reporter.set_source(Source::Closed);
    }
    drop(hypervisor);
    Ok(())
}

/// Makes a host of the hypervisor for a scheme, which ends with that at the latest. `make` must be
/// quick. `None`: there is no such hypervisor.
pub(super) fn enter(
    scheme: &str,
    make: impl FnOnce(Arc<dyn Hypervisor>, Support) -> Result<Host>,
) -> Option<Result<Host>> {
    let mut schemes = SCHEMES.get().lock();
    let found = schemes.get_mut(scheme)?;
    let entered = make(Arc::clone(&found.hypervisor), found.support);
    if let Ok(host) = &entered {
        found.hosts.push(host.clone());
    }
    Some(entered)
}

/// Forgets a host.
pub(super) fn leave(host: &Host) {
    let mut schemes = SCHEMES.get().lock();
    let left = schemes.get_mut(&host.core.scheme).and_then(|found| {
        let at = found.hosts.iter().position(|other| other == host)?;
        Some(found.hosts.swap_remove(at))
    });
    drop(schemes);
    drop(left);
}

fn check(scheme: &str) -> Result<()> {
    let is_word = scheme.starts_with(|c: char| c.is_ascii_lowercase())
        && scheme.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9' | '+' | '-' | '.'));
    if !is_word {
        let wish = "must be a word of lower-case letters, digits, '+', '-' and '.'";
        return Err(Error::invalid_arg(format!("scheme {wish}")));
    }
    if scheme == "test" {
        return Err(Error::invalid_arg("scheme 'test' is that of the test driver"));
    }
    Ok(())
}
