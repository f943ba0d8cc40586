//! What the shared library exports.

use std::path::Path;
use std::process::Command;

use super::program::library;

/// The names of the listed symbols.
pub(super) fn listed() -> impl Iterator<Item = &'static str> {
    include_str!("symbols.txt").lines().filter_map(|symbol| symbol.split('@').next())
}

/// The exported symbols with their versions are the listed ones. A listed symbol never goes.
#[test]
fn the_exported_symbols_are_the_listed_ones() {
    let output = Command::new("nm")
        .args(["--dynamic", "--defined-only", "--format=just-symbols"])
        .arg(library())
        .output()
        .unwrap();
    assert!(output.status.success(), "nm: {}", String::from_utf8_lossy(&output.stderr));
    let listing = String::from_utf8(output.stdout).unwrap();
    // The version nodes are symbols too.
    let is_node = |symbol: &str| symbol.starts_with("VIRTWATCH_");
    let mut exported: Vec<&str> = listing.lines().filter(|symbol| !is_node(symbol)).collect();
    exported.sort_unstable();
    let exported = exported.join("\n") + "\n";

    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/capi/symbols.txt");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&list, &exported).unwrap();
    }
    let listed = std::fs::read_to_string(&list).unwrap_or_default();
    let missing: Vec<_> =
        listed.lines().filter(|symbol| !exported.lines().any(|other| other == *symbol)).collect();
    let unlisted: Vec<_> =
        exported.lines().filter(|symbol| !listed.lines().any(|other| other == *symbol)).collect();
    assert!(
        missing.is_empty() && unlisted.is_empty(),
        "missing: {missing:?}\nnot in tests/capi/symbols.txt: {unlisted:?}\n\
         Run: UPDATE=1 cargo test --test capi symbols"
    );
}

/// It bears the name under which programs will always find it, and is never unloaded.
#[test]
fn the_library_is_linked_as_promised() {
    let output = Command::new("readelf").args(["--dynamic", "--wide"]).arg(library()).output();
    let dynamic = String::from_utf8(output.unwrap().stdout).unwrap();
    assert!(dynamic.contains("soname: [libvirtwatch.so.0]"), "{dynamic}");
    assert!(dynamic.contains("NODELETE"), "{dynamic}");
}
