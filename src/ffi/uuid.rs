//! UUIDs.

use std::ffi::{c_char, c_int, c_uchar};

use super::guard::{Call, guard};
use crate::{Result, Uuid, parse_uuid};

/// How many bytes a UUID has.
pub const VW_UUID_BUFLEN: usize = 16;
/// How many bytes a UUID has as a string, with the NUL.
pub const VW_UUID_STRING_BUFLEN: usize = 37;

impl Call {
    /// A UUID as a text.
    pub(super) fn uuid_text(&self, text: *const c_char, argument: &str) -> Result<Uuid> {
        parse_uuid(self.text(text, argument)?)
            .ok_or_else(|| self.refuse(argument, "must be a valid UUID"))
    }
}

/// vwUUIDGenerate:
/// @uuid: where to write 16 bytes
///
/// Makes a random UUID (version 4).
///
/// Returns 0, or -1.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwUUIDGenerate(uuid: *mut c_uchar) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwUUIDGenerate") }, |call| {
        call.out_uuid(uuid, "uuid")?.write(Uuid::new_v4().into_bytes());
        Ok(0)
    })
}

/// vwUUIDParse:
/// @text: a UUID
/// @uuid: where to write 16 bytes
///
/// Reads a UUID as libvirt does: 32 hexadecimal digits of any case, with hyphens
/// and spaces before any byte, and white space around it.
///
/// Returns 0; -1: VW_ERR_INVALID_ARG, it is none.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwUUIDParse(text: *const c_char, uuid: *mut c_uchar) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwUUIDParse") }, |call| {
        let parsed = call.uuid_text(text, "text")?;
        call.out_uuid(uuid, "uuid")?.write(parsed.into_bytes());
        Ok(0)
    })
}

/// vwUUIDFormat:
/// @uuid: 16 bytes
/// @buf: a buffer of VW_UUID_STRING_BUFLEN bytes
///
/// Writes a UUID as a string with hyphens, in lower case.
///
/// Returns 0, or -1.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwUUIDFormat(uuid: *const c_uchar, buf: *mut c_char) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwUUIDFormat") }, |call| {
        let text = call.uuid(uuid, "uuid")?.to_string();
        call.out_text((buf, "buf"), (VW_UUID_STRING_BUFLEN, "buf"), &text)?;
        Ok(0)
    })
}

since! { "VIRTWATCH_0.1.0": vwUUIDGenerate vwUUIDParse vwUUIDFormat }
