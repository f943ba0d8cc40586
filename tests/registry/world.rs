//! A connection and the naive model of it, told the same operations. It remembers what was true at
//! every place of the journal.

use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use virtwatch::{
    AffectFlags, Condition, Connection, CreateFlags, Cursor, DestroyFlags, Domain, Event,
    EventKind, Facts, Identity, ListFlags, Metadata, MigrateFlags, Origin, Result, SaveFlags,
    ShutdownFlags, State, Status, SuspendTarget, UndefineFlags, Uuid,
};

use super::model::{self, Entry, Text, numbers};
use super::oracle::{NAMES, Op, Oracle, Then};

pub(crate) const DOMAINS: usize = 4;

pub(crate) fn uuid(domain: usize) -> Uuid {
    Uuid::from_u128(0x0000_0000_0000_4000_8000_0000_0000_0000 + domain as u128)
}

/// The documents by domain, name and oddity.
static DOCUMENTS: LazyLock<Vec<[[String; 2]; NAMES.len()]>> = LazyLock::new(|| {
    let documents = |domain| NAMES.map(|name| [false, true].map(|odd| document(domain, name, odd)));
    (0..DOMAINS).map(documents).collect()
});

fn document(domain: usize, name: Text, odd: bool) -> String {
    let actions =
        if odd { "<on_poweroff>restart</on_poweroff><on_reboot>destroy</on_reboot>" } else { "" };
    format!(
        "<domain type='test'><name>{name}</name><uuid>{}</uuid><memory>1</memory>\
         <os><type>hvm</type></os>{actions}</domain>",
        uuid(domain)
    )
}

/// What is known of a domain, by the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) name: Text,
    pub(crate) incarnation: u64,
    pub(crate) condition: Condition,
}

impl Known {
    fn of(facts: &model::Facts) -> Self {
        let (state, reason) = numbers::of_status(facts.state, facts.reason);
        Self {
            name: facts.name,
            incarnation: facts.incarnation,
            condition: Condition::ABSENT
                .with_definition(facts.definition)
                .with_run(facts.id, Status::from_numbers(state, reason).unwrap()),
        }
    }

    /// The same as the library has it.
    pub(crate) fn facts(&self, domain: usize) -> Facts {
        Facts {
            identity: Arc::new(Identity::new(uuid(domain), self.incarnation, self.name)),
            condition: self.condition,
        }
    }

    /// Whether the library says the same.
    pub(crate) fn is(&self, facts: &Facts) -> bool {
        facts.name() == self.name
            && facts.incarnation() == self.incarnation
            && facts.condition == self.condition
    }
}

/// An event as it should be told.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line {
    pub(crate) seq: u64,
    pub(crate) domain: usize,
    pub(crate) kind: EventKind,
    pub(crate) before: Condition,
    pub(crate) after: Known,
    pub(crate) old_name: Option<Text>,
    pub(crate) more: bool,
}

impl Line {
    fn of(entry: &Entry) -> Self {
        let (event_type, detail) = numbers::of_kind(entry.event.kind);
        Self {
            seq: entry.seq,
            domain: usize::try_from(entry.uuid).unwrap(),
            kind: EventKind::from_numbers(event_type, detail).unwrap(),
            before: Known::of(&entry.event.before).condition,
            after: Known::of(&entry.event.after),
            old_name: entry.event.old_name,
            more: entry.more,
        }
    }

    /// G2, G3: the event says all that the model says.
    pub(crate) fn assert_told_by(&self, event: &Event) {
        let is = event.seq == self.seq
            && event.uuid() == uuid(self.domain)
            && event.kind == self.kind
            && event.before == self.before
            && event.after == self.after.condition
            && event.name() == self.after.name
            && event.identity.incarnation() == self.after.incarnation
            && event.old_name() == self.old_name
            && event.more == self.more
            && event.id() == self.after.condition.id().or(self.before.id())
            && event.realtime_ns > 0
            && event.origin == Origin::Native
            && !event.in_catchup;
        assert!(is, "{event:?}\nexpected {self:?}");
    }
}

/// A connection and its model.
pub(crate) struct World {
    pub(crate) conn: Connection,
    pub(crate) oracle: Oracle,
    pub(crate) journal: Vec<Line>,
    /// For each domain the numbers of its events.
    numbers: [Vec<u64>; DOMAINS],
    handles: [Option<Domain>; DOMAINS],
    files: [PathBuf; 2],
}

impl World {
    /// Saved files are kept in `directory`.
    pub(crate) fn new(directory: &Path) -> Self {
        let files = ["0", "1"].map(|slot| directory.join(slot));
        for file in &files {
            drop(std::fs::remove_file(file));
        }
        Self {
            conn: Connection::open("test:///empty").unwrap(),
            oracle: Oracle::default(),
            journal: Vec::new(),
            numbers: Default::default(),
            handles: Default::default(),
            files,
        }
    }

    /// The number of the last event that the journal does not keep any more.
    pub(crate) fn evicted(&self) -> u64 {
        let stats = self.conn.stats();
        stats.events - stats.journal
    }

    pub(crate) fn head(&self) -> u64 {
        self.journal.len() as u64
    }

    pub(crate) fn cursor(&self, seq: u64) -> Cursor {
        let epoch = self.conn.epoch();
        Cursor { epoch, seq }
    }

    /// The numbers of the events of a domain after `seq`.
    pub(crate) fn numbers_after(&self, domain: usize, seq: u64) -> &[u64] {
        let numbers = &self.numbers[domain];
        &numbers[numbers.partition_point(|&number| number <= seq)..]
    }

    /// What was known of a domain at a place, and the number of its last event there.
    pub(crate) fn at(&self, domain: usize, seq: u64) -> (Option<Known>, u64) {
        let numbers = &self.numbers[domain];
        let until = numbers.partition_point(|&number| number <= seq);
        let Some(last) = numbers[..until].last() else {
            return (None, 0);
        };
        let line = self.line(*last);
        (Some(line.after).filter(|known| known.condition.exists()), *last)
    }

    pub(crate) fn line(&self, seq: u64) -> &Line {
        &self.journal[usize::try_from(seq).unwrap() - 1]
    }

    /// Tells both; they agree on acceptance, on the code of the refusal and on how many events it
    /// made. True when it was accepted.
    pub(crate) fn act(&mut self, op: Op) -> bool {
        let real = self.carry_out(op);
        let expected = self.oracle.apply(op);
        match (real, expected) {
            (Ok(()), Ok(entries)) => {
                for entry in &entries {
                    let line = Line::of(entry);
                    self.numbers[line.domain].push(line.seq);
                    self.journal.push(line);
                    self.keep_handle(line.domain);
                }
                assert_eq!(self.conn.cursor().seq, self.head(), "{op:?}");
                true
            }
            (Err(error), Err(code)) => {
                assert_eq!(error.code().number(), code, "{op:?}: {error}");
                assert_eq!(self.conn.cursor().seq, self.head(), "{op:?}: {error}");
                false
            }
            (real, expected) => panic!("{op:?}: {real:?}, expected {expected:?}"),
        }
    }

    /// Every domain is known by a handle from the first time it exists.
    fn keep_handle(&mut self, domain: usize) {
        if self.handles[domain].is_none() {
            self.handles[domain] = self.conn.lookup_by_uuid(uuid(domain)).ok();
        }
    }

    /// The handle of a domain that exists or has existed.
    fn handle(&self, domain: usize) -> Result<Domain> {
        match &self.handles[domain] {
            Some(handle) => Ok(handle.clone()),
            None => self.conn.lookup_by_uuid(uuid(domain)),
        }
    }

    fn carry_out(&mut self, op: Op) -> Result<()> {
        let document = |domain: usize, name: usize, odd| &DOCUMENTS[domain][name][usize::from(odd)];
        match op {
            Op::Define { domain, name, odd } => {
                let made = self.conn.define_xml(document(domain, name, odd))?;
                self.handles[domain].get_or_insert(made);
                Ok(())
            }
            Op::CreateXml { domain, name, paused, odd } => {
                let mut flags = CreateFlags::empty();
                flags.set(CreateFlags::PAUSED, paused);
                let made = self.conn.create_xml(document(domain, name, odd), flags)?;
                self.handles[domain].get_or_insert(made);
                Ok(())
            }
            Op::Arrive { domain, name, paused, persist, odd } => {
                let made = self.take_in(document(domain, name, odd), paused, persist)?;
                self.handles[domain].get_or_insert(made);
                Ok(())
            }
            Op::Restore { slot, then } => {
                self.conn.restore(&self.files[slot], flags(then)).map(drop)
            }
            _ => self.carry_out_with(&self.handle(op.domain())?, op),
        }
    }

    /// A domain migrates here; it is in the other registry when, and only when, it is not in this.
    fn take_in(&self, document: &str, paused: bool, persist: bool) -> Result<Domain> {
        let elsewhere = Connection::open("test:///empty").unwrap();
        let domain = elsewhere.create_xml(document, CreateFlags::empty()).unwrap();
        if paused {
            domain.suspend().unwrap();
        }
        let mut flags = MigrateFlags::LIVE;
        flags.set(MigrateFlags::PERSIST_DEST, persist);
        let arrived = domain.migrate(&self.conn, flags, None);
        assert_eq!(domain.facts().is_ok(), arrived.is_err());
        assert_eq!(elsewhere.audit().unwrap(), 0);
        arrived
    }

    /// A domain migrates from here; what is refused leaves nothing there.
    fn send_off(domain: &Domain, offline: bool, undefine: bool) -> Result<()> {
        let elsewhere = Connection::open("test:///empty").unwrap();
        let mut flags = MigrateFlags::empty();
        flags.set(MigrateFlags::UNDEFINE_SOURCE, undefine);
        flags.set(MigrateFlags::OFFLINE | MigrateFlags::PERSIST_DEST, offline);
        let sent = domain.migrate(&elsewhere, flags, None);
        let there = elsewhere.facts(ListFlags::empty());
        assert_eq!(elsewhere.audit().unwrap(), 0);
        let Ok(sent) = sent else {
            assert_eq!(there, []);
            return sent.map(drop);
        };
        let facts = sent.facts().unwrap();
        assert_eq!((facts.is_active(), facts.is_persistent()), (!offline, offline));
        assert_eq!(there, [facts]);
        Ok(())
    }

    fn carry_out_with(&self, domain: &Domain, op: Op) -> Result<()> {
        match op {
            Op::Undefine { with_image, .. } => {
                let mut flags = UndefineFlags::empty();
                flags.set(UndefineFlags::MANAGED_SAVE, with_image);
                domain.undefine(flags)
            }
            Op::Create { paused, force_boot, .. } => {
                let mut flags = CreateFlags::empty();
                flags.set(CreateFlags::PAUSED, paused);
                flags.set(CreateFlags::FORCE_BOOT, force_boot);
                domain.start(flags)
            }
            Op::Suspend(_) => domain.suspend(),
            Op::Resume(_) => domain.resume(),
            Op::Shutdown(_) => domain.shutdown(ShutdownFlags::empty()),
            Op::Reboot(_) => domain.reboot(ShutdownFlags::empty()),
            Op::Reset(_) => domain.reset(),
            Op::PmSuspend { disk, .. } => {
                let target = if disk { SuspendTarget::Disk } else { SuspendTarget::Mem };
                domain.pm_suspend(target, 0)
            }
            Op::PmWakeup(_) => domain.pm_wakeup(),
            Op::Retitle { live, stored, .. } => {
                let mut affect = AffectFlags::empty();
                affect.set(AffectFlags::LIVE, live);
                affect.set(AffectFlags::CONFIG, stored);
                domain.set_metadata(Metadata::Title, Some("another"), affect)
            }
            Op::Leave { offline, undefine, .. } => Self::send_off(domain, offline, undefine),
            Op::SetAutostart { autostart, .. } => domain.set_autostart(autostart),
            Op::Destroy(_) => domain.destroy(DestroyFlags::empty()),
            Op::Save { slot, then, .. } => domain.save(&self.files[slot], flags(then)),
            Op::ManagedSave { then, .. } => domain.managed_save(flags(then)),
            Op::RemoveImage(_) => domain.remove_managed_save(),
            Op::Rename { name, .. } => domain.rename(NAMES[name]),
            Op::Define { .. } | Op::CreateXml { .. } | Op::Arrive { .. } | Op::Restore { .. } => {
                panic!("{op:?}")
            }
        }
    }

    /// Facts, look-ups and listing are what the model says.
    pub(crate) fn assert_shown(&self) {
        let all = self.conn.facts(ListFlags::empty());
        assert_eq!(all.len(), self.oracle.registry.domains.len(), "{all:?}");
        for domain in 0..DOMAINS {
            let listed = all.iter().find(|facts| facts.uuid() == uuid(domain));
            let Some(expected) = self.oracle.facts(domain) else {
                assert_eq!(listed, None);
                assert_eq!(code(self.conn.lookup_by_uuid(uuid(domain))), 42);
                continue;
            };
            let known = Known::of(&expected);
            let found = self.conn.lookup_by_uuid(uuid(domain)).unwrap();
            let facts = found.facts().unwrap();
            assert!(known.is(&facts), "{facts:?}\nexpected {known:?}");
            assert_eq!(listed, Some(&facts));
            assert_eq!(facts.is_persistent(), expected.persistent);
            assert_eq!((found.uuid(), found.name()), (uuid(domain), known.name));
            assert_eq!(found.noted_id(), known.condition.id());
            let image = self.oracle.has_image(domain);
            assert_eq!(found.has_managed_save().unwrap(), image);
            let autostart = self.oracle.starts_with_the_host(domain);
            assert_eq!(found.autostart().unwrap(), autostart);
            let by_name = self.conn.lookup_by_name(known.name).unwrap();
            assert_eq!(by_name.uuid(), uuid(domain));
            if let Some(id) = known.condition.id() {
                assert_eq!(self.conn.lookup_by_id(id).unwrap().uuid(), uuid(domain));
            }
            self.assert_listed_under(domain, &facts, image, autostart);
        }
    }

    /// The one bit of each group under which a domain is listed.
    fn assert_listed_under(&self, domain: usize, facts: &Facts, image: bool, autostart: bool) {
        let either = |condition, yes, no| if condition { (yes, no) } else { (no, yes) };
        let state = match facts.status().state() {
            State::Running => ListFlags::RUNNING,
            State::Paused => ListFlags::PAUSED,
            State::Shutoff => ListFlags::SHUTOFF,
            _ => ListFlags::OTHER,
        };
        let states = ListFlags::RUNNING | ListFlags::PAUSED | ListFlags::SHUTOFF | ListFlags::OTHER;
        for (under, not) in [
            either(facts.is_active(), ListFlags::ACTIVE, ListFlags::INACTIVE),
            either(facts.is_persistent(), ListFlags::PERSISTENT, ListFlags::TRANSIENT),
            either(image, ListFlags::MANAGEDSAVE, ListFlags::NO_MANAGEDSAVE),
            either(autostart, ListFlags::AUTOSTART, ListFlags::NO_AUTOSTART),
            (state, states - state),
        ] {
            let lists = |flags| {
                let listed = self.conn.facts(flags);
                listed.iter().any(|facts| facts.uuid() == uuid(domain))
            };
            assert!(lists(under) && !lists(not), "{facts:?}: {under:?} {not:?}");
        }
    }
}

fn flags(then: Then) -> SaveFlags {
    match then {
        Then::AsItWas => SaveFlags::empty(),
        Then::Running => SaveFlags::RUNNING,
        Then::Paused => SaveFlags::PAUSED,
    }
}

/// libvirt's number of the refusal; 0 if it was accepted.
pub(crate) fn code<T>(result: Result<T>) -> i32 {
    result.map_or_else(|error| error.code().number(), |_| 0)
}
