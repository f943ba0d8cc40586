//! A watch under test, and the naive model of what it should deliver: the model of a reader knows
//! the whole journal and what was true at every place of it.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use virtwatch::lifecycle::path;
use virtwatch::{
    CatchupCause, Condition, Cursor, Event, Facts, ListFlags, Record, Uuid, Watch, fold,
};

use super::grammar::Grammar;
use super::wish::Wish;
use super::world::{DOMAINS, World, uuid};

/// The fold of a watch's records.
type View = HashMap<Uuid, Facts>;

/// Where a watch is.
#[derive(Debug)]
enum Phase {
    Live,
    /// A catch-up is to be announced.
    Announced(CatchupCause, u64),
    CatchingUp(Catchup),
}

/// A catch-up under way, from what the reader knew of each domain to what was true at `target`.
#[derive(Debug)]
struct Catchup {
    target: u64,
    known: [Option<Facts>; DOMAINS],
    /// What was told, domain by domain.
    told: BTreeMap<usize, Vec<Event>>,
    last: Option<usize>,
}

/// How a watch was left: a reader that takes up again needs no more.
pub(crate) struct Left {
    pub(crate) cursor: Cursor,
    /// What the reader knew at the cursor.
    view: View,
}

#[derive(Debug, Default)]
struct Counts {
    delivered: u64,
    filtered: u64,
    coalesced: u64,
    catchups: u64,
}

/// A watch and its model.
pub(crate) struct Probe {
    watch: Watch,
    wish: Wish,
    phase: Phase,
    /// Everything up to here has been dealt with.
    place: u64,
    cursor: Cursor,
    mid_change: bool,
    view: View,
    /// The view at the cursor, while a catch-up is under way.
    view_at_cursor: View,
    counts: Counts,
    /// Events that concern it, up to where it began.
    begun_with: u64,
    grammar: Option<Grammar>,
}

impl Probe {
    /// Begins now.
    pub(crate) fn begin(world: &World, wish: Wish) -> Self {
        let mut probe = Self::open(world, wish, None, world.head());
        if probe.wish.snapshot {
            probe.announce(CatchupCause::Snapshot, 0);
            probe.grammar = Some(Grammar::default());
        } else {
            probe.view = probe.truth(world, world.head());
        }
        probe
    }

    /// Goes on at a cursor, with nothing but that and what was known there.
    pub(crate) fn resume(world: &World, wish: Wish, cursor: Cursor, left: Option<View>) -> Self {
        let kept = world.evicted()..=world.head();
        let usable = cursor.epoch == world.conn.epoch() && kept.contains(&cursor.seq);
        if !usable {
            let mut probe = Self::open(world, wish, Some(cursor), world.head());
            probe.announce(CatchupCause::Reset, cursor.seq);
            probe.view = left.unwrap_or_default();
            return probe;
        }
        let mut probe = Self::open(world, wish, Some(cursor), cursor.seq);
        probe.mid_change = cursor.seq > 0 && {
            let line = world.line(cursor.seq);
            line.more && probe.wish.is_about(line.domain)
        };
        probe.view = probe.truth(world, cursor.seq);
        if let Some(left) = left {
            assert!(same(&left, &probe.view), "{left:?}\nexpected {:?}", probe.view);
        }
        probe
    }

    /// Goes on where another watch was left.
    pub(crate) fn take_up(world: &World, wish: Wish, left: Left) -> Self {
        let view = if wish.types.is_empty() { Some(left.view) } else { None };
        Self::resume(world, wish, left.cursor, view)
    }

    fn open(world: &World, wish: Wish, resume: Option<Cursor>, place: u64) -> Self {
        let mut probe = Self {
            watch: world.conn.watch(wish.options(resume)).unwrap(),
            wish,
            phase: Phase::Live,
            place,
            cursor: world.cursor(place),
            mid_change: false,
            view: View::new(),
            view_at_cursor: View::new(),
            counts: Counts::default(),
            begun_with: 0,
            grammar: None,
        };
        probe.begun_with = probe.unread(world, 0) - probe.unread(world, place);
        probe
    }

    /// What is known from now on fits no place, until SYNCED.
    fn announce(&mut self, cause: CatchupCause, from_seq: u64) {
        self.phase = Phase::Announced(cause, from_seq);
        self.cursor = Cursor::NOWHERE;
        self.counts.catchups += 1;
    }

    pub(crate) fn wish(&self) -> &Wish {
        &self.wish
    }

    /// Ends it, wherever it is.
    pub(crate) fn leave(self) -> Left {
        let view = match self.phase {
            Phase::CatchingUp(_) => self.view_at_cursor,
            _ => self.view,
        };
        Left { cursor: self.watch.cursor(), view }
    }

    /// Reads one record, which is what the model says. False when there is none.
    pub(crate) fn read(&mut self, world: &World) -> bool {
        let record = self.watch.next(Some(Duration::ZERO)).unwrap();
        if let Some(record) = &record
            && self.wish.types.is_empty()
        {
            self.take_in(record);
        }
        let more = record.is_some();
        match &self.phase {
            Phase::Live => self.expect_live(world, record.as_ref()),
            Phase::Announced(cause, from_seq) => {
                self.expect_first(*cause, *from_seq, record.as_ref());
            }
            Phase::CatchingUp(_) => self.expect_catchup(world, record),
        }
        assert_eq!(self.watch.cursor(), self.cursor, "{:?}", self.wish);
        self.assert_stats(world);
        more
    }

    /// Reads all there is: then the view is what is listed (G2).
    pub(crate) fn drain(&mut self, world: &World) {
        while self.read(world) {}
        assert!(matches!(self.phase, Phase::Live));
        assert_eq!(self.cursor.seq, world.head());
        if self.wish.types.is_empty() && self.wish.domain.is_none() {
            let listing = world.conn.facts(ListFlags::empty());
            let listing: View = listing.into_iter().map(|facts| (facts.uuid(), facts)).collect();
            assert!(same(&self.view, &listing), "{:?}\n{listing:?}", self.view);
        }
    }

    fn unread(&self, world: &World, place: u64) -> u64 {
        match self.wish.domain {
            None => world.head() - place,
            Some(own) => world.numbers_after(own, place).len() as u64,
        }
    }

    /// What is true of its domains at a place.
    fn truth(&self, world: &World, place: u64) -> View {
        (0..DOMAINS)
            .filter(|domain| self.wish.is_about(*domain))
            .filter_map(|domain| {
                let known = world.at(domain, place).0?;
                Some((uuid(domain), known.facts(domain)))
            })
            .collect()
    }

    /// G1, G2: folds a record; each event begins where the domain's previous one ended.
    fn take_in(&mut self, record: &Record) {
        if let Record::Event(event) = record {
            match self.view.get(&event.uuid()) {
                Some(known) => assert_eq!(known.condition, event.before, "{event:?}"),
                None => assert!(!event.before.exists(), "{event:?}"),
            }
            if let Some(grammar) = &mut self.grammar {
                grammar.take_in(event);
            }
        }
        if matches!(record, Record::Catchup { .. }) {
            self.view_at_cursor = self.view.clone();
        }
        fold(&mut self.view, record);
    }

    /// G3, G4, G5: the next event of its own, unless too many are unread and no change is begun.
    fn expect_live(&mut self, world: &World, record: Option<&Record>) {
        loop {
            let unread = self.unread(world, self.place);
            if !self.mid_change && unread > self.wish.most_behind() {
                let expected = Record::Catchup {
                    cause: CatchupCause::Lag,
                    from_seq: self.cursor.seq,
                    count: unread,
                };
                assert_eq!(record, Some(&expected), "{:?}", self.wish);
                self.counts.catchups += 1;
                self.counts.coalesced += unread;
                self.catch_up(world, self.place);
                return;
            }
            let next = match self.wish.domain {
                None => Some(self.place + 1).filter(|next| *next <= world.head()),
                Some(own) => world.numbers_after(own, self.place).first().copied(),
            };
            let Some(seq) = next else {
                assert_eq!(record, None, "{:?}", self.wish);
                self.cursor.seq = world.head();
                return;
            };
            let line = world.line(seq);
            (self.place, self.cursor.seq, self.mid_change) = (seq, seq, line.more);
            if !self.wish.wants(line.kind.event_type()) {
                self.counts.filtered += 1;
                continue;
            }
            self.counts.delivered += 1;
            let Some(Record::Event(event)) = record else {
                panic!("{record:?}, expected {line:?} for {:?}", self.wish);
            };
            line.assert_told_by(event);
            if self.wish.types.is_empty() {
                let known = self.view.get(&uuid(line.domain));
                let expected = world.at(line.domain, seq).0;
                assert_eq!(known.is_some(), expected.is_some());
                assert!(known.is_none_or(|known| expected.is_some_and(|now| now.is(known))));
            }
            return;
        }
    }

    fn expect_first(&mut self, cause: CatchupCause, from_seq: u64, record: Option<&Record>) {
        let count = if cause == CatchupCause::Reset { 0 } else { self.place };
        assert_eq!(record, Some(&Record::Catchup { cause, from_seq, count }));
        self.phase = Phase::CatchingUp(Catchup {
            target: self.place,
            known: [const { None }; DOMAINS],
            told: BTreeMap::new(),
            last: None,
        });
    }

    /// A catch-up from what was true at `from` to now.
    fn catch_up(&mut self, world: &World, from: u64) {
        let known = std::array::from_fn(|domain| {
            let known = world.at(domain, from).0.filter(|_| self.wish.is_about(domain));
            known.map(|known| known.facts(domain))
        });
        self.place = world.head();
        self.phase = Phase::CatchingUp(Catchup {
            target: self.place,
            known,
            told: BTreeMap::new(),
            last: None,
        });
    }

    fn expect_catchup(&mut self, world: &World, record: Option<Record>) {
        let Phase::CatchingUp(catchup) = &mut self.phase else {
            return;
        };
        match record {
            Some(Record::Event(event)) => catchup.take_in(world, event),
            Some(Record::Synced { seq }) => {
                assert_eq!(seq, catchup.target);
                self.cursor = world.cursor(seq);
                self.assert_shortest(world);
                self.phase = Phase::Live;
                if self.wish.types.is_empty() {
                    let truth = self.truth(world, seq);
                    assert!(same(&self.view, &truth), "{:?}\n{truth:?}", self.view);
                }
            }
            other => panic!("{other:?} in a catch-up"),
        }
    }

    /// G5: each domain was told by `path`, to the letter; the types were sorted out at the end.
    fn assert_shortest(&mut self, world: &World) {
        let Phase::CatchingUp(catchup) = &self.phase else {
            return;
        };
        for domain in 0..DOMAINS {
            let (now, _) = world.at(domain, catchup.target);
            let now = now.filter(|_| self.wish.is_about(domain)).map(|known| known.facts(domain));
            let passages = path(catchup.known[domain].as_ref(), now.as_ref());
            let last = passages.len();
            let expected: Vec<_> = (1..)
                .zip(&passages)
                .filter(|(_, passage)| self.wish.wants(passage.step.kind.event_type()))
                .map(|(nth, passage)| (passage.step, nth < last))
                .collect();
            let told = catchup.told.get(&domain).map_or(&[][..], |told| told);
            assert_eq!(told.len(), expected.len(), "{told:?}\nexpected {expected:?}");
            for (event, (step, more)) in told.iter().zip(expected) {
                let told: (_, Condition, Condition) = (event.kind, event.before, event.after);
                assert_eq!(told, (step.kind, step.before, step.after));
                assert_eq!(event.more, more);
            }
        }
    }

    /// The sum law, and each term.
    fn assert_stats(&self, world: &World) {
        let stats = self.watch.stats();
        let counts = &self.counts;
        let terms = stats.delivered + stats.filtered + stats.coalesced + stats.pending;
        assert_eq!(stats.events, terms);
        assert_eq!(stats.events, self.unread(world, 0) - self.begun_with);
        assert_eq!(stats.delivered, counts.delivered);
        assert_eq!(stats.filtered, counts.filtered);
        assert_eq!(stats.coalesced, counts.coalesced);
        assert_eq!(stats.pending, self.unread(world, self.place));
        assert_eq!(stats.catchups, counts.catchups);
    }
}

impl Catchup {
    fn take_in(&mut self, world: &World, event: Event) {
        assert!(event.in_catchup, "{event:?}");
        let domain = (0..DOMAINS).find(|domain| uuid(*domain) == event.uuid()).unwrap();
        // The number of the domain's last event; where that is no longer there, of a later place.
        let (known, last) = world.at(domain, self.target);
        assert!((last..=self.target).contains(&event.seq), "{event:?}");
        assert!(known.is_some() || event.seq == self.target, "{event:?}");
        assert!(
            self.last == Some(domain) || !self.told.contains_key(&domain),
            "a domain is told in one go: {event:?}"
        );
        self.last = Some(domain);
        self.told.entry(domain).or_default().push(event);
    }
}

/// Whether two views say the same; how a name came about is not part of it.
fn same(one: &View, other: &View) -> bool {
    one.len() == other.len()
        && one.iter().all(|(uuid, facts)| {
            other.get(uuid).is_some_and(|also| {
                facts.name() == also.name()
                    && facts.incarnation() == also.incarnation()
                    && facts.condition == also.condition
            })
        })
}
