//! The records of a watch on standard output.

use std::io::{self, Write};

use virtwatch::{Cursor, Record, Uuid};

use crate::json;
use crate::output::Output;
use crate::stream::Stream;

/// Writes the records of one watch.
#[derive(Debug)]
pub(crate) enum Printer {
    /// One JSON object a line.
    Json,
    /// Aligned lines.
    Text(Stream),
}

impl Printer {
    pub(crate) fn new(json: bool, stream: impl FnOnce() -> Stream) -> Self {
        if json { Self::Json } else { Self::Text(stream()) }
    }

    /// Writes one record, after which the watch of the journal `epoch` is at `cursor`.
    pub(crate) fn print(
        &mut self,
        record: &Record,
        epoch: Uuid,
        cursor: Cursor,
        out: &mut Output,
    ) -> io::Result<()> {
        match self {
            Self::Json => writeln!(out, "{}", json::record(record, epoch, cursor))?,
            Self::Text(stream) => out.write_all(stream.show(record).as_bytes())?,
        }
        out.flush()
    }
}
