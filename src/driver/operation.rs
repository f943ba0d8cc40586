#![forbid(unsafe_code)]
//! What can be asked of a driver.

use std::path::Path;
use std::sync::Arc;

use bitflags::bitflags;
use uuid::Uuid;

use crate::domain::{Config, Facts, Metadata, Tie};
use crate::error::{Error, Result};
use crate::numbered::numbered;

bitflags! {
    /// How to start: `virDomainCreateFlags`.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
    pub struct CreateFlags: u32 {
        /// Leave it paused.
        const PAUSED = 1;
        /// End this run when the connection that starts it is gone.
        const AUTODESTROY = 2;
        /// Around the file cache, when it is restored from a managed-save image.
        const BYPASS_CACHE = 4;
        /// Boot even if there is a managed-save image, and drop the image.
        const FORCE_BOOT = 8;
        /// Check the document against the schema, beyond what is checked always.
        const VALIDATE = 16;
        /// With the NVRAM as its template has it.
        const RESET_NVRAM = 32;
    }
}

bitflags! {
    /// What goes with the configuration: `virDomainUndefineFlagsValues`.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
    pub struct UndefineFlags: u32 {
        /// The managed-save image. Without it an image is in the way.
        const MANAGED_SAVE = 1;
        /// The metadata of snapshots.
        const SNAPSHOTS_METADATA = 2;
        /// The NVRAM file.
        const NVRAM = 4;
        /// Not the NVRAM file.
        const KEEP_NVRAM = 8;
        /// The metadata of checkpoints.
        const CHECKPOINTS_METADATA = 16;
        /// The state of the TPM.
        const TPM = 32;
        /// Not the state of the TPM.
        const KEEP_TPM = 64;
    }
}

bitflags! {
    /// How to destroy: `virDomainDestroyFlagsValues`.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
    pub struct DestroyFlags: u32 {
        /// Only with a signal that can be handled.
        const GRACEFUL = 1;
        /// With its log files.
        const REMOVE_LOGS = 2;
    }
}

bitflags! {
    /// By what the guest is asked to shut down or reboot: `virDomainShutdownFlagValues`.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
    pub struct ShutdownFlags: u32 {
        /// The ACPI power button.
        const ACPI_POWER_BUTTON = 1;
        /// The guest agent.
        const GUEST_AGENT = 2;
        /// initctl.
        const INITCTL = 4;
        /// A signal to init.
        const SIGNAL = 8;
        /// A paravirtual channel.
        const PARAVIRT = 16;
    }
}

bitflags! {
    /// How to save and restore: `virDomainSaveRestoreFlags`.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
    pub struct SaveFlags: u32 {
        /// Around the file cache.
        const BYPASS_CACHE = 1;
        /// It runs when restored, whatever it did when saved.
        const RUNNING = 2;
        /// It is paused when restored, whatever it was when saved.
        const PAUSED = 4;
        /// With the NVRAM as its template has it, when restored.
        const RESET_NVRAM = 8;
    }
}

bitflags! {
    /// Which configuration a change is about: `virDomainModificationImpact`. Without a flag it is
    /// the one in effect: of an active domain the live one, else the stored one.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
    pub struct AffectFlags: u32 {
        /// That of the running instance.
        const LIVE = 1;
        /// The stored one, which the next start takes.
        const CONFIG = 2;
    }
}

impl AffectFlags {
    /// What they come to for a domain: always at least one.
    ///
    /// # Errors
    /// OPERATION_INVALID: it does not have that configuration.
    pub(crate) fn of(self, facts: &Facts) -> Result<Self> {
        let affected = match self.is_empty() {
            true if facts.is_active() => Self::LIVE,
            true => Self::CONFIG,
            false => self,
        };
        if affected.contains(Self::LIVE) && !facts.is_active() {
            return Err(Error::not_valid("domain is not running"));
        }
        if affected.contains(Self::CONFIG) && !facts.is_persistent() {
            return Err(Error::not_valid("transient domains do not have any persistent config"));
        }
        Ok(affected)
    }
}

bitflags! {
    /// How to migrate: `virDomainMigrateFlags`, the part that is supported.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
    pub struct MigrateFlags: u32 {
        /// While it runs, as far as that can be.
        const LIVE = 1;
        /// Store its configuration at the destination.
        const PERSIST_DEST = 1 << 3;
        /// Do not keep it at the source.
        const UNDEFINE_SOURCE = 1 << 4;
        /// Leave it paused at the destination.
        const PAUSED = 1 << 5;
        /// Even if that may harm its disks.
        const UNSAFE = 1 << 9;
        /// The configuration alone; a running instance stays where it is.
        const OFFLINE = 1 << 10;
    }
}

numbered! {
    /// Where a guest that is suspended by power management keeps its state:
    /// `virNodeSuspendTarget`.
    pub enum SuspendTarget {
        /// In memory (S3).
        Mem = 0 "mem",
        /// On disk (S4), and the instance is gone.
        Disk = 1 "disk",
        /// On disk and in memory.
        Hybrid = 2 "hybrid",
    }
}

/// What a driver is asked to do.
#[derive(Debug)]
pub(crate) enum Operation<'a> {
    /// Store a configuration.
    Define(Arc<Config>),
    /// Start a domain of a configuration that is not stored; the run may be tied to a connection.
    CreateXml(Arc<Config>, CreateFlags, Option<Tie>),
    /// Start a domain from a saved state.
    Restore(&'a Path, SaveFlags),
    /// Save a domain's state to a file and stop it.
    Save(Uuid, &'a Path, SaveFlags),
    /// Give a domain another name.
    Rename(Uuid, &'a str),
    /// Give it other metadata, or none.
    SetMetadata(Uuid, Metadata<'a>, Option<&'a str>, AffectFlags),
    /// Something with a known domain that needs nothing but itself.
    Domain(Uuid, Action),
}

impl Operation<'_> {
    /// The domain, where it is known before.
    pub(crate) fn uuid(&self) -> Option<Uuid> {
        match self {
            Self::Define(config) | Self::CreateXml(config, ..) => Some(config.uuid()),
            Self::Restore(..) => None,
            Self::Save(uuid, ..)
            | Self::Rename(uuid, _)
            | Self::SetMetadata(uuid, ..)
            | Self::Domain(uuid, _) => Some(*uuid),
        }
    }
}

/// What a driver is asked to do with a known domain.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Action {
    Undefine(UndefineFlags),
    /// Start it; the run may be tied to a connection.
    Create(CreateFlags, Option<Tie>),
    Suspend,
    Resume,
    Shutdown(ShutdownFlags),
    Reboot(ShutdownFlags),
    Reset,
    /// For so many seconds; 0 is until it is woken.
    PmSuspend(SuspendTarget, u64),
    PmWakeup,
    Destroy(DestroyFlags),
    /// Destroy it, if its run ends with the connection of that number.
    Autodestroy(u64),
    ManagedSave(SaveFlags),
    RemoveManagedSave,
    SetAutostart(bool),
}
