#![forbid(unsafe_code)]
//! libvirt's rules for single values.

use crate::error::{Error, ErrorCode, ErrorDomain};
use crate::xml::{excerpt, is_space};

/// What `<domain type='…'>` may say.
pub(super) const DOMAIN_TYPES: &[&str] = &[
    "qemu",
    "kqemu",
    "kvm",
    "xen",
    "lxc",
    "uml",
    "openvz",
    "test",
    "vmware",
    "hyperv",
    "vbox",
    "phyp",
    "parallels",
    "bhyve",
    "vz",
    "hvf",
];

/// What `<os><type>` may say.
pub(super) const OS_TYPES: &[&str] = &["hvm", "xen", "linux", "exe", "uml", "xenpvh"];

/// What `<on_lockfailure>` may say.
pub(super) const LOCK_FAILURE_ACTIONS: &[&str] = &["poweroff", "restart", "pause", "ignore"];

/// The longest name, in bytes.
const MAX_NAME: usize = 1024;

/// The entry of `table` that equals `value`.
pub(super) fn known(table: &[&'static str], value: &str) -> Option<&'static str> {
    table.iter().copied().find(|known| *known == value)
}

/// Why a domain cannot have a name.
pub(super) struct NameFlaw {
    pub(super) code: ErrorCode,
    pub(super) domain: ErrorDomain,
    pub(super) info: String,
}

impl From<NameFlaw> for Error {
    fn from(flaw: NameFlaw) -> Self {
        Self::new(flaw.code, flaw.domain, flaw.info)
    }
}

/// Why a domain cannot have this name, if it cannot; `by` is who says so.
pub(super) fn name_flaw(name: &str, by: ErrorDomain) -> Option<NameFlaw> {
    let flaw = |code, domain, info| Some(NameFlaw { code, domain, info });
    if name.is_empty() {
        flaw(ErrorCode::NoName, by, String::new())
    } else if name.len() > MAX_NAME {
        let info = format!("name {} is longer than {MAX_NAME} bytes", excerpt(name));
        flaw(ErrorCode::XmlError, by, info)
    } else if name.contains('/') {
        flaw(ErrorCode::XmlError, by, format!("name {name} cannot contain '/'"))
    } else {
        // Not in XML at all: the two noncharacters and most control characters.
        let is_bad = |&c: &char| c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}');
        let bad = name.chars().find(is_bad)?;
        let info = format!("invalid char in name: {}", bad.escape_default());
        flaw(ErrorCode::XmlDetail, ErrorDomain::Xml, info)
    }
}

/// A number as C's `strtoull` reads it from a whole string, but never a negative one.
pub(super) fn number(text: &str) -> Option<u64> {
    text.trim_start_matches(is_c_space).parse().ok()
}

/// The same for counts, which C shows as `int`.
pub(super) fn count(text: &str) -> Option<u32> {
    number(text).and_then(|count| i32::try_from(count).ok()).map(i32::unsigned_abs)
}

/// The bytes in a unit of memory; without one it is KiB.
pub(super) fn unit_bytes(unit: &str) -> Option<u64> {
    let unit = unit.to_ascii_lowercase();
    let (prefix, base) = match unit.as_str() {
        "" => return Some(1024),
        "b" | "byte" | "bytes" => return Some(1),
        unit => match unit.strip_suffix("ib") {
            Some(prefix) => (prefix, 1024_u64),
            None => unit.strip_suffix('b').map_or((unit, 1024), |prefix| (prefix, 1000)),
        },
    };
    let power = ["k", "m", "g", "t", "p", "e"].iter().zip(1..).find(|(known, _)| **known == prefix);
    power.map(|(_, power)| base.pow(power))
}

fn is_c_space(c: char) -> bool {
    is_space(c) || matches!(c, '\x0b' | '\x0c')
}
