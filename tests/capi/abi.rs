//! The interface as a compiled program sees it: signatures, layouts, numbers.
//!
//! libabigail reads what gcc knows of a library with the functions of the header, all empty; the
//! header is made of the Rust functions, and `symbols` sees that the library has them.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use super::program::{needed, root};

/// A definition for each declaration of the header.
fn defined(header: &str) -> String {
    let mut source = String::new();
    let mut is_function = false;
    for line in header.lines() {
        let is_typedef = line.starts_with("typedef") || line.starts_with("extern");
        is_function |= line.starts_with(char::is_lowercase) && !is_typedef && line.contains('(');
        match line.strip_suffix(");") {
            Some(start) if is_function => {
                writeln!(source, "{start}) {{ __builtin_trap(); }}").unwrap();
                is_function = false;
            }
            _ => writeln!(source, "{line}").unwrap(),
        }
        if let Some(variable) = line.strip_prefix("extern vw") {
            writeln!(source, "vw{variable}").unwrap();
        }
    }
    source
}

fn run(directory: &Path, program: &str, arguments: &[&str]) -> Output {
    Command::new(program).args(arguments).current_dir(directory).output().unwrap()
}

/// What was released stays. An addition renews the baseline.
#[test]
fn the_abi_is_that_of_the_baseline() {
    if !needed("abigail-tools", Command::new("abidw").arg("--version").output().is_ok()) {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let header = fs::read_to_string(root().join("include/virtwatch/virtwatch.h")).unwrap();
    fs::write(directory.path().join("virtwatch.c"), defined(&header)).unwrap();
    let options = ["-g", "-fno-eliminate-unused-debug-types", "-fPIC", "-shared"];
    let files = ["-Wl,-soname,libvirtwatch.so.0", "-o", "library", "virtwatch.c"];
    let output = run(directory.path(), "cc", &[&options[..], &files].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    // Without what differs from one machine to the next.
    let leave_out = ["--no-show-locs", "--no-corpus-path", "--no-comp-dir-path", "--no-elf-needed"];
    let form = ["--load-all-types", "--type-id-style", "hash", "--out-file", "new.abi", "library"];
    let output = run(directory.path(), "abidw", &[&leave_out[..], &form].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    let new = directory.path().join("new.abi");
    let baseline = root().join("tests/capi/virtwatch.abi");
    if std::env::var_os("UPDATE").is_some() {
        fs::copy(&new, &baseline).unwrap();
    }
    let baseline = baseline.to_str().unwrap();
    let output = run(directory.path(), "abidiff", &["--non-reachable-types", baseline, "new.abi"]);
    assert!(
        output.status.success(),
        "{}\nIf nothing that was released has changed, run: make abi",
        String::from_utf8_lossy(&output.stdout)
    );
}
