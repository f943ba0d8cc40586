//! The layers of `docs/architecture.md`: data flows one way.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Each module and the modules that it may use, as the document has them.
fn layers() -> BTreeMap<String, BTreeSet<String>> {
    let document = include_str!("../docs/architecture.md");
    let section = document.split("## Who may import whom").nth(1).unwrap();
    let rows = section.split("\n## ").next().unwrap().lines().filter(|row| row.starts_with("| `"));
    let names = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    rows.map(|row| {
        let cells: Vec<_> = row.split('|').map(str::trim).collect();
        let [_, module, _, allowed, _] = cells[..] else { panic!("{row}") };
        (module.trim_matches('`').to_owned(), names(allowed))
    })
    .collect()
}

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

/// What a module names, other than itself.
fn used_by(module: &str) -> BTreeSet<String> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let directory = src.join(module);
    let path = if directory.is_dir() { directory } else { src.join(format!("{module}.rs")) };
    let mut found = BTreeSet::new();
    used(&path, &mut found);
    found.remove(module);
    found
}

#[test]
fn every_module_uses_only_what_its_layer_may() {
    for (module, allowed) in layers() {
        // The C functions stand on the public API, which the others must not go back to.
        let mut found = used_by(&module);
        if module == "ffi" {
            found.retain(|name| layers().contains_key(name));
        }
        let unlawful: Vec<_> = found.difference(&allowed).collect();
        assert!(unlawful.is_empty(), "{module} must not use {unlawful:?}");
    }
}

#[test]
fn every_module_of_the_crate_has_a_layer() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let found: BTreeSet<_> = fs::read_dir(src)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .map(|name| name.trim_end_matches(".rs").to_owned())
        .filter(|name| !["lib", "bin"].contains(&name.as_str()))
        .collect();
    assert_eq!(found, layers().into_keys().collect());
}

/// Data flows one way: a table in which modules use each other in a circle would allow anything.
#[test]
fn the_layers_lie_above_each_other() {
    let mut left = layers();
    while !left.is_empty() {
        let standing =
            |allowed: &BTreeSet<String>| !allowed.iter().any(|name| left.contains_key(name));
        let next = left.iter().find(|(_, allowed)| standing(allowed)).map(|(name, _)| name.clone());
        let next = next.unwrap_or_else(|| panic!("a circle among {:?}", left.keys()));
        left.remove(&next);
    }
}
