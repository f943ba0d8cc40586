//! The flags of the interface, as C enumerations: see `number`.

use std::ffi::{c_int, c_uint};

use super::guard::Call;
use crate::{Event, Result};

/// vwConnectFlags:
///
/// How to open a connection.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum vwConnectFlags {
    /// to watch and look up only
    VW_CONNECT_RO = 1,
    /// the URI is no alias; there are none
    VW_CONNECT_NO_ALIASES = 2,
}

/// vwDeregisterFlags:
///
/// How to end a registration.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum vwDeregisterFlags {
    /// do not wait for a call that is under way
    VW_DOMAIN_EVENT_DEREGISTER_NOWAIT = 1,
}

/// vwEventHandleType:
///
/// What a file descriptor is watched for, and what it is.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum vwEventHandleType {
    /// it can be read
    VW_EVENT_HANDLE_READABLE = 1,
    /// it can be written
    VW_EVENT_HANDLE_WRITABLE = 2,
    /// there is an error, or it is no file descriptor
    VW_EVENT_HANDLE_ERROR = 4,
    /// the other end is gone
    VW_EVENT_HANDLE_HANGUP = 8,
}

/// vwEventFlags:
///
/// What else is known of an event. Later releases may add values.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum vwEventFlags {
    /// the domain had a stored configuration
    VW_EVENT_PERSISTENT_BEFORE = 1,
    /// it has one now
    VW_EVENT_PERSISTENT_AFTER = 2,
    /// the domain had a running instance
    VW_EVENT_ACTIVE_BEFORE = 4,
    /// it has one now
    VW_EVENT_ACTIVE_AFTER = 8,
    /// more events of the same change follow at once
    VW_EVENT_MORE = 16,
    /// part of a catch-up: complete only at its SYNCED
    VW_EVENT_IN_CATCHUP = 32,
}

/// vwWatchFlags:
///
/// How a watch begins.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum vwWatchFlags {
    /// with everything that exists
    VW_WATCH_SNAPSHOT = 1,
}

/// vwDomainDefineFlags:
///
/// How to define.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum vwDomainDefineFlags {
    /// check against the schema; the test driver has none beyond what it always checks
    VW_DOMAIN_DEFINE_VALIDATE = 1,
}

/// vwDomainCreateFlags:
///
/// How to start.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum vwDomainCreateFlags {
    /// as usual
    VW_DOMAIN_NONE = 0,
    /// leave it paused
    VW_DOMAIN_START_PAUSED = 1,
    /// end this run when the connection that starts it is gone
    VW_DOMAIN_START_AUTODESTROY = 2,
    /// around the file cache, when it is restored from a managed-save image
    VW_DOMAIN_START_BYPASS_CACHE = 4,
    /// boot even if there is a managed-save image, and drop the image
    VW_DOMAIN_START_FORCE_BOOT = 8,
    /// check the document against the schema; the test driver has none beyond what it always checks
    VW_DOMAIN_START_VALIDATE = 16,
    /// with the NVRAM as its template has it
    VW_DOMAIN_START_RESET_NVRAM = 32,
}

/// vwDomainUndefineFlagsValues:
///
/// What goes with the configuration.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum vwDomainUndefineFlagsValues {
    /// the managed-save image; without this flag an image is in the way
    VW_DOMAIN_UNDEFINE_MANAGED_SAVE = 1,
    /// the metadata of snapshots
    VW_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA = 2,
    /// the NVRAM file
    VW_DOMAIN_UNDEFINE_NVRAM = 4,
    /// not the NVRAM file
    VW_DOMAIN_UNDEFINE_KEEP_NVRAM = 8,
    /// the metadata of checkpoints
    VW_DOMAIN_UNDEFINE_CHECKPOINTS_METADATA = 16,
    /// the state of the TPM
    VW_DOMAIN_UNDEFINE_TPM = 32,
    /// not the state of the TPM
    VW_DOMAIN_UNDEFINE_KEEP_TPM = 64,
}

/// vwDomainDestroyFlagsValues:
///
/// How to destroy.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum vwDomainDestroyFlagsValues {
    /// as usual
    VW_DOMAIN_DESTROY_DEFAULT = 0,
    /// only with a signal that can be handled
    VW_DOMAIN_DESTROY_GRACEFUL = 1,
    /// with its log files
    VW_DOMAIN_DESTROY_REMOVE_LOGS = 2,
}

/// vwDomainShutdownFlagValues:
///
/// By what the guest is asked to shut down.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum vwDomainShutdownFlagValues {
    /// as the hypervisor likes
    VW_DOMAIN_SHUTDOWN_DEFAULT = 0,
    /// the ACPI power button
    VW_DOMAIN_SHUTDOWN_ACPI_POWER_BTN = 1,
    /// the guest agent
    VW_DOMAIN_SHUTDOWN_GUEST_AGENT = 2,
    /// the init control pipe
    VW_DOMAIN_SHUTDOWN_INITCTL = 4,
    /// a signal to init
    VW_DOMAIN_SHUTDOWN_SIGNAL = 8,
    /// a paravirtual channel
    VW_DOMAIN_SHUTDOWN_PARAVIRT = 16,
}

/// vwDomainRebootFlagValues:
///
/// By what the guest is asked to reboot.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum vwDomainRebootFlagValues {
    /// as the hypervisor likes
    VW_DOMAIN_REBOOT_DEFAULT = 0,
    /// the ACPI power button
    VW_DOMAIN_REBOOT_ACPI_POWER_BTN = 1,
    /// the guest agent
    VW_DOMAIN_REBOOT_GUEST_AGENT = 2,
    /// the init control pipe
    VW_DOMAIN_REBOOT_INITCTL = 4,
    /// a signal to init
    VW_DOMAIN_REBOOT_SIGNAL = 8,
    /// a paravirtual channel
    VW_DOMAIN_REBOOT_PARAVIRT = 16,
}

/// vwDomainSaveRestoreFlags:
///
/// How to save and restore.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum vwDomainSaveRestoreFlags {
    /// around the file cache
    VW_DOMAIN_SAVE_BYPASS_CACHE = 1,
    /// it runs when restored, whatever it did when saved
    VW_DOMAIN_SAVE_RUNNING = 2,
    /// it is paused when restored, whatever it was when saved
    VW_DOMAIN_SAVE_PAUSED = 4,
    /// with the NVRAM as its template has it, when restored
    VW_DOMAIN_SAVE_RESET_NVRAM = 8,
}

/// vwDomainMigrateFlags:
///
/// How to migrate: the flags of libvirt that are supported.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum vwDomainMigrateFlags {
    /// while it runs, as far as that can be
    VW_MIGRATE_LIVE = 1,
    /// store its configuration at the destination
    VW_MIGRATE_PERSIST_DEST = 8,
    /// do not keep it at the source
    VW_MIGRATE_UNDEFINE_SOURCE = 16,
    /// leave it paused at the destination
    VW_MIGRATE_PAUSED = 32,
    /// even if that may harm its disks
    VW_MIGRATE_UNSAFE = 512,
    /// the configuration alone; a running instance stays where it is
    VW_MIGRATE_OFFLINE = 1024,
}

/// vwDomainMetadataType:
///
/// Which metadata.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum vwDomainMetadataType {
    /// the description
    VW_DOMAIN_METADATA_DESCRIPTION = 0,
    /// the title, one line
    VW_DOMAIN_METADATA_TITLE = 1,
    /// the element of a namespace
    VW_DOMAIN_METADATA_ELEMENT = 2,
}

/// vwDomainModificationImpact:
///
/// Which configuration a change is about.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum vwDomainModificationImpact {
    /// the one in effect: of an active domain the live one, else the stored one
    VW_DOMAIN_AFFECT_CURRENT = 0,
    /// that of the running instance
    VW_DOMAIN_AFFECT_LIVE = 1,
    /// the stored one, which the next start takes
    VW_DOMAIN_AFFECT_CONFIG = 2,
}

/// vwNodeSuspendTarget:
///
/// Where a guest that is suspended by power management keeps its state.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum vwNodeSuspendTarget {
    /// in memory (S3)
    VW_NODE_SUSPEND_TARGET_MEM = 0,
    /// on disk (S4), and the instance is gone
    VW_NODE_SUSPEND_TARGET_DISK = 1,
    /// on disk and in memory
    VW_NODE_SUSPEND_TARGET_HYBRID = 2,
}

/// vwDomainXMLFlags:
///
/// Which document is asked for.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum vwDomainXMLFlags {
    /// with what is secret; nothing is left out without it
    VW_DOMAIN_XML_SECURE = 1,
    /// the configuration of the next start, of an active domain too
    VW_DOMAIN_XML_INACTIVE = 2,
    /// with the CPU as the host has it; nothing is changed
    VW_DOMAIN_XML_UPDATE_CPU = 4,
    /// fit for migration; nothing is changed
    VW_DOMAIN_XML_MIGRATABLE = 8,
}

/// vwConnectListAllDomainsFlags:
///
/// Which domains to list: those that fit one flag of each group of which any is
/// given. The groups are the pairs, and the four about the state.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum vwConnectListAllDomainsFlags {
    /// active ones
    VW_CONNECT_LIST_DOMAINS_ACTIVE = 1,
    /// inactive ones
    VW_CONNECT_LIST_DOMAINS_INACTIVE = 2,
    /// persistent ones
    VW_CONNECT_LIST_DOMAINS_PERSISTENT = 4,
    /// transient ones
    VW_CONNECT_LIST_DOMAINS_TRANSIENT = 8,
    /// running ones
    VW_CONNECT_LIST_DOMAINS_RUNNING = 16,
    /// paused ones
    VW_CONNECT_LIST_DOMAINS_PAUSED = 32,
    /// those that are shut off
    VW_CONNECT_LIST_DOMAINS_SHUTOFF = 64,
    /// those in any other state
    VW_CONNECT_LIST_DOMAINS_OTHER = 128,
    /// with a managed-save image
    VW_CONNECT_LIST_DOMAINS_MANAGEDSAVE = 256,
    /// without one
    VW_CONNECT_LIST_DOMAINS_NO_MANAGEDSAVE = 512,
    /// started with the host
    VW_CONNECT_LIST_DOMAINS_AUTOSTART = 1024,
    /// not started with the host
    VW_CONNECT_LIST_DOMAINS_NO_AUTOSTART = 2048,
    /// with snapshots: none so far
    VW_CONNECT_LIST_DOMAINS_HAS_SNAPSHOT = 4096,
    /// without snapshots
    VW_CONNECT_LIST_DOMAINS_NO_SNAPSHOT = 8192,
    /// with checkpoints: none so far
    VW_CONNECT_LIST_DOMAINS_HAS_CHECKPOINT = 16384,
    /// without checkpoints
    VW_CONNECT_LIST_DOMAINS_NO_CHECKPOINT = 32768,
}

impl vwDomainMetadataType {
    /// The type with this number, if there is one.
    pub(super) const fn from_number(number: c_int) -> Option<Self> {
        match number {
            0 => Some(Self::VW_DOMAIN_METADATA_DESCRIPTION),
            1 => Some(Self::VW_DOMAIN_METADATA_TITLE),
            2 => Some(Self::VW_DOMAIN_METADATA_ELEMENT),
            _ => None,
        }
    }
}

impl vwEventFlags {
    /// The flags of an event.
    pub(super) fn of(event: &Event) -> u32 {
        let flags = [
            (event.before.is_persistent(), Self::VW_EVENT_PERSISTENT_BEFORE),
            (event.after.is_persistent(), Self::VW_EVENT_PERSISTENT_AFTER),
            (event.before.is_active(), Self::VW_EVENT_ACTIVE_BEFORE),
            (event.after.is_active(), Self::VW_EVENT_ACTIVE_AFTER),
            (event.more, Self::VW_EVENT_MORE),
            (event.in_catchup, Self::VW_EVENT_IN_CATCHUP),
        ];
        let set = flags.into_iter().filter(|(is_set, _)| *is_set);
        set.fold(0, |bits, (_, flag)| bits | flag as u32)
    }
}

impl vwConnectFlags {
    /// Whether the flags ask for a connection that changes nothing.
    ///
    /// # Errors
    /// INVALID_ARG: there are unknown ones among them.
    pub(super) fn ask_for_read_only(call: &Call, flags: c_uint) -> Result<bool> {
        let aliases = Self::VW_CONNECT_NO_ALIASES as u32;
        call.only_flag(flags & !aliases, Self::VW_CONNECT_RO as u32)
    }
}

impl vwWatchFlags {
    /// Whether the flags ask for a snapshot.
    ///
    /// # Errors
    /// INVALID_ARG: there are unknown ones among them.
    pub(super) fn ask_for_snapshot(call: &Call, flags: u32) -> Result<bool> {
        call.only_flag(flags, Self::VW_WATCH_SNAPSHOT as u32)
    }
}

impl vwDeregisterFlags {
    /// Whether the flags ask not to wait.
    ///
    /// # Errors
    /// INVALID_ARG: there are unknown ones among them.
    pub(super) fn ask_not_to_wait(call: &Call, flags: c_uint) -> Result<bool> {
        call.only_flag(flags, Self::VW_DOMAIN_EVENT_DEREGISTER_NOWAIT as u32)
    }
}

impl Call {
    /// Whether the one flag that there is is set.
    pub(super) fn only_flag(&self, flags: u32, flag: u32) -> Result<bool> {
        match flags & !flag {
            0 => Ok(flags & flag != 0),
            unsupported => Err(self.unsupported_flags(unsupported)),
        }
    }
}
