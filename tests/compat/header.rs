//! The headers that give virtwatch's names to programs written for libvirt: pure renaming, made of
//! virtwatch.h, of exactly the names that libvirt has too.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::sync::OnceLock;

use super::declaration::{Declaration, read};
use super::{HEADERS, compat, libvirt, root};

const UPDATE: &str = "Run, with libvirt-dev installed: UPDATE=1 cargo test --test compat";

/// What virtwatch.h declares.
pub(super) fn declarations() -> Vec<Declaration> {
    read(&fs::read_to_string(root().join("include/virtwatch/virtwatch.h")).unwrap())
}

/// libvirt's name for one of ours.
pub(super) fn theirs(name: &str) -> Option<String> {
    let rest = name.strip_prefix("VW_").map(|rest| format!("VIR_{rest}"));
    rest.or_else(|| name.strip_prefix("vw").map(|rest| format!("vir{rest}")))
}

/// Each of our names that a program may use, with what it stands for in libvirt.
fn pairs(declarations: &[Declaration]) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    let mut add = |theirs: Option<String>, ours: &str| {
        pairs.extend(theirs.map(|theirs| (theirs, ours.to_owned())));
    };
    for declaration in declarations {
        let name = declaration.name();
        add(theirs(name), name);
        match declaration {
            Declaration::Enumeration { enumerators, .. } => {
                for enumerator in enumerators {
                    add(theirs(enumerator), enumerator);
                }
            }
            // struct virX is struct _virX with libvirt.
            Declaration::Structure { .. } => add(theirs(name).map(|name| format!("_{name}")), name),
            _ => {}
        }
    }
    pairs
}

/// The text of a header that maps those of `pairs` that libvirt has.
fn text(header: &str, pairs: &[(String, String)], has: &BTreeSet<String>) -> String {
    let guard = format!("VIRTWATCH_COMPAT_{}_H", header.to_uppercase());
    let (include, more) = match header {
        "libvirt" => ("<virtwatch/virtwatch.h>", VERSION),
        _ => ("<libvirt/libvirt.h>", ""),
    };
    let mut text = format!(
        "/*\n * <libvirt/{header}.h> for programs that are built with virtwatch: libvirt's names for\n \
         * what virtwatch has of it. docs/libvirt-compat.md says what that is.\n */\n\
         #ifndef {guard}\n#define {guard}\n\n\
         /* Generated from virtwatch.h by `UPDATE=1 cargo test --test compat`: not to be edited. */\n\n\
         #include {include}\n\n{more}"
    );
    for (theirs, ours) in pairs.iter().filter(|(theirs, _)| has.contains(theirs)) {
        writeln!(text, "#define {theirs} {ours}").unwrap();
    }
    text + &format!("\n#endif /* {guard} */\n")
}

const VERSION: &str = "\
/* The libvirt whose interface this is, as far as it goes. vwGetVersion() tells virtwatch's. */
#define LIBVIR_VERSION_NUMBER 9000000
#define LIBVIR_CHECK_VERSION(major, minor, micro) \\
    ((major) * 1000000 + (minor) * 1000 + (micro) <= LIBVIR_VERSION_NUMBER)

";

/// The headers as they have to be; kept anew first when that is asked for.
fn generated() -> &'static [(&'static str, String)] {
    static GENERATED: OnceLock<Vec<(&str, String)>> = OnceLock::new();
    GENERATED.get_or_init(|| {
        let pairs = pairs(&declarations());
        let mut known = BTreeSet::new();
        let mut headers = Vec::new();
        for header in HEADERS {
            let here: BTreeSet<_> = libvirt::names(header).difference(&known).cloned().collect();
            headers.push((header, text(header, &pairs, &here)));
            known.extend(here);
        }
        if std::env::var_os("UPDATE").is_some() {
            for (header, text) in &headers {
                fs::write(compat(header), text).unwrap();
            }
        }
        headers
    })
}

/// libvirt's names that the kept headers map, in their order.
pub(super) fn mapped() -> Vec<String> {
    if libvirt::is_here() {
        generated();
    }
    let kept = |header| fs::read_to_string(compat(header)).unwrap();
    let text = HEADERS.map(kept).concat();
    let mapping = |line: &str| {
        let mut words = line.split(' ');
        let (define, name, ours) = (words.next()?, words.next()?, words.next()?);
        let is_one = define == "#define" && ours.to_lowercase().starts_with("vw");
        is_one.then(|| name.to_owned())
    };
    text.lines().filter_map(mapping).collect()
}

/// The headers map every name that both libraries have, and no other.
#[test]
fn the_headers_map_what_both_libraries_have() {
    if !libvirt::is_here() {
        return;
    }
    for (header, generated) in generated() {
        let kept = fs::read_to_string(compat(header)).unwrap_or_default();
        let missing: Vec<_> = generated.lines().filter(|line| !kept.contains(line)).collect();
        let surplus: Vec<_> = kept.lines().filter(|line| !generated.contains(line)).collect();
        assert!(
            kept == *generated,
            "compat/libvirt/{header}.h is out of date.\nmissing: {missing:#?}\n\
             surplus: {surplus:#?}\n{UPDATE}"
        );
    }
}

/// Where libvirt is not installed: that nothing is mapped that virtwatch.h does not have.
#[test]
fn the_headers_map_nothing_that_is_not_there() {
    let pairs = pairs(&declarations());
    for name in mapped() {
        assert!(pairs.iter().any(|(theirs, _)| *theirs == name), "{name}. {UPDATE}");
    }
}
