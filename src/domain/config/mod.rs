#![forbid(unsafe_code)]
//! How a domain is configured: its XML document.

mod check;
mod draft;
mod edit;
mod metadata;
mod rule;
#[cfg(test)]
mod tests;

use std::fmt;

use uuid::Uuid;

use self::draft::Draft;
use self::edit::Edits;
pub use self::metadata::Metadata;
use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::numbered::numbered;
use crate::xml::{Content, MAX_DOCUMENT, escape};

numbered! {
    /// What happens when a guest powers off, reboots or crashes: `virDomainLifecycleAction`.
    pub enum LifecycleAction {
        /// The domain stops.
        Destroy = 0 "destroy",
        /// It starts again.
        Restart = 1 "restart",
        /// It starts again under a new name.
        RestartRename = 2 "rename-restart",
        /// It stays as it is, for analysis.
        Preserve = 3 "preserve",
        /// It is dumped, then stops. Only after a crash.
        CoredumpDestroy = 4 "coredump-destroy",
        /// It is dumped, then starts again. Only after a crash.
        CoredumpRestart = 5 "coredump-restart",
    }
}

/// The configuration of a domain: a `<domain>` document that libvirt's rules accept.
///
/// The document is kept as it came, byte for byte, but for three edits: a missing or empty
/// `<uuid>` is filled in, a UUID in another spelling becomes the canonical one, the `id` attribute
/// of the root is dropped. (A byte order mark is no part of a document.) Parsing
/// [`document`](Self::document) gives an equal configuration.
#[derive(Clone, PartialEq, Eq)]
pub struct Config {
    /// The document; behind it the texts that it does not hold as they are.
    text: Box<str>,
    document_len: u32,
    /// Where the live form has its `id` attribute.
    id_at: u32,
    name: Span,
    title: Span,
    description: Span,
    uuid: Uuid,
    domain_type: &'static str,
    os_type: &'static str,
    memory_kib: u64,
    current_memory_kib: u64,
    max_vcpus: u32,
    vcpus: u32,
    on_poweroff: LifecycleAction,
    on_reboot: LifecycleAction,
    on_crash: LifecycleAction,
    suspend_to_mem: bool,
    suspend_to_disk: bool,
}

/// A part of a configuration's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Span {
    start: u32,
    end: u32,
}

impl Config {
    /// Reads a domain document by the rules of `virDomainDefineXML`.
    ///
    /// Refused, in this order, with libvirt's codes and a message that says where:
    /// - not well formed, a document type, deeper than 128, longer than 4 MiB: `XML_DETAIL`;
    /// - a root other than `domain`: `XML_ERROR`; no `<name>`: `NO_NAME`; a malformed `<uuid>`:
    ///   `INTERNAL_ERROR`;
    /// - no `type`: `INTERNAL_ERROR`, an unknown one: `CONFIG_UNSUPPORTED`; no `<os><type>`:
    ///   `XML_ERROR`, an unknown one: `CONFIG_UNSUPPORTED`; a title of several lines: `XML_ERROR`;
    /// - amounts of memory that are no numbers: `XML_ERROR`, of an unknown unit: `INVALID_ARG`, of
    ///   8 EiB and more: OVERFLOW; counts of vCPUs that are no numbers: `XML_ERROR`, less than the
    ///   current one: `CONFIG_UNSUPPORTED`, 0: `INTERNAL_ERROR`; unknown lifecycle actions:
    ///   `CONFIG_UNSUPPORTED`; in `<pm>` neither yes nor no: `XML_ERROR`;
    /// - `exe` without `<init>`, no memory: `XML_ERROR`; a name that
    ///   [`check_name`](Self::check_name) refuses.
    ///
    /// Other elements are kept and mean nothing; so do elements in a namespace.
    pub fn parse(document: &str) -> Result<Self> {
        Self::parse_or(document, Uuid::new_v4)
    }

    /// The same of the domain with that UUID, which need not be written.
    ///
    /// # Errors
    /// INVALID_ARG: another one is.
    pub(crate) fn parse_of(uuid: Uuid, document: &str) -> Result<Self> {
        let config = Self::parse_or(document, || uuid)?;
        if config.uuid != uuid {
            let info = format!("xml is of the domain with uuid '{}', not '{uuid}'", config.uuid);
            return Err(Error::invalid_arg(info));
        }
        Ok(config)
    }

    /// A configuration that says nothing but who the domain is.
    ///
    /// # Errors
    /// Those of [`check_name`](Self::check_name).
    pub(crate) fn bare(uuid: Uuid, name: &str) -> Result<Self> {
        Self::check_name(name, ErrorDomain::Domain)?;
        Self::parse(&Self::bare_document(uuid, name))
    }

    /// Whether it says nothing but who the domain is.
    pub(crate) fn is_bare(&self) -> bool {
        self.document() == Self::bare_document(self.uuid, self.name())
    }

    fn bare_document(uuid: Uuid, name: &str) -> String {
        format!(
            "<domain type='test'><name>{}</name><uuid>{uuid}</uuid><memory>1</memory>\
             <os><type>hvm</type></os></domain>",
            escape(name)
        )
    }

    fn parse_or(document: &str, unwritten_uuid: impl FnOnce() -> Uuid) -> Result<Self> {
        let draft = Draft::read(document)?;
        let name = draft.check_name()?;
        let written_uuid = draft.check_uuid()?;
        let (domain_type, type_attribute) = draft.check_type()?;
        let os_type = draft.check_os_type()?;
        draft.check_title()?;
        let (memory, current_memory) = draft.check_memory()?;
        let (max_vcpus, vcpus) = draft.check_vcpus()?;
        let numa_memory = draft.check_numa_memory()?;
        draft.check_any_vcpu(max_vcpus)?;
        let [on_poweroff, on_reboot, on_crash] = draft.check_actions()?;
        let [suspend_to_mem, suspend_to_disk] = draft.check_pm()?;
        let memory_kib = if memory == 0 { numa_memory } else { memory };
        draft.check_whole(os_type, memory_kib, name)?;

        let uuid = written_uuid.unwrap_or_else(unwritten_uuid);
        let edits = edits(&draft, name, uuid);
        let mut text = edits.apply(draft.document());
        if text.len() > MAX_DOCUMENT {
            let info = "document is longer than 4 MiB with its UUID";
            return Err(draft.refuse(0, ErrorCode::XmlDetail, ErrorDomain::Domain, info));
        }
        let document_len = offset(text.len());
        let id_at = offset(edits.moved(type_attribute.end));
        let name = place(&mut text, &edits, Some(name));
        let title = place(&mut text, &edits, draft.title.as_ref());
        let description = place(&mut text, &edits, draft.description.as_ref());
        Ok(Self {
            text: text.into(),
            document_len,
            id_at,
            name,
            title,
            description,
            uuid,
            domain_type,
            os_type,
            memory_kib,
            current_memory_kib: match current_memory {
                current @ 1.. if current < memory_kib => current,
                _ => memory_kib,
            },
            max_vcpus,
            vcpus,
            on_poweroff,
            on_reboot,
            on_crash,
            suspend_to_mem,
            suspend_to_disk,
        })
    }

    /// Whether a domain may have this name: 1 to 1024 bytes without `/` and control characters.
    ///
    /// `by` is the part of the library that refuses. Errors: empty `NO_NAME`, `/` or too long
    /// `XML_ERROR`, a control character `XML_DETAIL`. libvirt lets control characters through when
    /// it creates and all but the newline when it defines; here no name has any.
    pub fn check_name(name: &str, by: ErrorDomain) -> Result<()> {
        rule::name_flaw(name, by).map_or(Ok(()), |flaw| Err(flaw.into()))
    }

    /// The same configuration under another name: the text of `<name>` changes, nothing else.
    ///
    /// Errors: those of [`check_name`](Self::check_name).
    pub fn renamed(&self, name: &str) -> Result<Self> {
        Self::check_name(name, ErrorDomain::Domain)?;
        let draft = Draft::read(self.document())?;
        let mut edits = Edits::default();
        edits.set_text(draft.check_name()?, escape(name));
        Self::parse(&edits.apply(self.document()))
    }

    /// The same configuration with other metadata; without a value, or with an empty text, with
    /// none. Of an element the names that are in no namespace get the prefix of its key; nothing
    /// else changes.
    ///
    /// Errors: a title of several lines: `INVALID_ARG`; an element that is not well formed:
    /// `XML_DETAIL`, in another namespace or with prefixes that are not declared: `XML_ERROR`; a
    /// key that is no prefix, or that the element declares as another: `INTERNAL_ERROR`; those of
    /// [`parse`](Self::parse), so that the document becomes neither too long nor too deep.
    pub fn with_metadata(&self, which: Metadata<'_>, value: Option<&str>) -> Result<Self> {
        if which == Metadata::Title && value.is_some_and(|title| title.contains('\n')) {
            return Err(Error::invalid_arg("metadata title can't contain newlines"));
        }
        Self::parse(&metadata::edited(self.document(), which, value)?)
    }

    /// Metadata, if there is such: an element as it was given, without the prefix of its key.
    ///
    /// Errors: none, a configuration is well formed.
    pub fn metadata(&self, which: Metadata<'_>) -> Result<Option<String>> {
        match which {
            Metadata::Description => Ok(self.description().map(str::to_owned)),
            Metadata::Title => Ok(self.title().map(str::to_owned)),
            Metadata::Element { uri, .. } => metadata::element(self.document(), uri),
        }
    }

    /// The name.
    pub fn name(&self) -> &str {
        self.part(self.name)
    }

    /// The UUID: the written one, or the random one that this configuration was given.
    pub fn uuid(&self) -> Uuid {
        self.uuid
    }

    /// The type of the domain: the hypervisor it is meant for.
    pub fn domain_type(&self) -> &'static str {
        self.domain_type
    }

    /// The type of the guest, `hvm` for a full virtual machine.
    pub fn os_type(&self) -> &'static str {
        self.os_type
    }

    /// The title, one line; `None` if there is none or an empty one.
    pub fn title(&self) -> Option<&str> {
        Some(self.part(self.title)).filter(|title| !title.is_empty())
    }

    /// The description; `None` if there is none or an empty one.
    pub fn description(&self) -> Option<&str> {
        Some(self.part(self.description)).filter(|description| !description.is_empty())
    }

    /// The memory of the guest in KiB, rounded up; more than 0.
    pub fn memory_kib(&self) -> u64 {
        self.memory_kib
    }

    /// The memory that the guest begins with in KiB, at most [`memory_kib`](Self::memory_kib).
    pub fn current_memory_kib(&self) -> u64 {
        self.current_memory_kib
    }

    /// The greatest number of virtual CPUs: 1 to `i32::MAX`.
    pub fn max_vcpus(&self) -> u32 {
        self.max_vcpus
    }

    /// The number of virtual CPUs at the start, at most [`max_vcpus`](Self::max_vcpus).
    pub fn vcpus(&self) -> u32 {
        self.vcpus
    }

    /// What happens when the guest powers off; destroy by default.
    pub fn on_poweroff(&self) -> LifecycleAction {
        self.on_poweroff
    }

    /// What happens when the guest reboots; restart by default.
    pub fn on_reboot(&self) -> LifecycleAction {
        self.on_reboot
    }

    /// What happens when the guest crashes; destroy by default.
    pub fn on_crash(&self) -> LifecycleAction {
        self.on_crash
    }

    /// Whether the guest can be suspended to memory; it can by default.
    pub fn suspend_to_mem(&self) -> bool {
        self.suspend_to_mem
    }

    /// Whether the guest can be suspended to disk; it can by default.
    pub fn suspend_to_disk(&self) -> bool {
        self.suspend_to_disk
    }

    /// The document, as `VIR_DOMAIN_XML_INACTIVE` shows it: without an id.
    pub fn document(&self) -> &str {
        self.part(Span { start: 0, end: self.document_len })
    }

    /// The document of a running instance with that `id` attribute, or the inactive form.
    pub fn to_xml(&self, id: Option<i32>) -> String {
        match (id, self.document().split_at_checked(self.id_at as usize)) {
            (Some(id), Some((before, after))) => format!("{before} id='{id}'{after}"),
            _ => self.document().to_owned(),
        }
    }

    fn part(&self, span: Span) -> &str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Config").field(&self.document()).finish()
    }
}

/// What the stored document has other than the given one.
fn edits(draft: &Draft<'_>, name: &Content<'_>, uuid: Uuid) -> Edits {
    let mut edits = Edits::default();
    if let Some(id) = draft.root.attribute("id") {
        edits.replace(id.space_at..id.end, "");
    }
    let mut buffer = Uuid::encode_buffer();
    let uuid: &str = uuid.hyphenated().encode_lower(&mut buffer);
    match &draft.uuid {
        Some(written) if written.text == uuid => {}
        Some(written) => edits.set_text(written, uuid),
        None => edits.replace(name.end..name.end, format!("<uuid>{uuid}</uuid>")),
    }
    edits
}

/// Where an element's text is: in the edited document, or else appended to it.
fn place(text: &mut String, edits: &Edits, content: Option<&Content<'_>>) -> Span {
    let Some(content) = content else {
        return Span::default();
    };
    let start = if let Some(at) = content.written_at() {
        edits.moved(at)
    } else {
        text.push_str(&content.text);
        text.len() - content.text.len()
    };
    Span { start: offset(start), end: offset(start + content.text.len()) }
}

/// Documents are far shorter than `u32::MAX`.
fn offset(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}
