//! The journal under every interleaving of its threads.

use std::collections::HashMap;
use std::sync::Arc;

use loom::thread;

use super::{Base, Reader, Registry, WatchOptions};
use crate::domain::{Config, PausedReason, RunningReason, Status};
use crate::event::{Record, ResumedDetail, SuspendedDetail, fold};
use crate::lifecycle::Change;

const XML: &str = "<domain type='test'><name>vm</name>\
    <uuid>11111111-2222-4333-8444-555555555555</uuid>\
    <memory>1</memory><vcpu>1</vcpu><os><type>hvm</type></os></domain>";

/// A registry with one domain, which runs.
pub(crate) fn registry() -> Arc<Registry> {
    let base = Base {
        config: Arc::new(Config::parse(XML).unwrap()),
        persistent: true,
        status: Status::Running(RunningReason::Booted),
        managed_save: None,
    };
    let registry = Registry::new(None);
    registry.begin(vec![base]).unwrap();
    Arc::new(registry)
}

/// Changes that domain.
pub(crate) fn turn(registry: &Registry, change: Change) {
    let uuid = Config::parse(XML).unwrap().uuid();
    registry.change(uuid, |domain| domain.change(change)).unwrap();
}

pub(crate) const SUSPEND: Change = Change::Suspended(SuspendedDetail::Paused);
pub(crate) const RESUME: Change = Change::Resumed(ResumedDetail::Unpaused);

/// G3, G4: whatever a reader sees while a writer appends, it sees in order and without a gap, and
/// an event only together with its facts.
#[test]
fn append_and_read() {
    loom::model(|| {
        let registry = registry();
        let mut reader = Reader::new(Arc::clone(&registry), WatchOptions::default());
        let writer = Arc::clone(&registry);
        let appends = thread::spawn(move || {
            turn(&writer, SUSPEND);
            turn(&writer, RESUME);
        });
        let mut next = 1;
        for _ in 0..2 {
            while let Some(Record::Event(event)) = reader.next() {
                assert_eq!(event.seq, next);
                assert!(registry.stats().events >= event.seq);
                next += 1;
            }
        }
        appends.join().unwrap();
        while let Some(Record::Event(event)) = reader.next() {
            assert_eq!(event.seq, next);
            next += 1;
        }
        assert_eq!(next, 3);
    });
}

/// G2, G5: a reader that lags while a writer appends ends with the registry's facts.
#[test]
fn lag_and_catch_up() {
    loom::model(|| {
        let registry = registry();
        let options = WatchOptions { max_lag: 1, snapshot: true, ..WatchOptions::default() };
        let mut reader = Reader::new(Arc::clone(&registry), options);
        let writer = Arc::clone(&registry);
        let appends = thread::spawn(move || {
            turn(&writer, SUSPEND);
            turn(&writer, RESUME);
            turn(&writer, SUSPEND);
        });
        let mut view = HashMap::new();
        for _ in 0..2 {
            if let Some(record) = reader.next() {
                fold(&mut view, &record);
            }
        }
        appends.join().unwrap();
        while let Some(record) = reader.next() {
            fold(&mut view, &record);
        }
        let facts = view.into_values().next().unwrap();
        assert_eq!(facts.status(), Status::Paused(PausedReason::User));
        assert_eq!(registry.facts(facts.uuid()), Some(facts));
    });
}
