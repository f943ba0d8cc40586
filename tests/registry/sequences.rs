//! Every sequence of operations on one domain, up to a length of four, through the whole registry.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use virtwatch::{
    CatchupCause, Connection, Facts, ListFlags, Record, SaveFlags, UndefineFlags, Uuid, Watch,
    WatchOptions, fold,
};

use super::oracle::{Op, Then};
use super::world::{World, code, uuid};

const ALPHABET: [Op; 27] = [
    Op::Define { domain: 0, name: 0, odd: false },
    Op::Undefine { domain: 0, with_image: false },
    Op::Undefine { domain: 0, with_image: true },
    Op::Create { domain: 0, paused: false, force_boot: false },
    Op::Create { domain: 0, paused: true, force_boot: false },
    Op::Create { domain: 0, paused: false, force_boot: true },
    Op::CreateXml { domain: 0, name: 0, paused: false, odd: false },
    Op::CreateXml { domain: 0, name: 0, paused: true, odd: true },
    Op::Suspend(0),
    Op::Resume(0),
    Op::Shutdown(0),
    Op::Reboot(0),
    Op::Reset(0),
    Op::PmSuspend { domain: 0, disk: false },
    Op::PmSuspend { domain: 0, disk: true },
    Op::PmWakeup(0),
    Op::Destroy(0),
    Op::Save { domain: 0, slot: 0, then: Then::AsItWas },
    Op::Restore { slot: 0, then: Then::AsItWas },
    Op::Restore { slot: 0, then: Then::Paused },
    Op::ManagedSave { domain: 0, then: Then::AsItWas },
    Op::RemoveImage(0),
    Op::Leave { domain: 0, offline: false, undefine: true },
    Op::Leave { domain: 0, offline: true, undefine: true },
    Op::Arrive { domain: 0, name: 0, paused: false, persist: true, odd: false },
    Op::Retitle { domain: 0, live: false, stored: false },
    Op::Rename { domain: 0, name: 1 },
];

/// A world with a watch that is read after every operation.
struct Story {
    world: World,
    watch: Watch,
}

impl Story {
    /// The domain has existed, so that every operation can be asked for.
    fn new(directory: &Path) -> Self {
        let mut world = World::new(directory);
        world.act(Op::CreateXml { domain: 0, name: 0, paused: false, odd: false });
        world.act(Op::Destroy(0));
        let watch = world.conn.watch(WatchOptions::default()).unwrap();
        Self { world, watch }
    }

    fn after(directory: &Path, ops: &[Op]) -> Self {
        let mut story = Self::new(directory);
        for op in ops {
            story.tell(*op);
        }
        story
    }

    /// One operation: both agree, and the watch is told exactly its events, at once.
    fn tell(&mut self, op: Op) -> bool {
        let told = self.world.journal.len();
        let accepted = self.world.act(op);
        for line in &self.world.journal[told..] {
            match self.watch.next(Some(Duration::ZERO)).unwrap() {
                Some(Record::Event(event)) => line.assert_told_by(&event),
                other => panic!("{op:?}: {other:?}, expected {line:?}"),
            }
        }
        assert_eq!(self.watch.next(Some(Duration::ZERO)).unwrap(), None);
        accepted
    }
}

/// G4: what a snapshot tells, folded.
fn snapshot(conn: &Connection) -> HashMap<Uuid, Facts> {
    let options = WatchOptions { snapshot: true, ..Default::default() };
    let mut watch = conn.watch(options).unwrap();
    let mut view = HashMap::new();
    let first = watch.next(Some(Duration::ZERO)).unwrap().unwrap();
    let cause = CatchupCause::Snapshot;
    assert!(matches!(&first, Record::Catchup { cause: told, .. } if *told == cause));
    loop {
        match watch.next(Some(Duration::ZERO)).unwrap().unwrap() {
            Record::Synced { seq } => {
                assert_eq!(seq, conn.cursor().seq);
                return view;
            }
            record => fold(&mut view, &record),
        }
    }
}

/// DESIGN 3.1 and 3.2, G1–G4: acceptance, codes, events, facts, listing and persistence after every
/// sequence of four operations. Operations that are refused change nothing, so that all of them can
/// be tried at the end of one and the same sequence of three.
#[test]
fn every_sequence_of_four_operations_does_what_the_table_says() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let mut sequences = 0;
    for first in ALPHABET {
        for second in ALPHABET {
            for third in ALPHABET {
                let ops = [first, second, third];
                let mut story = Story::after(directory, &ops);
                story.world.assert_shown();
                for last in ALPHABET {
                    sequences += 1;
                    if story.tell(last) {
                        story.world.assert_shown();
                        let view = snapshot(&story.world.conn);
                        let listing = story.world.conn.facts(ListFlags::empty());
                        assert_eq!(view.into_values().collect::<Vec<_>>(), listing);
                        story = Story::after(directory, &ops);
                    }
                }
                story.world.assert_shown();
            }
        }
    }
    assert_eq!(sequences, ALPHABET.len().pow(4));
}

/// INVALID_ARG, and nothing changes: flags that exclude each other, an id that is none.
#[test]
fn arguments_that_make_no_sense_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let story = Story::after(directory.path(), &ALPHABET[..1]);
    let conn = &story.world.conn;
    let domain = conn.lookup_by_uuid(uuid(0)).unwrap();
    let both = SaveFlags::RUNNING | SaveFlags::PAUSED;
    let file = directory.path().join("never");
    assert_eq!(code(domain.save(&file, both)), 8);
    assert_eq!(code(domain.managed_save(both)), 8);
    assert_eq!(code(conn.restore(&file, both)), 8);
    for flags in [
        UndefineFlags::NVRAM | UndefineFlags::KEEP_NVRAM,
        UndefineFlags::TPM | UndefineFlags::KEEP_TPM,
    ] {
        assert_eq!(code(domain.undefine(flags)), 8);
    }
    assert_eq!(code(conn.lookup_by_id(-1)), 8);
    assert!(!file.exists());
    story.world.assert_shown();
    assert_eq!(conn.cursor().seq, story.world.head());
}

/// OPERATION_FAILED for a file that is no image, SYSTEM_ERROR for one that cannot be written: the
/// domain goes on.
#[test]
fn files_that_cannot_be_used_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let mut story = Story::after(directory.path(), &[ALPHABET[0], ALPHABET[3]]);
    let conn = story.world.conn.clone();
    let domain = conn.lookup_by_uuid(uuid(0)).unwrap();
    let nowhere = directory.path().join("none/file");
    assert_eq!(code(domain.save(&nowhere, SaveFlags::empty())), 38);
    let file = directory.path().join("no image");
    std::fs::write(&file, "no image").unwrap();
    assert_eq!(code(conn.restore(&file, SaveFlags::empty())), 9);
    story.world.assert_shown();
    assert!(story.tell(Op::Suspend(0)));
}
