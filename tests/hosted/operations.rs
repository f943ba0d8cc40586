//! Operations: who decides, what the library adds, what goes to the caller.

use std::sync::mpsc;
use std::sync::{Arc, Barrier, Mutex};

use virtwatch::lifecycle::Change;
use virtwatch::{
    Answer, CreateFlags, DestroyFlags, Error, ErrorCode, ErrorDomain, EventType, Host, ListFlags,
    Origin, Record, Report, RequestKind, SaveFlags, ShutdownFlags, StartedDetail, State,
    StoppedDetail, SuspendedDetail, UndefineFlags, WatchOptions,
};

use super::fake::{ALL, Driver, events, told, uuid, watch, xml};

fn stopped(how: StoppedDetail) -> Report<'static> {
    Report::Changed(Change::Stopped { how, killed: false })
}

#[test]
fn what_usually_happens_is_added_when_the_hypervisor_says_done() {
    let driver = Driver::register(ALL, false);
    let conn = driver.connect();
    let mut watch = watch(&conn);
    let domain = conn.define_xml(&xml(0)).unwrap();
    domain.start(CreateFlags::PAUSED).unwrap();
    domain.resume().unwrap();
    domain.managed_save(SaveFlags::empty()).unwrap();
    assert!(domain.has_managed_save().unwrap());
    domain.start(CreateFlags::empty()).unwrap();
    assert!(!domain.has_managed_save().unwrap());
    domain.shutdown(ShutdownFlags::empty()).unwrap();
    domain.rename("other").unwrap();
    domain.undefine(UndefineFlags::empty()).unwrap();
    let events = events(&mut watch);
    assert_eq!(
        told(&events),
        [
            "added(defined)",
            "defined(added)",
            "started(booted)",
            "suspended(paused)",
            "resumed(unpaused)",
            "stopped(saved)",
            "started(restored)",
            "shutdown(guest)",
            "stopped(shutdown)",
            "undefined(renamed)",
            "defined(renamed)",
            "undefined(removed)",
            "removed(undefined)",
        ]
    );
    assert!(events.iter().all(|event| event.origin == Origin::Derived));
    assert_eq!(conn.audit().unwrap(), 0);
}

#[test]
fn what_the_hypervisor_reported_is_not_added_again() {
    let driver = Driver::register(ALL, false);
    driver.shared.on_operate(|host, request| {
        match request.kind {
            RequestKind::Define => {
                host.report(request.uuid, &Report::Defined { xml: None, name: None })?;
            }
            RequestKind::Create => {
                let how = StartedDetail::Booted;
                let id = Some(77);
                let start = Report::Started { how, paused: false, id, xml: None, name: None };
                host.report(request.uuid, &start)?;
            }
            RequestKind::Shutdown => {
                // Only half of it, and otherwise than usual.
                let by = virtwatch::ShutdownDetail::Host;
                host.report(request.uuid, &Report::Changed(Change::ShutDown(by)))?;
            }
            RequestKind::Destroy => host.report(request.uuid, &stopped(StoppedDetail::Crashed))?,
            _ => {}
        }
        Ok(Answer::Done)
    });
    let conn = driver.connect();
    let mut watch = watch(&conn);
    let domain = conn.define_xml(&xml(0)).unwrap();
    domain.start(CreateFlags::empty()).unwrap();
    assert_eq!(conn.lookup_by_id(77).unwrap().uuid(), uuid(0));
    domain.shutdown(ShutdownFlags::empty()).unwrap();
    domain.start(CreateFlags::empty()).unwrap();
    domain.destroy(DestroyFlags::empty()).unwrap();
    let events = events(&mut watch);
    assert_eq!(
        told(&events),
        [
            "added(defined)",
            "defined(added)",
            "started(booted)",
            "shutdown(host)",
            "stopped(shutdown)",
            "started(booted)",
            "stopped(crashed)",
        ]
    );
    let origins: Vec<_> = events.iter().map(|event| event.origin).collect();
    let mut expected = [Origin::Native; 7];
    expected[4] = Origin::Derived;
    assert_eq!(origins, expected);
    assert!(domain.xml(virtwatch::XmlFlags::empty()).unwrap().contains("<name>vm0</name>"));
}

#[test]
fn what_is_accepted_returns_at_once_and_is_reported_later() {
    let driver = Driver::register(ALL, false);
    driver.shared.on_operate(|_, _| Ok(Answer::Accepted));
    let conn = driver.connect();
    let mut watch = watch(&conn);
    let domain = conn.create_xml(&xml(0), CreateFlags::empty()).unwrap();
    assert_eq!(domain.facts().unwrap_err().code(), ErrorCode::NoDomain, "it is only accepted");
    assert_eq!(told(&events(&mut watch)), [""; 0]);

    // The program's own loop, on the same thread: the configuration is the one that was asked for.
    let host = driver.shared.host();
    let how = StartedDetail::Booted;
    let start = Report::Started { how, paused: false, id: None, xml: None, name: None };
    host.report(uuid(0), &start).unwrap();
    assert_eq!(domain.facts().unwrap().status().state(), State::Running);
    assert!(domain.xml(virtwatch::XmlFlags::empty()).unwrap().contains("vm0"));

    host.report(uuid(0), &Report::Defined { xml: None, name: None }).unwrap();
    domain.managed_save(SaveFlags::empty()).unwrap();
    assert!(!domain.has_managed_save().unwrap(), "it still runs");
    host.report(uuid(0), &stopped(StoppedDetail::Saved)).unwrap();
    assert!(domain.has_managed_save().unwrap(), "the image came with the end");
    let events = events(&mut watch);
    assert_eq!(
        told(&events),
        ["added(started)", "started(booted)", "defined(added)", "stopped(saved)"]
    );
    assert!(events.iter().all(|event| event.origin == Origin::Native));
}

/// What the hypervisor refuses fails with its error, and nothing has changed.
#[test]
fn a_refusal_goes_to_the_caller() {
    let driver = Driver::register(ALL, false);
    driver.shared.on_operate(|_, request| match request.kind {
        RequestKind::Create => {
            Err(Error::new(ErrorCode::SystemError, ErrorDomain::None, "no memory left"))
        }
        _ => Ok(Answer::Done),
    });
    let conn = driver.connect();
    let domain = conn.define_xml(&xml(0)).unwrap();
    let seq = conn.cursor().seq;
    let error = domain.start(CreateFlags::empty()).unwrap_err();
    assert_eq!((error.code(), error.message()), (ErrorCode::SystemError, "no memory left"));
    assert_eq!(conn.cursor().seq, seq);
    // What makes no sense is refused before the hypervisor is asked.
    driver.shared.requests.lock().unwrap().clear();
    assert_eq!(domain.suspend().unwrap_err().code(), ErrorCode::OperationInvalid);
    assert_eq!(*driver.shared.requests.lock().unwrap(), []);
}

/// Operations on one domain come one after the other; on another they do not wait. The hypervisor
/// looks up what it likes meanwhile: no lock is held.
#[test]
fn operations_are_serial_for_a_domain() {
    let driver = Driver::register(ALL, false);
    let conn = driver.connect();
    for number in 0..2 {
        let domain = conn.define_xml(&xml(number)).unwrap();
        domain.start(CreateFlags::empty()).unwrap();
    }
    let (entered, enters) = mpsc::channel();
    let both = Arc::new(Barrier::new(2));
    let (inside, inner) = (Arc::clone(&both), conn.clone());
    driver.shared.on_operate(move |_, request| {
        assert_eq!(inner.lookup_by_uuid(request.uuid)?.name(), request.name);
        assert_eq!(inner.domains(ListFlags::empty()).len(), 2);
        entered.send((request.uuid, request.kind)).unwrap();
        // Neither of the two domains gets on without the other.
        if request.kind == RequestKind::Suspend {
            inside.wait();
        }
        Ok(Answer::Done)
    });
    std::thread::scope(|scope| {
        for number in 0..2 {
            let domain = conn.lookup_by_uuid(uuid(number)).unwrap();
            scope.spawn(move || domain.suspend().unwrap());
        }
        // Both are inside; the others of the first domain wait for their turn.
        let mut first = [enters.recv().unwrap().0, enters.recv().unwrap().0];
        first.sort();
        assert_eq!(first, [uuid(0), uuid(1)]);
    });
    std::thread::scope(|scope| {
        let domain = conn.lookup_by_uuid(uuid(0)).unwrap();
        for _ in 0..4 {
            let domain = domain.clone();
            scope.spawn(move || {
                for _ in 0..50 {
                    drop(domain.resume());
                    drop(domain.reset());
                }
            });
        }
    });
    driver.shared.on_operate(|_, _| Ok(Answer::Done));
    assert_eq!(conn.audit().unwrap(), 0);
}

/// An operation may be made of others of the same domain.
#[test]
fn a_hypervisor_may_operate_on_the_domain_that_it_is_asked_for() {
    let driver = Driver::register(ALL, false);
    let conn = driver.connect();
    let mut watch = watch(&conn);
    let domain = conn.define_xml(&xml(0)).unwrap();
    domain.start(CreateFlags::empty()).unwrap();
    let inner = conn.clone();
    driver.shared.on_operate(move |_, request| {
        if request.kind == RequestKind::Reboot {
            let domain = inner.lookup_by_uuid(request.uuid)?;
            domain.destroy(DestroyFlags::empty())?;
            domain.start(CreateFlags::empty())?;
        }
        Ok(Answer::Done)
    });
    drop(events(&mut watch));
    domain.reboot(ShutdownFlags::empty()).unwrap();
    assert_eq!(told(&events(&mut watch)), ["stopped(destroyed)", "started(booted)"]);
    driver.shared.on_operate(|_, _| Ok(Answer::Done));
}

#[test]
fn a_restore_is_of_the_domain_that_is_reported() {
    let driver = Driver::register(ALL, false);
    driver.shared.on_operate(|host, request| {
        if request.kind == RequestKind::Restore {
            assert!(request.uuid.is_nil());
            assert_eq!(request.path.unwrap().to_str(), Some("/saved"));
            let document = xml(7);
            let xml = Some(document.as_str());
            let how = StartedDetail::Restored;
            host.report(
                uuid(7),
                &Report::Started { how, paused: true, id: None, xml, name: None },
            )?;
        }
        Ok(Answer::Done)
    });
    let conn = driver.connect();
    let mut watch = watch(&conn);
    let domain = conn.restore("/saved".as_ref(), SaveFlags::empty()).unwrap();
    assert_eq!((domain.uuid(), domain.name()), (uuid(7), "vm7"));
    assert_eq!(
        told(&events(&mut watch)),
        ["added(started)", "started(restored)", "suspended(restored)"]
    );
    domain.save("/saved".as_ref(), SaveFlags::empty()).unwrap();
    assert_eq!(told(&events(&mut watch)), ["stopped(saved)", "removed(stopped)"]);
    driver.shared.on_operate(|_, _| Ok(Answer::Done));
    let error = conn.restore("/saved".as_ref(), SaveFlags::empty()).unwrap_err();
    assert_eq!(error.code(), ErrorCode::OperationFailed);
    assert!(error.message().contains("did not report"), "{error}");
}

/// What cannot occur is refused: event support is true.
#[test]
fn an_operation_with_events_that_never_occur_is_refused() {
    let driver = Driver::register(super::fake::life_only(), false);
    let conn = driver.connect();
    let error = conn.define_xml(&xml(0)).unwrap_err();
    assert_eq!(error.code(), ErrorCode::NoSupport);
    assert!(error.message().contains("defined"), "{error}");
    let domain = conn.create_xml(&xml(0), CreateFlags::empty()).unwrap();
    assert_eq!(domain.suspend().unwrap_err().code(), ErrorCode::NoSupport);
    let paused = Report::Changed(Change::Suspended(SuspendedDetail::IoError));
    let error = driver.shared.host().report(uuid(0), &paused).unwrap_err();
    assert!(error.message().contains("suspended"), "{error}");
    domain.destroy(DestroyFlags::empty()).unwrap();
}

/// A save that was accepted and failed leaves no image when the domain stops of something else.
#[test]
fn a_stop_of_another_kind_is_not_the_planned_one() {
    let driver = Driver::register(ALL, false);
    let conn = driver.connect();
    let domain = conn.define_xml(&xml(0)).unwrap();
    domain.start(CreateFlags::empty()).unwrap();
    driver.shared.on_operate(|_, _| Ok(Answer::Accepted));
    domain.managed_save(SaveFlags::empty()).unwrap();
    driver.shared.host().report(uuid(0), &stopped(StoppedDetail::Shutdown)).unwrap();
    assert!(!domain.has_managed_save().unwrap());
    // The same where it says that it is done.
    driver.shared.on_operate(|host, request| {
        if request.kind == RequestKind::ManagedSave {
            host.report(request.uuid, &stopped(StoppedDetail::Crashed))?;
        }
        Ok(Answer::Done)
    });
    domain.start(CreateFlags::empty()).unwrap();
    domain.managed_save(SaveFlags::empty()).unwrap();
    assert!(!domain.has_managed_save().unwrap());
}

const START: Report<'_> = Report::Started {
    how: StartedDetail::Booted,
    paused: false,
    id: None,
    xml: None,
    name: Some("by-hand"),
};

/// The document of a start that was accepted and failed is not that of a later one.
#[test]
fn what_was_accepted_and_failed_is_forgotten() {
    let driver = Driver::register(ALL, false);
    let conn = driver.connect();
    let domain = conn.define_xml(&xml(0)).unwrap();
    driver.shared.on_operate(|_, _| Ok(Answer::Accepted));
    let host = driver.shared.host();
    let live = || domain.xml(virtwatch::XmlFlags::empty()).unwrap();
    let other = xml(0).replace("<memory>1<", "<memory>2<");
    let observed = Report::Changed(Change::Observed);
    // It says so.
    conn.create_xml(&other, CreateFlags::empty()).unwrap();
    host.report(uuid(0), &observed).unwrap();
    host.report(uuid(0), &START).unwrap();
    assert!(live().contains(">1</memory>"), "{}", live());
    host.report(uuid(0), &stopped(StoppedDetail::Shutdown)).unwrap();
    // Something else happens.
    conn.create_xml(&other, CreateFlags::empty()).unwrap();
    host.report(uuid(0), &Report::Edited { xml: None }).unwrap();
    host.report(uuid(0), &START).unwrap();
    assert!(live().contains(">1</memory>"), "{}", live());
    // A save pauses first.
    domain.managed_save(SaveFlags::empty()).unwrap();
    let paused = Report::Changed(Change::Suspended(SuspendedDetail::Paused));
    host.report(uuid(0), &paused).unwrap();
    host.report(uuid(0), &stopped(StoppedDetail::Saved)).unwrap();
    assert!(domain.has_managed_save().unwrap());
    // Of one that never came to be, too; and what nobody waits for is of a domain.
    conn.create_xml(&xml(1), CreateFlags::empty()).unwrap();
    host.report(uuid(1), &observed).unwrap();
    assert_eq!(host.report(uuid(1), &observed).unwrap_err().code(), ErrorCode::NoDomain);
}

/// Starts that are accepted and never heard of again do not pile up.
#[test]
fn plans_of_domains_that_are_never_born_are_bounded() {
    let driver = Driver::register(ALL, false);
    let conn = driver.connect();
    driver.shared.on_operate(|_, _| Ok(Answer::Accepted));
    let name = |number: u128| {
        driver.shared.host().report(uuid(number), &START).unwrap();
        conn.lookup_by_uuid(uuid(number)).unwrap().name().to_owned()
    };
    for number in 0..1025 {
        conn.create_xml(&xml(number), CreateFlags::empty()).unwrap();
    }
    assert_eq!(name(0), "by-hand", "the oldest is forgotten");
    assert_eq!(name(1), "vm1");
    assert_eq!(name(1024), "vm1024");
}

/// G8: inside a hypervisor nobody waits for a callback, which may wait for its domain.
#[test]
fn a_hypervisor_ends_a_registration_whose_callback_operates_on_its_domain() {
    let driver = Driver::register(ALL, false);
    let conn = driver.connect();
    let domain = conn.define_xml(&xml(0)).unwrap();
    domain.start(CreateFlags::empty()).unwrap();
    let (entered, enters) = mpsc::channel();
    let of_callback = domain.clone();
    let registration = conn.register(WatchOptions::default(), move |record| {
        if matches!(record, Record::Event(event) if event.kind.event_type() == EventType::Suspended)
        {
            entered.send(()).unwrap();
            drop(of_callback.resume());
        }
    });
    let inside = Mutex::new(Some((registration.unwrap(), enters)));
    driver.shared.on_operate(move |host, request| {
        let inside = inside.lock().unwrap().take();
        if let Some((registration, enters)) = inside {
            let paused = Report::Changed(Change::Suspended(SuspendedDetail::Paused));
            host.report(request.uuid, &paused)?;
            enters.recv().unwrap();
            drop(registration);
        }
        Ok(Answer::Done)
    });
    domain.suspend().unwrap();
    drop(domain);
    conn.close();
}

/// AUTODESTROY ties the run from its start on: whether that is done at once, reported meanwhile, or
/// accepted and reported later.
#[test]
fn autodestroy_ends_a_run_however_its_start_was_answered() {
    let start = |host: &Host| {
        let how = StartedDetail::Booted;
        let started = Report::Started { how, paused: false, id: None, xml: None, name: None };
        host.report(uuid(0), &started)
    };
    for (answer, at_once) in [
        (Answer::Done, false),
        (Answer::Done, true),
        (Answer::Accepted, true),
        (Answer::Accepted, false),
    ] {
        for persistent in [false, true] {
            let driver = Driver::register(ALL, false);
            driver.shared.on_operate(move |host, request| {
                if !matches!(request.kind, RequestKind::Create | RequestKind::CreateXml) {
                    return Ok(Answer::Done);
                }
                if at_once {
                    start(host)?;
                }
                Ok(answer)
            });
            let (goes, stays) = (driver.connect(), driver.connect());
            if persistent {
                let domain = goes.define_xml(&xml(0)).unwrap();
                domain.start(CreateFlags::AUTODESTROY).unwrap();
            } else {
                drop(goes.create_xml(&xml(0), CreateFlags::AUTODESTROY).unwrap());
            }
            if answer == Answer::Accepted && !at_once {
                start(&driver.shared.host()).unwrap();
            }
            assert_eq!(stays.domains(ListFlags::ACTIVE).len(), 1);
            goes.close();
            assert_eq!(stays.domains(ListFlags::ACTIVE).len(), 0, "{answer:?} {at_once}");
            assert_eq!(driver.shared.requests.lock().unwrap().last(), Some(&RequestKind::Destroy));
        }
    }
}

/// Two operations that are each made of one on the other's domain: one of them is refused, and
/// neither hangs.
#[test]
fn operations_do_not_wait_in_a_circle() {
    let driver = Driver::register(ALL, false);
    let conn = driver.connect();
    let domains = [0, 1].map(|number| {
        let domain = conn.define_xml(&xml(number)).unwrap();
        domain.start(CreateFlags::empty()).unwrap();
        domain
    });
    let both = Barrier::new(2);
    let (told, refused) = mpsc::channel();
    let inner = domains.clone();
    driver.shared.on_operate(move |_, request| {
        if request.kind == RequestKind::Suspend {
            both.wait();
            let other = inner.iter().find(|domain| domain.uuid() != request.uuid).unwrap();
            told.send(other.suspend().err().map(|error| error.code())).unwrap();
        }
        Ok(Answer::Done)
    });
    std::thread::scope(|scope| {
        for domain in &domains {
            scope.spawn(|| domain.suspend().unwrap());
        }
    });
    let results: Vec<_> = refused.try_iter().collect();
    assert_eq!(results.len(), 2);
    assert!(results.contains(&None) && results.contains(&Some(ErrorCode::OperationInvalid)));
    driver.shared.on_operate(|_, _| Ok(Answer::Done));
}
