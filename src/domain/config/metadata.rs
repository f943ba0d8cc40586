#![forbid(unsafe_code)]
//! What a document says of a domain for people and other programs: title, description, and elements
//! in namespaces of their own. Editing leaves all else as it is.

use std::collections::BTreeSet;
use std::ops::Range;

use super::edit::Edits;
use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::xml::{
    Content, Namespaces, Node, Reader, Tag, declared_prefix, escape, escape_quoted, excerpt,
    is_name, prefix,
};

/// Which metadata of a domain: `virDomainMetadataType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metadata<'a> {
    /// The description.
    Description,
    /// The title, one line.
    Title,
    /// The element of a namespace in `<metadata>`.
    Element {
        /// The namespace.
        uri: &'a str,
        /// The prefix to write it with; to read or remove it this means nothing.
        key: &'a str,
    },
}

/// Where the metadata of a document is.
struct Survey<'a> {
    document: &'a str,
    /// Behind the UUID or, without one, the name.
    start: usize,
    titles: Vec<Content<'a>>,
    descriptions: Vec<Content<'a>>,
    container: Option<Container<'a>>,
}

/// The first `<metadata>`.
struct Container<'a> {
    root: Tag<'a>,
    tag: Tag<'a>,
    /// Its end tag.
    close: Range<usize>,
    /// The elements in the namespace that was asked for; the first one counts.
    elements: Vec<Range<usize>>,
}

impl<'a> Survey<'a> {
    /// Looks for title, description and the elements in the namespace `uri`, in a document that is
    /// known to be good.
    fn of(document: &'a str, uri: &str) -> Result<Self> {
        let mut reader = Reader::new(document, "(domain_definition)", ErrorDomain::Domain)?;
        let root = reader.root("domain")?;
        let document = reader.document();
        let (mut name_end, mut uuid_end) = (None, None);
        let (mut titles, mut descriptions, mut container) = (Vec::new(), Vec::new(), None);
        while let Some(tag) = reader.child()? {
            match tag.plain_name() {
                Some("name") => drop(name_end.get_or_insert(reader.skip()?)),
                Some("uuid") => drop(uuid_end.get_or_insert(reader.skip()?)),
                Some("title") => titles.push(reader.content(tag)?),
                Some("description") => descriptions.push(reader.content(tag)?),
                Some("metadata") if container.is_none() => {
                    container = Some(Container::read(&mut reader, root, tag, uri)?);
                }
                _ => drop(reader.skip()?),
            }
        }
        let start = uuid_end.or(name_end).unwrap_or(root.end);
        Ok(Self { document, start, titles, descriptions, container })
    }

    /// Behind the title, if there is one, else where it would be.
    fn behind_title(&self) -> usize {
        self.titles.first().map_or(self.start, |title| title.end)
    }

    /// Behind the description, if there is one, else where it would be.
    fn behind_description(&self) -> usize {
        self.descriptions.first().map_or_else(|| self.behind_title(), |text| text.end)
    }
}

impl<'a> Container<'a> {
    fn read(reader: &mut Reader<'a>, root: Tag<'a>, tag: Tag<'a>, uri: &str) -> Result<Self> {
        let mut namespaces = Namespaces::default();
        namespaces.enter(&root);
        namespaces.enter(&tag);
        let mut elements = Vec::new();
        loop {
            match reader.read()? {
                Some(Node::Open(child)) => {
                    let end = reader.skip()?;
                    namespaces.enter(&child);
                    if namespaces.find(prefix(child.name)) == Some(uri) {
                        elements.push(child.at..end);
                    }
                    namespaces.leave();
                }
                Some(Node::Text(_)) => {}
                Some(Node::Close(close)) => return Ok(Self { root, tag, close, elements }),
                None => return Ok(Self { root, tag, close: tag.end..tag.end, elements }),
            }
        }
    }
}

/// The first element in the namespace `uri`, as it was given: without its prefix.
pub(super) fn element(document: &str, uri: &str) -> Result<Option<String>> {
    let survey = Survey::of(document, uri)?;
    let Some(container) = &survey.container else { return Ok(None) };
    let Some(span) = container.elements.first().cloned() else { return Ok(None) };
    let text = survey.document.get(span).unwrap_or_default();

    let mut outer = Namespaces::default();
    outer.enter(&container.root);
    outer.enter(&container.tag);
    let mut inner = Namespaces::default();
    let mut reader = Reader::new(text, "(metadata_xml)", ErrorDomain::Xml)?;
    let mut edits = Edits::default();
    let mut root = None;
    // The prefixes that are declared outside.
    let mut borrowed = BTreeSet::new();
    // For each open element the length of the prefix that it loses.
    let mut lost = Vec::new();
    while let Some(node) = reader.read()? {
        match node {
            Node::Open(tag) => {
                inner.enter(&tag);
                let own = prefix(tag.name);
                let loses = inner.find(own).or_else(|| outer.find(own)) == Some(uri);
                let len = if loses && !own.is_empty() { own.len() + 1 } else { 0 };
                edits.replace(tag.at + 1..tag.at + 1 + len, "");
                lost.push(len);
                let declaration = || {
                    let mut attributes = tag.attributes();
                    attributes.find(|attribute| {
                        declared_prefix(attribute.name).is_some() && attribute.value() == uri
                    })
                };
                if root.is_none()
                    && let Some(declaration) = declaration()
                {
                    edits.replace(declaration.space_at..declaration.end, "");
                }
                root.get_or_insert(tag);
                let names = tag.attributes().map(|attribute| attribute.name);
                let used = names.chain((len == 0).then_some(tag.name)).map(prefix);
                borrowed.extend(used.filter(|prefix| inner.find(prefix).is_none()));
            }
            Node::Close(span) => {
                inner.leave();
                let len = lost.pop().unwrap_or_default();
                if !span.is_empty() {
                    edits.replace(span.start + 2..span.start + 2 + len, "");
                }
            }
            Node::Text(_) => {}
        }
    }
    let place = root.map_or(0, |root| root.end - if root.is_empty { 2 } else { 1 });
    for prefix in borrowed {
        if let Some(uri) = outer.find(prefix).filter(|_| !prefix.is_empty()) {
            let declaration = format!(" xmlns:{prefix}=\"{}\"", escape_quoted(uri));
            edits.replace(place..place, declaration);
        }
    }
    Ok(Some(edits.apply(text)))
}

/// The document with other metadata; without a value, or with an empty text, with none.
pub(super) fn edited(document: &str, which: Metadata<'_>, value: Option<&str>) -> Result<String> {
    let mut edits = Edits::default();
    let document = match which {
        Metadata::Title => {
            let survey = Survey::of(document, "")?;
            set_text(&mut edits, "title", &survey.titles, survey.start, value);
            survey.document
        }
        Metadata::Description => {
            let survey = Survey::of(document, "")?;
            let place = survey.behind_title();
            set_text(&mut edits, "description", &survey.descriptions, place, value);
            survey.document
        }
        Metadata::Element { uri, key } => {
            let element = value.map(|value| named(value, key, uri)).transpose()?;
            let survey = Survey::of(document, uri)?;
            set_element(&mut edits, &survey, element);
            survey.document
        }
    };
    Ok(edits.apply(document))
}

/// The first of the elements is the one that counts; without it the next would.
fn set_text(
    edits: &mut Edits,
    name: &str,
    elements: &[Content<'_>],
    place: usize,
    text: Option<&str>,
) {
    match (text.filter(|text| !text.is_empty()), elements.first()) {
        (Some(text), Some(element)) => edits.set_text(element, escape(text)),
        (Some(text), None) => {
            edits.replace(place..place, format!("<{name}>{}</{name}>", escape(text)));
        }
        (None, _) => {
            for element in elements {
                edits.replace(element.tag.at..element.end, "");
            }
        }
    }
}

fn set_element(edits: &mut Edits, survey: &Survey<'_>, element: Option<String>) {
    let Some(container) = &survey.container else {
        if let Some(element) = element {
            let place = survey.behind_description();
            edits.replace(place..place, format!("<metadata>{element}</metadata>"));
        }
        return;
    };
    let mut element = element;
    for old in &container.elements {
        edits.replace(old.clone(), element.take().unwrap_or_default());
    }
    match element {
        Some(element) if container.tag.is_empty => {
            let end = container.tag.end;
            edits.replace(end - 2..end, format!(">{element}</metadata>"));
        }
        Some(element) => {
            edits.replace(container.close.start..container.close.start, element);
        }
        None => {}
    }
}

/// The element of a document, in the namespace `uri`: what has no namespace gets the prefix `key`.
fn named(value: &str, key: &str, uri: &str) -> Result<String> {
    let no_prefix = |info| Err(Error::new(ErrorCode::InternalError, ErrorDomain::Xml, info));
    if !is_name(key)
        || key.contains(':')
        || key.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("xml"))
    {
        return no_prefix("failed to validate prefix for a new XML namespace");
    }
    if uri.is_empty() {
        return no_prefix("failed to create a new XML namespace");
    }
    let mut reader = Reader::new(value, "(metadata_xml)", ErrorDomain::Xml)?;
    let mut namespaces = Namespaces::default();
    let mut edits = Edits::default();
    // For each open element whether it gets the prefix.
    let mut open: Vec<bool> = Vec::new();
    let mut root: Option<Tag<'_>> = None;
    let mut end = 0;
    while let Some(node) = reader.read()? {
        match node {
            Node::Open(tag) => {
                namespaces.enter(&tag);
                check_prefixes(&reader, &namespaces, &tag)?;
                if namespaces.find(key).is_some_and(|other| other != uri) {
                    return no_prefix("failed to create a new XML namespace");
                }
                let namespace = namespaces.find(prefix(tag.name));
                if root.is_none()
                    && let Some(other) = namespace.filter(|other| *other != uri)
                {
                    let info = format!("element is in the namespace '{}'", excerpt(other));
                    let info = format!("{info}, not in '{}'", excerpt(uri));
                    let (code, by) = (ErrorCode::XmlError, ErrorDomain::Xml);
                    return Err(reader.refuse(tag.at, code, by, info));
                }
                root.get_or_insert(tag);
                if namespace.is_none() {
                    edits.replace(tag.at + 1..tag.at + 1, format!("{key}:"));
                }
                open.push(namespace.is_none());
            }
            Node::Close(span) => {
                namespaces.leave();
                if open.pop() == Some(true) && !span.is_empty() {
                    edits.replace(span.start + 2..span.start + 2, format!("{key}:"));
                }
                end = span.end;
            }
            Node::Text(_) => {}
        }
    }
    let document = reader.document();
    let Some(root) = root else { return Ok(String::new()) };
    if !edits.is_empty() && root.attribute(&format!("xmlns:{key}")).is_none() {
        let declaration = format!(" xmlns:{key}=\"{}\"", escape_quoted(uri));
        edits.replace(root.name_end()..root.name_end(), declaration);
    }
    let edited = edits.apply(document);
    let after = document.len() - end;
    Ok(edited.get(root.at..edited.len() - after).unwrap_or_default().to_owned())
}

/// Every prefix of an element and its attributes is declared.
fn check_prefixes(reader: &Reader<'_>, namespaces: &Namespaces<'_>, tag: &Tag<'_>) -> Result<()> {
    let names = tag.attributes().map(|attribute| attribute.name).chain([tag.name]);
    // A declaration of nothing declares nothing.
    let used = names.map(|name| declared_prefix(name).unwrap_or_else(|| prefix(name)));
    for prefix in used.filter(|prefix| !prefix.is_empty()) {
        if namespaces.find(prefix).is_none() {
            let info = format!("namespace prefix '{}' is not declared", excerpt(prefix));
            return Err(reader.refuse(tag.at, ErrorCode::XmlError, ErrorDomain::Xml, info));
        }
    }
    Ok(())
}
