//! Asking the program for credentials, as libvirt's interface has it. No driver here does so far.

use std::ffi::{c_char, c_int, c_uint, c_void};
use std::ptr;

/// vwConnectCredentialType:
///
/// What a credential is.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum vwConnectCredentialType {
    /// who to act as
    VW_CRED_USERNAME = 1,
    /// who it is
    VW_CRED_AUTHNAME = 2,
    /// languages, as RFC 1766 lists them
    VW_CRED_LANGUAGE = 3,
    /// a nonce
    VW_CRED_CNONCE = 4,
    /// a passphrase
    VW_CRED_PASSPHRASE = 5,
    /// the answer to a challenge, which may be seen
    VW_CRED_ECHOPROMPT = 6,
    /// the answer to a challenge, which must not be seen
    VW_CRED_NOECHOPROMPT = 7,
    /// a realm
    VW_CRED_REALM = 8,
    /// settled elsewhere
    VW_CRED_EXTERNAL = 9,
}

/// vwConnectCredential:
///
/// One question to the program.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug)]
pub struct vwConnectCredential {
    /// a vwConnectCredentialType
    pub r#type: c_int,
    /// what to show
    pub prompt: *const c_char,
    /// more to show
    pub challenge: *const c_char,
    /// the answer if there is no other
    pub defresult: *const c_char,
    /// the answer, from malloc()
    pub result: *mut c_char,
    /// how long the answer is
    pub resultlen: c_uint,
}

/// A question, as callbacks take it.
pub type vwConnectCredentialPtr = *mut vwConnectCredential;

/// vwConnectAuthCallbackPtr:
/// @cred: an array of questions
/// @ncred: how many they are
/// @cbdata: the pointer that was given with the callback
///
/// Answers questions.
///
/// Returns 0, or -1.
///
/// Since: 0.1.0
pub type vwConnectAuthCallbackPtr = Option<
    unsafe extern "C" fn(cred: vwConnectCredentialPtr, ncred: c_uint, cbdata: *mut c_void) -> c_int,
>;

/// vwConnectAuth:
///
/// Who answers questions, and which.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug)]
pub struct vwConnectAuth {
    /// an array of vwConnectCredentialType
    pub credtype: *mut c_int,
    /// how many they are
    pub ncredtype: c_uint,
    /// the callback
    pub cb: vwConnectAuthCallbackPtr,
    /// a pointer for the callback
    pub cbdata: *mut c_void,
}

/// Who answers questions, as functions take it.
pub type vwConnectAuthPtr = *mut vwConnectAuth;

static mut NOBODY: vwConnectAuth =
    vwConnectAuth { credtype: ptr::null_mut(), ncredtype: 0, cb: None, cbdata: ptr::null_mut() };

/// Answers nothing. It is there for programs that are written for libvirt.
#[unsafe(no_mangle)]
pub static mut vwConnectAuthPtrDefault: vwConnectAuthPtr = &raw mut NOBODY;

since! { "VIRTWATCH_0.1.0": vwConnectAuthPtrDefault }
