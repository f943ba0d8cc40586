use super::*;
use crate::error::ErrorCode as Code;
use crate::error::ErrorDomain as By;

const OS: &str = "<os><type>hvm</type></os>";
const UUID: &str = "6695eb01-f6a4-8304-79aa-97f2502e193f";

/// A document that is accepted, with `more` in it.
fn with(more: &str) -> String {
    format!("<domain type='test'><name>a</name>{OS}<memory>1024</memory>{more}</domain>")
}

fn parse(document: &str) -> Config {
    Config::parse(document).unwrap_or_else(|error| panic!("{document}: {error}"))
}

#[track_caller]
fn assert_refused(document: &str, code: Code, by: By, text: &str) {
    let error = Config::parse(document).expect_err(document);
    assert_eq!((error.code(), error.domain()), (code, by), "{document}: {error}");
    assert!(error.message().starts_with(text), "{document}: {error}");
    assert!(error.message().contains(|c: char| c.is_ascii_digit()), "no position: {error}");
}

#[test]
fn identity_is_checked_first() {
    let root = "XML error: expecting root element of 'domain', not 'network'";
    assert_refused("<network/>", Code::XmlError, By::Xml, root);
    let malformed = "(domain_definition):1:10: ";
    assert_refused("<network>", Code::XmlDetail, By::Domain, malformed);
    let nameless = "missing name information (at 1:1)";
    for document in [
        "<domain/>",
        "<domain><name/></domain>",
        "<domain><name/><name>b</name></domain>",
        "<domain><name xmlns='u'>b</name></domain>",
        "<domain xmlns='u'><name>b</name></domain>",
        "<domain><x:name>b</x:name><q><name>b</name></q></domain>",
    ] {
        assert_refused(document, Code::NoName, By::Domain, nameless);
    }
    let document = "<domain>\n<name>a/b</name> <uuid>x</uuid></domain>";
    let text = "internal error: malformed uuid element (at 2:18)";
    assert_refused(document, Code::InternalError, By::Domain, text);
}

#[test]
fn types_are_libvirts() {
    for kind in rule::DOMAIN_TYPES {
        let document = with("").replace("'test'", &format!("'{kind}'"));
        assert_eq!(parse(&document).domain_type(), *kind);
    }
    let kind = |kind| with("<title>\n</title>").replace("type='test'", kind);
    let text = "internal error: missing domain type attribute";
    assert_refused(&kind(""), Code::InternalError, By::Domain, text);
    assert_refused(&kind("type=''"), Code::InternalError, By::Domain, text);
    let text = "unsupported configuration: invalid domain type bogus";
    assert_refused(&kind("type='bogus'"), Code::ConfigUnsupported, By::Domain, text);

    for os in rule::OS_TYPES {
        let init = format!("<os><type arch='i686'>{os}</type><init>/i</init></os>");
        assert_eq!(parse(&with("").replace(OS, &init)).os_type(), *os);
    }
    let os = |os| with("<title>\n</title>").replace(OS, os);
    let text = "XML error: an os <type> must be specified";
    for none in ["", "<os/>", "<os><type/><type>hvm</type></os>", "<bootloader/>"] {
        assert_refused(&os(none), Code::XmlError, By::Domain, text);
    }
    let text = "unsupported configuration: unknown OS type 'zzz'";
    let document = os("<os><type>zzz</type></os>");
    assert_refused(&document, Code::ConfigUnsupported, By::Domain, text);
    assert_eq!(parse(&with("").replace(OS, "<bootloader>/b</bootloader>")).os_type(), "xen");
    let split = "<os/><os><type>hvm</type></os>";
    assert_eq!(parse(&with("").replace(OS, split)).os_type(), "hvm");

    let text = "XML error: init binary must be specified";
    for init in ["", "<init/>"] {
        let os = format!("<os><type>exe</type>{init}</os>");
        assert_refused(&with("").replace(OS, &os), Code::XmlError, By::Domain, text);
    }
}

#[test]
fn titles_and_descriptions_are_decoded() {
    let config = parse(&with("<title>a &amp; b</title><description>c\r\nd</description>"));
    assert_eq!((config.title(), config.description()), (Some("a & b"), Some("c\nd")));
    let config = parse(&with("<title/><description/><title>b</title>"));
    assert_eq!((config.title(), config.description()), (None, None));
    for newline in ["\n", "\r", "&#10;", "<b>\n</b>"] {
        let text = "XML error: Domain title can't contain newlines";
        let document = with(&format!("<title>a{newline}b</title>"));
        assert_refused(&document, Code::XmlError, By::Domain, text);
    }
}

#[test]
fn power_management_is_allowed_unless_it_is_not() {
    for (pm, allowed) in [
        ("", (true, true)),
        ("<pm><suspend-to-mem/><suspend-to-disk enabled='no'/></pm>", (true, false)),
        ("<pm><suspend-to-mem enabled='no'/><suspend-to-mem enabled='yes'/></pm>", (false, true)),
        ("<pm xmlns='u'><suspend-to-mem enabled='x'/></pm>", (true, true)),
    ] {
        let config = parse(&with(pm));
        assert_eq!((config.suspend_to_mem(), config.suspend_to_disk()), allowed, "{pm}");
    }
    for value in ["x", "", "YES"] {
        let text = format!(
            "XML error: Invalid value for attribute 'enabled' in element 'suspend-to-disk': '{value}'."
        );
        let document = with(&format!("<pm><suspend-to-disk enabled='{value}'/></pm>"));
        assert_refused(&document, Code::XmlError, By::Xml, &text);
    }
}

#[test]
fn memory_is_rounded_up_to_kib() {
    for (memory, kib) in [
        ("<memory>10</memory>", 10),
        ("<memory unit=''>10</memory>", 10),
        ("<memory> +010</memory>", 10),
        ("<memory>1<!-- -->0</memory><memory>x</memory>", 10),
        ("<memory unit='b'>1</memory>", 1),
        ("<memory unit='bytes'>1025</memory>", 2),
        ("<memory unit='KB'>1025</memory>", 1001),
        ("<memory unit='k'>7</memory>", 7),
        ("<memory unit='mib'>1</memory>", 1024),
        ("<memory unit='MB'>1</memory>", 977),
        ("<memory unit='G'>1</memory>", 1 << 20),
        ("<memory unit='TiB'>1</memory>", 1 << 30),
        ("<memory unit='E'>1</memory>", 1 << 50),
        ("<memory>9007199254740991</memory>", 9_007_199_254_740_991),
    ] {
        let config = parse(&with("").replace("<memory>1024</memory>", memory));
        assert_eq!((config.memory_kib(), config.current_memory_kib()), (kib, kib), "{memory}");
    }
    for (current, kib) in [("5", 5), ("0", 1024), ("", 1024), ("1024", 1024), ("2048", 1024)] {
        let document = with(&format!("<currentMemory>{current}</currentMemory>"));
        assert_eq!(parse(&document).current_memory_kib(), kib, "{current}");
    }
    let cells = "<cpu><numa><cell memory='1' unit='M'/><cell memory='1'/></numa></cpu>";
    assert_eq!(parse(&with(cells)).memory_kib(), 1024);
    let document = with(cells).replace("<memory>1024</memory>", "");
    assert_eq!(parse(&document).memory_kib(), 1025);
}

#[test]
fn bad_amounts_of_memory_are_refused() {
    let memory = |memory: &str| with("").replace("<memory>1024</memory>", memory);
    let text =
        "XML error: Memory size must be specified via <memory> or in the <numa> configuration";
    for none in ["", "<memory/>", "<memory>0</memory>", "<memory xmlns='u'>5</memory>"] {
        assert_refused(&memory(none), Code::XmlError, By::Domain, text);
    }
    for value in ["-1", "x", "1x", "1.5", "1 ", "0x10", "18446744073709551616"] {
        let text =
            format!("XML error: Invalid value '{value}' for element or attribute './memory[1]'");
        let document = memory(&format!("<memory unit='zz'>{value}</memory>"));
        assert_refused(&document, Code::XmlError, By::Xml, &text);
    }
    for unit in ["bogus", "KiBi", " KiB", "ib", "bib", "kk"] {
        let document = memory(&format!("<memory unit='{unit}'>0</memory>"));
        let text = format!("invalid argument: unknown suffix '{unit}'");
        assert_refused(&document, Code::InvalidArg, By::None, &text);
    }
    for large in ["<memory unit='E'>8</memory>", "<memory>9007199254740992</memory>"] {
        let error = Config::parse(&memory(large)).unwrap_err();
        assert_eq!((error.code(), error.domain()), (Code::Overflow, By::None));
    }
    let text = "XML error: Invalid value 'y' for element or attribute './currentMemory[1]'";
    let document = memory("<currentMemory>y</currentMemory>");
    assert_refused(&document, Code::XmlError, By::Xml, text);
    let cell = |cell| with(&format!("<cpu><numa><cell {cell}/></numa></cpu>"));
    let text = "XML error: missing element or attribute './@memory'";
    assert_refused(&cell("id='0'"), Code::XmlError, By::Xml, text);
    let text = "XML error: Invalid value 'x' for element or attribute './@memory'";
    assert_refused(&cell("memory='x'"), Code::XmlError, By::Xml, text);
}

#[test]
fn vcpus_are_counted() {
    for (vcpu, max, current) in [
        ("", 1, 1),
        ("<vcpu> +3</vcpu><vcpu>x</vcpu>", 3, 3),
        ("<vcpu current='1'>2</vcpu>", 2, 1),
        ("<vcpu current='0'>2</vcpu>", 2, 0),
        ("<vcpu>2147483647</vcpu>", 2_147_483_647, 2_147_483_647),
    ] {
        let config = parse(&with(vcpu));
        assert_eq!((config.max_vcpus(), config.vcpus()), (max, current), "{vcpu}");
    }
    for vcpu in ["", "x", "2 ", "-1", "2147483648", "0x1"] {
        let text = "XML error: maximum vcpus count must be an integer";
        let document = with(&format!("<vcpu>{vcpu}</vcpu><on_crash>zap</on_crash>"));
        assert_refused(&document, Code::XmlError, By::Domain, text);
    }
    let text = "internal error: CPU IDs in <numa> exceed the <vcpu> count";
    assert_refused(&with("<vcpu>0</vcpu>"), Code::InternalError, By::Domain, text);
    let text =
        "unsupported configuration: maximum vCPU count must not be less than current vCPU count";
    let document = with("<vcpu current='3'>2</vcpu>");
    assert_refused(&document, Code::ConfigUnsupported, By::Domain, text);
    let text = "XML error: Invalid value for attribute 'current' in element 'vcpu': 'x'";
    assert_refused(&with("<vcpu current='x'>0</vcpu>"), Code::XmlError, By::Xml, text);
}

#[test]
fn lifecycle_actions_are_libvirts() {
    let config = parse(&with("<on_crash/>"));
    let actions = [config.on_poweroff(), config.on_reboot(), config.on_crash()];
    assert_eq!(actions.map(LifecycleAction::number), [0, 1, 0]);

    for action in LifecycleAction::ALL {
        let is_dump = action.name().starts_with("coredump");
        assert_eq!(parse(&with(&format!("<on_crash>{action}</on_crash>"))).on_crash(), *action);
        for event in ["poweroff", "reboot"] {
            let document = with(&format!("<on_{event}>{action}</on_{event}>"));
            if is_dump {
                let text = format!(
                    "unsupported configuration: Lifecycle event '{event}' doesn't support '{action}' action"
                );
                assert_refused(&document, Code::ConfigUnsupported, By::Domain, &text);
            } else {
                parse(&document);
            }
        }
    }
    for event in ["poweroff", "reboot", "crash", "lockfailure"] {
        let document = with(&format!("<on_{event}>zap</on_{event}>"));
        let text = format!("unsupported configuration: unknown on_{event} action: zap");
        assert_refused(&document, Code::ConfigUnsupported, By::Domain, &text);
    }
    parse(&with("<on_lockfailure>ignore</on_lockfailure>"));
}

#[test]
fn names_are_checked_last() {
    let named = |name: &str| with("").replace("<name>a<", &format!("<name>{name}<"));
    for name in [" ", "é", ".", "..", "a b", "😀", &"x".repeat(1024)] {
        assert_eq!(parse(&named(name)).name(), name);
        assert_eq!(Config::check_name(name, By::Test), Ok(()));
    }
    assert_eq!(parse(&named("a<b>c</b><!-- -->d<![CDATA[&]]>&lt;")).name(), "acd&<");

    let text = "XML error: name a/b cannot contain '/' (at 1:21)";
    assert_refused(&named("a/b"), Code::XmlError, By::Domain, text);
    let text = "XML error: Memory size";
    let document = named("a/b").replace("1024", "0");
    assert_refused(&document, Code::XmlError, By::Domain, text);
    assert_refused(&named(&"x".repeat(1025)), Code::XmlError, By::Domain, "XML error: name xxx");
    for (written, shown) in [
        ("\n", "\\n"),
        ("&#9;", "\\t"),
        ("&#13;", "\\r"),
        ("\u{7f}", "\\u{7f}"),
        ("\u{85}", "\\u{85}"),
    ] {
        let text = format!("invalid char in name: {shown} (at ");
        assert_refused(&named(&format!("a{written}")), Code::XmlDetail, By::Xml, &text);
    }
    let code = |name| Config::check_name(name, By::Test).unwrap_err();
    assert_eq!((code("").code(), code("").domain()), (Code::NoName, By::Test));
    assert_eq!(code("a/b").message(), "XML error: name a/b cannot contain '/'");
    assert_eq!(code("a/b").domain(), By::Test);
    for bad in ["a\0", "\n", "\u{fffe}", "\u{ffff}"] {
        assert_eq!((code(bad).code(), code(bad).domain()), (Code::XmlDetail, By::Xml));
    }
}

#[test]
fn uuids_are_read_liberally_and_kept_canonical() {
    for written in [
        "6695EB01-F6A4-8304-79AA-97F2502E193F",
        "\n\t 66-95 EB01F6A4-8304-79AA-97F2502E193F \n",
        "6695eb01-f6a4-<!-- -->8304-79aa-97f2502e193f",
        "&#x36;695eb01-f6a4-8304-79aa-97f2502e193f",
        UUID,
    ] {
        let config = parse(&with(&format!("<uuid>{written}</uuid>")));
        assert_eq!(config.uuid().to_string(), UUID);
        assert_eq!(parse(config.document()), config);
    }
    for bad in [" ", "x", "{6695eb01-f6a4-8304-79aa-97f2502e193f}"] {
        let document = with(&format!("<uuid>{bad}</uuid>"));
        assert!(Config::parse(&document).is_err(), "{bad:?}");
    }
    assert!(parse(&with(&format!("<uuid>{}</uuid>", "0".repeat(32)))).uuid().is_nil());
    let random = parse(&with("")).uuid();
    assert_eq!(random.get_version_num(), 4);
    assert_ne!(random, parse(&with("")).uuid());
}
