#![forbid(unsafe_code)]
//! Where domains come from: a driver carries out operations and reports what changed.

mod hosted;
mod migration;
mod operation;
mod reconfigure;
mod reporter;
mod test;
mod ticket;
mod usual;
mod watcher;

#[cfg(feature = "capi")]
pub(crate) use hosted::register_made;
pub use hosted::{
    Answer, Host, Hypervisor, Listed, Report, Request, RequestKind, register_driver,
    unregister_driver,
};
pub(crate) use migration::migrate;
pub(crate) use operation::{Action, Operation};
pub use operation::{
    AffectFlags, CreateFlags, DestroyFlags, MigrateFlags, SaveFlags, ShutdownFlags, SuspendTarget,
    UndefineFlags,
};
pub(crate) use reporter::Reporter;

use std::time::Duration;

use crate::domain::Facts;
use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::event::{EventSupport, EventType};
use crate::registry::Base;

/// A hypervisor, seen from the registry.
pub(crate) trait Driver: Send + Sync {
    /// Its name as libvirt has it: `TEST`, `QEMU` …
    fn type_name(&self) -> &str;

    /// The part of libvirt that speaks for it in errors.
    fn error_domain(&self) -> ErrorDomain;

    /// The version of the hypervisor: 1,000,000 × major + 1,000 × minor + micro.
    fn version(&self) -> Result<u64> {
        Err(unsupported("connectGetVersion"))
    }

    /// What it can run, as a `<capabilities>` document.
    fn capabilities(&self) -> Result<String> {
        Err(unsupported("connectGetCapabilities"))
    }

    /// Whether nobody on the way can listen or interfere.
    fn is_secure(&self) -> bool {
        true
    }

    /// Whether what goes over the way is encrypted.
    fn is_encrypted(&self) -> bool {
        false
    }

    /// Asks the other end for a sign of life after every `interval` of silence, and gives it up
    /// after `count` without one.
    fn keep_alive(&self, _interval: Duration, _count: u32) -> Result<()> {
        Err(unsupported("connectSetKeepAlive"))
    }

    /// What it can tell about events of a type.
    fn support(&self, event_type: EventType) -> EventSupport;

    /// Carries out an operation and reports what it changed; or has accepted it, and will report.
    /// Returns what is known of the domain then; of one that is gone, what was known last; of one
    /// that is only to come, who it will be.
    fn operate(&self, reporter: &Reporter, operation: Operation<'_>) -> Result<Facts>;

    /// Compares what is known with the source, and leads the registry to what is found. Returns how
    /// many domains differed; none where the registry is itself the truth.
    ///
    /// # Errors
    /// The source cannot be reached.
    fn audit(&self) -> Result<u64> {
        Ok(0)
    }

    /// Whether its domains can be moved to and from another registry of this process by changing
    /// the two: there is no hypervisor that would have to do something.
    fn is_movable(&self) -> bool {
        false
    }
}

/// A URI and its parts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parts<'a> {
    pub(crate) uri: &'a str,
    pub(crate) scheme: &'a str,
    pub(crate) host: &'a str,
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
}

/// NO_SUPPORT: a driver does not have that function.
fn unsupported(function: &str) -> Error {
    Error::new(ErrorCode::NoSupport, ErrorDomain::Domain, function)
}

/// A driver and the domains that it begins with.
pub(crate) struct Opened {
    pub(crate) driver: Box<dyn Driver>,
    /// Beside those that it reported while it was opened.
    pub(crate) base: Vec<Base>,
}

/// Whether all connections to such a URI share one instance.
pub(crate) fn is_shared(scheme: &str, path: &str) -> bool {
    scheme != "test" || path == test::DEFAULT
}

/// Opens the driver for a URI.
///
/// # Errors
/// No driver takes it, or the driver refused.
pub(crate) fn open(parts: &Parts<'_>, reporter: &Reporter) -> Result<Opened> {
    match (parts.scheme, parts.host) {
        ("test", "") => test::open(parts.path),
        ("test", _) => Err(Error::new(ErrorCode::NoConnect, ErrorDomain::None, parts.uri)),
        (scheme, _) => hosted::open(parts.uri, scheme, parts.query, reporter),
    }
}
