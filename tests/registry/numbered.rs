//! Domains that are told apart by a number.

use virtwatch::{Connection, Domain, Uuid};

/// The UUID of the domain with that number.
pub(crate) fn uuid(number: u128) -> Uuid {
    Uuid::from_u128(0x4000_8000_0000_0000_0000 + number)
}

/// Defines the domain with that number.
pub(crate) fn define(conn: &Connection, number: u128) -> Domain {
    let xml = format!(
        "<domain type='test'><name>vm{number}</name><uuid>{}</uuid><memory>1</memory>\
         <os><type>hvm</type></os></domain>",
        uuid(number)
    );
    conn.define_xml(&xml).unwrap()
}
