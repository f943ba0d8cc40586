#![forbid(unsafe_code)]
//! What can be asked of a driver.

use std::path::Path;
use std::sync::Arc;

use bitflags::bitflags;
use uuid::Uuid;

use crate::domain::Config;
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
    /// Start a domain of a configuration that is not stored.
    CreateXml(Arc<Config>, CreateFlags),
    /// Start a domain from a saved state.
    Restore(&'a Path, SaveFlags),
    /// Save a domain's state to a file and stop it.
    Save(Uuid, &'a Path, SaveFlags),
    /// Give a domain another name.
    Rename(Uuid, &'a str),
    /// Something with a known domain that needs nothing but itself.
    Domain(Uuid, Action),
}

/// What a driver is asked to do with a known domain.
#[derive(Debug, Clone, Copy)]
#[expect(dead_code, reason = "some flags are hints, and the test driver has no guest to hint to")]
pub(crate) enum Action {
    Undefine(UndefineFlags),
    Create(CreateFlags),
    Suspend,
    Resume,
    Shutdown(ShutdownFlags),
    Reboot(ShutdownFlags),
    Reset,
    /// For so many seconds; 0 is until it is woken.
    PmSuspend(SuspendTarget, u64),
    PmWakeup,
    Destroy(DestroyFlags),
    ManagedSave(SaveFlags),
    RemoveManagedSave,
    SetAutostart(bool),
}
