#![forbid(unsafe_code)]
//! The domains that a `test` host has from the start: a `<node>` document, or the built-in one.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::domain::{Config, RunningReason, Status};
use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::xml::{
    Attribute, MAX_DOCUMENT, Namespaces, Reader, Tag, declared_prefix, prefix, prefixes,
};

/// The namespace of what a document says of a domain beside its configuration.
const NAMESPACE: &str = "http://libvirt.org/schemas/domain/test/1.0";

/// How much all domains together may take over of what their `<node>` declares.
const MAX_DECLARATIONS: usize = 16 * MAX_DOCUMENT;

/// The one domain of `test:///default`.
const DEFAULT_DOMAIN: &str = "\
<domain type='test'>
  <name>test</name>
  <uuid>6695eb01-f6a4-8304-79aa-97f2502e193f</uuid>
  <memory unit='KiB'>8388608</memory>
  <currentMemory unit='KiB'>2097152</currentMemory>
  <vcpu>2</vcpu>
  <os>
    <type arch='i686'>hvm</type>
    <boot dev='hd'/>
  </os>
  <devices>
    <disk type='file' device='disk'>
      <source file='/guest/diskimage1'/>
      <target dev='vda' bus='virtio'/>
    </disk>
    <interface type='network'>
      <mac address='aa:bb:cc:dd:ee:ff'/>
      <source network='default'/>
      <target dev='testnet0'/>
    </interface>
    <memballoon model='virtio'/>
  </devices>
</domain>
";

/// A domain as a host starts with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NodeDomain {
    /// Its configuration.
    pub(super) config: Config,
    /// Its state, of unknown reason.
    pub(super) status: Status,
    /// Whether the configuration is stored.
    pub(super) persistent: bool,
    /// Whether it has a managed save image.
    pub(super) managed_save: bool,
}

/// The domain `test` of `test:///default`: running, persistent, with libvirt's name and UUID.
pub(super) fn default_domain() -> Result<NodeDomain> {
    let config = Config::parse(DEFAULT_DOMAIN)?;
    let status = Status::Running(RunningReason::Unknown);
    Ok(NodeDomain { config, status, persistent: true, managed_save: false })
}

/// Reads a `<node>` document and the files that it names, in its order.
///
/// A `<domain>` is written in the document or, as `<domain file='…'/>`, in a file beside it. Names
/// and UUIDs are not compared. Errors: a file that cannot be read, a wrong root, a state that is
/// none or does not fit: `XML_ERROR`; not well formed: `XML_DETAIL`; those of [`Config::parse`].
pub(super) fn read(path: &Path) -> Result<Vec<NodeDomain>> {
    let text = read_file(path)?;
    let source = path.display().to_string();
    let mut reader = Reader::new(&text, &source, ErrorDomain::Test)?;
    let node = reader.root("node")?;
    let is_foreign = node.plain_name().is_none();
    let declarations = Declarations::of(node);
    let mut taken_over = 0;
    let mut domains = Vec::new();
    while let Some(tag) = reader.child()? {
        let end = reader.skip()?;
        if is_foreign || tag.plain_name() != Some("domain") {
            continue;
        }
        domains.push(if let Some(file) = tag.attribute("file") {
            let path = path.with_file_name(&*file.value());
            let source = path.display().to_string();
            parse(&read_file(&path)?, &source).map_err(|error| from_source(&error, &source))?
        } else {
            let document = declarations.standalone(reader.document(), tag, end);
            taken_over += document.len() - (end - tag.at);
            let domain = if taken_over > MAX_DECLARATIONS {
                let info = "domains use too much of what their node declares";
                Err(Error::new(ErrorCode::XmlDetail, ErrorDomain::Test, info))
            } else {
                parse(&document, &source)
            };
            // To look for the place of each would take long.
            domain.map_err(|error| {
                let (line, column) = reader.position(tag.at);
                from_source(&error, &format!("{source}:{line}:{column}"))
            })?
        });
    }
    reader.finish()?;
    Ok(domains)
}

/// The whole of a file, if it is UTF-8 and not too long.
fn read_file(path: &Path) -> Result<String> {
    let limit = MAX_DOCUMENT as u64 + 1;
    let mut bytes = Vec::new();
    let mut read = || {
        // Opening anything but a file may block.
        if !std::fs::metadata(path)?.is_file() {
            return Err(std::io::Error::other("not a regular file"));
        }
        File::open(path)?.take(limit).read_to_end(&mut bytes)
    };
    if let Err(cause) = read() {
        let info = format!("failed to parse xml document '{}': {cause}", path.display());
        return Err(Error::new(ErrorCode::XmlError, ErrorDomain::Test, info));
    }
    let refuse = |why: &str| {
        let info = format!("{}: {why}", path.display());
        Error::new(ErrorCode::XmlDetail, ErrorDomain::Test, info)
    };
    if bytes.len() > MAX_DOCUMENT {
        return Err(refuse("document is longer than 4 MiB"));
    }
    String::from_utf8(bytes)
        .map_err(|error| refuse(&format!("not UTF-8 at byte {}", error.utf8_error().valid_up_to())))
}

/// The prefixes that a node declares.
struct Declarations<'a>(HashMap<&'a str, Attribute<'a>>);

impl<'a> Declarations<'a> {
    fn of(node: Tag<'a>) -> Self {
        let of_prefix = |attribute: Attribute<'a>| {
            Some((declared_prefix(attribute.name).filter(|prefix| !prefix.is_empty())?, attribute))
        };
        Self(node.attributes().filter_map(of_prefix).collect())
    }

    /// The element from `tag` to `end` as a document of its own: its text, and the declarations of
    /// the prefixes that it uses and does not declare itself, in their order.
    fn standalone(&self, document: &str, tag: Tag<'_>, end: usize) -> String {
        let slice = |from, to| document.get(from..to).unwrap_or_default();
        let used = prefixes(slice(tag.at, end)).filter_map(|prefix| self.0.get(prefix));
        let mut used: BTreeMap<usize, usize> = used.map(|used| (used.at, used.end)).collect();
        let own = tag.attributes().filter_map(|attribute| declared_prefix(attribute.name));
        for redeclared in own.filter_map(|prefix| self.0.get(prefix)) {
            used.remove(&redeclared.at);
        }
        let mut alone = slice(tag.at, tag.name_end()).to_owned();
        for (from, to) in used {
            alone.push(' ');
            alone.push_str(slice(from, to));
        }
        alone.push_str(slice(tag.name_end(), end));
        alone
    }
}

/// A domain from its document; `source` names what has that in it.
fn parse(document: &str, source: &str) -> Result<NodeDomain> {
    let traits = Traits::read(document, source)?;
    let config = Config::parse(document)?;
    let refuse = |info: &str| Err(Error::new(ErrorCode::XmlError, ErrorDomain::Test, info));
    let status = match traits.runstate.as_deref().map(|text| text.trim_start().parse::<i32>()) {
        None => Status::Running(RunningReason::Unknown),
        Some(Ok(number @ 0..)) => match Status::from_numbers(number, 0) {
            Some(Status::Blocked) => Status::Running(RunningReason::Unknown),
            Some(status) => status,
            // The lone quote is libvirt's.
            None => return refuse(&format!("runstate '{number}' out of range'")),
        },
        Some(_) => return refuse("invalid runstate"),
    };
    if traits.transient && !status.is_active() {
        return refuse("transient domain cannot have runstate 'shutoff'");
    }
    if traits.managed_save && status.is_active() {
        return refuse("domain with managedsave data can only have runstate 'shutoff'");
    }
    let Traits { transient, managed_save, .. } = traits;
    Ok(NodeDomain { config, status, persistent: !transient, managed_save })
}

/// What the elements of [`NAMESPACE`] say of a domain.
#[derive(Default)]
struct Traits {
    runstate: Option<String>,
    transient: bool,
    managed_save: bool,
}

impl Traits {
    fn read(document: &str, source: &str) -> Result<Self> {
        let mut traits = Self::default();
        let mut reader = Reader::new(document, source, ErrorDomain::Test)?;
        let root = reader.root("domain")?;
        let mut namespaces = Namespaces::default();
        namespaces.enter(&root);
        while let Some(tag) = reader.child()? {
            let content = reader.content(tag)?;
            namespaces.enter(&tag);
            let is_ours = namespaces.find(prefix(tag.name)) == Some(NAMESPACE);
            namespaces.leave();
            let local = tag.name.split_once(':').map_or(tag.name, |(_, local)| local);
            match is_ours.then_some(local) {
                Some("runstate") if traits.runstate.is_none() => {
                    traits.runstate = Some(content.text.into_owned());
                }
                Some("transient") => traits.transient = true,
                Some("hasmanagedsave") => traits.managed_save = true,
                _ => {}
            }
        }
        reader.finish()?;
        traits.runstate = traits.runstate.filter(|text| !text.is_empty());
        Ok(traits)
    }
}

/// The same refusal, saying where the document came from unless it does already.
fn from_source(error: &Error, source: &str) -> Error {
    if error.message().contains(source) {
        return error.clone();
    }
    Error::plain(error.code(), error.domain(), format!("{} in {source}", error.message()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{PausedReason, ShutoffReason, State};

    const XMLNS: &str = "xmlns:test='http://libvirt.org/schemas/domain/test/1.0'";
    const BODY: &str = "<os><type>hvm</type></os><memory>1</memory>";

    fn read_text(text: &str) -> Result<Vec<NodeDomain>> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("node.xml");
        std::fs::write(&path, text).unwrap();
        read(&path)
    }

    fn one(attributes: &str, traits: &str) -> Result<NodeDomain> {
        let domain =
            format!("<domain type='test' {attributes}><name>a</name>{BODY}{traits}</domain>");
        read_text(&format!("<node>{domain}</node>")).map(|mut domains| domains.remove(0))
    }

    #[track_caller]
    fn assert_refused<T: std::fmt::Debug>(
        result: Result<T>,
        code: ErrorCode,
        domain: ErrorDomain,
        text: &str,
    ) {
        let error = result.unwrap_err();
        assert_eq!((error.code(), error.domain()), (code, domain), "{error}");
        assert!(error.message().contains(text), "{error}");
    }

    #[test]
    fn the_default_domain_is_libvirts() {
        let domain = default_domain().unwrap();
        let config = &domain.config;
        assert_eq!(config.name(), "test");
        assert_eq!(config.uuid().to_string(), "6695eb01-f6a4-8304-79aa-97f2502e193f");
        assert_eq!(config.document(), DEFAULT_DOMAIN);
        assert_eq!((config.domain_type(), config.os_type()), ("test", "hvm"));
        assert_eq!((config.memory_kib(), config.current_memory_kib()), (8_388_608, 2_097_152));
        assert_eq!((config.max_vcpus(), config.vcpus()), (2, 2));
        assert_eq!(domain.status, Status::Running(RunningReason::Unknown));
        assert!(domain.persistent && !domain.managed_save);
    }

    #[test]
    fn an_empty_node_has_no_domains() {
        assert_eq!(read_text("<node/>").unwrap(), []);
        assert_eq!(read_text("<node>text<network><domain/></network></node>").unwrap(), []);
    }

    #[test]
    fn domains_run_and_persist_unless_they_say_otherwise() {
        let domain = one("", "").unwrap();
        assert_eq!(domain.status, Status::Running(RunningReason::Unknown));
        assert!(domain.persistent && !domain.managed_save);

        let paused = one(XMLNS, "<test:runstate> 3</test:runstate><test:transient/>").unwrap();
        assert_eq!(paused.status, Status::Paused(PausedReason::Unknown));
        assert!(!paused.persistent);

        let saved = one(XMLNS, "<test:hasmanagedsave/><test:runstate>5</test:runstate>").unwrap();
        assert_eq!(saved.status, Status::Shutoff(ShutoffReason::Unknown));
        assert!(saved.managed_save);
    }

    #[test]
    fn the_first_state_counts_and_an_empty_one_is_none() {
        let twice = one(XMLNS, "<test:runstate>3</test:runstate><test:runstate>5</test:runstate>");
        assert_eq!(twice.unwrap().status.state(), State::Paused);
        assert_eq!(one(XMLNS, "<test:runstate/>").unwrap().status.state(), State::Running);
    }

    #[test]
    fn blocked_counts_as_running() {
        let blocked = one(XMLNS, "<test:runstate>2</test:runstate>").unwrap();
        assert_eq!(blocked.status, Status::Running(RunningReason::Unknown));
    }

    #[test]
    fn the_namespace_counts_not_the_prefix() {
        let uri = "http://libvirt.org/schemas/domain/test/1.0";
        let here = one("", &format!("<runstate xmlns='{uri}'>5</runstate>")).unwrap();
        assert_eq!(here.status.state(), State::Shutoff);
        let other = one(&format!("xmlns:t='{uri}'"), "<t:runstate>5</t:runstate>").unwrap();
        assert_eq!(other.status.state(), State::Shutoff);
        let foreign = one("xmlns:test='urn:x'", "<test:runstate>5</test:runstate>").unwrap();
        assert_eq!(foreign.status.state(), State::Running);
        let undeclared = one("", "<test:runstate>5</test:runstate>").unwrap();
        assert_eq!(undeclared.status.state(), State::Running);
    }

    #[test]
    fn prefixes_of_the_node_go_with_the_domains_that_use_them() {
        let text = format!(
            "<node {XMLNS} xmlns:b='urn:b'>\n\
             <domain type='test'><name>a</name>{BODY}<test:runstate>5</test:runstate></domain>\n\
             <domain  type='test'><name>b</name>{BODY}<!-- keep --></domain></node>"
        );
        let [a, b] = <[_; 2]>::try_from(read_text(&text).unwrap()).unwrap();
        assert_eq!(a.status.state(), State::Shutoff);
        assert!(a.config.document().starts_with(&format!("<domain {XMLNS} type='test'>")));
        assert!(b.config.document().starts_with("<domain  type='test'>"));
        assert!(b.config.document().ends_with("<!-- keep --></domain>"));
        assert_eq!(Config::parse(a.config.document()).unwrap(), a.config);
    }

    /// Documents as long as may be, which took minutes when each domain looked through the whole.
    #[test]
    fn a_node_is_read_in_one_pass() {
        let domain =
            |inner: &str| format!("<domain type='test'><name>a</name>{BODY}{inner}</domain>");
        let many = |count: usize, each: &dyn Fn(usize) -> String| -> String {
            (0..count).map(each).collect()
        };
        // Domains, on one line and on many.
        for end in ["", "\n"] {
            let domains = domain(end).repeat(40_000);
            assert_eq!(read_text(&format!("<node>{domains}</node>")).unwrap().len(), 40_000);
        }
        let prefixes = |count| many(count, &|number| format!(" xmlns:a{number}='u'"));
        // Prefixes, and a domain that is long.
        let long = domain(&format!("<description>{}</description>", "x:".repeat(1_000_000)));
        let node = format!("<node{}>{long}</node>", prefixes(80_000));
        assert_eq!(read_text(&node).unwrap().len(), 1);
        // Domains, each with a prefix of its own.
        let using = |number| domain(&format!("<a{number}:b/>"));
        let node = format!("<node{}>{}</node>", prefixes(20_000), many(20_000, &using));
        let domains = read_text(&node).unwrap();
        assert!(domains.last().unwrap().config.document().starts_with("<domain xmlns:a19999='u'"));
        // A domain with prefixes, its own or not, and elements that have them.
        let elements = many(80_000, &|number| format!("<a{number}:b/>"));
        let own = domain(&elements).replacen('>', &format!("{}>", prefixes(80_000)), 1);
        assert_eq!(read_text(&format!("<node>{own}</node>")).unwrap().len(), 1);
        let node = format!("<node{}>{}</node>", prefixes(80_000), domain(&elements));
        assert_eq!(read_text(&node).unwrap().len(), 1);
    }

    /// What a few bytes of each domain stand for cannot fill the memory.
    #[test]
    fn a_node_that_would_grow_beyond_measure_is_refused() {
        let domain = format!("<domain type='test'><name>a</name>{BODY}<b:c/></domain>\n");
        let text = |size, count| {
            format!("<node xmlns:b='{}'>\n{}</node>", "u".repeat(size), domain.repeat(count))
        };
        assert_eq!(read_text(&text(1_000_000, 60)).unwrap().len(), 60);
        let text = text(1_000_000, 20_000);
        let (code, by) = (ErrorCode::XmlDetail, ErrorDomain::Test);
        assert_refused(read_text(&text), code, by, "node.xml:69:1");
    }

    #[test]
    fn a_file_is_looked_for_beside_the_node_document() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("node.xml");
        std::fs::create_dir(directory.path().join("sub")).unwrap();
        let document = format!("<!-- a --><domain type='kvm'><name>filed</name>{BODY}</domain>");
        std::fs::write(directory.path().join("sub/d.xml"), document).unwrap();
        std::fs::write(&path, "<node><domain file='sub/d.xml'/></node>").unwrap();
        let domains = read(&path).unwrap();
        assert_eq!(domains[0].config.name(), "filed");
        assert!(domains[0].config.document().starts_with("<!-- a --><domain"));

        std::fs::write(&path, "<node><domain file='missing.xml'/></node>").unwrap();
        let expected = format!(
            "XML error: failed to parse xml document '{}'",
            directory.path().join("missing.xml").display()
        );
        assert_refused(read(&path), ErrorCode::XmlError, ErrorDomain::Test, &expected);
    }

    #[test]
    fn states_that_do_not_fit_are_refused() {
        let state = |number: &str| one(XMLNS, &format!("<test:runstate>{number}</test:runstate>"));
        let (code, by) = (ErrorCode::XmlError, ErrorDomain::Test);
        assert_refused(state("8"), code, by, "XML error: runstate '8' out of range'");
        assert_refused(state("x"), code, by, "XML error: invalid runstate");
        assert_refused(state("-1"), code, by, "XML error: invalid runstate");
        let transient = one(XMLNS, "<test:transient/><test:runstate>5</test:runstate>");
        assert_refused(transient, code, by, "transient domain cannot have runstate 'shutoff'");
        let saved = one(XMLNS, "<test:hasmanagedsave/>");
        let text = "domain with managedsave data can only have runstate 'shutoff'";
        assert_refused(saved, code, by, text);
    }

    #[test]
    fn refusals_say_where() {
        let missing = read(Path::new("/nonexist.xml"));
        let text = "XML error: failed to parse xml document '/nonexist.xml'";
        assert_refused(missing, ErrorCode::XmlError, ErrorDomain::Test, text);
        let root = "XML error: expecting root element of 'node', not 'domain'";
        assert_refused(read_text("<domain/>"), ErrorCode::XmlError, ErrorDomain::Xml, root);
        let text = "node.xml:2:1: document ends";
        assert_refused(read_text("<node>\n"), ErrorCode::XmlDetail, ErrorDomain::Test, text);
        let nameless = read_text("<node>\n  <domain/></node>");
        let text = "missing name information (at 1:1) in ";
        assert_refused(nameless.clone(), ErrorCode::NoName, ErrorDomain::Domain, text);
        assert_refused(nameless, ErrorCode::NoName, ErrorDomain::Domain, "node.xml:2:3");
    }
}
