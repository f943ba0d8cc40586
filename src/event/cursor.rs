#![forbid(unsafe_code)]
//! A place in a journal.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

use crate::domain::parse_uuid;

/// A place in the journal of one registry: everything up to `seq` has been seen.
///
/// Good across reconnects. Its text form is `epoch:seq`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cursor {
    /// Which journal: drawn at random when a registry is made.
    pub epoch: Uuid,
    /// The number of the last event seen; 0 before the first.
    pub seq: u64,
}

impl Cursor {
    /// The place of a reader that has seen nothing: it fits no journal, so that resuming from it
    /// begins with everything that exists.
    pub const NOWHERE: Self = Self { epoch: Uuid::nil(), seq: 0 };
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.epoch, self.seq)
    }
}

/// A text that is not `epoch:seq`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a cursor is written EPOCH:SEQ (a UUID, a colon, a number), not '{0}'")]
pub struct ParseCursorError(String);

impl FromStr for Cursor {
    type Err = ParseCursorError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parse = || {
            let (epoch, seq) = text.split_once(':')?;
            let digits = !seq.is_empty() && seq.bytes().all(|byte| byte.is_ascii_digit());
            let seq = digits.then(|| seq.parse().ok()).flatten()?;
            Some(Self { epoch: parse_uuid(epoch)?, seq })
        };
        parse().ok_or_else(|| ParseCursorError(text.chars().take(80).collect()))
    }
}
