//! What watches and record callbacks deliver.

use std::ffi::{CStr, c_char, c_uchar};
use std::ptr;

use super::flag::vwEventFlags;
use super::number::vwRecordKind;
use super::sized::Growing;
use super::string::Reused;
use crate::{Condition, Event, Record, Uuid};

/// vwRecord:
///
/// One record of a watch. Events are complete: no call is needed to follow a
/// domain. What a member does not stand for is 0 or NULL; @type, @detail and @id
/// are then -1. The structure may grow at the end; it travels with its size.
///
/// The strings are good until the next call on the watch, or until the callback
/// returns.
///
/// Since: 0.1.0
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct vwRecord {
    /// what it is: a vwRecordKind
    pub kind: u32,
    /// EVENT: how the registry learned it; CATCHUP: why: a vwOrigin
    pub origin: u32,
    /// which journal the numbers belong to
    pub epoch: [c_uchar; 16],
    /// EVENT: which domain
    pub uuid: [c_uchar; 16],
    /// EVENT: its number, in a catch-up that of the domain's last event; SYNCED: the place reached
    pub seq: u64,
    /// CATCHUP: the place that it leads on from
    pub from_seq: u64,
    /// CATCHUP: how many events it stands for, 0 where that is not known
    pub count: u64,
    /// EVENT: which existence of the UUID, from ADDED to REMOVED
    pub incarnation: u64,
    /// EVENT: the number of the stored configuration after it, 0 = none
    pub definition: u64,
    /// EVENT: when the registry learned it, in nanoseconds since 1970 UTC
    pub realtime_ns: i64,
    /// EVENT: a vwDomainEventType
    pub r#type: i32,
    /// EVENT: a number that goes with the type
    pub detail: i32,
    /// EVENT: the id of the run that it is about, with STOPPED of the one that ended
    pub id: i32,
    /// EVENT: a vwDomainState
    pub state_before: i32,
    /// EVENT: a number that goes with the state
    pub reason_before: i32,
    /// EVENT: a vwDomainState
    pub state_after: i32,
    /// EVENT: a number that goes with the state
    pub reason_after: i32,
    /// EVENT: vwEventFlags
    pub flags: u32,
    /// EVENT: the name of the domain, in a renaming the new one
    pub name: *const c_char,
    /// EVENT: the name before, in the two events of a renaming
    pub old_name: *const c_char,
    /// the URI of the registry
    pub source: *const c_char,
    /// SOURCE_DOWN: what happened
    pub message: *const c_char,
}

#[cfg(target_pointer_width = "64")]
const _: () = {
    assert!(size_of::<vwRecord>() == 152, "the layout is public");
    assert!(std::mem::offset_of!(vwRecord, seq) == 40, "the layout is public");
    assert!(std::mem::offset_of!(vwRecord, r#type) == 88, "the layout is public");
    assert!(std::mem::offset_of!(vwRecord, name) == 120, "the layout is public");
};

// SAFETY: numbers and pointers without a gap; nothing reads the pointers of a record from C.
unsafe impl Growing for vwRecord {
    const FIRST: usize = 112 + 8 + 4 * size_of::<*const c_char>();
}

/// The strings of a record.
#[derive(Debug, Default)]
pub(super) struct Strings {
    name: Reused,
    old_name: Reused,
    message: Reused,
}

impl vwRecord {
    /// A record of the journal `epoch`, from `source`, with its texts in `strings`.
    pub(super) fn new(record: &Record, epoch: Uuid, source: &CStr, strings: &mut Strings) -> Self {
        let empty = Self {
            kind: vwRecordKind::of(record).number(),
            origin: 0,
            epoch: epoch.into_bytes(),
            uuid: [0; 16],
            seq: 0,
            from_seq: 0,
            count: 0,
            incarnation: 0,
            definition: 0,
            realtime_ns: 0,
            r#type: -1,
            detail: -1,
            id: Condition::NO_ID,
            state_before: 0,
            reason_before: 0,
            state_after: 0,
            reason_after: 0,
            flags: 0,
            name: ptr::null(),
            old_name: ptr::null(),
            source: source.as_ptr(),
            message: ptr::null(),
        };
        match record {
            Record::Event(event) => empty.with_event(event, strings),
            Record::Catchup { cause, from_seq, count } => Self {
                origin: cause.number().cast_unsigned(),
                from_seq: *from_seq,
                count: *count,
                ..empty
            },
            Record::Synced { seq } => Self { seq: *seq, ..empty },
            Record::SourceDown { message } => {
                Self { message: strings.message.set(message), ..empty }
            }
            Record::SourceUp | Record::Closed => empty,
        }
    }

    fn with_event(self, event: &Event, strings: &mut Strings) -> Self {
        let (before, after) = (event.before.status(), event.after.status());
        Self {
            origin: event.origin.number().cast_unsigned(),
            uuid: event.uuid().into_bytes(),
            seq: event.seq,
            incarnation: event.identity.incarnation(),
            definition: event.after.definition(),
            realtime_ns: event.realtime_ns,
            r#type: event.kind.event_type().number(),
            detail: event.kind.detail(),
            id: event.id().unwrap_or(Condition::NO_ID),
            state_before: before.state().number(),
            reason_before: before.reason(),
            state_after: after.state().number(),
            reason_after: after.reason(),
            flags: vwEventFlags::of(event),
            name: strings.name.set(event.name()),
            old_name: strings.old_name.set_or_null(event.old_name()),
            ..self
        }
    }
}
