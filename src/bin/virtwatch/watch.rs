//! `watch`: a stream until its end.

use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use virtwatch::{
    Cursor, Error, ErrorCode, EventTypes, Record, Uuid, Watch, WatchOptions, parse_uuid,
};

use crate::args::WatchArgs;
use crate::failure::{Failure, note};
use crate::output::Output;
use crate::printer::Printer;
use crate::session::{Events, Session};
use crate::stream::Stream;

/// Shows records until Ctrl-C, the count, the timeout or the end of the source.
pub(crate) fn run(
    args: &WatchArgs,
    session: &mut Session,
    out: &mut Output,
) -> Result<(), Failure> {
    let connection = session.connection()?;
    let uuid = args.domain.as_deref().map(|which| watched(which, session)).transpose()?;
    let mut watch = connection.watch(WatchOptions {
        snapshot: !args.no_snapshot,
        max_lag: args.max_lag,
        types: if args.types.is_empty() {
            EventTypes::ALL
        } else {
            args.types.iter().copied().collect()
        },
        uuid,
        resume: args.since,
    })?;
    session.interrupt.ends(watch.canceller())?;
    let mut printer = Printer::new(args.json, || {
        let stream = Stream::new(out.width(), args.types.is_empty());
        match args.since {
            Some(since) => stream.resuming(since, connection.cursor()),
            None => stream,
        }
    });
    let ended = follow(&mut watch, args, &mut printer, out);
    session.interrupt.reset();
    ended?;
    if !args.json {
        tell_cursor(watch.cursor());
    }
    Ok(())
}

/// The domain to watch: a UUID need not exist.
fn watched(which: &str, session: &mut Session) -> Result<Uuid, Error> {
    let found = session.domain(which).map(|domain| domain.uuid());
    match (found, parse_uuid(which)) {
        (Err(error), Some(uuid)) if error.code() == ErrorCode::NoDomain => Ok(uuid),
        (found, _) => found,
    }
}

fn follow(
    watch: &mut Watch,
    args: &WatchArgs,
    printer: &mut Printer,
    out: &mut Output,
) -> Result<(), Failure> {
    let deadline = args.timeout.and_then(|timeout| Instant::now().checked_add(timeout));
    // When the time is over: the place up to which everything is still shown.
    let mut last = None;
    let mut left = args.count.unwrap_or(u64::MAX);
    while left > 0 {
        let timeout = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        if timeout == Some(Duration::ZERO) {
            let last = last.get_or_insert_with(|| watch.connection().cursor());
            if watch.cursor().epoch == last.epoch && watch.cursor().seq >= last.seq {
                return Ok(());
            }
        }
        match watch.next(timeout) {
            Ok(Some(record)) => {
                printer.print(&record, watch.epoch(), watch.cursor(), out)?;
                match record {
                    Record::Event(event) if !event.in_catchup => left -= 1,
                    Record::Closed => return Ok(()),
                    _ => {}
                }
            }
            // The time is over, or a Unix signal came.
            Ok(None) if last.is_some() => return Ok(()),
            Ok(None) => {}
            // By Ctrl-C.
            Err(error) if error.code() == ErrorCode::OperationAborted => return Ok(()),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Says where to go on, unless there is no such place.
fn tell_cursor(cursor: Cursor) {
    if cursor != Cursor::NOWHERE {
        // On a terminal over the ^C with which the watch was ended.
        let start = if io::stderr().is_terminal() { "\r" } else { "" };
        note(format_args!("{start}cursor: {cursor}\n"));
    }
}

impl Events {
    /// The events from now on.
    pub(crate) fn new(session: &mut Session, json: bool, out: &Output) -> Result<Self, Error> {
        let watch = session.connection()?.watch(WatchOptions::default())?;
        let printer = Printer::new(json, || Stream::new(out.width(), true));
        Ok(Self { watch, printer })
    }

    /// Shows what has happened until now.
    pub(crate) fn show(&mut self, out: &mut Output) -> Result<(), Failure> {
        while let Some(record) = self.watch.next(Some(Duration::ZERO))? {
            self.printer.print(&record, self.watch.epoch(), self.watch.cursor(), out)?;
        }
        Ok(())
    }
}
