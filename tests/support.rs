//! What a driver says that it can emit is what it emits: tested, not declared.

use std::collections::BTreeSet;
use std::time::Duration;

use virtwatch::{
    Connection, CreateFlags, DestroyFlags, Domain, EventSupport, EventType, Record, Result,
    SaveFlags, ShutdownFlags, SuspendTarget, UndefineFlags, WatchOptions,
};

const XML: &str = "<domain type='test'><name>vm</name>\
    <uuid>11111111-2222-4333-8444-555555555555</uuid>\
    <memory>1</memory><vcpu>1</vcpu><os><type>hvm</type></os></domain>";

/// An operation, lawful or not, by its number.
fn operate(conn: &Connection, domain: &Domain, number: u32) -> Result<()> {
    match number % 16 {
        0 => conn.define_xml(XML).map(drop),
        1 => conn.create_xml(XML, CreateFlags::empty()).map(drop),
        2 => conn.create_xml(XML, CreateFlags::PAUSED).map(drop),
        3 => domain.start(CreateFlags::empty()),
        4 => domain.suspend(),
        5 => domain.resume(),
        6 => domain.shutdown(ShutdownFlags::empty()),
        7 => domain.reboot(ShutdownFlags::empty()),
        8 => domain.reset(),
        9 => domain.destroy(DestroyFlags::empty()),
        10 => domain.managed_save(SaveFlags::empty()),
        11 => domain.rename("other").and_then(|()| domain.rename("vm")),
        12 => domain.pm_suspend(SuspendTarget::Mem, 0),
        13 => domain.pm_suspend(SuspendTarget::Disk, 0),
        14 => domain.pm_wakeup(),
        _ => domain.undefine(UndefineFlags::MANAGED_SAVE),
    }
}

/// RFC, last paragraph: a long run of random operations emits every type that is NATIVE or DERIVED,
/// and none that is NEVER.
#[test]
fn the_test_driver_emits_what_it_says_that_it_supports() {
    let conn = Connection::open("test:///empty").unwrap();
    let mut watch = conn.watch(WatchOptions::default()).unwrap();
    let domain = conn.define_xml(XML).unwrap();
    let mut random: u32 = 1;
    let mut accepted = 0;
    for _ in 0..20_000 {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        accepted += u32::from(operate(&conn, &domain, random >> 8).is_ok());
    }
    assert!(accepted > 1_000, "{accepted}");
    let mut seen = BTreeSet::new();
    while let Some(record) = watch.next(Some(Duration::ZERO)).unwrap() {
        if let Record::Event(event) = record {
            seen.insert(event.kind.event_type());
        }
    }
    for &event_type in EventType::ALL {
        let expected = match conn.event_support(event_type) {
            EventSupport::Native | EventSupport::Derived => true,
            EventSupport::Never => false,
            other => panic!("{event_type} is {other}"),
        };
        assert_eq!(seen.contains(&event_type), expected, "{event_type}");
    }
}
