//! A domain's document through the public API: what is kept, what is edited, what is refused.

#![expect(
    clippy::panic,
    clippy::format_collect,
    reason = "a test fails by panicking, and its documents need not be made fast"
)]

use proptest::prelude::*;
use virtwatch::{Config, ErrorCode};

const UUID: &str = "6695eb01-f6a4-8304-79aa-97f2502e193f";

/// Everything that XML has, in odd places.
const ODD: &str = "<?xml version='1.0' encoding='UTF-8'?>\r
<!-- before --><?pi one?>
<domain  xmlns:q = \"urn:q\" type = 'kvm' >
\t<q:name>not me</q:name>
  <name >a<!-- in -->&amp;<![CDATA[<b>]]></name >
  <uuid>6695eb01-f6a4-8304-79aa-97f2502e193f</uuid>
  <title>t &lt; é</title><description>one\r\ntwo</description>
  <metadata><app xmlns='urn:a' b=\"'>\" c='&quot;&#10;'/><!-- c --></metadata>
  <memory unit='MiB'>64</memory><zork/>
  <os ><type arch='x86_64'>hvm</type ></os>
  <devices><disk/><![CDATA[ ]]> ]] &gt; </devices>
</domain><!-- after -->
";

fn minimal(more: &str) -> String {
    format!(
        "<domain type='test'><name>a</name>{more}<os><type>hvm</type></os><memory>1</memory></domain>"
    )
}

fn parse(document: &str) -> Config {
    Config::parse(document).unwrap_or_else(|error| panic!("{document}: {error}"))
}

#[test]
fn a_complete_document_is_kept_byte_for_byte() {
    let config = parse(ODD);
    assert_eq!(config.document(), ODD);
    assert_eq!(config.to_xml(None), ODD);
    assert_eq!(config.name(), "a&<b>");
    assert_eq!(config.title(), Some("t < é"));
    assert_eq!(config.description(), Some("one\ntwo"));
    assert_eq!(config.uuid().to_string(), UUID);
    assert_eq!(config.memory_kib(), 64 << 10);
    assert_eq!(parse(config.document()), config);
}

#[test]
fn a_missing_uuid_is_put_behind_the_name() {
    let config = parse(&minimal(""));
    let uuid = format!("<uuid>{}</uuid>", config.uuid());
    assert_eq!(config.document(), minimal(&uuid));
    assert_eq!(parse(config.document()), config);
}

#[test]
fn an_empty_uuid_is_filled_in_place() {
    for (before, after) in [
        ("<uuid/>", "<uuid>U</uuid>"),
        ("<uuid a='b' />", "<uuid a='b' >U</uuid>"),
        ("<uuid></uuid>", "<uuid>U</uuid>"),
        ("<uuid><!-- c --></uuid><uuid>x</uuid>", "<uuid>U<!-- c --></uuid><uuid>x</uuid>"),
        ("<uuid><![CDATA[]]></uuid>", "<uuid>U</uuid>"),
    ] {
        let config = parse(&minimal(before));
        assert_eq!(config.document(), minimal(&after.replace('U', &config.uuid().to_string())));
        assert_eq!(parse(config.document()), config);
    }
}

#[test]
fn another_spelling_of_the_uuid_becomes_the_canonical_one() {
    for (before, after) in [
        ("<uuid> 6695EB01F6A4830479AA97F2502E193F\n</uuid>", "<uuid>U</uuid>"),
        ("<uuid>6695EB01<!-- c -->F6A4830479AA97F2502E193F</uuid>", "<uuid>U<!-- c --></uuid>"),
        (
            "<uuid>6695eb01-f6a4-<!-- c -->8304-79aa-97f2502e193f</uuid>",
            "<uuid>6695eb01-f6a4-<!-- c -->8304-79aa-97f2502e193f</uuid>",
        ),
    ] {
        let config = parse(&minimal(before));
        assert_eq!(config.document(), minimal(&after.replace('U', UUID)));
    }
}

#[test]
fn the_id_is_dropped_and_shown_in_the_live_form() {
    let uuid = format!("<uuid>{UUID}</uuid>");
    let plain = minimal(&uuid);
    for root in ["<domain id='7' type='test'>", "<domain type='test'\n id = \"7\">"] {
        let config = parse(&plain.replace("<domain type='test'>", root));
        assert_eq!(config.document(), plain);
    }
    let config = parse(&plain);
    assert_eq!(config.to_xml(Some(3)), plain.replace("type='test'", "type='test' id='3'"));
    assert_eq!(parse(&config.to_xml(Some(3))), config);
    let odd = parse(ODD);
    assert_eq!(odd.to_xml(Some(3)), ODD.replace("type = 'kvm'", "type = 'kvm' id='3'"));
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_document() {
    let document = minimal(&format!("<uuid>{UUID}</uuid>"));
    assert_eq!(parse(&format!("\u{feff}{document}")).document(), document);
}

#[test]
fn renaming_changes_the_text_of_the_name_only() {
    let renamed = parse(ODD).renamed("x & <y>").unwrap();
    assert_eq!(renamed.name(), "x & <y>");
    let expected = ODD.replace("a<!-- in -->&amp;<![CDATA[<b>]]>", "x &amp; &lt;y&gt;<!-- in -->");
    assert_eq!(renamed.document(), expected);
    assert_eq!(renamed.renamed("a").unwrap().name(), "a");

    let config = parse(&minimal(""));
    let back = config.renamed("]]>").unwrap().renamed("a").unwrap();
    assert_eq!(back, config);
    let long = "x".repeat(1025);
    for (name, code) in [
        ("", ErrorCode::NoName),
        ("a/b", ErrorCode::XmlError),
        (&*long, ErrorCode::XmlError),
        ("a\n", ErrorCode::XmlDetail),
        ("a\0", ErrorCode::XmlDetail),
    ] {
        assert_eq!(config.renamed(name).unwrap_err().code(), code, "{name:?}");
    }
}

#[test]
fn bombs_do_not_go_off() {
    let laughs: String = (1..10)
        .map(|level| {
            let inner = format!("&l{};", level - 1).repeat(10);
            format!("<!ENTITY l{level} \"{inner}\">")
        })
        .collect();
    let document = format!("<!DOCTYPE domain [<!ENTITY l0 'lol'>{laughs}]><domain>&l9;</domain>");
    assert_eq!(Config::parse(&document).unwrap_err().code(), ErrorCode::XmlDetail);
    let file = "<!DOCTYPE domain [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><domain>&x;</domain>";
    assert_eq!(Config::parse(file).unwrap_err().code(), ErrorCode::XmlDetail);

    let name = "x".repeat(10 << 20);
    let error = Config::parse(&minimal("").replace(">a<", &format!(">{name}<"))).unwrap_err();
    assert_eq!(error.code(), ErrorCode::XmlDetail);
    assert!(error.message().len() < 300);
    let name = "x".repeat(3 << 20);
    let error = Config::parse(&minimal("").replace(">a<", &format!(">{name}<"))).unwrap_err();
    assert_eq!(error.code(), ErrorCode::XmlError);
    assert!(error.message().len() < 300);
    let error = Config::parse(&format!("<{name}></a>")).unwrap_err();
    assert!(error.message().len() < 300);
}

#[test]
fn depth_is_limited() {
    let nested = |depth| minimal(&format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth)));
    parse(&nested(127));
    for depth in [128, 10_000, 500_000] {
        let error = Config::parse(&nested(depth)).unwrap_err();
        assert_eq!(error.code(), ErrorCode::XmlDetail, "{depth}");
    }
}

#[test]
fn many_attributes_and_pieces_take_linear_time() {
    let attributes: String = (0..200_000).map(|index| format!(" a{index}='&lt;'")).collect();
    parse(&minimal(&format!("<metadata{attributes}/>")));
    let pieces = "-<!---->".repeat(400_000);
    assert_eq!(parse(&minimal(&format!("<uuid>{pieces}{UUID}</uuid>"))).uuid().to_string(), UUID);
}

#[test]
fn the_uuid_does_not_push_a_document_over_the_limit() {
    let len = minimal("").len();
    let filled = |total: usize| minimal(&" ".repeat(total - len));
    assert_eq!(Config::parse(&filled(4 << 20)).unwrap_err().code(), ErrorCode::XmlDetail);
    let config = parse(&filled((4 << 20) - "<uuid></uuid>".len() - UUID.len()));
    assert_eq!(parse(config.document()), config);
}

/// Whatever is accepted reads back as itself; nothing panics.
fn check_any(document: &str) -> Result<(), TestCaseError> {
    if let Ok(config) = Config::parse(document) {
        let again = Config::parse(config.document());
        prop_assert_eq!(again.as_ref(), Ok(&config));
        let live = Config::parse(&config.to_xml(Some(1)));
        prop_assert_eq!(live.as_ref(), Ok(&config));
        let renamed =
            config.renamed("r&d").map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(renamed.name(), "r&d");
        prop_assert_eq!(renamed.uuid(), config.uuid());
    }
    Ok(())
}

fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "<",
            ">",
            "/>",
            "</",
            "'",
            "\"",
            "=",
            "&",
            ";",
            "&lt;",
            "&#65;",
            "&#xd;",
            "]]>",
            "<![CDATA[",
            "<!--",
            "-->",
            "--",
            "<?",
            "?>",
            "<?xml version='1.0'?>",
            "<!DOCTYPE a>",
            "\r\n",
            "\r",
            "\0",
            "\u{feff}",
            "\u{ffff}",
            "é",
            " ",
            " id='1'",
            " type='kvm'",
            " xmlns='u'",
            " xmlns=''",
            "<name>b</name>",
            "<name/>",
            "<uuid/>",
            "<uuid>",
            "</uuid>",
            "<title>t</title>",
            "<a>",
            "</a>",
            "<a/>",
            "<os>",
            "</os>",
            "<memory>2</memory>",
            "<vcpu current='1'>2</vcpu>",
            "<on_crash>preserve</on_crash>",
            "<cpu><numa><cell memory='1'/></numa></cpu>",
            UUID,
        ])
        .prop_map(str::to_owned),
        any::<char>().prop_map(String::from),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_judged(text in ".{0,64}") {
        check_any(&text)?;
    }

    #[test]
    fn any_bytes_are_judged(bytes in prop::collection::vec(any::<u8>(), 0..256)) {
        check_any(&String::from_utf8_lossy(&bytes))?;
    }

    #[test]
    fn any_pieces_of_markup_are_judged(pieces in prop::collection::vec(piece(), 0..24)) {
        check_any(&pieces.concat())?;
    }

    #[test]
    fn mutated_documents_are_judged(
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..6, piece()), 1..5),
        odd in any::<bool>(),
    ) {
        let mut text: Vec<char> = if odd { ODD.to_owned() } else { minimal("") }.chars().collect();
        for (index, removed, piece) in edits {
            let at = index.index(text.len() + 1);
            let end = (at + removed).min(text.len());
            text.splice(at..end, piece.chars());
        }
        check_any(&text.into_iter().collect::<String>())?;
    }

    #[test]
    fn any_contents_are_kept(
        name in prop::collection::vec(piece(), 1..4),
        uuid in prop::collection::vec(piece(), 0..4),
        more in prop::collection::vec(piece(), 0..6),
    ) {
        let uuid = format!("<uuid>{}</uuid>{}", uuid.concat(), more.concat());
        check_any(&minimal(&uuid).replace(">a<", &format!(">{}<", name.concat())))?;
    }

    #[test]
    fn any_good_name_can_be_given(name in "[^/\\p{C}]{1,40}") {
        let config = parse(&minimal("")).renamed(&name);
        prop_assert_eq!(config.as_ref().map(Config::name), Ok(&*name));
    }
}
