#![forbid(unsafe_code)]
//! How a UUID may be written.

use uuid::Uuid;

/// Reads a UUID as libvirt does: 32 hexadecimal digits of any case, dashes and spaces before any
/// byte, white space around it. Nothing else, such as braces, is taken.
pub fn parse_uuid(text: &str) -> Option<Uuid> {
    let is_space = |c: char| c.is_ascii_whitespace() || c == '\x0b';
    let mut written = text.trim_matches(is_space).bytes();
    let digit = |byte| char::from(byte).to_digit(16);
    let mut bytes = [0; 16];
    for byte in &mut bytes {
        let high = written.find(|byte| !matches!(byte, b'-' | b' '))?;
        let low = written.next()?;
        *byte = u8::try_from(16 * digit(high)? + digit(low)?).ok()?;
    }
    written.next().is_none().then(|| Uuid::from_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    const UUID: &str = "c7a5fdbd-edaf-9455-926a-d65c16db1809";

    #[test]
    fn a_uuid_is_read_liberally() {
        for written in [
            UUID,
            "C7A5FDBDEDAF9455926AD65C16DB1809",
            " \t\r\n\x0b\x0cc7a5fdbd-edaf-9455-926a-d65c16db1809\n ",
            "--c7-a5 fd--bd - edaf9455926ad65c16db18 -09",
        ] {
            assert_eq!(parse_uuid(written).map(|uuid| uuid.to_string()).as_deref(), Some(UUID));
        }
        assert_eq!(parse_uuid(&"0".repeat(32)), Some(Uuid::nil()));
    }

    #[test]
    fn what_libvirt_does_not_take_is_none() {
        for bad in [
            "",
            " ",
            "{c7a5fdbd-edaf-9455-926a-d65c16db1809}",
            "urn:uuid:c7a5fdbd-edaf-9455-926a-d65c16db1809",
            "c7a5fdbd-edaf-9455-926a-d65c16db180",
            "c7a5fdbd-edaf-9455-926a-d65c16db18099",
            "c7a5fdbd-edaf-9455-926a-d65c16db1809-",
            "c-7a5fdbd-edaf-9455-926a-d65c16db1809",
            "c7a5fdbd-edaf-9455-926a-d65c16db18g9",
            "c7a5fdbd-edaf-9455-926a-d65c16db18+9",
            "c7a5fdbd_edaf-9455-926a-d65c16db1809",
            "c7a5fdbd\tedaf-9455-926a-d65c16db1809",
            "\u{a0}c7a5fdbd-edaf-9455-926a-d65c16db1809",
            "c7a5fdbd-edaf-9455-926a-d65c16db18é",
        ] {
            assert_eq!(parse_uuid(bad), None, "{bad}");
        }
    }
}
