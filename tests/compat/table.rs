//! The table of functions in docs/libvirt-compat.md is that of the headers.

use std::fs;

use super::declaration::Declaration;
use super::header::{declarations, mapped, theirs};
use super::root;

const BEGIN: &str = "<!-- functions -->\n";
const END: &str = "<!-- end -->\n";

/// The table: libvirt's functions that virtwatch has, by what they are about.
fn table() -> String {
    let mapped = mapped();
    let functions: Vec<String> = declarations()
        .iter()
        .filter(|declaration| matches!(declaration, Declaration::Function { .. }))
        .filter_map(|declaration| theirs(declaration.name()))
        .filter(|name| mapped.contains(name))
        .collect();
    let about = |name: &str| {
        let prefixes = ["virConnect", "virDomain", "virEvent"];
        prefixes.into_iter().find(|prefix| name.starts_with(prefix)).unwrap_or("")
    };
    let row = |(title, prefix): (&str, &str)| {
        let mut names: Vec<_> = functions.iter().filter(|name| about(name) == prefix).collect();
        names.sort_unstable();
        let names: Vec<_> = names.into_iter().map(|name| format!("`{name}`")).collect();
        format!("| {title} | {} |\n", names.join(", "))
    };
    let rows = [
        ("connections, lists, registered callbacks", "virConnect"),
        ("domains", "virDomain"),
        ("event loop", "virEvent"),
        ("the library, errors", ""),
    ];
    "| about | functions |\n|---|---|\n".to_owned() + &rows.map(row).concat()
}

#[test]
fn the_documented_functions_are_the_mapped_ones() {
    let path = root().join("docs/libvirt-compat.md");
    let document = fs::read_to_string(&path).unwrap();
    let (before, rest) = document.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    let wanted = [before, BEGIN, &table(), END, after].concat();
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &wanted).unwrap();
        return;
    }
    assert!(
        document == wanted,
        "the table of docs/libvirt-compat.md is out of date. Run: UPDATE=1 cargo test --test compat"
    );
}
