//! The naive model of a connection to the `test` driver: operations, as DESIGN 3.2 has them, told
//! to the model of the table. It adds what the table does not know: images and configurations.

use std::collections::BTreeMap;

use super::model::{Change, Entry, Facts, Refusal, Registry, Text};

pub(crate) const NAMES: [Text; 5] = ["a", "b", "c", "d", "e"];

/// How a save or restore is asked to leave the domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Then {
    AsItWas,
    Running,
    Paused,
}

/// An operation on the domain with that number. Names and slots of saved files are numbers too.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Op {
    /// `odd`: the configuration says on_poweroff=restart and on_reboot=destroy.
    Define {
        domain: usize,
        name: usize,
        odd: bool,
    },
    Undefine {
        domain: usize,
        with_image: bool,
    },
    Create {
        domain: usize,
        paused: bool,
        force_boot: bool,
    },
    CreateXml {
        domain: usize,
        name: usize,
        paused: bool,
        odd: bool,
    },
    Suspend(usize),
    Resume(usize),
    Shutdown(usize),
    Reboot(usize),
    Reset(usize),
    /// `disk`: the guest keeps its state there.
    PmSuspend {
        domain: usize,
        disk: bool,
    },
    PmWakeup(usize),
    Destroy(usize),
    Save {
        domain: usize,
        slot: usize,
        then: Then,
    },
    Restore {
        slot: usize,
        then: Then,
    },
    ManagedSave {
        domain: usize,
        then: Then,
    },
    RemoveImage(usize),
    /// Another title, for the run, the stored configuration, or what is in effect.
    Retitle {
        domain: usize,
        live: bool,
        stored: bool,
    },
    /// It migrates to another registry.
    Leave {
        domain: usize,
        offline: bool,
        undefine: bool,
    },
    /// A run of a domain migrates here from another registry.
    Arrive {
        domain: usize,
        name: usize,
        paused: bool,
        persist: bool,
        odd: bool,
    },
    SetAutostart {
        domain: usize,
        autostart: bool,
    },
    Rename {
        domain: usize,
        name: usize,
    },
}

/// A file that a domain was saved to.
#[derive(Debug, Clone, Copy)]
struct Saved {
    domain: usize,
    name: Text,
    odd: bool,
    paused: bool,
}

/// What a registry keeps of a domain beside the facts.
#[derive(Debug, Clone, Copy, Default)]
struct Kept {
    stored_odd: bool,
    live_odd: bool,
    image: Option<Image>,
    autostart: bool,
}

/// A managed-save image: of a paused domain or not, and of which configuration.
#[derive(Debug, Clone, Copy)]
struct Image {
    paused: bool,
    odd: bool,
}

/// Everything that a connection to `test:///empty` should know.
#[derive(Debug, Clone, Default)]
pub(crate) struct Oracle {
    pub(crate) registry: Registry,
    kept: BTreeMap<u128, Kept>,
    saved: [Option<Saved>; 2],
    definitions: u64,
    runs: i32,
}

/// libvirt's number of a refusal.
type Code = i32;

const NO_SUCH_FILE: Code = 38;
const INVALID: Code = Refusal::OperationInvalid as Code;

impl Oracle {
    /// What the operation should do: its entries of the journal, or the code of the refusal.
    pub(crate) fn apply(&mut self, op: Op) -> Result<Vec<Entry>, Code> {
        let start = self.registry.journal.len();
        let domain = self.carry_out(op)?;
        if let Some(entries) = self.registry.journal.get_mut(start..)
            && let Some((_, all_but_last)) = entries.split_last_mut()
        {
            for entry in all_but_last {
                entry.more = true;
            }
        }
        match self.facts(domain) {
            None => drop(self.kept.remove(&(domain as u128))),
            Some(facts) if !facts.active => self.kept(domain).live_odd = false,
            Some(_) => {}
        }
        Ok(self.registry.journal[start..].to_vec())
    }

    pub(crate) fn facts(&self, domain: usize) -> Option<Facts> {
        self.registry.domains.get(&(domain as u128)).copied()
    }

    pub(crate) fn has_image(&self, domain: usize) -> bool {
        let kept = self.kept.get(&(domain as u128));
        kept.is_some_and(|kept| kept.image.is_some())
    }

    pub(crate) fn starts_with_the_host(&self, domain: usize) -> bool {
        self.kept.get(&(domain as u128)).is_some_and(|kept| kept.autostart)
    }

    /// Returns which domain it was about.
    fn carry_out(&mut self, op: Op) -> Result<usize, Code> {
        match op {
            Op::Define { domain, name, odd } => self.define(domain, NAMES[name], odd)?,
            Op::Undefine { domain, with_image } => {
                let facts = self.existing(domain)?;
                if !facts.persistent || (self.has_image(domain) && !with_image) {
                    return Err(INVALID);
                }
                self.report(domain, "", Change::Undefined)?;
                self.kept(domain).image = None;
                self.kept(domain).autostart = false;
            }
            Op::Create { domain, paused, force_boot } => self.create(domain, paused, force_boot)?,
            Op::CreateXml { domain, name, paused, odd } => {
                self.start(domain, NAMES[name], "BOOTED", paused.then_some("PAUSED"), odd)?;
            }
            Op::Suspend(domain) => self.report(domain, "", Change::Suspended("PAUSED"))?,
            Op::Resume(domain) => self.report(domain, "", Change::Resumed("UNPAUSED"))?,
            Op::Shutdown(domain) => {
                let active = self.existing(domain)?.active;
                if !(active && self.kept(domain).live_odd) {
                    self.power_off(domain)?;
                }
            }
            Op::Reboot(domain) => {
                let active = self.existing(domain)?.active;
                if active && self.kept(domain).live_odd {
                    self.power_off(domain)?;
                } else {
                    self.report(domain, "", Change::Reset)?;
                }
            }
            Op::Reset(domain) => self.report(domain, "", Change::Reset)?,
            Op::PmSuspend { domain, disk: false } => {
                self.report(domain, "", Change::PmSuspended("MEMORY"))?;
            }
            Op::PmSuspend { domain, disk: true } => {
                self.report(domain, "", Change::PmSuspended("DISK"))?;
                self.power_off(domain)?;
            }
            Op::PmWakeup(domain) => self.report(domain, "", Change::Woken)?,
            Op::Destroy(domain) => self.stop(domain, "DESTROYED")?,
            Op::Save { domain, slot, then } => {
                let facts = self.existing(domain)?;
                let odd = self.kept(domain).live_odd;
                self.stop(domain, "SAVED")?;
                let (name, paused) = (facts.name, stays_paused(facts, then));
                self.saved[slot] = Some(Saved { domain, name, odd, paused });
            }
            Op::Restore { slot, then } => {
                let saved = self.saved[slot].ok_or(NO_SUCH_FILE)?;
                let paused = match then {
                    Then::AsItWas => saved.paused.then_some("RESTORED"),
                    Then::Running => None,
                    Then::Paused => Some("PAUSED"),
                };
                self.start(saved.domain, saved.name, "RESTORED", paused, saved.odd)?;
                return Ok(saved.domain);
            }
            Op::ManagedSave { domain, then } => {
                let facts = self.existing(domain)?;
                if !facts.persistent {
                    return Err(INVALID);
                }
                let odd = self.kept(domain).live_odd;
                self.stop(domain, "SAVED")?;
                self.kept(domain).image = Some(Image { paused: stays_paused(facts, then), odd });
            }
            Op::RemoveImage(domain) => {
                self.existing(domain)?;
                self.kept(domain).image = None;
            }
            Op::Retitle { domain, live, stored } => self.retitle(domain, live, stored)?,
            Op::Leave { domain, offline, undefine } => self.leave(domain, offline, undefine)?,
            Op::Arrive { domain, name, paused, persist, odd } => {
                let paused = paused.then_some("PAUSED");
                self.start(domain, NAMES[name], "MIGRATED", paused, odd)?;
                if persist {
                    self.define(domain, NAMES[name], odd)?;
                }
            }
            Op::SetAutostart { domain, autostart } => {
                if !self.existing(domain)?.persistent {
                    return Err(INVALID);
                }
                self.kept(domain).autostart = autostart;
            }
            Op::Rename { domain, name } => {
                self.existing(domain)?;
                if self.has_image(domain) {
                    return Err(INVALID);
                }
                self.report(domain, "", Change::Renamed { to: NAMES[name] })?;
            }
        }
        Ok(op.domain())
    }

    fn retitle(&mut self, domain: usize, live: bool, stored: bool) -> Result<(), Code> {
        let facts = self.existing(domain)?;
        if (live && !facts.active) || (stored && !facts.persistent) {
            return Err(INVALID);
        }
        if stored || (!live && !facts.active) {
            let definition = self.definitions + 1;
            self.report(domain, "", Change::Edited { definition })?;
            self.definitions = definition;
        }
        Ok(())
    }

    fn define(&mut self, domain: usize, name: Text, odd: bool) -> Result<(), Code> {
        let definition = self.definitions + 1;
        self.report(domain, name, Change::Defined { definition })?;
        self.definitions = definition;
        self.kept(domain).stored_odd = odd;
        Ok(())
    }

    fn leave(&mut self, domain: usize, offline: bool, undefine: bool) -> Result<(), Code> {
        let facts = self.existing(domain)?;
        let undefine = undefine && facts.persistent;
        let is_movable = offline || ["RUNNING", "PAUSED"].contains(&facts.state);
        if !is_movable || (undefine && self.has_image(domain)) {
            return Err(INVALID);
        }
        if !offline {
            self.stop(domain, "MIGRATED")?;
        }
        if undefine {
            self.report(domain, "", Change::Undefined)?;
            self.kept(domain).autostart = false;
        }
        Ok(())
    }

    fn create(&mut self, domain: usize, paused: bool, force_boot: bool) -> Result<(), Code> {
        let facts = self.existing(domain)?;
        let kept = *self.kept(domain);
        let by_flag = paused.then_some("PAUSED");
        let (how, paused, odd) = match kept.image {
            Some(Image { paused, odd }) if !force_boot => {
                ("RESTORED", by_flag.or(paused.then_some("RESTORED")), odd)
            }
            _ => ("BOOTED", by_flag, kept.stored_odd),
        };
        self.start(domain, facts.name, how, paused, odd)?;
        self.kept(domain).image = None;
        Ok(())
    }

    fn start(
        &mut self,
        domain: usize,
        name: Text,
        how: Text,
        paused: Option<Text>,
        odd: bool,
    ) -> Result<(), Code> {
        let id = self.runs + 1;
        self.report(domain, name, Change::Started { how, paused, id })?;
        self.runs = id;
        self.kept(domain).live_odd = odd;
        Ok(())
    }

    fn power_off(&mut self, domain: usize) -> Result<(), Code> {
        self.report(domain, "", Change::ShutDown("GUEST"))?;
        self.stop(domain, "SHUTDOWN")
    }

    fn stop(&mut self, domain: usize, how: Text) -> Result<(), Code> {
        let killed = false;
        self.report(domain, "", Change::Stopped { how, killed })
    }

    fn existing(&self, domain: usize) -> Result<Facts, Code> {
        self.facts(domain).ok_or(Refusal::NoDomain as Code)
    }

    fn kept(&mut self, domain: usize) -> &mut Kept {
        self.kept.entry(domain as u128).or_default()
    }

    fn report(&mut self, domain: usize, name: Text, change: Change) -> Result<(), Code> {
        let reported = self.registry.report(domain as u128, name, change);
        reported.map(drop).map_err(|refusal| refusal as Code)
    }
}

impl Op {
    /// Which domain it is about, where the operation itself says it.
    pub(crate) fn domain(self) -> usize {
        match self {
            Self::Define { domain, .. }
            | Self::Undefine { domain, .. }
            | Self::Create { domain, .. }
            | Self::CreateXml { domain, .. }
            | Self::Suspend(domain)
            | Self::Resume(domain)
            | Self::Shutdown(domain)
            | Self::Reboot(domain)
            | Self::Reset(domain)
            | Self::Destroy(domain)
            | Self::Save { domain, .. }
            | Self::ManagedSave { domain, .. }
            | Self::RemoveImage(domain)
            | Self::PmSuspend { domain, .. }
            | Self::PmWakeup(domain)
            | Self::Retitle { domain, .. }
            | Self::Leave { domain, .. }
            | Self::Arrive { domain, .. }
            | Self::SetAutostart { domain, .. }
            | Self::Rename { domain, .. } => domain,
            Self::Restore { .. } => 0,
        }
    }
}

fn stays_paused(facts: Facts, then: Then) -> bool {
    match then {
        Then::AsItWas => facts.state != "RUNNING",
        Then::Running => false,
        Then::Paused => true,
    }
}
