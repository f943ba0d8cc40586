//! A hypervisor that says "done" to everything behaves as the test driver: the same is accepted, and
//! the same happens.

use virtwatch::lifecycle::Change;
use virtwatch::{
    Connection, CreateFlags, DestroyFlags, Domain, Error, ErrorCode, Event, EventSupport,
    EventType, EventTypes, Report, Result, SaveFlags, ShutdownFlags, SuspendTarget, UndefineFlags,
};

use super::fake::{ALL, Driver, events, life_only, uuid, watch, xml};

/// An operation, lawful or not, by its number.
fn operate(conn: &Connection, number: u32) -> Result<()> {
    let which = u128::from(number / 32 % 3);
    let document = xml(which);
    let odd = document.replace("</domain>", "<on_poweroff>restart</on_poweroff></domain>");
    let domain = || -> Result<Domain> { conn.lookup_by_uuid(uuid(which)) };
    match number % 20 {
        0 | 1 => conn.define_xml(&document).map(drop),
        2 => conn.define_xml(&odd).map(drop),
        3 => conn.create_xml(&document, CreateFlags::empty()).map(drop),
        4 => conn.create_xml(&document, CreateFlags::PAUSED).map(drop),
        5 | 6 => domain()?.start(CreateFlags::empty()),
        7 => domain()?.start(CreateFlags::FORCE_BOOT),
        8 => domain()?.suspend(),
        9 => domain()?.resume(),
        10 => domain()?.shutdown(ShutdownFlags::empty()),
        11 => domain()?.reboot(ShutdownFlags::empty()),
        12 => domain()?.reset(),
        13 => domain()?.destroy(DestroyFlags::empty()),
        14 => domain()?.managed_save(SaveFlags::empty()),
        15 => domain()?.remove_managed_save(),
        16 => domain()?.rename(if number / 96 % 2 == 1 { "vm0" } else { "other" }),
        17 => domain()?.pm_suspend(SuspendTarget::Mem, 0),
        18 => domain()?.pm_wakeup(),
        _ => domain()?.undefine(UndefineFlags::MANAGED_SAVE),
    }
}

fn code(result: Result<(), Error>) -> Option<ErrorCode> {
    result.err().map(|error| error.code())
}

#[test]
fn a_hypervisor_that_does_what_it_is_told_is_like_the_test_driver() {
    let driver = Driver::register(ALL, false);
    let (hosted, test) = (driver.connect(), Connection::open("test:///empty").unwrap());
    let mut watches = [watch(&hosted), watch(&test)];
    let mut random: u32 = 7;
    let mut accepted = 0;
    for _ in 0..20_000 {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let number = random >> 8;
        let (one, other) = (code(operate(&hosted, number)), code(operate(&test, number)));
        assert_eq!(one, other, "operation {}", number % 20);
        accepted += u32::from(one.is_none());
        let [told, expected] = watches.each_mut().map(events);
        let facts = |event: &Event| {
            let name = event.name().to_owned();
            let incarnation = event.identity.incarnation();
            (event.seq, event.kind, name, incarnation, event.before, event.after, event.more)
        };
        let told: Vec<_> = told.iter().map(facts).collect();
        assert_eq!(told, expected.iter().map(facts).collect::<Vec<_>>());
    }
    assert!(accepted > 5_000, "{accepted}");
    assert_eq!(hosted.audit().unwrap(), 0);
}

/// RFC, last paragraph: what is said to occur occurs, and what is said never to occur does not.
#[test]
fn what_never_occurs_does_not() {
    for native in [ALL, life_only()] {
        let driver = Driver::register(native, false);
        let conn = driver.connect();
        let mut watch = watch(&conn);
        let mut random: u32 = 11;
        for _ in 0..5_000 {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            drop(operate(&conn, random >> 8));
            let panicked = Report::Changed(Change::Panicked);
            drop(driver.shared.host().report(uuid(u128::from(random >> 30)), &panicked));
        }
        let seen: EventTypes =
            events(&mut watch).iter().map(|event| event.kind.event_type()).collect();
        for &event_type in EventType::ALL {
            let never = conn.event_support(event_type) == EventSupport::Never;
            assert_ne!(seen.contains(event_type), never, "{event_type}");
        }
    }
}
