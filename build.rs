#![expect(clippy::expect_used, reason = "a build script fails by panicking")]
//! How the shared library is linked: its name, and the versions of its symbols.

use std::path::PathBuf;
use std::{env, fs};

/// The releases that brought symbols, oldest first.
const NODES: [&str; 1] = ["VIRTWATCH_0.1.0"];

/// Set for the static archive, in which a linker refuses symbols with versions.
const UNVERSIONED: &str = "VIRTWATCH_UNVERSIONED";

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed={UNVERSIONED}");
    let is_linux = env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "linux");
    let is_shared =
        env::var_os("CARGO_FEATURE_CAPI").is_some() && env::var_os(UNVERSIONED).is_none();
    if !is_linux || !is_shared {
        return;
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let script = out.join("versions.map");
    fs::write(&script, nodes()).expect("OUT_DIR can be written");
    let version_script = format!("--version-script={}", script.display());
    // The name never changes: what changes incompatibly gets a new symbol version. The library is
    // never unloaded, since its threads and thread-locals cannot be. Nothing may be left undefined.
    for argument in ["-soname,libvirtwatch.so.0", "-z,nodelete", "-z,defs", &version_script] {
        println!("cargo:rustc-cdylib-link-arg=-Wl,{argument}");
    }
    println!("cargo:rustc-cfg=capi_symver");
}

/// A version script of empty nodes, each with the one before as its parent. Which symbol belongs to
/// which is said beside the functions, by `.symver`.
fn nodes() -> String {
    let parents = [""].into_iter().chain(NODES);
    let node = |(node, parent)| format!("{node} {{ }} {parent};\n");
    NODES.into_iter().zip(parents).map(node).collect::<Vec<_>>().concat()
}
