use super::*;

fn check(document: &str) -> Result<()> {
    Reader::new(document, "doc", ErrorDomain::Xml)?.finish()
}

#[track_caller]
fn assert_flaws(documents: &[(&str, &str)]) {
    for (document, expected) in documents {
        let error = check(document).expect_err(document);
        assert_eq!(error.code(), ErrorCode::XmlDetail, "{document:?}");
        assert!(error.message().starts_with(expected), "{document:?}: {error}");
    }
}

#[test]
fn well_formed_documents_pass() {
    for document in [
        "<a/>",
        "\u{feff}<a/>",
        "<?xml version='1.0'?><a/>",
        "<?xml version=\"1.0\" encoding='utf-8' standalone = 'no' ?>\n<a/>\n",
        "<!-- - --><?pi?><a></a ><?p:i x > y?><!---->",
        "<a b = '1'\tc=\"'>\"\nd='&lt;&#65;&#x1F600;'/>",
        "<a>]] &gt; ]]&gt;<![CDATA[<&]]]]><![CDATA[>]]></a>",
        "<é·é.-9 _='' :=''/>",
        "<p:a q:b='' q:c=''/>",
        "<a>\u{85}\u{7f}\u{fffd}\u{10000}\u{ef00}</a>",
    ] {
        assert_eq!(check(document), Ok(()), "{document:?}");
    }
}

#[test]
fn one_root_and_no_text_beside_it() {
    assert_flaws(&[
        ("", "doc:1:1: document has no root element"),
        (" \n", "doc:2:1: document has no root element"),
        ("x<a/>", "doc:1:1: text outside"),
        ("\u{feff}\u{feff}<a/>", "doc:1:1: text outside"),
        ("<a/>\n x", "doc:2:2: text outside"),
        ("<a/>&amp;", "doc:1:5: text outside"),
        ("<a/><![CDATA[]]>", "doc:1:5: text outside"),
        ("<a/><b/>", "doc:1:5: more than one root"),
    ]);
}

#[test]
fn tags_must_match() {
    assert_flaws(&[
        ("<a>", "doc:1:4: document ends inside"),
        ("<a></b>", "doc:1:4: "),
        ("<a></ a>", "doc:1:4: "),
        ("<a></a b='1'>", "doc:1:4: "),
        ("</a>", "doc:1:1: "),
        ("<a/></a>", "doc:1:5: "),
        ("<a", "doc:1:1: "),
        ("<a><b></a></b>", "doc:1:7: "),
    ]);
}

#[test]
fn names_are_checked() {
    for name in ["", "1a", "-a", ".a", "a+", "a/b", "a=b", "·a", " a", "é\u{a0}"] {
        let error = check(&format!("<{name} />")).expect_err(name);
        assert!(error.message().contains("invalid element name"), "{name:?}: {error}");
    }
}

#[test]
fn attributes_are_checked() {
    assert_flaws(&[
        ("<a b/>", "doc:1:4: attribute has no value"),
        ("<a b=1/>", "doc:1:4: value of an attribute is not quoted"),
        ("<a b='1'c='2'/>", "doc:1:9: white space is missing"),
        ("<a 1='2'/>", "doc:1:4: invalid attribute name"),
        ("<a b='1' / >", "doc:1:10: invalid attribute name"),
        ("<a b='\n<'/>", "doc:2:1: '<' is not allowed"),
        ("<a b='x&'/>", "doc:1:8: '&' does not begin"),
        ("<a b='&foo;'/>", "doc:1:7: unknown reference '&foo;'"),
        ("<a b='' c='' b=''/>", "doc:1:1: attribute 'b' is given twice"),
        ("<a xmlns:x='u' xmlns:x='v'/>", "doc:1:1: attribute 'xmlns:x' is given twice"),
    ]);
}

#[test]
fn only_the_predefined_entities_and_characters_of_xml_are_references() {
    for reference in [
        "foo",
        "",
        "#",
        "#x",
        "#0",
        "#x110000",
        "#xD800",
        "#xFFFE",
        "#1",
        "#X41",
        "#+65",
        "#-1",
        "LT",
        "#99999999999999999999",
        "# 65",
        "lt ",
        "nbsp",
    ] {
        let error = check(&format!("<a>&{reference};</a>")).expect_err(reference);
        assert_eq!(error.code(), ErrorCode::XmlDetail, "{reference}");
    }
    for reference in ["lt", "gt", "amp", "apos", "quot", "#9", "#x1f600", "#000000000000065"] {
        assert_eq!(check(&format!("<a>&{reference};</a>")), Ok(()), "{reference}");
    }
    assert_flaws(&[("<a>&lt</a>", "doc:1:4: "), ("<a>& </a>", "doc:1:4: ")]);
}

#[test]
fn forbidden_characters_are_found_wherever_they_are() {
    for bad in ['\0', '\x01', '\x0b', '\x1f', '\u{fffe}', '\u{ffff}'] {
        for document in [
            format!("<a>\n{bad}</a>"),
            format!("<a>\n<![CDATA[{bad}]]></a>"),
            format!("<a>\n<!--{bad}--></a>"),
            format!("<a>\n<b c='{bad}'/></a>"),
        ] {
            let error = check(&document).expect_err(&document);
            assert!(error.message().contains(":2:"), "{error}");
            assert!(error.message().contains("not allowed in XML"), "{error}");
        }
    }
}

#[test]
fn comments_instructions_and_sections_are_checked() {
    assert_flaws(&[
        ("<a><!-- a -- b --></a>", "doc:1:4: '--'"),
        ("<a><!-- a ---></a>", "doc:1:4: '--'"),
        ("<a><!-></a>", "doc:1:4: "),
        ("<a><!- a --></a>", "doc:1:4: "),
        ("<a><!--", "doc:1:4: "),
        ("<a><![cdata[x]]></a>", "doc:1:4: "),
        ("<a><![CDATA[x]]", "doc:1:4: "),
        ("<a>\n]]></a>", "doc:2:1: ']]>'"),
        ("<a><? a?></a>", "doc:1:4: invalid target"),
        ("<a><??></a>", "doc:1:4: invalid target"),
        ("<a><?></a>", "doc:1:4: "),
        ("<a><?Xml x?></a>", "doc:1:4: invalid target"),
        ("<a><?a+?></a>", "doc:1:4: invalid target"),
    ]);
}

#[test]
fn the_declaration_is_first_and_utf_8() {
    assert_flaws(&[
        (" <?xml version='1.0'?><a/>", "doc:1:2: XML declaration is not at the start"),
        ("<a><?xml version='1.0'?></a>", "doc:1:4: XML declaration is not at the start"),
        ("<?xml?><a/>", "doc:1:1: XML declaration does not begin"),
        ("<?xml version='2.0'?><a/>", "doc:1:1: XML declaration does not begin"),
        ("<?xml version='1.'?><a/>", "doc:1:1: XML declaration does not begin"),
        ("<?xml encoding='UTF-8'?><a/>", "doc:1:1: XML declaration does not begin"),
        ("<?xml version='1.0' encoding='latin1'?><a/>", "doc:1:31: encoding is not UTF-8"),
        ("<?xml version='1.0' zork='yes'?><a/>", "doc:1:21: unexpected part"),
        ("<?xml version='1.0' standalone='maybe'?><a/>", "doc:1:21: unexpected part"),
        ("<?xml version='1.0'encoding='UTF-8'?><a/>", "doc:1:20: white space"),
    ]);
}

#[test]
fn document_types_are_refused() {
    assert_flaws(&[
        ("<!DOCTYPE a><a/>", "doc:1:1: document type"),
        ("<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>", "doc:1:1: document"),
    ]);
}

#[test]
fn depth_and_length_are_limited() {
    let nested = |depth| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
    assert_eq!(check(&nested(128)), Ok(()));
    let error = check(&nested(129)).unwrap_err();
    assert!(error.message().contains("deeper than 128"), "{error}");

    let long = |len: usize| format!("<a>{}</a>", " ".repeat(len - 7));
    assert_eq!(check(&long(MAX_DOCUMENT)), Ok(()));
    assert!(check(&long(MAX_DOCUMENT + 1)).unwrap_err().message().contains("longer than 4 MiB"));
}

#[test]
fn content_is_what_xpath_sees() {
    let text = |inner: &str| {
        let document = format!("<a>{inner}</a>");
        let mut reader = Reader::new(&document, "doc", ErrorDomain::Xml).unwrap();
        let root = reader.root("a").unwrap();
        let content = reader.content(root).unwrap();
        assert_eq!(content.end, document.len());
        if let Some(at) = content.written_at() {
            assert!(document[at..].starts_with(&*content.text));
        }
        content.text.into_owned()
    };
    assert_eq!(text(""), "");
    assert_eq!(text(" b "), " b ");
    assert_eq!(text("b<c>d<e/></c>f"), "bdf");
    assert_eq!(text("<![CDATA[&amp;<]]>"), "&amp;<");
    assert_eq!(text("&lt;<!-- x -->b<?c d?>&#65;"), "<bA");
    assert_eq!(text("a\r\nb\rc&#13;"), "a\nb\nc\r");
    assert_eq!(text("<![CDATA[a\r\n&lt;]]>"), "a\n&lt;");
}

#[test]
fn attribute_values_are_normalized() {
    let document = "<a b='x\r\ny\tz&#10;&amp;' c='' xmlns=''/>";
    let mut reader = Reader::new(document, "doc", ErrorDomain::Xml).unwrap();
    let root = reader.root("a").unwrap();
    assert_eq!(root.attribute("b").unwrap().value(), "x y z\n&");
    assert_eq!(root.attribute("c").unwrap().value(), "");
    assert_eq!(root.plain_name(), Some("a"));
    assert!(root.attribute("d").is_none());
}

#[test]
fn positions_count_lines_and_characters() {
    assert_flaws(&[("<a>\r\n\té<b></a>", "doc:2:6: ")]);
}
