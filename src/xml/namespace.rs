#![forbid(unsafe_code)]
//! Which namespace a prefix stands for.

use std::borrow::Cow;
use std::collections::HashMap;

use super::Tag;
use super::lexical::is_name_char;

/// The namespace declarations in force at a place of a document. A look-up takes the same time
/// however many there are: the document may be hostile.
#[derive(Debug, Default)]
pub(crate) struct Namespaces<'a> {
    /// By prefix, "" for the default namespace; the innermost last.
    bound: HashMap<&'a str, Vec<Cow<'a, str>>>,
    /// What each open element declares.
    declared: Vec<Vec<&'a str>>,
}

impl<'a> Namespaces<'a> {
    /// An element begins.
    pub(crate) fn enter(&mut self, tag: &Tag<'a>) {
        let declarations = tag.attributes().filter_map(|attribute| {
            let prefix = declared_prefix(attribute.name)?;
            Some((prefix, attribute.value()))
        });
        let mut declared = Vec::new();
        for (prefix, uri) in declarations {
            self.bound.entry(prefix).or_default().push(uri);
            declared.push(prefix);
        }
        self.declared.push(declared);
    }

    /// The innermost element ends.
    pub(crate) fn leave(&mut self) {
        for prefix in self.declared.pop().into_iter().flatten() {
            self.bound.get_mut(prefix).and_then(Vec::pop);
        }
    }

    /// What a prefix stands for, "" without one: `None` for a prefix that is not declared, and where
    /// there is no default namespace.
    pub(crate) fn find(&self, prefix: &str) -> Option<&str> {
        if prefix == "xml" {
            return Some("http://www.w3.org/XML/1998/namespace");
        }
        let uri = self.bound.get(prefix)?.last()?;
        Some(&**uri).filter(|uri| !uri.is_empty())
    }
}

/// The prefix that an attribute of this name declares, "" for the default namespace.
pub(crate) fn declared_prefix(attribute: &str) -> Option<&str> {
    if attribute == "xmlns" { Some("") } else { attribute.strip_prefix("xmlns:") }
}

/// Whatever in a piece of a document may be a prefix that it uses, be it in text: the names before
/// colons.
pub(crate) fn prefixes(piece: &str) -> impl Iterator<Item = &str> {
    let before = piece.split_inclusive(':').filter_map(|part| part.strip_suffix(':'));
    before.filter_map(|part| part.rsplit(|c| !is_name_char(c)).next())
}

/// The prefix of a name, "" without one.
pub(crate) fn prefix(name: &str) -> &str {
    name.split_once(':').map_or("", |(prefix, _)| prefix)
}
