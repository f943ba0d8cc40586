#![forbid(unsafe_code)]
//! A domain as a program holds it.

use std::path::Path;
use std::sync::Arc;

use bitflags::bitflags;
use uuid::Uuid;

use super::{Connection, savable};
use crate::domain::{Config, Entry, Facts, Identity, Metadata};
use crate::driver::{
    Action, AffectFlags, CreateFlags, DestroyFlags, MigrateFlags, Operation, SaveFlags,
    ShutdownFlags, SuspendTarget, UndefineFlags,
};
use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::event::{Event, Notice, NoticeKind};

bitflags! {
    /// Which document is asked for: `virDomainXMLFlags`.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
    pub struct XmlFlags: u32 {
        /// With what is secret. Nothing is left out here.
        const SECURE = 1;
        /// The configuration of the next start, of an active domain too.
        const INACTIVE = 2;
        /// With the CPU as the host has it. Nothing is changed here.
        const UPDATE_CPU = 4;
        /// Fit for migration. Nothing is changed here.
        const MIGRATABLE = 8;
    }
}

/// A domain: its connection and UUID, with the name and id of the moment it was looked up.
///
/// It never changes and may be shared between threads. Every method resolves it by UUID, as in
/// libvirt, and fails with NO_DOMAIN when there is no such domain (any more).
#[derive(Debug, Clone)]
pub struct Domain {
    connection: Connection,
    identity: Arc<Identity>,
    id: Option<i32>,
}

impl Domain {
    pub(crate) fn new(connection: &Connection, facts: Facts) -> Self {
        let id = facts.id();
        Self { connection: connection.clone(), identity: facts.identity, id }
    }

    /// The domain that an event is about, under the name that the event gives it: the old one in
    /// UNDEFINED(RENAMED), as in libvirt. Its noted id is that of the run that the event is about.
    /// It need not exist any more.
    pub fn of_event(connection: &Connection, event: &Event) -> Self {
        let identity = event.facts_before().identity;
        Self { connection: connection.clone(), identity, id: event.id() }
    }

    /// The domain that a notice is about, with the name and id of that moment. It need not exist any
    /// more.
    pub fn of_notice(connection: &Connection, notice: &Notice) -> Self {
        let identity = Arc::clone(&notice.identity);
        Self { connection: connection.clone(), identity, id: notice.id }
    }

    /// The connection that it belongs to (`virDomainGetConnect`).
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// The UUID (`virDomainGetUUID`).
    pub fn uuid(&self) -> Uuid {
        self.identity.uuid()
    }

    /// The name that it had when it was looked up (`virDomainGetName`).
    pub fn name(&self) -> &str {
        self.identity.name()
    }

    /// The id that it had when it was looked up; in a callback, of the run that the event is about.
    pub fn noted_id(&self) -> Option<i32> {
        self.id
    }

    /// What is known of it now, all of one moment.
    ///
    /// # Errors
    /// NO_DOMAIN.
    pub fn facts(&self) -> Result<Facts> {
        let facts = self.connection.registry().facts(self.uuid());
        facts.ok_or_else(|| self.connection.no_such_uuid(self.uuid()))
    }

    /// Its configuration as a document (`virDomainGetXMLDesc`): of an active domain the live one
    /// with its id, with INACTIVE the one of the next start.
    ///
    /// # Errors
    /// NO_DOMAIN.
    pub fn xml(&self, flags: XmlFlags) -> Result<String> {
        let entry = self.entry()?;
        let id = if flags.contains(XmlFlags::INACTIVE) { None } else { entry.facts.id() };
        let config = match id {
            Some(_) => entry.current(),
            None => entry.inactive(),
        };
        Ok(config.map(|config| config.to_xml(id)).unwrap_or_default())
    }

    /// The configuration in effect: the live one of an active domain, else the stored one.
    ///
    /// # Errors
    /// NO_DOMAIN.
    pub fn config(&self) -> Result<Arc<Config>> {
        let config = self.entry()?.current().cloned();
        config.ok_or_else(|| self.connection.no_such_uuid(self.uuid()))
    }

    /// Whether there is a managed-save image (`virDomainHasManagedSaveImage`).
    ///
    /// # Errors
    /// NO_DOMAIN.
    pub fn has_managed_save(&self) -> Result<bool> {
        Ok(self.entry()?.managed_save.is_some())
    }

    /// Whether it starts with the host (`virDomainGetAutostart`).
    ///
    /// # Errors
    /// NO_DOMAIN.
    pub fn autostart(&self) -> Result<bool> {
        Ok(self.entry()?.autostart)
    }

    /// Has it start with the host, or no longer (`virDomainSetAutostart`). This makes no event.
    ///
    /// # Errors
    /// OPERATION_INVALID: it is transient. NO_DOMAIN.
    pub fn set_autostart(&self, autostart: bool) -> Result<()> {
        self.act(Action::SetAutostart(autostart), "DomainSetAutostart")
    }

    /// Starts it from the stored configuration, or from the managed-save image
    /// (`virDomainCreateWithFlags`). With AUTODESTROY this run is destroyed when the connection is
    /// gone, see [`Connection::create_xml`].
    ///
    /// # Errors
    /// OPERATION_INVALID: it is active already. INVALID_ARG: VALIDATE. NO_DOMAIN.
    pub fn start(&self, flags: CreateFlags) -> Result<()> {
        self.connection.writable("DomainCreate")?;
        if flags.contains(CreateFlags::VALIDATE) {
            return Err(Error::invalid_arg("flag VALIDATE needs a document"));
        }
        let action = Action::Create(flags, self.connection.tie(flags));
        self.connection.operate(Operation::Domain(self.uuid(), action)).map(drop)
    }

    /// Pauses it; of a paused domain this is a success (`virDomainSuspend`).
    ///
    /// # Errors
    /// OPERATION_INVALID: it does not run. NO_DOMAIN.
    pub fn suspend(&self) -> Result<()> {
        self.act(Action::Suspend, "DomainSuspend")
    }

    /// Has it run again (`virDomainResume`).
    ///
    /// # Errors
    /// OPERATION_INVALID: it is not paused. NO_DOMAIN.
    pub fn resume(&self) -> Result<()> {
        self.act(Action::Resume, "DomainResume")
    }

    /// Asks the guest to shut down (`virDomainShutdownFlags`).
    ///
    /// # Errors
    /// OPERATION_INVALID: it is not active. NO_DOMAIN.
    pub fn shutdown(&self, flags: ShutdownFlags) -> Result<()> {
        self.act(Action::Shutdown(flags), "DomainShutdown")
    }

    /// Asks the guest to reboot (`virDomainReboot`).
    ///
    /// # Errors
    /// OPERATION_INVALID: it is not active. NO_DOMAIN.
    pub fn reboot(&self, flags: ShutdownFlags) -> Result<()> {
        self.act(Action::Reboot(flags), "DomainReboot")
    }

    /// Resets it, as a reset button does (`virDomainReset`).
    ///
    /// # Errors
    /// OPERATION_INVALID: it is not active. NO_DOMAIN.
    pub fn reset(&self) -> Result<()> {
        self.act(Action::Reset, "DomainReset")
    }

    /// Has the guest's power management suspend it, for so many seconds or, with 0, until it is
    /// woken (`virDomainPMSuspendForDuration`). It stays active, but for a guest that is suspended
    /// to disk: that one powers off.
    ///
    /// # Errors
    /// OPERATION_INVALID: it does not run, or its configuration forbids it. ARGUMENT_UNSUPPORTED:
    /// a duration other than 0. NO_DOMAIN.
    pub fn pm_suspend(&self, target: SuspendTarget, seconds: u64) -> Result<()> {
        self.act(Action::PmSuspend(target, seconds), "DomainPMSuspendForDuration")
    }

    /// Wakes a guest that its power management has suspended (`virDomainPMWakeup`).
    ///
    /// # Errors
    /// OPERATION_INVALID: it is not suspended so. NO_DOMAIN.
    pub fn pm_wakeup(&self) -> Result<()> {
        self.act(Action::PmWakeup, "DomainPMWakeup")
    }

    /// Ends the running instance at once (`virDomainDestroyFlags`).
    ///
    /// # Errors
    /// OPERATION_INVALID: it is not active. NO_DOMAIN.
    pub fn destroy(&self, flags: DestroyFlags) -> Result<()> {
        self.act(Action::Destroy(flags), "DomainDestroy")
    }

    /// Saves its state to a file and ends the instance (`virDomainSaveFlags`).
    ///
    /// # Errors
    /// OPERATION_INVALID: it is not active. SYSTEM_ERROR: the file cannot be written. INVALID_ARG:
    /// RUNNING and PAUSED together, RESET_NVRAM. NO_DOMAIN.
    pub fn save(&self, path: &Path, flags: SaveFlags) -> Result<()> {
        self.connection.writable("DomainSave")?;
        savable(flags)?;
        self.connection.operate(Operation::Save(self.uuid(), path, flags)).map(drop)
    }

    /// Saves its state where the next start will find it, and ends the instance
    /// (`virDomainManagedSave`).
    ///
    /// # Errors
    /// OPERATION_INVALID: it is not active, or transient. INVALID_ARG: RUNNING and PAUSED together,
    /// RESET_NVRAM. NO_DOMAIN.
    pub fn managed_save(&self, flags: SaveFlags) -> Result<()> {
        self.connection.writable("DomainManagedSave")?;
        savable(flags)?;
        self.act(Action::ManagedSave(flags), "DomainManagedSave")
    }

    /// Drops the managed-save image, if there is one (`virDomainManagedSaveRemove`).
    ///
    /// # Errors
    /// NO_DOMAIN.
    pub fn remove_managed_save(&self) -> Result<()> {
        self.act(Action::RemoveManagedSave, "DomainManagedSaveRemove")
    }

    /// Gives it another name (`virDomainRename`).
    ///
    /// # Errors
    /// OPERATION_INVALID: it is active or transient, has a managed-save image, or the name is its
    /// own or another domain's. What is wrong with the name. NO_DOMAIN.
    pub fn rename(&self, name: &str) -> Result<()> {
        self.connection.writable("DomainRename")?;
        self.connection.operate(Operation::Rename(self.uuid(), name)).map(drop)
    }

    /// Moves it to another source of this process, perhaps under another name (`virDomainMigrate`),
    /// and returns the domain there: running, or paused if it was or the flag says so.
    ///
    /// The destination changes before the source: for a moment the domain is in both, at no time in
    /// none. When the source has changed meanwhile the migration fails, and the run at the
    /// destination ends as STOPPED(FAILED).
    ///
    /// # Errors
    /// OPERATION_INVALID: it is not running (and OFFLINE is not given), ends with its connection, or
    /// is active at the destination; OFFLINE without PERSIST_DEST. OPERATION_FAILED: name or UUID
    /// belong to another domain there, or it changed on its way. INTERNAL_ERROR: the destination
    /// is where it is already. NO_SUPPORT: the drivers cannot do it. What is wrong with the name.
    /// NO_DOMAIN.
    pub fn migrate(
        &self,
        destination: &Connection,
        flags: MigrateFlags,
        name: Option<&str>,
    ) -> Result<Self> {
        self.connection.writable("DomainMigrate")?;
        destination.writable("DomainMigrate")?;
        let facts = self.connection.migrate(self.uuid(), destination, flags, name)?;
        Ok(Self::new(destination, facts))
    }

    /// Its title, description or an element of its metadata (`virDomainGetMetadata`), of the
    /// configuration in effect or the one that `affect` names. An element is told as it was given.
    ///
    /// # Errors
    /// NO_DOMAIN_METADATA: there is none. OPERATION_INVALID: it does not have that configuration.
    /// INVALID_ARG: LIVE and CONFIG together. NO_DOMAIN.
    pub fn metadata(&self, which: Metadata<'_>, affect: AffectFlags) -> Result<String> {
        if affect == AffectFlags::all() {
            return Err(Error::invalid_arg("flags LIVE and CONFIG are mutually exclusive"));
        }
        let entry = self.entry()?;
        let config = match affect.of(&entry.facts)? {
            AffectFlags::LIVE => &entry.live,
            _ => &entry.stored,
        };
        let config = config.as_ref().ok_or_else(|| Error::no_such_uuid(self.uuid()))?;
        config.metadata(which)?.ok_or_else(|| {
            let info = "Requested metadata element is not present";
            Error::new(ErrorCode::NoDomainMetadata, ErrorDomain::Domain, info)
        })
    }

    /// Gives it another title, description or element of its metadata, or none
    /// (`virDomainSetMetadata`): in the configuration in effect, or in those that `affect` names.
    /// In the stored one this makes an event, DEFINED(UPDATED); each call makes a [`Notice`]. Nothing else of the document
    /// changes. See [`Config::with_metadata`].
    ///
    /// # Errors
    /// What is wrong with the value. OPERATION_INVALID: it does not have that configuration.
    /// NO_DOMAIN.
    pub fn set_metadata(
        &self,
        which: Metadata<'_>,
        value: Option<&str>,
        affect: AffectFlags,
    ) -> Result<()> {
        self.connection.writable("DomainSetMetadata")?;
        let operation = Operation::SetMetadata(self.uuid(), which, value, affect);
        let facts = self.connection.operate(operation)?;
        let kind = match which {
            Metadata::Description => NoticeKind::Description,
            Metadata::Title => NoticeKind::Title,
            Metadata::Element { uri, .. } => NoticeKind::Element(uri.into()),
        };
        let id = facts.id();
        self.connection.registry().notices().tell(Notice { identity: facts.identity, id, kind });
        Ok(())
    }

    /// Removes the stored configuration (`virDomainUndefineFlags`): an inactive domain no longer
    /// exists then, an active one becomes transient.
    ///
    /// # Errors
    /// OPERATION_INVALID: it is transient, or has a managed-save image and the flag for that is not
    /// given. INVALID_ARG: flags that exclude each other. NO_DOMAIN.
    pub fn undefine(&self, flags: UndefineFlags) -> Result<()> {
        self.connection.writable("DomainUndefine")?;
        if flags.contains(UndefineFlags::NVRAM | UndefineFlags::KEEP_NVRAM) {
            return Err(Error::invalid_arg("flags NVRAM and KEEP_NVRAM are mutually exclusive"));
        }
        if flags.contains(UndefineFlags::TPM | UndefineFlags::KEEP_TPM) {
            return Err(Error::invalid_arg("flags TPM and KEEP_TPM are mutually exclusive"));
        }
        self.act(Action::Undefine(flags), "DomainUndefine")
    }

    fn entry(&self) -> Result<Entry> {
        let entry = self.connection.registry().entry(self.uuid());
        entry.ok_or_else(|| self.connection.no_such_uuid(self.uuid()))
    }

    fn act(&self, action: Action, function: &str) -> Result<()> {
        self.connection.writable(function)?;
        self.connection.operate(Operation::Domain(self.uuid(), action)).map(drop)
    }
}
