#![forbid(unsafe_code)]
//! What a document says of a domain, before anything is judged.

use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::xml::{Content, Reader, Tag};

/// The parts of a `<domain>` that matter; of each the first wins, as in libvirt.
///
/// Elements in a namespace are no parts of a domain, whatever their names.
pub(super) struct Draft<'a> {
    reader: Reader<'a>,
    pub(super) root: Tag<'a>,
    pub(super) name: Option<Content<'a>>,
    pub(super) uuid: Option<Content<'a>>,
    pub(super) title: Option<Content<'a>>,
    pub(super) description: Option<Content<'a>>,
    pub(super) memory: Option<Content<'a>>,
    pub(super) current_memory: Option<Content<'a>>,
    pub(super) vcpu: Option<Content<'a>>,
    pub(super) on_reboot: Option<Content<'a>>,
    pub(super) on_poweroff: Option<Content<'a>>,
    pub(super) on_crash: Option<Content<'a>>,
    pub(super) on_lockfailure: Option<Content<'a>>,
    pub(super) bootloader: Option<Content<'a>>,
    pub(super) os_type: Option<Content<'a>>,
    pub(super) init: Option<Content<'a>>,
    /// `cpu/numa/cell`
    pub(super) cells: Vec<Tag<'a>>,
    /// `pm/suspend-to-mem`
    pub(super) suspend_to_mem: Option<Tag<'a>>,
    /// `pm/suspend-to-disk`
    pub(super) suspend_to_disk: Option<Tag<'a>>,
}

impl<'a> Draft<'a> {
    /// Reads the whole document, which is well formed when this returns.
    pub(super) fn read(document: &'a str) -> Result<Self> {
        let mut reader = Reader::new(document, "(domain_definition)", ErrorDomain::Domain)?;
        let root = reader.root("domain")?;
        let mut draft = Self::new(reader, root);
        // In a namespace, no child counts.
        let is_foreign = draft.root.plain_name().is_none();
        while let Some(tag) = draft.reader.child()? {
            let field = match tag.plain_name().filter(|_| !is_foreign) {
                Some("name") => &mut draft.name,
                Some("uuid") => &mut draft.uuid,
                Some("title") => &mut draft.title,
                Some("description") => &mut draft.description,
                Some("memory") => &mut draft.memory,
                Some("currentMemory") => &mut draft.current_memory,
                Some("vcpu") => &mut draft.vcpu,
                Some("on_reboot") => &mut draft.on_reboot,
                Some("on_poweroff") => &mut draft.on_poweroff,
                Some("on_crash") => &mut draft.on_crash,
                Some("on_lockfailure") => &mut draft.on_lockfailure,
                Some("bootloader") => &mut draft.bootloader,
                Some("os") => {
                    draft.read_os()?;
                    continue;
                }
                Some("cpu") => {
                    draft.read_cpu()?;
                    continue;
                }
                Some("pm") => {
                    draft.read_pm()?;
                    continue;
                }
                _ => {
                    draft.reader.skip()?;
                    continue;
                }
            };
            fill(field, &mut draft.reader, tag)?;
        }
        draft.reader.finish()?;
        Ok(draft)
    }

    /// The document that offsets refer to.
    pub(super) fn document(&self) -> &'a str {
        self.reader.document()
    }

    /// A refusal of what stands at `at`.
    pub(super) fn refuse(
        &self,
        at: usize,
        code: ErrorCode,
        domain: ErrorDomain,
        info: impl AsRef<str>,
    ) -> Error {
        self.reader.refuse(at, code, domain, info)
    }

    fn new(reader: Reader<'a>, root: Tag<'a>) -> Self {
        Self {
            reader,
            root,
            name: None,
            uuid: None,
            title: None,
            description: None,
            memory: None,
            current_memory: None,
            vcpu: None,
            on_reboot: None,
            on_poweroff: None,
            on_crash: None,
            on_lockfailure: None,
            bootloader: None,
            os_type: None,
            init: None,
            cells: Vec::new(),
            suspend_to_mem: None,
            suspend_to_disk: None,
        }
    }

    fn read_os(&mut self) -> Result<()> {
        while let Some(tag) = self.reader.child()? {
            match tag.plain_name() {
                Some("type") => fill(&mut self.os_type, &mut self.reader, tag)?,
                Some("init") => fill(&mut self.init, &mut self.reader, tag)?,
                _ => {
                    self.reader.skip()?;
                }
            }
        }
        Ok(())
    }

    fn read_cpu(&mut self) -> Result<()> {
        while let Some(tag) = self.reader.child()? {
            if tag.plain_name() != Some("numa") {
                self.reader.skip()?;
                continue;
            }
            while let Some(cell) = self.reader.child()? {
                if cell.plain_name() == Some("cell") {
                    self.cells.push(cell);
                }
                self.reader.skip()?;
            }
        }
        Ok(())
    }

    fn read_pm(&mut self) -> Result<()> {
        while let Some(tag) = self.reader.child()? {
            match tag.plain_name() {
                Some("suspend-to-mem") => drop(self.suspend_to_mem.get_or_insert(tag)),
                Some("suspend-to-disk") => drop(self.suspend_to_disk.get_or_insert(tag)),
                _ => {}
            }
            self.reader.skip()?;
        }
        Ok(())
    }
}

/// The first one wins; the others are read over.
fn fill<'a>(field: &mut Option<Content<'a>>, reader: &mut Reader<'a>, tag: Tag<'a>) -> Result<()> {
    if field.is_some() {
        reader.skip()?;
    } else {
        *field = Some(reader.content(tag)?);
    }
    Ok(())
}
