#![forbid(unsafe_code)]
//! The judgement on a draft: each check refuses with libvirt's code and says where.

use uuid::Uuid;

use super::LifecycleAction;
use super::draft::Draft;
use super::rule;
use crate::domain::parse_uuid;
use crate::error::{ErrorCode, ErrorDomain, Result};
use crate::xml::{Attribute, Content, Tag, excerpt};

impl<'a> Draft<'a> {
    /// The name; whether it is a good one is checked last.
    pub(super) fn check_name(&self) -> Result<&Content<'a>> {
        let name = self.name.as_ref().filter(|name| !name.text.is_empty());
        name.ok_or_else(|| self.refuse(self.root.at, ErrorCode::NoName, ErrorDomain::Domain, ""))
    }

    /// The UUID, if one is written.
    pub(super) fn check_uuid(&self) -> Result<Option<Uuid>> {
        let Some(written) = self.uuid.as_ref().filter(|uuid| !uuid.text.is_empty()) else {
            return Ok(None);
        };
        match parse_uuid(&written.text) {
            Some(uuid) => Ok(Some(uuid)),
            None => self.no(written.tag, ErrorCode::InternalError, "malformed uuid element"),
        }
    }

    /// The type of the domain and the attribute that says it.
    pub(super) fn check_type(&self) -> Result<(&'static str, Attribute<'a>)> {
        let attribute = self.root.attribute("type").filter(|kind| !kind.value().is_empty());
        let Some(attribute) = attribute else {
            return self.no(self.root, ErrorCode::InternalError, "missing domain type attribute");
        };
        let Some(kind) = rule::known(rule::DOMAIN_TYPES, &attribute.value()) else {
            let info = format!("invalid domain type {}", excerpt(&attribute.value()));
            return self.no(self.root, ErrorCode::ConfigUnsupported, &info);
        };
        Ok((kind, attribute))
    }

    /// The type of the guest; a boot loader without one means `xen`.
    pub(super) fn check_os_type(&self) -> Result<&'static str> {
        let has_text = |content: &&Content<'_>| !content.text.is_empty();
        let Some(written) = self.os_type.as_ref().filter(has_text) else {
            return match self.bootloader.as_ref().filter(has_text) {
                Some(_) => Ok("xen"),
                None => self.no(self.root, ErrorCode::XmlError, "an os <type> must be specified"),
            };
        };
        let Some(kind) = rule::known(rule::OS_TYPES, &written.text) else {
            let info = format!("unknown OS type '{}'", excerpt(&written.text));
            return self.no(written.tag, ErrorCode::ConfigUnsupported, &info);
        };
        Ok(kind)
    }

    pub(super) fn check_title(&self) -> Result<()> {
        match &self.title {
            Some(title) if title.text.contains('\n') => {
                self.no(title.tag, ErrorCode::XmlError, "Domain title can't contain newlines")
            }
            _ => Ok(()),
        }
    }

    /// `<memory>` and `<currentMemory>` in KiB, 0 where there is none.
    pub(super) fn check_memory(&self) -> Result<(u64, u64)> {
        let memory = self.check_size(self.memory.as_ref(), "./memory[1]")?;
        let current = self.check_size(self.current_memory.as_ref(), "./currentMemory[1]")?;
        Ok((memory, current))
    }

    /// The sum of the memory of all NUMA cells in KiB.
    pub(super) fn check_numa_memory(&self) -> Result<u64> {
        let mut sum: u64 = 0;
        for &cell in &self.cells {
            let Some(memory) = cell.attribute("memory") else {
                let info = "missing element or attribute './@memory'";
                return Err(self.refuse(cell.at, ErrorCode::XmlError, ErrorDomain::Xml, info));
            };
            let memory = self.check_amount(cell, &memory.value(), "./@memory")?;
            sum = sum.saturating_add(memory);
        }
        Ok(sum)
    }

    /// The greatest number of vCPUs and the number at the start.
    pub(super) fn check_vcpus(&self) -> Result<(u32, u32)> {
        let Some(vcpu) = &self.vcpu else {
            return Ok((1, 1));
        };
        let Some(max) = rule::count(&vcpu.text) else {
            let info = "maximum vcpus count must be an integer";
            return self.no(vcpu.tag, ErrorCode::XmlError, info);
        };
        let Some(current) = vcpu.tag.attribute("current") else {
            return Ok((max, max));
        };
        let value = current.value();
        let Some(current) = rule::count(&value) else {
            let info = format!(
                "Invalid value for attribute 'current' in element 'vcpu': '{}'. \
                 Expected non-negative integer value",
                excerpt(&value)
            );
            return Err(self.refuse(current.at, ErrorCode::XmlError, ErrorDomain::Xml, info));
        };
        if current > max {
            let info = "maximum vCPU count must not be less than current vCPU count";
            return self.no(vcpu.tag, ErrorCode::ConfigUnsupported, info);
        }
        Ok((max, current))
    }

    /// libvirt's words for no vCPUs at all.
    pub(super) fn check_any_vcpu(&self, max_vcpus: u32) -> Result<()> {
        match &self.vcpu {
            Some(vcpu) if max_vcpus == 0 => {
                let info = "CPU IDs in <numa> exceed the <vcpu> count";
                self.no(vcpu.tag, ErrorCode::InternalError, info)
            }
            _ => Ok(()),
        }
    }

    /// The actions on poweroff, reboot and crash. The one on lock failure is checked with them.
    pub(super) fn check_actions(&self) -> Result<[LifecycleAction; 3]> {
        let reboot = self.check_action(self.on_reboot.as_ref(), "reboot")?;
        let poweroff = self.check_action(self.on_poweroff.as_ref(), "poweroff")?;
        let crash = self.check_action(self.on_crash.as_ref(), "crash")?;
        if let Some(action) = self.on_lockfailure.as_ref().filter(|action| !action.text.is_empty())
            && rule::known(rule::LOCK_FAILURE_ACTIONS, &action.text).is_none()
        {
            let info = format!("unknown on_lockfailure action: {}", excerpt(&action.text));
            return self.no(action.tag, ErrorCode::ConfigUnsupported, &info);
        }
        Ok([
            poweroff.unwrap_or(LifecycleAction::Destroy),
            reboot.unwrap_or(LifecycleAction::Restart),
            crash.unwrap_or(LifecycleAction::Destroy),
        ])
    }

    /// Whether the guest can be suspended to memory, and to disk; it can if nothing is said.
    pub(super) fn check_pm(&self) -> Result<[bool; 2]> {
        Ok([self.check_enabled(self.suspend_to_mem)?, self.check_enabled(self.suspend_to_disk)?])
    }

    /// What libvirt checks when all is read: the parts must fit together.
    pub(super) fn check_whole(&self, os_type: &str, memory: u64, name: &Content<'_>) -> Result<()> {
        let init = self.init.as_ref().filter(|init| !init.text.is_empty());
        if os_type == "exe" && init.is_none() {
            return self.no(self.root, ErrorCode::XmlError, "init binary must be specified");
        }
        if memory == 0 {
            let info = "Memory size must be specified via <memory> or in the <numa> configuration";
            return self.no(self.root, ErrorCode::XmlError, info);
        }
        match rule::name_flaw(&name.text, ErrorDomain::Domain) {
            Some(flaw) => Err(self.refuse(name.tag.at, flaw.code, flaw.domain, flaw.info)),
            None => Ok(()),
        }
    }

    fn check_size(&self, size: Option<&Content<'_>>, path: &str) -> Result<u64> {
        match size.filter(|size| !size.text.is_empty()) {
            Some(size) => self.check_amount(size.tag, &size.text, path),
            None => Ok(0),
        }
    }

    /// An amount of memory whose unit is an attribute of `tag`.
    fn check_amount(&self, tag: Tag<'_>, amount: &str, path: &str) -> Result<u64> {
        let Some(value) = rule::number(amount) else {
            let amount = excerpt(amount);
            let info = format!("Invalid value '{amount}' for element or attribute '{path}'");
            return Err(self.refuse(tag.at, ErrorCode::XmlError, ErrorDomain::Xml, info));
        };
        let unit = tag.attribute("unit").map(|unit| unit.value()).unwrap_or_default();
        let Some(unit_bytes) = rule::unit_bytes(&unit) else {
            let info = format!("unknown suffix '{}'", excerpt(&unit));
            return Err(self.refuse(tag.at, ErrorCode::InvalidArg, ErrorDomain::None, info));
        };
        match value.checked_mul(unit_bytes) {
            Some(bytes) if i64::try_from(bytes).is_ok() => Ok(bytes.div_ceil(1024)),
            _ => {
                let info = format!("value too large: {value}{unit}");
                Err(self.refuse(tag.at, ErrorCode::Overflow, ErrorDomain::None, info))
            }
        }
    }

    fn check_enabled(&self, tag: Option<Tag<'_>>) -> Result<bool> {
        let Some((tag, enabled)) = tag.and_then(|tag| Some((tag, tag.attribute("enabled")?)))
        else {
            return Ok(true);
        };
        match &*enabled.value() {
            "yes" => Ok(true),
            "no" => Ok(false),
            other => {
                let info = format!(
                    "Invalid value for attribute 'enabled' in element '{}': '{}'.",
                    tag.name,
                    excerpt(other)
                );
                Err(self.refuse(enabled.at, ErrorCode::XmlError, ErrorDomain::Xml, info))
            }
        }
    }

    fn check_action(
        &self,
        action: Option<&Content<'_>>,
        event: &str,
    ) -> Result<Option<LifecycleAction>> {
        let Some(written) = action.filter(|action| !action.text.is_empty()) else {
            return Ok(None);
        };
        let info = match LifecycleAction::from_name(&written.text) {
            None => format!("unknown on_{event} action: {}", excerpt(&written.text)),
            Some(
                action @ (LifecycleAction::CoredumpDestroy | LifecycleAction::CoredumpRestart),
            ) if event != "crash" => {
                format!("Lifecycle event '{event}' doesn't support '{action}' action")
            }
            known => return Ok(known),
        };
        self.no(written.tag, ErrorCode::ConfigUnsupported, &info)
    }

    /// A refusal in libvirt's usual domain.
    fn no<T>(&self, tag: Tag<'_>, code: ErrorCode, info: &str) -> Result<T> {
        Err(self.refuse(tag.at, code, ErrorDomain::Domain, info))
    }
}
