//! The library as such.

use std::ffi::{c_char, c_int, c_ulong};

use super::guard::{Call, guard};

/// The release that this header belongs to: its first number.
pub const VW_VERSION_MAJOR: c_int = 0;
/// Its second number.
pub const VW_VERSION_MINOR: c_int = 1;
/// Its third number.
pub const VW_VERSION_MICRO: c_int = 0;

/// The release as one number: 1,000,000 × major + 1,000 × minor + micro.
pub(super) const VERSION: c_ulong = version(VW_VERSION_MAJOR, VW_VERSION_MINOR, VW_VERSION_MICRO);

#[expect(clippy::cast_sign_loss, clippy::as_conversions, reason = "they are constants")]
const fn version(major: c_int, minor: c_int, micro: c_int) -> c_ulong {
    major as c_ulong * 1_000_000 + minor as c_ulong * 1_000 + micro as c_ulong
}

/// vwInitialize:
///
/// Prepares the library. Opening a connection does it too, so that calling this
/// is good for nothing but telling that the library is there.
///
/// Returns 0.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwInitialize() -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwInitialize") }, |_| Ok(0))
}

/// vwGetVersion:
/// @libVer: where to write the version of the library
/// @type: unused, may be NULL
/// @typeVer: where to write the same once more, may be NULL
///
/// Tells the release of the library that runs, which may be newer than the one
/// that a program was compiled with: 1,000,000 * major + 1,000 * minor + micro,
/// as VW_VERSION_NUMBER is.
///
/// Returns 0, or -1: @libVer is NULL.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwGetVersion(
    libVer: *mut c_ulong,
    r#type: *const c_char,
    typeVer: *mut c_ulong,
) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwGetVersion") }, |call| {
        call.text_or_null(r#type, "type")?;
        let library = call.out(libVer, "libVer")?;
        if let Some(driver) = call.out_or_null(typeVer, "typeVer")? {
            driver.write(VERSION);
        }
        library.write(VERSION);
        Ok(0)
    })
}

since! { "VIRTWATCH_0.1.0": vwInitialize vwGetVersion }
