//! The C face: what `include/virtwatch/virtwatch.h` declares.
//!
//! It stands on the public Rust API, and on registrations by number. One C object per file; raw pointers are followed only in
//! guard, handle, opaque, sized, string, error, and where event, close and handler call the program. An exported
//! function is written out, so that readers and cbindgen see it, and does three things: it names
//! the call, checks its arguments through it, and has the rest done by safe Rust. Nothing unwinds
//! out of it.
//!
//! # Safety
//! Every function here trusts its caller in what the header asks for: a pointer is NULL or points
//! to what its type says, strings end with a NUL, buffers are as long as is said. Of handles that
//! were freed the last 4,096 are recognised.
#![allow(
    unsafe_code,
    rustdoc::bare_urls,
    rustdoc::invalid_html_tags,
    reason = "C's pointers are followed here and in sys.rs, nowhere else"
)]
#![expect(
    non_snake_case,
    non_camel_case_types,
    clippy::missing_safety_doc,
    clippy::doc_markdown,
    reason = "names and documentation are those of the C header; the safety of all is above"
)]

/// Gives functions the symbol version of the release that brought them. It has to stand in the file
/// of the functions: an assembler directive reaches no farther than its object.
macro_rules! since {
    ($node:literal: $($function:ident)+) => {
        $(
            #[cfg(capi_symver)]
            std::arch::global_asm!(concat!(
                ".symver ", stringify!($function), ", ", stringify!($function), "@@", $node
            ));
        )+
    };
}

mod guard;
mod handle;
mod opaque;
mod sized;
mod string;

pub mod auth;
pub mod close;
pub mod connection;
pub mod cursor;
pub mod domain;
pub mod driver;
pub mod error;
pub mod event;
pub mod event_loop;
pub mod flag;
pub mod handler;
pub mod host;
pub mod legacy;
pub mod library;
pub mod list;
pub mod metadata;
pub mod migration;
pub mod name;
pub mod number;
pub mod operation;
pub mod record;
pub mod stats;
pub mod uuid;
pub mod watch;
