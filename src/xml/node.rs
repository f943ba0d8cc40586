#![forbid(unsafe_code)]
//! The pieces that a document is made of.

use std::borrow::Cow;
use std::ops::Range;

use smallvec::SmallVec;

use super::lexical::{append, append_lines, is_name, is_space_byte, split_before};

/// A piece of a document.
#[derive(Debug, Clone)]
pub(crate) enum Node<'a> {
    /// A start tag. An empty-element tag is one too; its [`Node::Close`] follows.
    Open(Tag<'a>),
    /// The end of the innermost open element: the offsets of its end tag.
    Close(Range<usize>),
    /// Text, a CDATA section or a reference, inside the root element.
    Text(Text<'a>),
}

/// A start tag or an empty-element tag.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tag<'a> {
    /// The name, with its prefix.
    pub(crate) name: &'a str,
    /// All that stands between the name and the closing `>` or `/>`.
    pub(super) attributes: &'a str,
    /// The offset of the `<`.
    pub(crate) at: usize,
    /// The offset behind the `>`.
    pub(crate) end: usize,
    /// Whether it is an empty-element tag.
    pub(crate) is_empty: bool,
}

impl<'a> Tag<'a> {
    /// Its attributes.
    pub(crate) fn attributes(&self) -> impl Iterator<Item = Attribute<'a>> {
        self.scan().map_while(Result::ok)
    }

    /// The attribute of this name, prefix included.
    pub(crate) fn attribute(&self, name: &str) -> Option<Attribute<'a>> {
        self.attributes().find(|attribute| attribute.name == name)
    }

    /// Its name unless it declares a default namespace; `None` for foreign elements.
    pub(crate) fn plain_name(&self) -> Option<&'a str> {
        let foreign = !self.attributes.is_empty()
            && self.attribute("xmlns").is_some_and(|namespace| !namespace.value.is_empty());
        (!foreign).then_some(self.name)
    }

    /// The offset behind the name.
    pub(crate) fn name_end(&self) -> usize {
        self.at + 1 + self.name.len()
    }

    /// Its attributes, not yet checked.
    pub(super) fn scan(&self) -> Attributes<'a> {
        Attributes::new(self.attributes, self.name_end())
    }
}

/// An attribute.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Attribute<'a> {
    /// The name, with its prefix.
    pub(crate) name: &'a str,
    /// The value as it is written.
    pub(super) value: &'a str,
    /// The offset of the white space in front of it.
    pub(crate) space_at: usize,
    /// The offset of the name.
    pub(crate) at: usize,
    /// The offset of the value, behind the quote.
    pub(super) value_at: usize,
    /// The offset behind the closing quote.
    pub(crate) end: usize,
}

impl<'a> Attribute<'a> {
    /// The value, with references resolved and white space normalized.
    pub(crate) fn value(&self) -> Cow<'a, str> {
        if !self.value.contains(['&', '\t', '\n', '\r']) {
            return Cow::Borrowed(self.value);
        }
        let spaced = self.value.replace("\r\n", " ").replace(['\t', '\n', '\r'], " ");
        let mut value = String::with_capacity(spaced.len());
        append(&spaced, &mut value);
        Cow::Owned(value)
    }
}

/// Takes attributes apart; an error is an offset and a reason.
pub(super) struct Attributes<'a> {
    raw: &'a str,
    /// How much of it is done.
    from: usize,
    /// The offset of `raw`.
    at: usize,
}

impl<'a> Attributes<'a> {
    /// The attributes in `raw`, which is at offset `at`.
    pub(super) fn new(raw: &'a str, at: usize) -> Self {
        Self { raw, from: 0, at }
    }

    fn attribute(&mut self) -> Result<Option<Attribute<'a>>, (usize, &'static str)> {
        let rest = self.raw.get(self.from..).unwrap_or_default();
        let offset = |rest: &str| self.at + self.raw.len() - rest.len();
        let (_, body) = split_before(rest, |byte| !is_space_byte(byte));
        if body.is_empty() {
            return Ok(None);
        }
        if body.len() == rest.len() {
            return Err((offset(body), "white space is missing before an attribute"));
        }
        let (name, after) = split_before(body, |byte| byte == b'=' || is_space_byte(byte));
        if !is_name(name) {
            return Err((offset(body), "invalid attribute name"));
        }
        let (_, after) = split_before(after, |byte| !is_space_byte(byte));
        let Some(after) = after.strip_prefix('=') else {
            return Err((offset(body), "attribute has no value"));
        };
        let (_, after) = split_before(after, |byte| !is_space_byte(byte));
        let quoted = match after.strip_prefix('\'') {
            Some(after) => after.split_once('\''),
            None => after.strip_prefix('"').and_then(|after| after.split_once('"')),
        };
        let Some((value, after)) = quoted else {
            return Err((offset(body), "value of an attribute is not quoted"));
        };
        let end = offset(after);
        let attribute = Attribute {
            name,
            value,
            space_at: offset(rest),
            at: offset(body),
            value_at: end - 1 - value.len(),
            end,
        };
        self.from = self.raw.len() - after.len();
        Ok(Some(attribute))
    }
}

impl<'a> Iterator for Attributes<'a> {
    type Item = Result<Attribute<'a>, (usize, &'static str)>;

    fn next(&mut self) -> Option<Self::Item> {
        self.attribute().transpose()
    }
}

/// A run of text, a CDATA section or a reference.
#[derive(Debug, Clone)]
pub(crate) struct Text<'a> {
    /// What is written, without the brackets of a CDATA section.
    pub(super) raw: &'a str,
    /// The offset of `raw`.
    pub(super) at: usize,
    /// The offsets of all of it.
    pub(super) span: Range<usize>,
}

impl Text<'_> {
    fn is_cdata(&self) -> bool {
        self.at != self.span.start
    }
}

/// What an element holds.
#[derive(Debug, Clone)]
pub(crate) struct Content<'a> {
    /// Its tag.
    pub(crate) tag: Tag<'a>,
    /// All its text, references resolved and line ends normalized; borrowed if written just so.
    pub(crate) text: Cow<'a, str>,
    /// The offset of the text, if it is borrowed.
    at: usize,
    /// The offsets of the runs of text.
    pub(crate) pieces: SmallVec<[Range<usize>; 1]>,
    /// The offset behind its end tag.
    pub(crate) end: usize,
}

impl<'a> Content<'a> {
    /// Nothing yet.
    pub(super) fn new(tag: Tag<'a>) -> Self {
        Self { tag, text: Cow::Borrowed(""), at: tag.end, pieces: SmallVec::new(), end: tag.end }
    }

    /// The offset at which the text stands in the document as it is; `None` if it does not.
    pub(crate) fn written_at(&self) -> Option<usize> {
        matches!(self.text, Cow::Borrowed(_)).then_some(self.at)
    }

    /// Adds a run of text.
    pub(super) fn push(&mut self, piece: &Text<'a>) {
        let as_written =
            !piece.raw.contains('\r') && (piece.is_cdata() || !piece.raw.starts_with('&'));
        if self.pieces.is_empty() && as_written {
            self.text = Cow::Borrowed(piece.raw);
            self.at = piece.at;
        } else if piece.is_cdata() {
            append_lines(piece.raw, self.text.to_mut());
        } else {
            append(piece.raw, self.text.to_mut());
        }
        self.pieces.push(piece.span.clone());
    }
}
