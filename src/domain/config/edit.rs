#![forbid(unsafe_code)]
//! Edits of a document that leave everything else as it is.

use std::ops::Range;

use crate::xml::Content;

/// Bytes of a document and what takes their place.
struct Edit {
    span: Range<usize>,
    text: String,
}

/// Edits of one document, in its order; they do not overlap.
#[derive(Default)]
pub(super) struct Edits(Vec<Edit>);

impl Edits {
    /// Puts `text` in the place of `span`.
    pub(super) fn replace(&mut self, span: Range<usize>, text: impl Into<String>) {
        let index = self.0.partition_point(|edit| edit.span.start <= span.start);
        self.0.insert(index, Edit { span, text: text.into() });
    }

    /// Makes `text`, which is escaped, all the text in an element. Markup in it stays.
    pub(super) fn set_text(&mut self, element: &Content<'_>, text: impl Into<String>) {
        let tag = element.tag;
        match element.pieces.split_first() {
            Some((first, rest)) => {
                self.replace(first.clone(), text);
                for piece in rest {
                    self.replace(piece.clone(), "");
                }
            }
            None if tag.is_empty => {
                let text = format!(">{}</{}>", text.into(), tag.name);
                self.replace(tag.end.saturating_sub(2)..tag.end, text);
            }
            None => self.replace(tag.end..tag.end, text),
        }
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The edited document.
    pub(super) fn apply(&self, document: &str) -> String {
        let growth: usize = self.0.iter().map(|edit| edit.text.len()).sum();
        let mut edited = String::with_capacity(document.len() + growth);
        let mut from = 0;
        for edit in &self.0 {
            edited.push_str(document.get(from..edit.span.start).unwrap_or_default());
            edited.push_str(&edit.text);
            from = edit.span.end;
        }
        edited.push_str(document.get(from..).unwrap_or_default());
        edited
    }

    /// Where an offset that no edit covers is in the edited document.
    pub(super) fn moved(&self, offset: usize) -> usize {
        let before = self.0.iter().filter(|edit| edit.span.end <= offset);
        before.fold(offset, |at, edit| at + edit.text.len() - edit.span.len())
    }
}
