//! Porting from libvirt: the headers under libvirt's names, and programs written for libvirt that do
//! the same with virtwatch.
#![cfg(all(feature = "capi", target_os = "linux"))]
#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says what it leaves out"
)]

#[path = "compat/declaration.rs"]
mod declaration;
#[path = "compat/header.rs"]
mod header;
#[path = "compat/libvirt.rs"]
mod libvirt;
#[path = "compat/ported.rs"]
mod ported;
#[path = "compat/same.rs"]
mod same;
#[path = "compat/table.rs"]
mod table;

use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The two headers that stand in for libvirt's.
const HEADERS: [&str; 2] = ["libvirt", "virterror"];

fn compat(header: &str) -> PathBuf {
    root().join(format!("include/virtwatch/compat/libvirt/{header}.h"))
}
