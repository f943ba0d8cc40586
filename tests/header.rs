//! The C header: that it is up to date, that every compiler takes it, that its numbers are the
//! library's.
#![cfg(feature = "capi")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Once;

use virtwatch::{
    AddedDetail, AffectFlags, CatchupCause, CrashedDetail, CrashedReason, CreateFlags,
    DefinedDetail, DestroyFlags, ErrorCode, ErrorDomain, EventSupport, EventType, ListFlags,
    MigrateFlags, Origin, PausedReason, PmSuspendedDetail, Readiness, RemovedDetail, RequestKind,
    ResumedDetail, RunningReason, SaveFlags, ShutdownDetail, ShutdownFlags, ShutdownReason,
    ShutoffReason, StartedDetail, State, StoppedDetail, SuspendTarget, SuspendedDetail,
    UndefineFlags, UndefinedDetail, XmlFlags,
};

/// The files of the C face in the order of the header.
const FILES: &[&str] = &[
    "library",
    "number",
    "flag",
    "error",
    "handler",
    "auth",
    "connection",
    "list",
    "domain",
    "operation",
    "metadata",
    "migration",
    "uuid",
    "cursor",
    "record",
    "event",
    "legacy",
    "close",
    "event_loop",
    "watch",
    "host",
    "driver",
    "stats",
    "name",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The header; made anew first when that is asked for.
fn header() -> PathBuf {
    static UPDATE: Once = Once::new();
    let path = root().join("include/virtwatch/virtwatch.h");
    UPDATE.call_once(|| {
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&path, generate()).unwrap();
        }
    });
    path
}

fn generate() -> String {
    let config = cbindgen::Config::from_file(root().join("cbindgen.toml")).unwrap();
    let mut builder = cbindgen::Builder::new().with_config(config);
    for file in FILES {
        builder = builder.with_src(root().join(format!("src/ffi/{file}.rs")));
    }
    let mut text = Vec::new();
    builder.generate().unwrap().write(&mut text);
    compact(&String::from_utf8(text).unwrap())
}

/// Comments of one line on one line, where they fit, and no blank line between the enumerators and
/// members that they describe.
fn compact(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let mut compact = String::new();
    let mut rest = lines.as_slice();
    while let [first, others @ ..] = rest {
        rest = others;
        if let ("/**", [middle, end, after @ ..]) = (first.trim(), others)
            && let Some(sentence) = middle.trim().strip_prefix("* ")
            && end.trim() == "*/"
        {
            let indent = first.strip_suffix("/**").unwrap();
            compact += &[indent, "/** ", sentence.trim(), " */\n"].concat();
            rest = after;
            continue;
        }
        compact += first.trim_end();
        compact += "\n";
    }
    compact
}

/// Every file with exported functions is in the header, so that every function is.
#[test]
fn every_exported_function_is_declared() {
    let header = generate();
    for file in fs::read_dir(root().join("src/ffi")).unwrap() {
        let source = fs::read_to_string(file.unwrap().path()).unwrap();
        for line in source.lines() {
            let Some(rest) = line.strip_prefix("pub unsafe extern \"C\" fn ") else { continue };
            let name = rest.split('(').next().unwrap();
            assert!(header.contains(&format!("{name}(")), "{name} is not in the header");
        }
    }
}

/// Every exported function is described in libvirt's form: its name, each parameter, what it does
/// and returns, and since when.
#[test]
fn every_exported_function_is_described() {
    for file in FILES {
        let source = fs::read_to_string(root().join(format!("src/ffi/{file}.rs"))).unwrap();
        let mut description = Vec::new();
        let mut lines = source.lines();
        while let Some(line) = lines.next() {
            if let Some(text) = line.strip_prefix("///") {
                description.push(text.trim());
            } else if let Some(rest) = line.strip_prefix("pub unsafe extern \"C\" fn ") {
                let mut signature = rest.to_owned();
                while !signature.ends_with('{') {
                    signature += lines.next().unwrap();
                }
                check_description(&signature, &description);
            } else if !line.starts_with("#[") {
                description.clear();
            }
        }
    }
}

fn check_description(signature: &str, description: &[&str]) {
    let (name, rest) = signature.split_once('(').unwrap();
    let parameters = rest.split(')').next().unwrap();
    let has = |start: &str| description.iter().any(|line| line.starts_with(start));
    assert_eq!(description.first(), Some(&format!("{name}:").as_str()));
    for parameter in parameters.split(',').filter_map(|parameter| parameter.split_once(':')) {
        let parameter = parameter.0.trim().trim_start_matches("r#");
        assert!(has(&format!("@{parameter}: ")), "{name} does not describe @{parameter}");
    }
    let head = description.iter().take_while(|line| !line.is_empty());
    let described = head.filter(|line| line.starts_with('@')).count();
    let expected = parameters.split(',').filter(|parameter| parameter.contains(':')).count();
    assert_eq!(described, expected, "{name} describes other parameters than it has");
    assert!(!signature.contains("->") || has("Returns "), "{name} does not say what it returns");
    assert!(has("Since: "), "{name} does not say since when it is there");
}

#[test]
fn the_header_is_up_to_date() {
    let kept = fs::read_to_string(header()).unwrap_or_default();
    let generated = generate();
    if let Some((at, (new, old))) =
        generated.lines().zip(kept.lines()).enumerate().find(|(_, (new, old))| new != old)
    {
        panic!(
            "include/virtwatch/virtwatch.h is out of date at line {}:\n- {old}\n+ {new}\n\
             Run: UPDATE=1 cargo test --test header",
            at + 1
        );
    }
    assert!(
        generated == kept,
        "include/virtwatch/virtwatch.h is out of date. Run: UPDATE=1 cargo test --test header"
    );
}

/// The release has one place: that of the crate.
#[test]
fn the_version_is_that_of_the_crate() {
    let header = fs::read_to_string(header()).unwrap();
    let numbers = ["MAJOR", "MINOR", "MICRO"].into_iter().zip(env!("CARGO_PKG_VERSION").split('.'));
    for (part, number) in numbers {
        assert!(header.contains(&format!("#define VW_VERSION_{part} {number}\n")), "{part}");
    }
}

/// The manual page names nothing that the header does not have.
#[test]
fn the_manual_names_what_is_there() {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let header = fs::read_to_string(header()).unwrap();
    let declared: Vec<&str> = header.split(|c| !is_part(c)).collect();
    let page = include_str!("../docs/man/virtwatch.3");
    let mut named = page.split(|c| !is_part(c)).filter(|word| {
        word.starts_with("VW_") || (word.starts_with("vw") && word.len() > "vw".len())
    });
    assert!(named.clone().count() > 10);
    assert_eq!(named.find(|name| !declared.contains(name)), None);
}

/// C99, C11, C17 and C++11, alone and twice, without a warning.
#[test]
fn every_compiler_takes_the_header() {
    header();
    let directory = tempfile::tempdir().unwrap();
    for (standard, suffix) in
        [("c99", "c"), ("c11", "c"), ("c17", "c"), ("c++11", "cc"), ("c++17", "cc")]
    {
        let compiler = if suffix == "c" { "cc" } else { "c++" };
        for (times, name) in [(1, "alone"), (2, "twice")] {
            let file = directory.path().join(format!("{name}.{suffix}"));
            let text = "#include <virtwatch/virtwatch.h>\n".repeat(times);
            fs::write(&file, text + "int answer(void);\nint answer(void) { return 42; }\n")
                .unwrap();
            let output = Command::new(compiler)
                .arg(format!("-std={standard}"))
                .args(["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only", "-I"])
                .arg(root().join("include"))
                .arg(&file)
                .output()
                .unwrap();
            let errors = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{compiler} {standard}, {name}:\n{errors}");
        }
    }
}

/// The enumerators of the header, and which of them a test has met.
struct Numbers {
    header: BTreeMap<String, i64>,
}

impl Numbers {
    fn read() -> Self {
        let text = fs::read_to_string(header()).unwrap();
        let mut header = BTreeMap::new();
        for line in text.lines() {
            let line = line.trim().trim_end_matches(',');
            let Some((name, number)) = line.split_once(" = ") else { continue };
            if name.starts_with("VW_") {
                assert!(header.insert(name.to_owned(), number.parse().unwrap()).is_none());
            }
        }
        Self { header }
    }

    /// Takes `name` out; it has that number.
    fn meet(&mut self, name: &str, number: impl Into<i64>) {
        let number = number.into();
        let found = self.header.remove(name);
        assert_eq!(found, Some(number), "{name}");
    }

    /// Takes out the enumerators of a Rust enumeration: the prefix and the variant's name.
    fn meet_all<T: Copy + Debug>(&mut self, prefix: &str, all: &[T], number: fn(T) -> i32) {
        for &value in all {
            let name = find(&self.header, prefix, &format!("{value:?}"));
            self.meet(&name, number(value));
        }
    }

    /// Takes out the flags of a Rust set.
    fn meet_flags<F: bitflags::Flags<Bits = u32>>(&mut self, prefix: &str) {
        for flag in F::FLAGS {
            let name = flag.name().replace("BUTTON", "BTN");
            self.meet(&format!("{prefix}{name}"), flag.value().bits());
        }
    }
}

/// The enumerator for a variant: `IoError` is `IOERROR` or `IO_ERROR`.
fn find(header: &BTreeMap<String, i64>, prefix: &str, variant: &str) -> String {
    let wanted = variant.to_uppercase();
    let fits = |name: &&String| {
        name.strip_prefix(prefix).is_some_and(|rest| rest.replace('_', "") == wanted)
    };
    let found = header.keys().find(fits);
    found.unwrap_or_else(|| panic!("the header has no {prefix}… for {variant}")).clone()
}

/// What the Rust API says by types, or only C has: names that have consecutive numbers.
const CONSECUTIVE: &[(&str, i64, &str)] = &[
    (
        "VW_CHANGE_",
        0,
        "OBSERVED DEFINED EDITED REVERTED RENAMED UNDEFINED STARTED SUSPENDED RESUMED PMSUSPENDED \
         WOKEN SHUTDOWN PANICKED CRASHLOADED RESET RESTARTED STOPPED",
    ),
    ("VW_RECORD_", 0, "EVENT CATCHUP SYNCED SOURCE_DOWN SOURCE_UP CLOSED"),
    ("VW_ERR_", 0, "NONE WARNING ERROR"),
    ("VW_CONNECT_", 1, "RO NO_ALIASES"),
    ("VW_CONNECT_CLOSE_REASON_", 0, "ERROR EOF KEEPALIVE CLIENT"),
    (
        "VW_CRED_",
        1,
        "USERNAME AUTHNAME LANGUAGE CNONCE PASSPHRASE ECHOPROMPT NOECHOPROMPT REALM EXTERNAL",
    ),
    ("VW_DOMAIN_METADATA_", 0, "DESCRIPTION TITLE ELEMENT"),
    (
        "VW_DOMAIN_EVENT_ID_",
        0,
        "LIFECYCLE REBOOT RTC_CHANGE WATCHDOG IO_ERROR GRAPHICS IO_ERROR_REASON CONTROL_ERROR
         BLOCK_JOB DISK_CHANGE TRAY_CHANGE PMWAKEUP PMSUSPEND BALLOON_CHANGE PMSUSPEND_DISK
         DEVICE_REMOVED BLOCK_JOB_2 TUNABLE AGENT_LIFECYCLE DEVICE_ADDED MIGRATION_ITERATION
         JOB_COMPLETED DEVICE_REMOVAL_FAILED METADATA_CHANGE BLOCK_THRESHOLD MEMORY_FAILURE
         MEMORY_DEVICE_SIZE_CHANGE",
    ),
];

/// The others.
const SINGLE: &[(&str, i64)] = &[
    ("VW_EVENT_PERSISTENT_BEFORE", 1),
    ("VW_EVENT_PERSISTENT_AFTER", 2),
    ("VW_EVENT_ACTIVE_BEFORE", 4),
    ("VW_EVENT_ACTIVE_AFTER", 8),
    ("VW_EVENT_MORE", 16),
    ("VW_CHANGE_PAUSED", 1),
    ("VW_CHANGE_KILLED", 2),
    ("VW_CHANGE_PERSISTENT", 4),
    ("VW_CHANGE_ID", 8),
    ("VW_EVENT_IN_CATCHUP", 32),
    ("VW_WATCH_SNAPSHOT", 1),
    ("VW_DOMAIN_EVENT_DEREGISTER_NOWAIT", 1),
    ("VW_DOMAIN_EVENT_ID_FULL_LIFECYCLE", 1000),
    ("VW_DOMAIN_NOSTATE_UNKNOWN", 0),
    ("VW_DOMAIN_BLOCKED_UNKNOWN", 0),
    ("VW_DOMAIN_PMSUSPENDED_UNKNOWN", 0),
    ("VW_ERR_OK", 0),
    ("VW_DOMAIN_NONE", 0),
    ("VW_DOMAIN_AFFECT_CURRENT", 0),
    ("VW_DOMAIN_DESTROY_DEFAULT", 0),
    ("VW_DOMAIN_SHUTDOWN_DEFAULT", 0),
    ("VW_DOMAIN_REBOOT_DEFAULT", 0),
    ("VW_DOMAIN_DEFINE_VALIDATE", 1),
];

/// The numbers of the header are those of the Rust API, none is missing and none is left over.
#[test]
fn the_numbers_are_those_of_the_library() {
    let mut numbers = Numbers::read();
    macro_rules! meet {
        ($($prefix:literal $name:ident),+ $(,)?) => {
            $(numbers.meet_all($prefix, $name::ALL, $name::number);)+
        };
    }
    meet! {
        "VW_DOMAIN_EVENT_DEFINED_" DefinedDetail, "VW_DOMAIN_EVENT_UNDEFINED_" UndefinedDetail,
        "VW_DOMAIN_EVENT_STARTED_" StartedDetail, "VW_DOMAIN_EVENT_SUSPENDED_" SuspendedDetail,
        "VW_DOMAIN_EVENT_RESUMED_" ResumedDetail, "VW_DOMAIN_EVENT_STOPPED_" StoppedDetail,
        "VW_DOMAIN_EVENT_SHUTDOWN_" ShutdownDetail,
        "VW_DOMAIN_EVENT_PMSUSPENDED_" PmSuspendedDetail,
        "VW_DOMAIN_EVENT_CRASHED_" CrashedDetail, "VW_DOMAIN_EVENT_ADDED_" AddedDetail,
        "VW_DOMAIN_EVENT_REMOVED_" RemovedDetail, "VW_DOMAIN_EVENT_" EventType,
        "VW_DOMAIN_RUNNING_" RunningReason, "VW_DOMAIN_PAUSED_" PausedReason,
        "VW_DOMAIN_SHUTDOWN_" ShutdownReason, "VW_DOMAIN_SHUTOFF_" ShutoffReason,
        "VW_DOMAIN_CRASHED_" CrashedReason, "VW_DOMAIN_" State,
        "VW_ERR_" ErrorCode, "VW_FROM_" ErrorDomain, "VW_EVENT_SUPPORT_" EventSupport,
        "VW_ORIGIN_" Origin, "VW_ORIGIN_" CatchupCause,
        "VW_NODE_SUSPEND_TARGET_" SuspendTarget, "VW_OPERATION_" RequestKind,
    }
    numbers.meet_flags::<CreateFlags>("VW_DOMAIN_START_");
    numbers.meet_flags::<UndefineFlags>("VW_DOMAIN_UNDEFINE_");
    numbers.meet_flags::<DestroyFlags>("VW_DOMAIN_DESTROY_");
    numbers.meet_flags::<ShutdownFlags>("VW_DOMAIN_SHUTDOWN_");
    numbers.meet_flags::<ShutdownFlags>("VW_DOMAIN_REBOOT_");
    numbers.meet_flags::<SaveFlags>("VW_DOMAIN_SAVE_");
    numbers.meet_flags::<XmlFlags>("VW_DOMAIN_XML_");
    numbers.meet_flags::<MigrateFlags>("VW_MIGRATE_");
    numbers.meet_flags::<AffectFlags>("VW_DOMAIN_AFFECT_");
    numbers.meet_flags::<ListFlags>("VW_CONNECT_LIST_DOMAINS_");

    numbers.meet_flags::<Readiness>("VW_EVENT_HANDLE_");

    for &(prefix, first, names) in CONSECUTIVE {
        for (number, name) in (first..).zip(names.split_whitespace()) {
            numbers.meet(&format!("{prefix}{name}"), number);
        }
    }
    for &(name, number) in SINGLE {
        numbers.meet(name, number);
    }
    assert!(numbers.header.is_empty(), "not known to this test: {:?}", numbers.header);
}
