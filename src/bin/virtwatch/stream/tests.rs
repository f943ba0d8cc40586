use std::sync::Arc;

use virtwatch::{
    CatchupCause, Condition, EventKind, Identity, ResumedDetail, RunningReason, StartedDetail,
    Status, SuspendedDetail,
};

use super::*;

const EPOCH: Uuid = Uuid::from_u128(7);

fn started(seq: u64, name: &str) -> Event {
    let before = Condition::ABSENT.with_definition(1);
    Event {
        seq,
        realtime_ns: 0,
        identity: Arc::new(Identity::new(Uuid::from_u128(seq.into()), 1, name)),
        before,
        after: before.with_run(12, Status::Running(RunningReason::Booted)),
        kind: EventKind::Started(StartedDetail::Booted),
        origin: Origin::Native,
        more: false,
        in_catchup: false,
    }
}

/// The line without colours.
fn line(stream: &mut Stream, record: &Record) -> String {
    anstream::adapter::strip_str(&stream.show(record)).to_string()
}

fn piped() -> Stream {
    Stream { zone: TimeZone::UTC, ..Stream::new(None, true) }
}

#[test]
fn an_event_of_another_day_has_its_date() {
    let shown = line(&mut piped(), &Record::Event(started(5, "vm")));
    let expected = "Jan 01 00:00     5   started booted        vm             12  \
                    shutoff → running   persistent\n";
    assert_eq!(shown, expected);
}

#[test]
fn columns_grow_and_stay_wide() {
    let mut stream = piped();
    line(&mut stream, &Record::Event(started(123_456, "a-rather-long-name")));
    let shown = line(&mut stream, &Record::Event(started(7, "vm")));
    assert!(
        shown.contains("       7   started booted        vm                   12  "),
        "{shown}"
    );
}

#[test]
fn an_event_that_was_found_by_comparing_says_so() {
    for (origin, said) in [(Origin::Polled, "(polled)"), (Origin::Resync, "(resync)")] {
        let event = Event { origin, ..started(1, "vm") };
        assert!(line(&mut piped(), &Record::Event(event)).ends_with(&format!("  {said}\n")));
    }
}

#[test]
fn a_long_detail_moves_the_rest_of_its_line_only() {
    let kinds = [
        EventKind::Suspended(SuspendedDetail::PostcopyFailed),
        EventKind::Resumed(ResumedDetail::PostcopyFailed),
    ];
    for kind in kinds {
        let shown = line(&mut piped(), &Record::Event(Event { kind, ..started(1, "vm") }));
        assert!(shown.contains("post-copy failed  vm  "), "{shown}");
    }
}

#[test]
fn falling_behind_is_told_with_its_size() {
    let cause = CatchupCause::Lag;
    let mut stream = piped();
    let fell = line(&mut stream, &Record::Catchup { cause, from_seq: 41, count: 1_234_567 });
    assert_eq!(fell, "── fell 1,234,567 events behind at 41: what differs now\n");
    for seq in [1, 1, 2] {
        line(&mut stream, &Record::Event(Event { in_catchup: true, ..started(seq, "vm") }));
    }
    assert_eq!(line(&mut stream, &Record::Synced { seq: 99 }), "── synced at 99: 2 domains\n");
}

#[test]
fn a_cursor_that_cannot_be_used_is_told_with_the_cause() {
    let here = |seq| Cursor { epoch: EPOCH, seq };
    for (since, said) in [
        (Cursor { epoch: Uuid::from_u128(8), seq: 5 }, "it belongs to another journal"),
        (here(51), "it lies in the future"),
        (here(3), "it is older than the journal"),
    ] {
        let mut stream = piped().resuming(since, here(50));
        let record = Record::Catchup { cause: CatchupCause::Reset, from_seq: since.seq, count: 0 };
        let expected = format!("── the cursor can't be used, {said}: all that exists\n");
        assert_eq!(line(&mut stream, &record), expected);
    }
}

#[test]
fn the_source_cannot_write_to_the_terminal() {
    let message = Arc::from("gone\u{1b}[2J\r\n");
    let shown = piped().show(&Record::SourceDown { message });
    let shown = shown.replace("\u{1b}[0m", "");
    assert!(shown.contains("its domains are stale: gone [2J  "), "{shown:?}");
    assert_eq!(line(&mut piped(), &Record::SourceUp), "── source up\n");
    assert_eq!(line(&mut piped(), &Record::Closed), "── closed\n");
}

#[test]
fn on_a_terminal_a_line_of_a_catch_up_is_dim_throughout() {
    let event = Event { in_catchup: true, ..started(1, "vm") };
    let mut stream = Stream::new(Some(120), true);
    line(&mut stream, &Record::SourceUp);
    let shown = stream.show(&Record::Event(event));
    let styles: Vec<_> =
        shown.split("\u{1b}[").skip(1).map(|part| part.split('m').next()).collect();
    assert!(styles.iter().all(|style| matches!(style, Some("2" | "0"))), "{shown:?}");
}
