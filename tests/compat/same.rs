//! What both libraries have is the same in both: a C compiler that sees both headers says so.

use std::fmt::Write;
use std::fs;
use std::process::Command;

use super::declaration::{Declaration, words};
use super::header::{declarations, mapped, theirs};
use super::{libvirt, root};

/// A declaration of ours in libvirt's words. Structures go by the names that both give them.
fn translate(text: &str) -> String {
    let mut translated = text.replace("struct vw", "vw");
    let mut names: Vec<&str> = words(text).filter(|word| theirs(word).is_some()).collect();
    names.sort_unstable_by_key(|name| std::cmp::Reverse(name.len()));
    names.dedup();
    for name in names {
        translated = translated.replace(name, &theirs(name).unwrap());
    }
    translated
}

/// A C program that is valid if every mapped name means the same in both libraries.
fn program() -> String {
    let mapped = mapped();
    let both = |name: &str| theirs(name).filter(|theirs| mapped.contains(theirs));
    let mut text = "#include <stddef.h>\n#include <libvirt/libvirt.h>\n\
        #include <libvirt/virterror.h>\n#include <virtwatch/virtwatch.h>\n"
        .to_owned();
    let same = |text: &mut String, left: &str, right: &str| {
        writeln!(text, "_Static_assert((long long)({left}) == (long long)({right}), \"{left}\");")
            .unwrap();
    };
    for declaration in declarations() {
        let Some(name) = both(declaration.name()) else {
            // An enumeration may have another name, or none: its numbers are libvirt's all the same.
            if let Declaration::Enumeration { enumerators, .. } = &declaration {
                for ours in enumerators {
                    both(ours).inspect(|theirs| same(&mut text, theirs, ours));
                }
            }
            continue;
        };
        match declaration {
            Declaration::Macro { name: ours } if !ours.ends_with("CALLBACK") => {
                same(&mut text, &name, &ours);
            }
            Declaration::Macro { .. } => {}
            Declaration::Enumeration { name: ours, enumerators } => {
                same(&mut text, &format!("sizeof({name})"), &format!("sizeof({ours})"));
                for ours in enumerators {
                    both(&ours).inspect(|theirs| same(&mut text, theirs, &ours));
                }
            }
            Declaration::Structure { name: ours, members } => {
                if !members.is_empty() {
                    same(&mut text, &format!("sizeof({name})"), &format!("sizeof({ours})"));
                }
                for member in members {
                    let place = |of: &str| format!("offsetof({of}, {member})");
                    let size = |of: &str| format!("sizeof((({of} *)0)->{member})");
                    same(&mut text, &place(&name), &place(&ours));
                    same(&mut text, &size(&name), &size(&ours));
                }
            }
            // The compiler takes the same declaration twice, and no other.
            Declaration::Type { text: ours, .. }
            | Declaration::Function { text: ours, .. }
            | Declaration::Variable { text: ours, .. } => {
                writeln!(text, "{};", translate(&ours)).unwrap();
            }
        }
    }
    text
}

/// Every enumerator has libvirt's number, every structure its layout, every function and callback
/// its signature.
#[test]
fn what_is_mapped_is_the_same_in_both_libraries() {
    if !libvirt::is_here() {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("same.c");
    fs::write(&file, program()).unwrap();
    let output = Command::new("cc")
        .args(["-std=c11", "-fsyntax-only", "-Wall", "-Wextra", "-Werror"])
        .arg("-Wno-deprecated-declarations")
        .args(libvirt::options("--cflags"))
        .arg("-I")
        .arg(root().join("include"))
        .arg(&file)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
}
