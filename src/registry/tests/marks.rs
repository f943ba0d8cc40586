//! Marks among events: every reader is told them at their place, each once, and after a catch-up
//! what is true then.

use std::sync::Arc;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use uuid::Uuid;

use super::{config, define, empty, start, stop};
use crate::event::{Cursor, Record};
use crate::registry::{Reader, Registry, Source, WatchOptions};

/// What has happened, in order.
#[derive(Debug, Clone)]
enum Happened {
    Event(u64, Uuid),
    Mark(Record),
}

/// A registry with two domains, and all that has happened to it.
struct World {
    registry: Arc<Registry>,
    history: Vec<Happened>,
}

#[derive(Debug, Clone)]
enum Step {
    /// A domain starts, or stops.
    Turn(u128),
    Down,
    Up,
    /// A reader begins, of all or of one domain, with so much lag.
    Begin(usize, bool, Option<u128>, u32),
    /// The same from a share of the journal on.
    Resume(usize, Option<u128>, u8),
    Read(usize, u8),
}

const READERS: usize = 4;

impl World {
    fn new() -> Self {
        let registry = empty(None);
        for number in 0..2 {
            define(&registry, &config(number)).unwrap();
        }
        let mut world = Self { registry, history: Vec::new() };
        for seq in 1..5 {
            world.history.push(Happened::Event(seq, config(u128::from(seq - 1) / 2).uuid()));
        }
        world
    }

    fn turn(&mut self, number: u128) {
        let uuid = config(number).uuid();
        if self.registry.facts(uuid).unwrap().is_active() {
            stop(&self.registry, uuid).unwrap();
        } else {
            start(&self.registry, uuid).unwrap();
        }
        self.history.push(Happened::Event(self.registry.cursor().seq, uuid));
    }

    fn set_source(&mut self, source: Source) {
        if std::mem::discriminant(&self.registry.source()) != std::mem::discriminant(&source) {
            let record = match &source {
                Source::Up => Record::SourceUp,
                Source::Down(message) => Record::SourceDown { message: Arc::clone(message) },
                Source::Closed => Record::Closed,
            };
            self.history.push(Happened::Mark(record));
        }
        self.registry.set_source(source);
    }

    /// How the source was before everything after `length`.
    fn last_mark(&self, length: usize) -> Option<&Record> {
        self.history[..length].iter().rev().find_map(|happened| match happened {
            Happened::Mark(record) => Some(record),
            Happened::Event(..) => None,
        })
    }

    /// How much had happened when event `seq` had, and no more events.
    fn until(&self, seq: u64) -> usize {
        let after = |happened: &Happened| matches!(happened, Happened::Event(at, _) if *at > seq);
        self.history.iter().position(after).unwrap_or(self.history.len())
    }

    /// The same without the marks that follow it.
    fn until_just(&self, seq: u64) -> usize {
        let is = |happened: &Happened| matches!(happened, Happened::Event(at, _) if *at == seq);
        self.history.iter().position(is).map_or(0, |at| at + 1)
    }
}

/// A reader and its model.
struct Probe {
    reader: Reader,
    uuid: Option<Uuid>,
    /// How much of the history it has been told.
    place: usize,
    /// The last mark that it was told; at first it takes for granted that the source is up.
    told: Record,
    /// It is still to be told how the source was where it began.
    fresh: bool,
    in_catchup: bool,
}

impl Probe {
    fn begin(world: &World, options: WatchOptions) -> Self {
        let place = match options.resume {
            Some(cursor) => world.until_just(cursor.seq),
            None => world.history.len(),
        };
        Self {
            reader: Reader::new(Arc::clone(&world.registry), options),
            uuid: options.uuid,
            place,
            told: Record::SourceUp,
            fresh: true,
            in_catchup: options.snapshot,
        }
    }

    /// The next record of a reader that keeps up.
    fn expected(&mut self, world: &World) -> Option<Happened> {
        if self.fresh {
            self.fresh = false;
            if let Some(record @ Record::SourceDown { .. }) = world.last_mark(self.place) {
                return Some(Happened::Mark(record.clone()));
            }
        }
        loop {
            let happened = world.history.get(self.place)?.clone();
            self.place += 1;
            match &happened {
                Happened::Event(_, uuid) if self.uuid.is_some_and(|own| own != *uuid) => {}
                // It need not be told what it takes for granted.
                Happened::Mark(mark) if *mark == self.told => {}
                _ => return Some(happened),
            }
        }
    }

    fn read(&mut self, world: &World) -> bool {
        let record = self.reader.next();
        if let Some(Record::Catchup { .. }) = record {
            self.in_catchup = true;
        }
        match &record {
            Some(Record::Synced { seq }) => {
                self.in_catchup = false;
                // All marks up to the end are stood for, those that came meanwhile too.
                self.place = world.until(*seq);
                let now = world.last_mark(self.place).unwrap_or(&Record::SourceUp);
                if *now != self.told {
                    self.told = self.reader.next().unwrap();
                    assert_eq!(self.told, *now);
                }
                self.fresh = false;
            }
            _ if self.in_catchup => {
                assert!(matches!(&record, Some(Record::Catchup { .. } | Record::Event(_))));
            }
            _ => match (&record, self.expected(world)) {
                (Some(Record::Event(event)), Some(Happened::Event(seq, uuid))) => {
                    assert_eq!((event.seq, event.uuid()), (seq, uuid));
                }
                (None, None) => {}
                (Some(record), Some(Happened::Mark(mark))) => {
                    assert_eq!(record, &mark);
                    assert_ne!(mark, self.told, "told twice");
                    self.told = mark;
                }
                (record, expected) => panic!("{record:?}, expected {expected:?}"),
            },
        }
        record.is_some()
    }
}

fn step() -> impl Strategy<Value = Step> {
    let reader = || 0..READERS;
    let domain = || prop::option::of(0..2_u128);
    prop_oneof![
        6 => (0..2_u128).prop_map(Step::Turn),
        2 => Just(Step::Down),
        2 => Just(Step::Up),
        2 => (reader(), any::<bool>(), domain(), prop::sample::select(vec![0, 1, 3]))
            .prop_map(|(reader, snapshot, domain, lag)| Step::Begin(reader, snapshot, domain, lag)),
        1 => (reader(), domain(), any::<u8>())
            .prop_map(|(reader, domain, share)| Step::Resume(reader, domain, share)),
        8 => (reader(), 1..5_u8).prop_map(|(reader, most)| Step::Read(reader, most)),
    ]
}

/// G3, G4, G5, G7: marks come in order with events, none is lost and none comes twice; a catch-up
/// stands for those before its SYNCED and ends with what is true.
#[test]
fn marks_keep_their_places_among_events() {
    let config = Config { cases: 10_000, failure_persistence: None, ..Config::default() };
    let run = TestRunner::new(config).run(&prop::collection::vec(step(), 1..60), |steps| {
        let mut world = World::new();
        let mut probes: [Option<Probe>; READERS] = [const { None }; READERS];
        for step in steps {
            match step {
                Step::Turn(domain) => world.turn(domain),
                Step::Down => world.set_source(Source::Down("gone".into())),
                Step::Up => world.set_source(Source::Up),
                Step::Begin(reader, snapshot, domain, max_lag) => {
                    let uuid = domain.map(config_of);
                    let options =
                        WatchOptions { snapshot, max_lag, uuid, ..WatchOptions::default() };
                    probes[reader] = Some(Probe::begin(&world, options));
                }
                Step::Resume(reader, domain, share) => {
                    let cursor = world.registry.cursor();
                    let seq = cursor.seq * u64::from(share) / u64::from(u8::MAX);
                    let uuid = domain.map(config_of);
                    let resume = Some(Cursor { seq, ..cursor });
                    let options = WatchOptions { uuid, resume, ..WatchOptions::default() };
                    // Within the two events of a definition no mark can be.
                    if seq == 0 || seq > 4 {
                        probes[reader] = Some(Probe::begin(&world, options));
                    }
                }
                Step::Read(reader, most) => {
                    if let Some(probe) = &mut probes[reader] {
                        for _ in 0..most {
                            probe.read(&world);
                        }
                    }
                }
            }
        }
        world.set_source(Source::Closed);
        for probe in probes.iter_mut().flatten() {
            // At the latest with what is to come every reader lags, or is told all.
            while probe.read(&world) {}
            assert_eq!(probe.place, world.history.len());
            assert!(probe.reader.next().is_none(), "nothing follows the end");
        }
        Ok(())
    });
    run.unwrap_or_else(|failure| panic!("{failure}"));
}

fn config_of(number: u128) -> Uuid {
    config(number).uuid()
}
