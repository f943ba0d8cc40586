//! Cursors.

use std::ffi::{c_char, c_int, c_uchar};

use super::guard::{Call, guard};
use crate::{Cursor, Uuid};

/// vwCursor:
///
/// A place in the journal of one registry: everything up to @seq has been seen.
/// It is good across connections, and tells whether it still fits: see
/// vwWatchNew().
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct vwCursor {
    /// which journal; all 0 for a place that fits none
    pub epoch: [c_uchar; 16],
    /// the number of the last event seen
    pub seq: u64,
}

/// How many bytes a cursor has as a string at most, with the NUL.
pub const VW_CURSOR_STRING_BUFLEN: usize = 58;

impl From<Cursor> for vwCursor {
    fn from(cursor: Cursor) -> Self {
        Self { epoch: cursor.epoch.into_bytes(), seq: cursor.seq }
    }
}

impl From<vwCursor> for Cursor {
    fn from(cursor: vwCursor) -> Self {
        Self { epoch: Uuid::from_bytes(cursor.epoch), seq: cursor.seq }
    }
}

/// vwCursorFormat:
/// @cursor: a cursor
/// @buf: a buffer
/// @size: how many bytes it has; VW_CURSOR_STRING_BUFLEN always suffice
///
/// Writes a cursor as a string, "epoch:seq".
///
/// Returns 0; -1: VW_ERR_INVALID_ARG, the buffer is too small.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwCursorFormat(
    cursor: *const vwCursor,
    buf: *mut c_char,
    size: usize,
) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwCursorFormat") }, |call| {
        let cursor = Cursor::from(call.read(cursor, "cursor")?);
        call.out_text((buf, "buf"), (size, "size"), &cursor.to_string())?;
        Ok(0)
    })
}

/// vwCursorParse:
/// @text: what vwCursorFormat() wrote
/// @cursor: where to write the cursor
///
/// Reads a cursor.
///
/// Returns 0; -1: VW_ERR_INVALID_ARG, it is none.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwCursorParse(text: *const c_char, cursor: *mut vwCursor) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwCursorParse") }, |call| {
        let parsed = call.text(text, "text")?.parse::<Cursor>();
        let parsed = parsed.map_err(|error| call.refuse("text", &format!("is wrong: {error}")))?;
        call.out(cursor, "cursor")?.write(parsed.into());
        Ok(0)
    })
}

since! { "VIRTWATCH_0.1.0": vwCursorFormat vwCursorParse }
