//! Random sequences over several domains with watches that come and go, stall and take up again.

use proptest::prelude::*;
use proptest::sample::subsequence;
use proptest::test_runner::{Config, TestRunner};
use virtwatch::{Cursor, EventType, Uuid};

use super::oracle::{NAMES, Op, Then};
use super::probe::Probe;
use super::wish::Wish;
use super::world::{DOMAINS, World};

/// Watches at a time.
const WATCHES: usize = 6;

/// One step of a run, as plain data.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    Act(Op),
    Watch(usize, Wish),
    /// From this share of the journal on.
    Resume(usize, Wish, u8),
    /// From a place that is none, by this much.
    ResumeBeyond(usize, Wish, u8),
    ResumeElsewhere(usize, Wish),
    Read(usize, u8),
    Drain(usize),
    /// Breaks the watch off, wherever it is, and goes on from its cursor.
    TakeUp(usize),
}

pub(crate) fn op() -> impl Strategy<Value = Op> {
    let domain = || 0..DOMAINS;
    let name = || 0..NAMES.len();
    // Mostly its own name, so that there is more than refusals.
    let named = || {
        (domain(), name(), 0..8_u8).prop_map(|(domain, name, own)| {
            let name = if own == 0 { name } else { domain };
            (domain, name)
        })
    };
    let rarely = || prop::bool::weighted(0.2);
    let then = || prop::sample::select(vec![Then::AsItWas, Then::Running, Then::Paused]);
    prop_oneof![
        3 => (named(), rarely()).prop_map(|((domain, name), odd)| Op::Define { domain, name, odd }),
        3 => (domain(), any::<bool>())
            .prop_map(|(domain, with_image)| Op::Undefine { domain, with_image }),
        3 => (domain(), rarely(), rarely()).prop_map(|(domain, paused, force_boot)| Op::Create {
            domain,
            paused,
            force_boot
        }),
        3 => (named(), rarely(), rarely()).prop_map(|((domain, name), paused, odd)| {
            Op::CreateXml { domain, name, paused, odd }
        }),
        2 => domain().prop_map(Op::Suspend),
        2 => domain().prop_map(Op::Resume),
        1 => domain().prop_map(Op::Shutdown),
        1 => domain().prop_map(Op::Reboot),
        1 => domain().prop_map(Op::Reset),
        2 => (domain(), rarely()).prop_map(|(domain, disk)| Op::PmSuspend { domain, disk }),
        2 => domain().prop_map(Op::PmWakeup),
        2 => domain().prop_map(Op::Destroy),
        1 => (domain(), 0..2_usize, then())
            .prop_map(|(domain, slot, then)| Op::Save { domain, slot, then }),
        1 => (0..2_usize, then()).prop_map(|(slot, then)| Op::Restore { slot, then }),
        1 => (domain(), then()).prop_map(|(domain, then)| Op::ManagedSave { domain, then }),
        1 => domain().prop_map(Op::RemoveImage),
        2 => (domain(), rarely(), any::<bool>())
            .prop_map(|(domain, offline, undefine)| Op::Leave { domain, offline, undefine }),
        2 => (named(), rarely(), rarely(), rarely()).prop_map(
            |((domain, name), paused, persist, odd)| Op::Arrive { domain, name, paused, persist, odd }
        ),
        2 => (domain(), any::<bool>(), any::<bool>())
            .prop_map(|(domain, live, stored)| Op::Retitle { domain, live, stored }),
        1 => (domain(), any::<bool>())
            .prop_map(|(domain, autostart)| Op::SetAutostart { domain, autostart }),
        2 => (domain(), name()).prop_map(|(domain, name)| Op::Rename { domain, name }),
    ]
}

pub(crate) fn wish() -> impl Strategy<Value = Wish> {
    let max_lag = prop::sample::select(vec![0, 1, 2, 3, 4, 6, 10, 25]);
    let types = prop_oneof![
        3 => Just(Vec::new()),
        1 => subsequence(EventType::ALL, 1..EventType::ALL.len()),
    ];
    let domain = prop::option::weighted(0.4, 0..DOMAINS);
    (any::<bool>(), max_lag, types, domain).prop_map(|(snapshot, max_lag, types, domain)| Wish {
        snapshot,
        max_lag,
        types,
        domain,
    })
}

fn step() -> impl Strategy<Value = Step> {
    let watch = || 0..WATCHES;
    prop_oneof![
        20 => op().prop_map(Step::Act),
        2 => (watch(), wish()).prop_map(|(watch, wish)| Step::Watch(watch, wish)),
        2 => (watch(), wish(), any::<u8>())
            .prop_map(|(watch, wish, share)| Step::Resume(watch, wish, share)),
        1 => (watch(), wish(), any::<u8>())
            .prop_map(|(watch, wish, by)| Step::ResumeBeyond(watch, wish, by)),
        1 => (watch(), wish()).prop_map(|(watch, wish)| Step::ResumeElsewhere(watch, wish)),
        5 => (watch(), 1..6_u8).prop_map(|(watch, most)| Step::Read(watch, most)),
        2 => watch().prop_map(Step::Drain),
        2 => watch().prop_map(Step::TakeUp),
    ]
}

/// A world and its watches.
#[derive(Default)]
pub(crate) struct Run {
    probes: [Option<Probe>; WATCHES],
}

impl Run {
    pub(crate) fn step(&mut self, world: &mut World, step: Step) {
        match step {
            Step::Act(op) => drop(world.act(op)),
            Step::Watch(watch, wish) => self.probes[watch] = Some(Probe::begin(world, wish)),
            Step::Resume(watch, wish, share) => {
                let cursor = world.cursor(world.head() * u64::from(share) / u64::from(u8::MAX));
                self.probes[watch] = Some(Probe::resume(world, wish, cursor, None));
            }
            Step::ResumeBeyond(watch, wish, by) => {
                let cursor = world.cursor(world.head() + 1 + u64::from(by));
                self.probes[watch] = Some(Probe::resume(world, wish, cursor, None));
            }
            Step::ResumeElsewhere(watch, wish) => {
                let (epoch, seq) = (Uuid::from_u128(1), world.head() / 2);
                let cursor = Cursor { epoch, seq };
                self.probes[watch] = Some(Probe::resume(world, wish, cursor, None));
            }
            Step::Read(watch, most) => {
                if let Some(probe) = &mut self.probes[watch] {
                    for _ in 0..most {
                        probe.read(world);
                    }
                }
            }
            Step::Drain(watch) => {
                if let Some(probe) = &mut self.probes[watch] {
                    probe.drain(world);
                }
            }
            Step::TakeUp(watch) => {
                if let Some(probe) = self.probes[watch].take() {
                    let wish = probe.wish().clone();
                    self.probes[watch] = Some(Probe::take_up(world, wish, probe.leave()));
                }
            }
        }
    }

    /// At the end every watch is brought to now, and the registry agrees with its own journal.
    pub(crate) fn end(mut self, world: &World) {
        for probe in self.probes.iter_mut().flatten() {
            probe.drain(world);
        }
        world.assert_shown();
        assert_eq!(world.conn.audit().unwrap(), 0);
        assert_eq!(world.conn.stats().drift, 0);
    }
}

/// How many random runs are made: `VIRTWATCH_CASES`, or `default`.
pub(crate) fn cases(default: u32) -> u32 {
    std::env::var("VIRTWATCH_CASES").map_or(default, |cases| cases.parse().unwrap())
}

pub(crate) fn config(cases: u32) -> Config {
    Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 20_000,
        max_shrink_time: 60_000,
        ..Config::default()
    }
}

/// G1–G5, G7: whatever happens, every watch delivers what the model of a reader says.
#[test]
fn every_watch_folds_to_what_was_true_at_each_of_its_places() {
    let directory = tempfile::tempdir().unwrap();
    let steps = prop::collection::vec(step(), 1..80);
    let run = TestRunner::new(config(cases(2_000))).run(&steps, |steps| {
        let mut world = World::new(directory.path());
        let mut run = Run::default();
        for step in steps {
            run.step(&mut world, step);
        }
        run.end(&world);
        Ok(())
    });
    run.unwrap_or_else(|failure| panic!("{failure}"));
}
