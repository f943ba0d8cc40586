//! The `test` driver: what it keeps, and what it leaves alone.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use virtwatch::{
    AffectFlags, Connection, CreateFlags, DestroyFlags, Error, ErrorCode, EventType, EventTypes,
    Metadata, Record, SaveFlags, State, UndefineFlags, WatchOptions, XmlFlags,
};

fn xml(title: &str) -> String {
    format!(
        "<domain type='test'><name>vm</name><uuid>11111111-2222-4333-8444-555555555555</uuid>\
         <title>{title}</title><memory>1</memory><vcpu>1</vcpu><os><type>hvm</type></os></domain>"
    )
}

/// Live and stored configuration are apart: a run keeps the one that it was started with, through a
/// managed save too, and the next takes what was stored since.
#[test]
fn a_run_keeps_its_configuration_through_a_managed_save() {
    let conn = Connection::open("test:///empty").unwrap();
    let domain = conn.define_xml(&xml("one")).unwrap();
    let live = || domain.xml(XmlFlags::empty()).unwrap();
    domain.start(CreateFlags::empty()).unwrap();
    conn.define_xml(&xml("two")).unwrap();
    assert!(live().contains("one"));
    assert!(domain.xml(XmlFlags::INACTIVE).unwrap().contains("two"));
    domain.managed_save(SaveFlags::empty()).unwrap();
    assert!(live().contains("two"), "an inactive domain shows what is stored");
    domain.start(CreateFlags::empty()).unwrap();
    assert!(live().contains("one"), "the saved run has another configuration");
    domain.destroy(DestroyFlags::empty()).unwrap();
    domain.start(CreateFlags::empty()).unwrap();
    assert!(live().contains("two"));
}

/// A run of its own configuration over a stored one ends with the stored one as it was.
#[test]
fn a_run_over_a_stored_configuration_leaves_it_alone() {
    let conn = Connection::open("test:///empty").unwrap();
    let domain = conn.define_xml(&xml("stored")).unwrap();
    conn.create_xml(&xml("own"), CreateFlags::PAUSED).unwrap();
    assert!(domain.xml(XmlFlags::empty()).unwrap().contains("own"));
    assert!(domain.xml(XmlFlags::INACTIVE).unwrap().contains("stored"));
    assert_eq!(domain.facts().unwrap().status().state(), State::Paused);
    domain.destroy(DestroyFlags::empty()).unwrap();
    assert!(domain.xml(XmlFlags::empty()).unwrap().contains("stored"));
}

/// A save that is refused leaves the file that was there, and no other.
#[test]
fn a_refused_save_leaves_the_directory_as_it_was() {
    let directory = tempfile::tempdir().unwrap();
    let image = directory.path().join("image");
    let conn = Connection::open("test:///empty").unwrap();
    let domain = conn.define_xml(&xml("vm")).unwrap();
    domain.start(CreateFlags::empty()).unwrap();
    domain.save(&image, SaveFlags::empty()).unwrap();
    let saved = fs::read(&image).unwrap();
    let error = domain.save(&image, SaveFlags::empty()).unwrap_err();
    assert_eq!(error.code(), ErrorCode::OperationInvalid);
    assert_eq!(fs::read(&image).unwrap(), saved);
    conn.restore(&image, SaveFlags::empty()).unwrap();
    let error = domain.save(Path::new("/dev/null"), SaveFlags::empty()).unwrap_err();
    assert_eq!(error.code(), ErrorCode::SystemError);
    assert!(domain.facts().unwrap().is_active(), "it was stopped though it could not be saved");
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
}

/// What is saved is the domain as it was when it stopped, however it changed while it was written.
#[test]
fn a_save_has_what_the_domain_stopped_with() {
    let directory = tempfile::tempdir().unwrap();
    let image = directory.path().join("image");
    let conn = Connection::open("test:///empty").unwrap();
    // Writing so much takes longer than many changes of the state.
    let domain = conn.define_xml(&xml(&"long ".repeat(200_000))).unwrap();
    let types = EventTypes::from_iter([EventType::Stopped]);
    for round in 0..20 {
        domain.start(CreateFlags::empty()).unwrap();
        let mut watch = conn.watch(WatchOptions { types, ..WatchOptions::default() }).unwrap();
        let edited = AtomicU32::new(0);
        // All of it is refused once the domain is saved.
        let change = || {
            for number in 1..2_000 + round {
                if number % 2 == 0 {
                    domain.resume()?;
                } else {
                    domain.suspend()?;
                }
                if number % 500 == 0 {
                    let (text, live) = (format!("edit {number}."), AffectFlags::LIVE);
                    domain.set_metadata(Metadata::Description, Some(&text), live)?;
                    edited.store(number, Ordering::Relaxed);
                }
            }
            Ok::<_, Error>(())
        };
        std::thread::scope(|scope| {
            scope.spawn(change);
            domain.save(&image, SaveFlags::empty()).unwrap();
        });
        let stopped = watch.next(Some(Duration::ZERO)).unwrap();
        let Some(Record::Event(stopped)) = stopped else { panic!("{stopped:?}") };
        conn.restore(&image, SaveFlags::empty()).unwrap();
        assert_eq!(domain.facts().unwrap().status().state(), stopped.before.status().state());
        let edit = format!("edit {}.", edited.into_inner());
        assert!(edit == "edit 0." || domain.xml(XmlFlags::empty()).unwrap().contains(&edit));
        domain.destroy(DestroyFlags::empty()).unwrap();
    }
}

/// Any name that a file can have will do.
#[test]
fn a_domain_is_saved_under_the_longest_name() {
    let directory = tempfile::tempdir().unwrap();
    let image = directory.path().join("i".repeat(255));
    let conn = Connection::open("test:///default").unwrap();
    let domain = conn.lookup_by_name("test").unwrap();
    domain.save(&image, SaveFlags::empty()).unwrap();
    conn.restore(&image, SaveFlags::empty()).unwrap();
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
}

/// What is no image, or no file, is refused and says which.
#[test]
fn restoring_what_is_no_image_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let conn = Connection::open("test:///empty").unwrap();
    let garbage = directory.path().join("garbage");
    fs::write(&garbage, [0xff, 0xfe, 0x00]).unwrap();
    let error = conn.restore(&garbage, SaveFlags::empty()).unwrap_err();
    assert_eq!(error.code(), ErrorCode::OperationFailed);
    assert!(error.message().contains("garbage"), "{error}");
    let error = conn.restore(directory.path(), SaveFlags::empty()).unwrap_err();
    assert_eq!(error.code(), ErrorCode::SystemError);
    let error = conn.restore(&directory.path().join("none"), SaveFlags::empty()).unwrap_err();
    assert_eq!(error.code(), ErrorCode::SystemError);
    assert_eq!(conn.cursor().seq, 0);
}

/// Opening a registry from something that is no file does not wait for it, nor does it keep others
/// from opening theirs.
#[test]
fn a_registry_is_not_read_from_a_pipe() {
    let directory = tempfile::tempdir().unwrap();
    let pipe = directory.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let error = Connection::open(&format!("test://{}", pipe.display())).unwrap_err();
    assert_eq!(error.code(), ErrorCode::XmlError);
    assert!(error.message().contains("not a regular file"), "{error}");
    Connection::open("test:///default").unwrap();
}

/// `test:///default` is one registry for all its connections, and gone with the last.
#[test]
fn the_default_registry_is_shared_while_it_is_open() {
    let first = Connection::open("test:///default").unwrap();
    let second = Connection::open("test:///default?name=value").unwrap();
    assert!(first.shares_registry_with(&second));
    second.lookup_by_name("test").unwrap().undefine(UndefineFlags::empty()).unwrap();
    assert!(!first.lookup_by_name("test").unwrap().facts().unwrap().is_persistent());
    let private = Connection::open("test:///empty").unwrap();
    assert!(!private.shares_registry_with(&Connection::open("test:///empty").unwrap()));
}
