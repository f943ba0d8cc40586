//! The real libvirt: its headers.

use std::collections::BTreeSet;
use std::process::{Command, Stdio};

use super::declaration::words;

/// Whether libvirt's headers and library are here. In CI they have to be.
pub(super) fn is_here() -> bool {
    let found = Command::new("pkg-config")
        .args(["--exists", "libvirt"])
        .status()
        .is_ok_and(|status| status.success());
    if !found {
        assert!(std::env::var_os("CI").is_none(), "libvirt-dev is not installed");
        eprintln!("libvirt-dev or pkg-config is not installed: left out");
    }
    found
}

/// What a compiler is to be told to find libvirt, or to link with it.
pub(super) fn options(of: &str) -> Vec<String> {
    let output = Command::new("pkg-config").args([of, "libvirt"]).output().unwrap();
    let options = String::from_utf8(output.stdout).unwrap();
    options.split_whitespace().map(str::to_owned).collect()
}

/// Every name in the code of `<libvirt/{header}.h>`, and of what it includes.
pub(super) fn names(header: &str) -> BTreeSet<String> {
    let compiler = Command::new("cc")
        .args(options("--cflags"))
        .args(["-E", "-dD", "-include", &format!("libvirt/{header}.h"), "-xc", "/dev/null"])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(compiler.status.success(), "{}", String::from_utf8_lossy(&compiler.stderr));
    let code = String::from_utf8(compiler.stdout).unwrap();
    words(&code).map(str::to_owned).collect()
}
