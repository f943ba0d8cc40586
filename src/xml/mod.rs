#![forbid(unsafe_code)]
//! A strict XML reader: what it lets through is well formed, small and harmless.
//!
//! quick-xml cuts the document into pieces; this module checks what quick-xml does not: one root
//! element and no text beside it, names, attributes (syntax, uniqueness, no `<`), characters,
//! references, comments, processing instructions and the XML declaration. Limits: 4 MiB, 128
//! levels. Document types are refused, so there are no entities but the five predefined ones, and
//! nothing ever expands or is fetched. Prefixes need not be declared, as in libxml2.
//!
//! Every piece knows its offset, so that an edit leaves the rest of the document as it came.

mod lexical;
mod namespace;
mod node;
#[cfg(test)]
mod tests;

use std::ops::Range;

use quick_xml::events::Event;
use smallvec::SmallVec;

pub(crate) use self::lexical::{escape, escape_quoted, excerpt, is_name, is_space};
use self::lexical::{forbidden_character, is_space_byte, resolve, split_before};
pub(crate) use self::namespace::{Namespaces, declared_prefix, prefix, prefixes};
pub(crate) use self::node::{Attribute, Content, Node, Tag};
use self::node::{Attributes, Text};
use crate::error::{Error, ErrorCode, ErrorDomain, Result};

/// The longest document, in bytes.
pub(crate) const MAX_DOCUMENT: usize = 4 << 20;
/// The deepest nesting; the root is at depth 1.
const MAX_DEPTH: u32 = 128;

/// Reads a document from front to back.
pub(crate) struct Reader<'a> {
    document: &'a str,
    source: &'a str,
    by: ErrorDomain,
    inner: quick_xml::Reader<&'a [u8]>,
    depth: u32,
    has_root: bool,
    /// The last tag was an empty-element tag; its close is still to be told.
    is_empty: bool,
}

impl<'a> Reader<'a> {
    /// A reader of `document`. `source` names it in refusals, which come from `by`.
    ///
    /// A byte order mark is no part of the document.
    pub(crate) fn new(document: &'a str, source: &'a str, by: ErrorDomain) -> Result<Self> {
        let document = document.strip_prefix('\u{feff}').unwrap_or(document);
        let inner = quick_xml::Reader::from_str(document);
        let reader =
            Self { document, source, by, inner, depth: 0, has_root: false, is_empty: false };
        if document.len() > MAX_DOCUMENT {
            return Err(reader.flaw(MAX_DOCUMENT, "document is longer than 4 MiB"));
        }
        if let Some(at) = forbidden_character(document) {
            return Err(reader.flaw(at, "character is not allowed in XML"));
        }
        if document.starts_with('\u{feff}') {
            return Err(reader.flaw(0, "text outside the root element"));
        }
        Ok(reader)
    }

    /// The document that offsets refer to.
    pub(crate) fn document(&self) -> &'a str {
        self.document
    }

    /// The next piece; `None` at the end of a document that was well formed throughout.
    pub(crate) fn read(&mut self) -> Result<Option<Node<'a>>> {
        if std::mem::take(&mut self.is_empty) {
            self.depth = self.depth.saturating_sub(1);
            let here = self.offset();
            return Ok(Some(Node::Close(here..here)));
        }
        loop {
            let at = self.offset();
            let event = match self.inner.read_event() {
                Ok(event) => event,
                Err(error) => {
                    let at = usize::try_from(self.inner.error_position()).unwrap_or(at);
                    return Err(self.flaw(at, excerpt(&error.to_string())));
                }
            };
            let span = at..self.offset();
            let raw = self.document.get(span.clone()).unwrap_or_default();
            match event {
                Event::Start(_) => return self.open(raw, span, false).map(Some),
                Event::Empty(_) => return self.open(raw, span, true).map(Some),
                Event::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    return Ok(Some(Node::Close(span)));
                }
                Event::Text(_) if self.depth == 0 => self.check_outside(raw, at)?,
                Event::Text(_) => return self.text(raw, span).map(Some),
                Event::CData(_) | Event::GeneralRef(_) if self.depth == 0 => {
                    return Err(self.flaw(at, "text outside the root element"));
                }
                Event::CData(_) => {
                    let inner = raw.get(9..raw.len().saturating_sub(3)).unwrap_or_default();
                    return Ok(Some(Node::Text(Text { raw: inner, at: at + 9, span })));
                }
                Event::GeneralRef(_) => {
                    self.check_references(raw, at)?;
                    return Ok(Some(Node::Text(Text { raw, at, span })));
                }
                Event::Comment(_) => self.check_comment(raw, at)?,
                Event::PI(_) => self.check_instruction(raw, at)?,
                Event::Decl(_) => self.check_declaration(raw, at)?,
                Event::DocType(_) => {
                    return Err(self.flaw(at, "document type declarations are not allowed"));
                }
                Event::Eof if self.depth > 0 => {
                    return Err(self.flaw(at, "document ends inside an element"));
                }
                Event::Eof if !self.has_root => {
                    return Err(self.flaw(at, "document has no root element"));
                }
                Event::Eof => return Ok(None),
            }
        }
    }

    /// Reads to the end of the root element's start tag.
    ///
    /// A root that is not `name`, prefix included, is `XML_ERROR`, once the whole document has
    /// turned out to be well formed.
    pub(crate) fn root(&mut self, name: &str) -> Result<Tag<'a>> {
        loop {
            match self.read()? {
                Some(Node::Open(root)) if root.name == name => return Ok(root),
                Some(Node::Open(root)) => {
                    self.finish()?;
                    let found = excerpt(root.name);
                    let info = format!("expecting root element of '{name}', not '{found}'");
                    let error = self.refuse(root.at, ErrorCode::XmlError, ErrorDomain::Xml, info);
                    return Err(error);
                }
                Some(_) => {}
                None => return Err(self.flaw(self.offset(), "document has no root element")),
            }
        }
    }

    /// The next element in the one that is open; `None` when that one ends.
    pub(crate) fn child(&mut self) -> Result<Option<Tag<'a>>> {
        loop {
            match self.read()? {
                Some(Node::Open(tag)) => return Ok(Some(tag)),
                Some(Node::Text(_)) => {}
                Some(Node::Close(_)) | None => return Ok(None),
            }
        }
    }

    /// The text in the element that `tag` has opened, as libvirt's `string(.)` sees it, and its end.
    pub(crate) fn content(&mut self, tag: Tag<'a>) -> Result<Content<'a>> {
        let outside = self.depth.saturating_sub(1);
        let mut content = Content::new(tag);
        while let Some(node) = self.read()? {
            match node {
                Node::Text(text) => content.push(&text),
                Node::Close(span) if self.depth == outside => {
                    content.end = span.end;
                    break;
                }
                Node::Open(_) | Node::Close(_) => {}
            }
        }
        Ok(content)
    }

    /// Reads past the end of the element that was opened last. Returns the offset behind it.
    pub(crate) fn skip(&mut self) -> Result<usize> {
        let outside = self.depth.saturating_sub(1);
        while let Some(node) = self.read()? {
            if let Node::Close(span) = node
                && self.depth == outside
            {
                return Ok(span.end);
            }
        }
        Ok(self.offset())
    }

    /// Reads to the end of the document.
    pub(crate) fn finish(&mut self) -> Result<()> {
        while self.read()?.is_some() {}
        Ok(())
    }

    /// A refusal of what stands at `at`, in a document that is well formed.
    pub(crate) fn refuse(
        &self,
        at: usize,
        code: ErrorCode,
        domain: ErrorDomain,
        info: impl AsRef<str>,
    ) -> Error {
        let (line, column) = self.position(at);
        let message = Error::new(code, domain, info).message().to_owned();
        Error::plain(code, domain, format!("{message} (at {line}:{column})"))
    }

    /// The line and the column of an offset, both from 1; columns count characters.
    pub(crate) fn position(&self, at: usize) -> (usize, usize) {
        let before = self.document.get(..at).unwrap_or(self.document);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        (line, column)
    }

    /// The document is not well formed.
    fn flaw(&self, at: usize, why: impl AsRef<str>) -> Error {
        let (line, column) = self.position(at);
        let (source, why) = (self.source, why.as_ref());
        Error::new(ErrorCode::XmlDetail, self.by, format!("{source}:{line}:{column}: {why}"))
    }

    fn offset(&self) -> usize {
        usize::try_from(self.inner.buffer_position()).unwrap_or(usize::MAX)
    }

    fn open(&mut self, raw: &'a str, span: Range<usize>, is_empty: bool) -> Result<Node<'a>> {
        if self.depth == 0 && self.has_root {
            return Err(self.flaw(span.start, "more than one root element"));
        }
        if self.depth == MAX_DEPTH {
            return Err(self.flaw(span.start, "elements are nested deeper than 128"));
        }
        let closing = if is_empty { "/>" } else { ">" };
        let inner = raw.strip_prefix('<').and_then(|raw| raw.strip_suffix(closing));
        let inner = inner.unwrap_or_default();
        let (name, attributes) = split_before(inner, is_space_byte);
        if !is_name(name) {
            return Err(self.flaw(span.start, "invalid element name"));
        }
        let tag = Tag { name, attributes, at: span.start, end: span.end, is_empty };
        self.check_attributes(&tag)?;
        self.has_root = true;
        self.depth += 1;
        self.is_empty = is_empty;
        Ok(Node::Open(tag))
    }

    fn text(&self, raw: &'a str, span: Range<usize>) -> Result<Node<'a>> {
        // A search for one byte is much faster, and there is hardly ever one.
        match raw.find(']').and_then(|_| raw.find("]]>")) {
            Some(found) => Err(self.flaw(span.start + found, "']]>' is not allowed in text")),
            None => Ok(Node::Text(Text { raw, at: span.start, span })),
        }
    }

    fn check_outside(&self, raw: &str, at: usize) -> Result<()> {
        match raw.find(|c| !is_space(c)) {
            Some(found) => Err(self.flaw(at + found, "text outside the root element")),
            None => Ok(()),
        }
    }

    fn check_attributes(&self, tag: &Tag<'_>) -> Result<()> {
        let mut names: SmallVec<[&str; 8]> = SmallVec::new();
        for attribute in tag.scan() {
            let attribute = attribute.map_err(|(at, why)| self.flaw(at, why))?;
            if attribute.value.bytes().any(|byte| matches!(byte, b'<' | b'&')) {
                self.check_value(attribute)?;
            }
            names.push(attribute.name);
        }
        names.sort_unstable();
        match names.windows(2).find_map(|pair| match pair {
            [a, b] if a == b => Some(*a),
            _ => None,
        }) {
            Some(name) => {
                let why = format!("attribute '{}' is given twice", excerpt(name));
                Err(self.flaw(tag.at, why))
            }
            None => Ok(()),
        }
    }

    fn check_value(&self, attribute: Attribute<'_>) -> Result<()> {
        match attribute.value.find('<') {
            Some(found) => {
                let at = attribute.value_at + found;
                Err(self.flaw(at, "'<' is not allowed in an attribute"))
            }
            None => self.check_references(attribute.value, attribute.value_at),
        }
    }

    /// Every `&` begins one of the references that there are.
    fn check_references(&self, raw: &str, at: usize) -> Result<()> {
        let mut from = 0;
        while let Some((_, rest)) = raw.get(from..).and_then(|raw| raw.split_once('&')) {
            let start = raw.len() - rest.len();
            let Some((reference, rest)) = rest.split_once(';') else {
                return Err(self.flaw(at + start - 1, "'&' does not begin a reference"));
            };
            if resolve(reference).is_none() {
                let why = format!("unknown reference '&{};'", excerpt(reference));
                return Err(self.flaw(at + start - 1, why));
            }
            from = raw.len() - rest.len();
        }
        Ok(())
    }

    fn check_comment(&self, raw: &str, at: usize) -> Result<()> {
        let inner = raw.get(4..raw.len().saturating_sub(3)).unwrap_or_default();
        if inner.contains("--") || inner.ends_with('-') {
            return Err(self.flaw(at, "'--' is not allowed in a comment"));
        }
        Ok(())
    }

    fn check_instruction(&self, raw: &str, at: usize) -> Result<()> {
        let inner = raw.get(2..raw.len().saturating_sub(2)).unwrap_or_default();
        let target = inner.split(is_space).next().unwrap_or_default();
        if !is_name(target) || target.eq_ignore_ascii_case("xml") {
            return Err(self.flaw(at, "invalid target of a processing instruction"));
        }
        Ok(())
    }

    /// `version`, then perhaps `encoding`, then perhaps `standalone`, at the very start.
    fn check_declaration(&self, raw: &str, at: usize) -> Result<()> {
        if at != 0 {
            return Err(self.flaw(at, "XML declaration is not at the start"));
        }
        let body = raw.strip_prefix("<?xml").and_then(|raw| raw.strip_suffix("?>"));
        let mut attributes = Attributes::new(body.unwrap_or_default(), 5);
        let mut next = || attributes.next().transpose().map_err(|(at, why)| self.flaw(at, why));
        let is_version = |version: &str| {
            let minor = version.strip_prefix("1.").unwrap_or_default();
            !minor.is_empty() && minor.bytes().all(|b| b.is_ascii_digit())
        };
        if !next()?.is_some_and(|first| first.name == "version" && is_version(first.value)) {
            return Err(self.flaw(at, "XML declaration does not begin with version='1.0'"));
        }
        let mut rest = next()?;
        if let Some(encoding) = &rest
            && encoding.name == "encoding"
        {
            if !["UTF-8", "UTF8"].iter().any(|name| encoding.value.eq_ignore_ascii_case(name)) {
                return Err(self.flaw(encoding.value_at, "encoding is not UTF-8"));
            }
            rest = next()?;
        }
        if let Some(standalone) = &rest
            && standalone.name == "standalone"
            && ["yes", "no"].contains(&standalone.value)
        {
            rest = next()?;
        }
        match rest {
            Some(extra) => Err(self.flaw(extra.at, "unexpected part of the XML declaration")),
            None => Ok(()),
        }
    }
}
