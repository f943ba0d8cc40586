//! Title, description, and what other programs keep with a domain.

use std::ffi::{c_char, c_int, c_uint};
use std::ptr;

use super::domain::vwDomainPtr;
use super::flag::vwDomainMetadataType;
use super::guard::{Call, guard};
use super::string;
use crate::{AffectFlags, Error, ErrorCode, ErrorDomain, Metadata, Result};

/// vwDomainSetMetadata:
/// @domain: a domain
/// @type: a vwDomainMetadataType
/// @metadata: a text, or a document whose root element is kept; NULL, or an empty
///   text, to remove what there is
/// @key: the prefix to write an element with; NULL otherwise
/// @uri: the namespace of an element, which identifies it; NULL otherwise
/// @flags: vwDomainModificationImpact
///
/// Keeps a title, a description or an element with the configuration in effect:
/// of an active domain the live one, else the stored one; or with those that the
/// flags name. An element takes the place of the one in its namespace. Nothing
/// else of the document changes. Of the stored one this makes an event,
/// VW_DOMAIN_EVENT_DEFINED with VW_DOMAIN_EVENT_DEFINED_UPDATED, once a call.
///
/// Returns 0; -1: VW_ERR_INVALID_ARG (an argument, a title of several lines),
/// VW_ERR_XML_DETAIL (the document is not well formed, too long or too deep),
/// VW_ERR_XML_ERROR (it is in another namespace, or uses a prefix that it does not
/// declare), VW_ERR_INTERNAL_ERROR (@key is no prefix, or stands for something else
/// in it), VW_ERR_OPERATION_INVALID (the domain does not have that configuration),
/// VW_ERR_NO_DOMAIN, VW_ERR_OPERATION_DENIED.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwDomainSetMetadata(
    domain: vwDomainPtr,
    r#type: c_int,
    metadata: *const c_char,
    key: *const c_char,
    uri: *const c_char,
    flags: c_uint,
) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwDomainSetMetadata") }, |call| {
        let domain = call.domain(domain)?;
        call.writable(domain.domain.connection())?;
        let affect = call.flags(flags, AffectFlags::all())?;
        let value = call.text_or_null(metadata, "metadata")?;
        let (key, uri) = (call.text_or_null(key, "key")?, call.text_or_null(uri, "uri")?);
        let which = match (kind(r#type)?, uri) {
            (vwDomainMetadataType::VW_DOMAIN_METADATA_ELEMENT, Some(uri)) => {
                if value.is_some() && key.is_none() {
                    return Err(call.refuse("key", "must not be NULL"));
                }
                Metadata::Element { uri, key: key.unwrap_or_default() }
            }
            (other, uri) => text(call, other, uri, key)?,
        };
        domain.domain.set_metadata(which, value, affect)?;
        Ok(0)
    })
}

/// vwDomainGetMetadata:
/// @domain: a domain
/// @type: a vwDomainMetadataType
/// @uri: the namespace of an element; NULL otherwise
/// @flags: vwDomainModificationImpact
///
/// Tells a title, a description or an element of the configuration in effect, or
/// of the one that the flag names. An element is told as it was given to
/// vwDomainSetMetadata(), without the prefix.
///
/// Returns the text, which the caller frees with free(); NULL:
/// VW_ERR_NO_DOMAIN_METADATA (there is none), VW_ERR_INVALID_ARG,
/// VW_ERR_OPERATION_INVALID (the domain does not have that configuration),
/// VW_ERR_NO_DOMAIN.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwDomainGetMetadata(
    domain: vwDomainPtr,
    r#type: c_int,
    uri: *const c_char,
    flags: c_uint,
) -> *mut c_char {
    // SAFETY: the caller keeps what the header asks for.
    guard(ptr::null_mut(), unsafe { Call::new("vwDomainGetMetadata") }, |call| {
        let domain = call.domain(domain)?;
        let affect = call.flags(flags, AffectFlags::all())?;
        let which = match (kind(r#type)?, call.text_or_null(uri, "uri")?) {
            (vwDomainMetadataType::VW_DOMAIN_METADATA_ELEMENT, Some(uri)) => {
                Metadata::Element { uri, key: "" }
            }
            (other, uri) => text(call, other, uri, None)?,
        };
        Ok(string::give(&domain.domain.metadata(which, affect)?))
    })
}

/// A type of metadata.
fn kind(number: c_int) -> Result<vwDomainMetadataType> {
    vwDomainMetadataType::from_number(number).ok_or_else(|| {
        let info = format!("unknown metadata type '{number}'");
        Error::new(ErrorCode::InvalidArg, ErrorDomain::None, info)
    })
}

/// Metadata that is no element, which has neither namespace nor key.
fn text(
    call: &Call,
    kind: vwDomainMetadataType,
    uri: Option<&str>,
    key: Option<&str>,
) -> Result<Metadata<'static>> {
    let which = match kind {
        vwDomainMetadataType::VW_DOMAIN_METADATA_DESCRIPTION => Metadata::Description,
        vwDomainMetadataType::VW_DOMAIN_METADATA_TITLE => Metadata::Title,
        vwDomainMetadataType::VW_DOMAIN_METADATA_ELEMENT => {
            return Err(call.refuse("uri", "must not be NULL"));
        }
    };
    match (uri, key) {
        (Some(_), _) => Err(call.refuse("uri", "must be NULL")),
        (_, Some(_)) => Err(call.refuse("key", "must be NULL")),
        _ => Ok(which),
    }
}

since! { "VIRTWATCH_0.1.0": vwDomainSetMetadata vwDomainGetMetadata }
