#![forbid(unsafe_code)]
//! Where domains come from: a driver carries out operations and reports what changed.

mod operation;
mod reconfigure;
mod reporter;
mod test;
mod usual;

pub(crate) use operation::{Action, Operation};
pub use operation::{
    AffectFlags, CreateFlags, DestroyFlags, SaveFlags, ShutdownFlags, SuspendTarget, UndefineFlags,
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
    fn type_name(&self) -> &'static str;

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

/// Opens the driver for a scheme and what follows the host in the URI.
///
/// # Errors
/// No driver takes it, or the driver refused.
pub(crate) fn open(uri: &str, scheme: &str, host: &str, path: &str) -> Result<Opened> {
    match (scheme, host) {
        ("test", "") => test::open(path),
        _ => Err(Error::new(ErrorCode::NoConnect, ErrorDomain::None, uri)),
    }
}
