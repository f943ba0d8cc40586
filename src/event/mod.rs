#![forbid(unsafe_code)]
//! What readers are told: events, the records around them, cursors and filters. Plain data.

mod cursor;
mod fold;
mod kind;
mod notice;
mod record;

pub use cursor::{Cursor, ParseCursorError};
pub use fold::fold;
pub use kind::{
    AddedDetail, CrashedDetail, DefinedDetail, EventKind, EventType, EventTypes, PmSuspendedDetail,
    RemovedDetail, ResumedDetail, ShutdownDetail, StartedDetail, StoppedDetail, SuspendedDetail,
    UndefinedDetail,
};
pub use notice::{Notice, NoticeKind};
pub use record::{CatchupCause, Event, EventSupport, Origin, Record};
