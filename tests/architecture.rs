//! The layers of `docs/architecture.md`: data flows one way.
#![expect(
    clippy::unwrap_used,
    reason = "a file of the source tree that cannot be read is a failure"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Each module and the modules that it may use.
const LAYERS: &[(&str, &[&str])] = &[
    ("numbered", &[]),
    ("error", &["numbered"]),
    ("xml", &["error"]),
    ("domain", &["error", "numbered", "xml"]),
    ("event", &["domain", "numbered"]),
    ("lifecycle", &["domain", "event"]),
    ("sys", &[]),
    ("sync", &["sys"]),
    ("store", &["domain", "error", "event"]),
    ("registry", &["domain", "error", "event", "lifecycle", "store", "sync"]),
    (
        "driver",
        &["domain", "error", "event", "lifecycle", "numbered", "registry", "sync", "sys", "xml"],
    ),
    ("dispatch", &["error", "event", "registry", "sync", "sys"]),
    ("instance", &["domain", "driver", "error", "event", "registry", "sync", "sys"]),
    (
        "connection",
        &["dispatch", "domain", "driver", "error", "event", "instance", "registry", "sync", "sys"],
    ),
];

/// What `use crate::…` lines in the files of a module name.
fn used(path: &Path, found: &mut BTreeSet<String>) {
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            used(&entry.unwrap().path(), found);
        }
        return;
    }
    let text = fs::read_to_string(path).unwrap();
    for part in text.split("crate::").skip(1) {
        found.insert(part.chars().take_while(|&c| c.is_alphanumeric() || c == '_').collect());
    }
}

#[test]
fn every_module_uses_only_what_its_layer_may() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for &(module, allowed) in LAYERS {
        let mut found = BTreeSet::new();
        let directory = src.join(module);
        let path = if directory.is_dir() { directory } else { src.join(format!("{module}.rs")) };
        used(&path, &mut found);
        found.remove(module);
        let unlawful: Vec<_> =
            found.iter().filter(|name| !allowed.contains(&name.as_str())).collect();
        assert!(unlawful.is_empty(), "{module} must not use {unlawful:?}");
    }
}

#[test]
fn every_module_of_the_crate_has_a_layer() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let layered: BTreeSet<_> = LAYERS.iter().map(|&(module, _)| module.to_owned()).collect();
    for entry in fs::read_dir(src).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let name = name.trim_end_matches(".rs").to_owned();
        let face = ["lib", "ffi", "bin"].contains(&name.as_str());
        assert!(face || layered.contains(&name), "{name} is in no layer");
    }
}

/// The C functions stand on the public API, on the locks of the core and on what is asked of the
/// operating system.
#[test]
fn the_c_face_uses_the_public_api_only() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = BTreeSet::new();
    used(&src.join("ffi"), &mut found);
    let private: BTreeSet<_> = LAYERS
        .iter()
        .map(|&(module, _)| module)
        .filter(|module| !["lifecycle", "sync", "sys"].contains(module))
        .collect();
    let around: Vec<_> = found.iter().filter(|name| private.contains(name.as_str())).collect();
    assert!(around.is_empty(), "src/ffi goes around the public API: {around:?}");
}
