//! Listing the domains of a connection.

use std::ffi::{c_char, c_int, c_uint};
use std::ptr;

use super::connection::vwConnectPtr;
use super::domain::{vwDomain, vwDomainPtr};
use super::guard::{Call, count, guard};
use super::string;
use crate::{Facts, ListFlags};

/// vwConnectNumOfDomains:
/// @conn: a connection
///
/// Returns how many domains are active; -1: error.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwConnectNumOfDomains(conn: vwConnectPtr) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwConnectNumOfDomains") }, |call| {
        let stats = call.connection(conn)?.connection.stats();
        Ok(c_int::try_from(stats.active).unwrap_or(c_int::MAX))
    })
}

/// vwConnectListDomains:
/// @conn: a connection
/// @ids: an array to fill
/// @maxids: how many ids fit into it
///
/// Lists the ids of active domains, smallest first.
///
/// Returns how many ids were written; -1: error.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwConnectListDomains(
    conn: vwConnectPtr,
    ids: *mut c_int,
    maxids: c_int,
) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwConnectListDomains") }, |call| {
        let conn = call.connection(conn)?;
        let array = call.out_array((ids, "ids"), (maxids, "maxids"))?;
        let active = conn.connection.facts(ListFlags::ACTIVE);
        let mut ids: Vec<i32> = active.iter().filter_map(Facts::id).collect();
        ids.sort_unstable();
        Ok(array.fill(ids))
    })
}

/// vwConnectNumOfDefinedDomains:
/// @conn: a connection
///
/// Returns how many domains are inactive; -1: error.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwConnectNumOfDefinedDomains(conn: vwConnectPtr) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwConnectNumOfDefinedDomains") }, |call| {
        let stats = call.connection(conn)?.connection.stats();
        Ok(c_int::try_from(stats.domains - stats.active).unwrap_or(c_int::MAX))
    })
}

/// vwConnectListDefinedDomains:
/// @conn: a connection
/// @names: an array to fill
/// @maxnames: how many names fit into it
///
/// Lists the names of inactive domains, in no order. The caller frees each with
/// free().
///
/// Returns how many names were written; -1: error.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwConnectListDefinedDomains(
    conn: vwConnectPtr,
    names: *mut *mut c_char,
    maxnames: c_int,
) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwConnectListDefinedDomains") }, |call| {
        let conn = call.connection(conn)?;
        let array = call.out_array((names, "names"), (maxnames, "maxnames"))?;
        let inactive = conn.connection.facts(ListFlags::INACTIVE);
        Ok(array.fill(inactive.iter().map(|facts| string::give(facts.name()))))
    })
}

/// vwConnectListAllDomains:
/// @conn: a connection
/// @domains: where to write the array, NULL to count only
/// @flags: vwConnectListAllDomainsFlags
///
/// Lists the domains that fit one flag of each group of which any flag is given;
/// without flags all. They come in no order. A long listing lets changes in
/// between: for the exact state at one moment, and everything after it, take a
/// watch with VW_WATCH_SNAPSHOT.
///
/// Returns how many domains there are; -1: error. The caller frees each with
/// vwDomainFree() and the array, which ends with a NULL that is not counted,
/// with free().
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwConnectListAllDomains(
    conn: vwConnectPtr,
    domains: *mut *mut vwDomainPtr,
    flags: c_uint,
) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwConnectListAllDomains") }, |call| {
        let conn = call.connection(conn)?;
        let flags = call.flags(flags, ListFlags::all())?;
        let Some(array) = call.out_or_null(domains, "domains")? else {
            return Ok(count(conn.connection.facts(flags).len()));
        };
        let listed = conn.connection.domains(flags);
        let number = count(listed.len());
        let handles = listed.into_iter().map(|domain| vwDomain::give(&conn, domain));
        array.write(string::give_array(handles.chain([ptr::null_mut()])));
        Ok(number)
    })
}

since! { "VIRTWATCH_0.1.0":
    vwConnectNumOfDomains vwConnectListDomains vwConnectNumOfDefinedDomains
    vwConnectListDefinedDomains vwConnectListAllDomains
}
