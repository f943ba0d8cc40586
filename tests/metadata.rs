//! Metadata: what is kept is told again, nothing else of the document changes, and what is no good
//! is refused.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::time::Duration;

use proptest::prelude::*;
use virtwatch::{
    AffectFlags, Config, Connection, CreateFlags, DefinedDetail, DestroyFlags, Domain, ErrorCode,
    EventKind, Metadata, Record, UndefineFlags, WatchOptions, XmlFlags,
};

const URI: &str = "http://example.org/a";

fn document(metadata: &str) -> String {
    format!(
        "<?xml version='1.0'?>\n<!-- kept -->\n<domain xmlns:o='http://o'  type = 'test' >\n\
         <name>vm</name><memory>1</memory>\r\n\
         <uuid>11111111-2222-4333-8444-555555555555</uuid>{metadata}\n\
         <os ><type>hvm</type></os>\n</domain>\n"
    )
}

fn config(metadata: &str) -> Config {
    Config::parse(&document(metadata)).unwrap()
}

fn element(uri: &str) -> Metadata<'_> {
    Metadata::Element { uri, key: "k" }
}

fn set(config: &Config, which: Metadata<'_>, value: &str) -> Config {
    config.with_metadata(which, Some(value)).unwrap()
}

/// An element in, an element out: byte for byte, whatever is in it.
#[test]
fn an_element_is_told_as_it_was_given() {
    let none = config("");
    assert_eq!(none.metadata(element(URI)).unwrap(), None);
    for given in [
        "<app/>",
        "<app />",
        "<app a='1'\n b=\"2\"><b  c='&lt;'/>text<!-- d --><![CDATA[<e>]]><?f?><b></b ></app>",
        "<app><x:y xmlns:x='http://x' x:z='1'><w/></x:y><v xmlns='http://v'><u/></v></app>",
        "<app>\r\n\t\u{e4}\u{1f600}</app>",
    ] {
        let kept = set(&none, element(URI), given);
        assert_eq!(kept.metadata(element(URI)).unwrap().as_deref(), Some(given), "{kept:?}");
        assert_eq!(Config::parse(kept.document()).unwrap(), kept);
        let gone = kept.with_metadata(element(URI), None).unwrap();
        assert_eq!(gone.document(), document("<metadata></metadata>"));
    }
    // What is around the element is no part of it.
    let around = "<?xml version='1.0'?><!-- before --> <app/> <!-- after -->";
    let kept = set(&none, element(URI), around);
    assert_eq!(kept.metadata(element(URI)).unwrap().as_deref(), Some("<app/>"));
}

/// What has no namespace gets the prefix, as libvirt writes it; what has one keeps it.
#[test]
fn an_element_is_written_into_its_namespace() {
    let kept = set(&config(""), element(URI), "<foo a='1'><bar/>x<x xmlns='http://o'/></foo>");
    let written = "<metadata><k:foo xmlns:k=\"http://example.org/a\" a='1'><k:bar/>x\
        <x xmlns='http://o'/></k:foo></metadata>";
    assert_eq!(kept.document(), document(written));
    // It is in the namespace already.
    for (given, written) in [
        ("<foo xmlns='http://example.org/a'><b/></foo>", None),
        ("<q:foo xmlns:q='http://example.org/a'><q:b/></q:foo>", None),
        ("<k:foo xmlns:k='http://example.org/a'>x</k:foo>", None),
        (
            "<q:foo xmlns:q='http://example.org/a'><b>c</b></q:foo>",
            Some(
                "<q:foo xmlns:k=\"http://example.org/a\" xmlns:q='http://example.org/a'>\
                <k:b>c</k:b></q:foo>",
            ),
        ),
    ] {
        let kept = set(&config(""), element(URI), given);
        let written = format!("<metadata>{}</metadata>", written.unwrap_or(given));
        assert_eq!(kept.document(), document(&written));
        assert!(kept.metadata(element(URI)).unwrap().unwrap().starts_with("<foo"));
    }
    let odd = "a\"b'c<&>\t\n";
    let kept = set(&config(""), element(odd), "<foo/>");
    assert_eq!(kept.metadata(element(odd)).unwrap().as_deref(), Some("<foo/>"), "{kept:?}");
}

/// Exactly the element of the namespace is replaced or removed, wherever its prefix is declared.
#[test]
fn exactly_the_element_of_a_namespace_is_edited() {
    let other = "<x:a xmlns:x='http://x'><k:b xmlns:k='http://example.org/a'/></x:a><plain/>";
    let old = |inner: &str| format!("<metadata a='b'> {other} {inner}<!-- c --></metadata>");
    let before = config(&old("<o:app o:a='1'><o:b/></o:app>"));
    let told = before.metadata(element("http://o")).unwrap();
    assert_eq!(told.as_deref(), Some("<app o:a='1' xmlns:o=\"http://o\"><b/></app>"));
    assert_eq!(before.metadata(element(URI)).unwrap(), None, "it is not at the top");
    let after = set(&before, element("http://o"), "<app/>");
    assert_eq!(after.document(), document(&old("<k:app xmlns:k=\"http://o\"/>")));
    let after = before.with_metadata(element("http://o"), None).unwrap();
    assert_eq!(after.document(), document(&old("")));
    // Of several in one namespace the first counts; a new one takes the place of all.
    let twice = config(&old("<o:a/><p:b xmlns:p='http://o'>1</p:b>"));
    assert_eq!(twice.metadata(element("http://o")).unwrap().as_deref(), Some("<a/>"));
    let after = set(&twice, element("http://o"), "<c/>");
    assert_eq!(after.document(), document(&old("<k:c xmlns:k=\"http://o\"/>")));
    // An empty tag is opened; of several `<metadata>` the first counts.
    let after = set(&config("<metadata/><metadata><o:a/></metadata>"), element("http://o"), "<b/>");
    let written = "<metadata><k:b xmlns:k=\"http://o\"/></metadata><metadata><o:a/></metadata>";
    assert_eq!(after.document(), document(written));
    // The same name in a namespace is something else.
    let foreign = "<metadata xmlns='u'><o:a/></metadata>";
    assert_eq!(config(foreign).metadata(element("http://o")).unwrap(), None);
}

/// A title or description is the text of the first element, and gone when all are.
#[test]
fn texts_are_edited_in_place() {
    let none = config("");
    for text in ["a", " a  b ", "<a> & \"'", "]]>", "\u{e4}", "a\rb"] {
        let titled = set(&none, Metadata::Title, text);
        assert_eq!(titled.metadata(Metadata::Title).unwrap().as_deref(), Some(text));
        assert_eq!(titled.title(), Some(text));
        let gone = titled.with_metadata(Metadata::Title, None).unwrap();
        assert_eq!(gone.document(), document(""));
        let text = format!("{text}\n\t{text}\r\n");
        let described = set(&titled, Metadata::Description, &text);
        assert_eq!(described.description(), Some(&*text));
        let gone = set(&described, Metadata::Description, "");
        assert_eq!(gone, titled);
    }
    let marked = config("<title a='b'>x<!-- y -->z</title><title>second</title><title>t</title>");
    let written = "<title a='b'>&lt;<!-- y --></title><title>second</title><title>t</title>";
    assert_eq!(set(&marked, Metadata::Title, "<").document(), document(written));
    let gone = marked.with_metadata(Metadata::Title, None).unwrap();
    assert_eq!((gone.title(), gone.document()), (None, &*document("")));
}

#[track_caller]
fn assert_refused(which: Metadata<'_>, value: &str, code: ErrorCode, text: &str) {
    let error = config("").with_metadata(which, Some(value)).unwrap_err();
    assert_eq!(error.code(), code, "{value}: {error}");
    assert!(error.message().contains(text), "{value}: {error}");
}

/// Hostile values are refused with a code and, where they are read, with the place.
#[test]
fn what_is_no_good_is_refused() {
    let of = |key| Metadata::Element { uri: URI, key };
    for (value, place) in [
        ("<foo", "(metadata_xml):1:"),
        ("", "(metadata_xml):1:1: document has no root element"),
        ("text", "(metadata_xml):1:1: "),
        ("<a/><b/>", "(metadata_xml):1:5: more than one root element"),
        ("<a>\n</b>", "(metadata_xml):2:1: "),
        ("<a>&b;</a>", "(metadata_xml):1:4: unknown reference"),
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "document type declarations"),
        ("<a>\u{1}</a>", "(metadata_xml):1:4: "),
    ] {
        assert_refused(of("k"), value, ErrorCode::XmlDetail, place);
    }
    for (value, place) in [
        ("<a xmlns='http://b'/>", "namespace 'http://b', not in 'http://example.org/a' (at 1:1)"),
        ("\n <q:a xmlns:q='http://b'/>", "namespace 'http://b', not in"),
        ("<a><q:b/></a>", "namespace prefix 'q' is not declared (at 1:4)"),
        ("<q:a/>", "namespace prefix 'q' is not declared (at 1:1)"),
        ("<a q:b='1'/>", "namespace prefix 'q' is not declared (at 1:1)"),
        ("<a><b xmlns:q=''/></a>", "namespace prefix 'q' is not declared (at 1:4)"),
    ] {
        assert_refused(of("k"), value, ErrorCode::XmlError, place);
    }
    for key in ["", "1k", "a:b", "a b", "xml", "xmlns", "XMLx", "k'"] {
        assert_refused(of(key), "<a/>", ErrorCode::InternalError, "validate prefix");
    }
    for taken in ["<a xmlns:k='http://b'/>", "<a><b xmlns:k='http://b'><c/></b></a>"] {
        assert_refused(of("k"), taken, ErrorCode::InternalError, "create a new XML namespace");
    }
    let nowhere = Metadata::Element { uri: "", key: "k" };
    assert_refused(nowhere, "<a/>", ErrorCode::InternalError, "create a new XML namespace");
    assert_refused(Metadata::Title, "a\nb", ErrorCode::InvalidArg, "title can't contain newlines");
    assert_refused(Metadata::Title, "\u{0}", ErrorCode::XmlDetail, "(domain_definition):");
    assert_refused(Metadata::Description, "\u{fffe}", ErrorCode::XmlDetail, "(domain_definition):");

    // The limits are those of the whole document.
    let long = "x".repeat((4 << 20) - 100);
    assert_refused(of("k"), &format!("<a>{long}</a>"), ErrorCode::XmlDetail, "longer than 4 MiB");
    assert_refused(Metadata::Description, &long, ErrorCode::XmlDetail, "longer than 4 MiB");
    let deep = format!("{}{}", "<a>".repeat(127), "</a>".repeat(127));
    assert_refused(of("k"), &deep, ErrorCode::XmlDetail, "deeper than 128");
    let fits = format!("{}{}", "<a>".repeat(126), "</a>".repeat(126));
    assert_eq!(set(&config(""), of("k"), &fits).metadata(of("k")).unwrap(), Some(fits));
}

/// Names that cost: declarations by the thousand, over and in elements by the thousand.
#[test]
fn many_declarations_and_many_elements_are_read_once() {
    let numbered = |write: fn(u32) -> String| (0..20_000).map(write).collect::<Vec<_>>().concat();
    let declarations = numbered(|n| format!(" xmlns:n{n}='u{n}'"));
    let elements = numbered(|n| format!("<n{n}:e/>"));
    let given = format!("<a{declarations}>{elements}{}</a>", "<b/>".repeat(20_000));
    let kept = set(&config(""), element(URI), &given);
    assert_eq!(kept.metadata(element(URI)).unwrap().as_deref(), Some(&*given));
    let many = config(&format!("<metadata{declarations}>{elements}</metadata>"));
    assert_eq!(many.metadata(element("u19999")).unwrap().as_deref(), Some("<e/>"));
}

// --- The operations -----------------------------------------------------------------------------

fn started() -> (Connection, Domain) {
    let conn = Connection::open("test:///empty").unwrap();
    let domain = conn.define_xml(&document("")).unwrap();
    domain.start(CreateFlags::empty()).unwrap();
    (conn, domain)
}

fn code<T: std::fmt::Debug>(result: virtwatch::Result<T>) -> ErrorCode {
    result.unwrap_err().code()
}

/// LIBVIRT 6.4: which configuration is edited; DESIGN 3.1: the stored one makes DEFINED(UPDATED), once
/// a call, the live one nothing.
#[test]
fn the_flags_say_which_configuration_and_only_the_stored_one_makes_an_event() {
    let (live, stored) = (AffectFlags::LIVE, AffectFlags::CONFIG);
    let current = AffectFlags::empty();
    let (conn, domain) = started();
    let mut watch = conn.watch(WatchOptions::default()).unwrap();
    let mut events = || {
        let next = || watch.next(Some(Duration::ZERO)).unwrap();
        std::iter::from_fn(next)
            .map(|record| match record {
                Record::Event(event) => event.kind,
                other => panic!("{other:?}"),
            })
            .collect::<Vec<_>>()
    };
    let updated = || vec![EventKind::Defined(DefinedDetail::Updated)];
    let set = |title, affect| domain.set_metadata(Metadata::Title, title, affect);
    let get = |affect| domain.metadata(Metadata::Title, affect).ok();

    set(Some("live"), current).unwrap();
    assert_eq!((get(current), get(live), get(stored)), (get(live), Some("live".into()), None));
    assert_eq!(events(), []);
    set(Some("stored"), stored).unwrap();
    assert_eq!((get(live), get(stored)), (Some("live".into()), Some("stored".into())));
    assert_eq!(events(), updated());
    set(Some("both"), live | stored).unwrap();
    assert_eq!((get(live), get(stored)), (Some("both".into()), Some("both".into())));
    assert_eq!(events(), updated());
    assert!(domain.xml(XmlFlags::empty()).unwrap().contains("<title>both</title>"));
    assert_eq!(code(domain.metadata(Metadata::Title, live | stored)), ErrorCode::InvalidArg);
    // Removing what is not there is a success, and an edit.
    domain.set_metadata(element(URI), None, stored).unwrap();
    assert_eq!(events(), updated());
    assert_eq!(code(domain.metadata(element(URI), stored)), ErrorCode::NoDomainMetadata);

    domain.undefine(UndefineFlags::empty()).unwrap();
    events();
    assert_eq!(code(set(Some("x"), stored)), ErrorCode::OperationInvalid);
    assert_eq!(code(set(Some("x"), live | stored)), ErrorCode::OperationInvalid);
    assert_eq!(code(domain.metadata(Metadata::Title, stored)), ErrorCode::OperationInvalid);
    assert_eq!(get(live).as_deref(), Some("both"), "a refused call changed something");
    set(Some("transient"), current).unwrap();
    assert_eq!(get(current).as_deref(), Some("transient"));
    assert_eq!(events(), []);
    conn.define_xml(&document("")).unwrap();
    domain.destroy(DestroyFlags::empty()).unwrap();
    events();
    assert_eq!(code(set(Some("x"), live)), ErrorCode::OperationInvalid);
    set(Some("x"), current).unwrap();
    assert_eq!(get(stored).as_deref(), Some("x"));
    assert_eq!(events(), updated());
    domain.undefine(UndefineFlags::empty()).unwrap();
    assert_eq!(code(set(Some("x"), current)), ErrorCode::NoDomain);
}

/// Edits from many threads are all kept: each is made of the configuration that it is applied to.
#[test]
fn no_edit_is_lost_to_another() {
    let (_conn, domain) = started();
    let uris: Vec<String> = (0..40).map(|number| format!("http://{number}")).collect();
    std::thread::scope(|scope| {
        for half in uris.chunks(10) {
            let domain = &domain;
            scope.spawn(move || {
                for uri in half {
                    let both = AffectFlags::LIVE | AffectFlags::CONFIG;
                    domain.set_metadata(element(uri), Some("<a/>"), both).unwrap();
                }
            });
        }
    });
    for uri in &uris {
        for affect in [AffectFlags::LIVE, AffectFlags::CONFIG] {
            assert_eq!(domain.metadata(element(uri), affect).unwrap(), "<a/>", "{uri}");
        }
    }
}

// --- Against a naive model ----------------------------------------------------------------------

/// What a document has: written down anew each time, in the one order that edits keep.
#[derive(Debug, Clone, Default)]
struct Model {
    title: Option<String>,
    description: Option<String>,
    elements: Vec<(usize, String)>,
    has_container: bool,
}

impl Model {
    fn set(&mut self, edit: &Edit) {
        let value = edit.value.clone().filter(|value| !value.is_empty());
        match edit.which {
            0 => self.title = value,
            1 => self.description = value,
            which => {
                let known = self.elements.iter().position(|(other, _)| *other == which);
                match (known, value) {
                    (Some(at), Some(value)) => self.elements[at].1 = value,
                    (Some(at), None) => drop(self.elements.remove(at)),
                    (None, Some(value)) => {
                        self.elements.push((which, value));
                        self.has_container = true;
                    }
                    (None, None) => {}
                }
            }
        }
    }

    fn document(&self) -> String {
        let escape =
            |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let written = |name: &str, text: &Option<String>| match text {
            Some(text) => format!("<{name}>{}</{name}>", escape(text)),
            None => String::new(),
        };
        let mut text = written("title", &self.title);
        text += &written("description", &self.description);
        if self.has_container {
            text += "<metadata>";
            for (which, value) in &self.elements {
                let opened = format!("<k:a xmlns:k=\"http://{which}\"");
                text += &value.replace("</a", "</k:a").replacen("<a", &opened, 1);
            }
            text += "</metadata>";
        }
        document(&text)
    }

    fn get(&self, which: usize) -> Option<String> {
        match which {
            0 => self.title.clone(),
            1 => self.description.clone(),
            which => self.elements.iter().find(|(other, _)| *other == which).map(|e| e.1.clone()),
        }
    }
}

#[derive(Debug, Clone)]
struct Edit {
    /// 0 the title, 1 the description, others elements.
    which: usize,
    value: Option<String>,
    affect: u32,
}

fn edit() -> impl Strategy<Value = Edit> {
    let text = prop::option::of("[ a-c<>&\"'\u{e4}]{0,6}");
    (0..5_usize, text, 0..4_u32).prop_map(|(which, text, affect)| {
        let value = match text {
            Some(text) if which > 1 => {
                let text = text.replace('&', "&amp;").replace(['<', '>'], "");
                Some(format!("<a b='1'>{text}</a>"))
            }
            text => text,
        };
        Edit { which, value, affect }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is set and removed, live and stored: each configuration is the one that the model
    /// writes down, byte for byte, and tells what the model knows.
    #[test]
    fn edits_do_what_the_model_says(edits in prop::collection::vec(edit(), 1..24)) {
        let (_conn, domain) = started();
        let (mut live, mut stored) = (Model::default(), Model::default());
        for edit in &edits {
            let uri = format!("http://{}", edit.which);
            let which = match edit.which {
                0 => Metadata::Title,
                1 => Metadata::Description,
                _ => element(&uri),
            };
            let affect = AffectFlags::from_bits_retain(edit.affect);
            domain.set_metadata(which, edit.value.as_deref(), affect).unwrap();
            if affect.is_empty() || affect.contains(AffectFlags::LIVE) {
                live.set(edit);
            }
            if affect.contains(AffectFlags::CONFIG) {
                stored.set(edit);
            }
            let config = domain.config().unwrap();
            prop_assert_eq!(config.document(), live.document());
            let inactive = domain.xml(XmlFlags::INACTIVE).unwrap();
            prop_assert_eq!(inactive, stored.document());
            for (affect, model) in [(AffectFlags::LIVE, &live), (AffectFlags::CONFIG, &stored)] {
                let told = domain.metadata(which, affect).ok();
                prop_assert_eq!(told, model.get(edit.which));
            }
        }
    }
}
