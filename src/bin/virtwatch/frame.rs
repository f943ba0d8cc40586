//! What a record that is no event says to people.

use anstyle::{AnsiColor, Style};
use virtwatch::{CatchupCause, Record};

const GOOD: Style = AnsiColor::Cyan.on_default();
const BAD: Style = AnsiColor::Yellow.on_default();

/// The text, and how it looks. At the end of a catch-up `domains` is how many it named, if it named
/// all; `unusable` is why the cursor that was given can't be used.
pub(crate) fn describe(record: &Record, domains: Option<u64>, unusable: &str) -> (Style, String) {
    match record {
        Record::Catchup { cause: CatchupCause::Lag, from_seq, count } => {
            let behind = plural(*count, "event");
            (BAD, format!("fell {behind} behind at {from_seq}: what differs now"))
        }
        Record::Catchup { cause: CatchupCause::Reset, .. } => {
            (BAD, format!("the cursor can't be used, {unusable}: all that exists"))
        }
        Record::Catchup { cause, .. } => (GOOD, cause.name().to_owned()),
        Record::Synced { seq } => match domains {
            Some(domains) => (GOOD, format!("synced at {seq}: {}", plural(domains, "domain"))),
            None => (GOOD, format!("synced at {seq}")),
        },
        Record::SourceDown { message } => {
            let message = message.replace(char::is_control, " ");
            (BAD, format!("source down, its domains are stale: {message}"))
        }
        Record::SourceUp => (GOOD, "source up".to_owned()),
        Record::Closed => (GOOD, "closed".to_owned()),
        other => (GOOD, format!("{other:?}")),
    }
}

/// A number of things, in groups of three digits.
fn plural(number: u64, thing: &str) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    match number {
        0 => format!("no {thing}s"),
        1 => format!("1 {thing}"),
        _ => format!("{text} {thing}s"),
    }
}
