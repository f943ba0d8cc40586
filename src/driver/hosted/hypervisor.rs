#![forbid(unsafe_code)]
//! What a program implements to bring a hypervisor.

use std::path::Path;

use uuid::Uuid;

use super::Host;
use crate::domain::Status;
use crate::error::Result;
use crate::event::EventTypes;
use crate::numbered::numbered;

/// A hypervisor that a program brings. The registry, the events and all faces come with it.
///
/// One stands behind all URIs of its scheme; each URI that is open has a [`Host`]. The methods are
/// called on any thread, several at a time, but for operations on one domain, which come one after
/// the other. No lock is held meanwhile: every function of the library may be called in them, and
/// they may take as long as they need.
pub trait Hypervisor: Send + Sync {
    /// The event types of libvirt that it reports by itself, whoever brings the change about.
    ///
    /// Where it [lists](Hypervisor::lists), the other types are found by comparing listings. Where
    /// it does not, what is not among these cannot happen.
    fn native(&self) -> EventTypes;

    /// A URI is opened. What is reported before this returns, together with the first listing, is
    /// the base: it is shown, not journaled.
    ///
    /// # Errors
    /// What opening the connection fails with.
    fn open(&self, host: &Host, uri: &str) -> Result<()>;

    /// The last connection to the URI is closed, or the hypervisor is unregistered. Called once for
    /// each `open` that succeeded, after all other calls for that host. What is reported after it
    /// returns is refused.
    fn close(&self, host: &Host) {
        _ = host;
    }

    /// Carries out what is asked.
    ///
    /// # Errors
    /// It cannot; the program that asked gets this error.
    fn operate(&self, host: &Host, request: &Request<'_>) -> Result<Answer>;

    /// Whether it can list its domains.
    fn lists(&self) -> bool {
        false
    }

    /// Lists every domain, as it is now: nothing may be missing that was reported before.
    ///
    /// # Errors
    /// The source cannot be reached: SOURCE_DOWN, and the domains stay as they are (G6). Also what
    /// `each` refused.
    fn list(&self, host: &Host, each: &mut dyn FnMut(Listed<'_>) -> Result<()>) -> Result<()> {
        _ = (host, each);
        Ok(())
    }
}

/// How a hypervisor took a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It is done. What usually happens has happened, unless something else was reported.
    Done,
    /// It will be done, and then reported.
    Accepted,
}

numbered! {
    /// What a hypervisor is asked to do.
    pub enum RequestKind {
        /// Store a configuration.
        Define = 0 "define",
        /// Forget the stored configuration.
        Undefine = 1 "undefine",
        /// Start from the stored configuration, or from the managed-save image.
        Create = 2 "create",
        /// Start from a configuration that is not stored.
        CreateXml = 3 "create XML",
        /// Pause.
        Suspend = 4 "suspend",
        /// Run again.
        Resume = 5 "resume",
        /// Ask the guest to shut down.
        Shutdown = 6 "shutdown",
        /// Ask the guest to reboot.
        Reboot = 7 "reboot",
        /// Reset, as a reset button does.
        Reset = 8 "reset",
        /// End the running instance at once.
        Destroy = 9 "destroy",
        /// Save the state to a file and end the instance.
        Save = 10 "save",
        /// Start from a file that was saved. Which domain it is, is reported before it is done.
        Restore = 11 "restore",
        /// Save the state where the next start finds it, and end the instance.
        ManagedSave = 12 "managed save",
        /// Drop what was saved for the next start.
        ManagedSaveRemove = 13 "managed save remove",
        /// Take another name.
        Rename = 14 "rename",
        /// Suspend the guest by power management; the flags are the target.
        PmSuspend = 15 "PM suspend",
        /// Wake it.
        PmWakeup = 16 "PM wakeup",
        /// Start with the host (flags 1), or no longer (flags 0).
        SetAutostart = 17 "set autostart",
    }
}

/// What a hypervisor is asked to do, and with which domain.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Request<'a> {
    /// What.
    pub kind: RequestKind,
    /// The flags of the operation, with libvirt's numbers.
    pub flags: u32,
    /// Of the domain; nil where that is in a file.
    pub uuid: Uuid,
    /// Of the domain; the new name in a renaming; empty where it is in a file.
    pub name: &'a str,
    /// The configuration that is to be stored or started.
    pub xml: Option<&'a str>,
    /// The file.
    pub path: Option<&'a Path>,
}

/// A domain in a listing.
#[derive(Debug, Clone, Copy)]
pub struct Listed<'a> {
    /// The UUID.
    pub uuid: Uuid,
    /// The name.
    pub name: &'a str,
    /// Whether it has a stored configuration.
    pub persistent: bool,
    /// State and reason; a reason that is not known is no difference.
    pub status: Status,
    /// The id of the running instance; `None` if the registry is to give ids out.
    pub id: Option<i32>,
    /// The stored configuration, of a transient domain that of the instance. `None`: as it was, or
    /// one that says nothing but name and UUID.
    pub xml: Option<&'a str>,
}
