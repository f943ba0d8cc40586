#![forbid(unsafe_code)]
//! Characters, names and references.

use std::borrow::Cow;

/// Appends text as XML means it: references resolved, line ends normalized.
pub(super) fn append(raw: &str, out: &mut String) {
    let mut rest = raw;
    while let Some((before, after)) = rest.split_once('&') {
        append_lines(before, out);
        let Some((reference, after)) = after.split_once(';') else {
            return;
        };
        out.extend(resolve(reference));
        rest = after;
    }
    append_lines(rest, out);
}

/// Appends text with every line end as `\n`.
pub(super) fn append_lines(raw: &str, out: &mut String) {
    for (index, line) in raw.split("\r\n").enumerate() {
        if index > 0 {
            out.push('\n');
        }
        out.extend(line.chars().map(|c| if c == '\r' { '\n' } else { c }));
    }
}

/// The character that a reference (without `&` and `;`) stands for.
pub(super) fn resolve(reference: &str) -> Option<char> {
    let (digits, radix) = match reference {
        "lt" => return Some('<'),
        "gt" => return Some('>'),
        "amp" => return Some('&'),
        "apos" => return Some('\''),
        "quot" => return Some('"'),
        _ => match reference.strip_prefix('#')?.strip_prefix('x') {
            Some(digits) => (digits, 16),
            None => (reference.strip_prefix('#')?, 10),
        },
    };
    if digits.is_empty() {
        return None;
    }
    let code = digits.chars().try_fold(0_u32, |code, digit| {
        Some(code.saturating_mul(radix).saturating_add(digit.to_digit(radix)?))
    })?;
    char::from_u32(code).filter(|&c| is_char(c))
}

/// Text with the characters escaped that may not stand in an element, or would be read as others.
pub(crate) fn escape(text: &str) -> Cow<'_, str> {
    let escaped = quick_xml::escape::partial_escape(text);
    if escaped.contains('\r') { Cow::Owned(escaped.replace('\r', "&#13;")) } else { escaped }
}

/// The same for the value of an attribute.
pub(crate) fn escape_quoted(text: &str) -> String {
    let escaped = quick_xml::escape::escape(text);
    escaped.replace('\t', "&#9;").replace('\n', "&#10;").replace('\r', "&#13;")
}

/// The beginning of a value, short enough for a message.
pub(crate) fn excerpt(value: &str) -> Cow<'_, str> {
    match value.char_indices().nth(160) {
        Some((end, _)) => Cow::Owned(format!("{}…", value.get(..end).unwrap_or_default())),
        None => Cow::Borrowed(value),
    }
}

/// The offset of the first character that XML does not allow.
pub(super) fn forbidden_character(document: &str) -> Option<usize> {
    // All bytes without a branch for each is much faster, and nearly every document passes. The
    // noncharacters begin with 0xef.
    let suspects = document.bytes().fold(0, |suspects, byte| {
        let is_space = matches!(byte, b'\t' | b'\n' | b'\r');
        suspects | u8::from(byte < b' ') ^ u8::from(is_space) | u8::from(byte == 0xef)
    });
    if suspects == 0 {
        return None;
    }
    document.find(|c| !is_char(c))
}

fn is_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}

pub(crate) fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

pub(super) fn is_space_byte(byte: u8) -> bool {
    is_space(char::from(byte))
}

/// Splits before the first byte that `stops`, which must be the first of its character.
pub(super) fn split_before(text: &str, stops: impl Fn(u8) -> bool) -> (&str, &str) {
    let at = text.bytes().position(stops).unwrap_or(text.len());
    text.split_at_checked(at).unwrap_or((text, ""))
}

pub(crate) fn is_name(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if name.bytes().all(is_plain) && !name.starts_with(|c: char| c.is_ascii_digit()) {
        return !name.is_empty();
    }
    name.chars().next().is_some_and(is_name_start) && name.chars().all(is_name_char)
}

fn is_name_start(c: char) -> bool {
    matches!(c, 'a'..='z' | 'A'..='Z' | '_' | ':'
        | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2ff}'
        | '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{1fff}' | '\u{200c}'..='\u{200d}'
        | '\u{2070}'..='\u{218f}' | '\u{2c00}'..='\u{2fef}' | '\u{3001}'..='\u{d7ff}'
        | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}' | '\u{10000}'..='\u{effff}')
}

pub(super) fn is_name_char(c: char) -> bool {
    is_name_start(c)
        || matches!(c, '0'..='9' | '-' | '.' | '\u{b7}'
            | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
}
