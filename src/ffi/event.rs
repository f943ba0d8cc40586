//! Registered callbacks.

use std::ffi::{c_char, c_int, c_uint, c_void};
use std::ptr;

use super::connection::{vwConnect, vwConnectPtr};
use super::domain::{vwDomain, vwDomainPtr};
use super::flag::{vwDeregisterFlags, vwDomainMetadataType};
use super::guard::{Call, guard};
use super::handle::{Borrowed, Ref};
use super::number::EventId;
use super::opaque::Opaque;
use super::record::{Strings, vwRecord};
use super::string::Reused;
use super::watch::{options, vwWatchOptions};
use crate::{Event, EventTypes, Notice, NoticeKind, Record, Result, Uuid, WatchOptions};

/// vwFreeCallback:
/// @opaque: the pointer that was given with the callback
///
/// Frees what belongs to a registered callback. It runs exactly once, after the
/// last call of the callback has returned, with no lock held: on the thread that
/// deregisters, or where the callback was running then.
/// Every function of the library may be called in it. It never runs when the
/// registration failed.
///
/// Since: 0.1.0
pub type vwFreeCallback = Option<unsafe extern "C" fn(opaque: *mut c_void)>;

/// vwConnectDomainEventGenericCallback:
/// @conn: the connection that it was registered with
/// @dom: the domain that the event is about
/// @opaque: the pointer that was given with the callback
///
/// The form that vwConnectDomainEventRegisterAny() takes callbacks in, whatever
/// they are: see VW_DOMAIN_EVENT_CALLBACK().
///
/// Since: 0.1.0
pub type vwConnectDomainEventGenericCallback =
    Option<unsafe extern "C" fn(conn: vwConnectPtr, dom: vwDomainPtr, opaque: *mut c_void)>;

/// vwConnectDomainEventCallback:
/// @conn: the connection that it was registered with
/// @dom: the domain that the event is about, with the name and id of the event;
///   good until the callback returns, vwDomainRef() keeps it longer
/// @event: a vwDomainEventType
/// @detail: a number that goes with the type
/// @opaque: the pointer that was given with the callback
///
/// Tells an event of the lifecycle. It runs in the event loop that was registered
/// before the connection was opened, or else on a thread of the connection, one
/// call at a time; every function of the library may be called in it. It must
/// return: no longjmp() and no C++ exception may leave it.
///
/// Returns anything.
///
/// Since: 0.1.0
pub type vwConnectDomainEventCallback = Option<
    unsafe extern "C" fn(
        conn: vwConnectPtr,
        dom: vwDomainPtr,
        event: c_int,
        detail: c_int,
        opaque: *mut c_void,
    ) -> c_int,
>;

/// vwConnectDomainEventMetadataChangeCallback:
/// @conn: the connection that it was registered with
/// @dom: the domain whose metadata was set or removed, good until the callback
///   returns
/// @type: a vwDomainMetadataType
/// @nsuri: the namespace of an element, otherwise NULL; good until the callback
///   returns
/// @opaque: the pointer that was given with the callback
///
/// Tells a call of vwDomainSetMetadata(), whatever it affected: the form of
/// callbacks for VW_DOMAIN_EVENT_ID_METADATA_CHANGE. The rules of
/// vwConnectDomainEventCallback() apply.
///
/// Since: 0.1.0
pub type vwConnectDomainEventMetadataChangeCallback = Option<
    unsafe extern "C" fn(
        conn: vwConnectPtr,
        dom: vwDomainPtr,
        r#type: c_int,
        nsuri: *const c_char,
        opaque: *mut c_void,
    ),
>;

/// vwDomainRecordCallback:
/// @conn: the connection that it was registered with
/// @rec: the record, good until the callback returns
/// @opaque: the pointer that was given with the callback
///
/// Tells a record, as vwWatchNext() does. The rules of
/// vwConnectDomainEventCallback() apply.
///
/// Since: 0.1.0
pub type vwDomainRecordCallback =
    Option<unsafe extern "C" fn(conn: vwConnectPtr, rec: *const vwRecord, opaque: *mut c_void)>;

pub(super) type Lifecycle =
    unsafe extern "C" fn(vwConnectPtr, vwDomainPtr, c_int, c_int, *mut c_void) -> c_int;
type MetadataChange =
    unsafe extern "C" fn(vwConnectPtr, vwDomainPtr, c_int, *const c_char, *mut c_void);
type Generic = unsafe extern "C" fn(vwConnectPtr, vwDomainPtr, *mut c_void);

/// A registered lifecycle callback.
struct Listener {
    callback: Lifecycle,
    // The fields are dropped in this order: the program's pointer is freed while the connection is
    // still there.
    opaque: Opaque,
    /// The handle of the last event, used again when the program has not kept it.
    domain: Option<Ref<vwDomain>>,
    connect: Ref<vwConnect>,
}

impl Listener {
    fn hear(&mut self, event: &Event) {
        if let Some(domain) = self.domain.as_mut().and_then(Ref::get_mut) {
            domain.turn_to(event);
        } else {
            self.domain = Some(Ref::new(vwDomain::of_event(&self.connect, event)));
        }
        let domain = self.domain.as_ref().map_or(ptr::null_mut(), Ref::as_ptr);
        let (event_type, detail) = (event.kind.event_type().number(), event.kind.detail());
        let (conn, opaque) = (self.connect.as_ptr(), self.opaque.pointer());
        // SAFETY: the program registered a callback of this form; conn and domain live through it.
        unsafe { (self.callback)(conn, domain, event_type, detail, opaque) };
    }
}

/// A registered record callback.
struct Recorder {
    callback: unsafe extern "C" fn(vwConnectPtr, *const vwRecord, *mut c_void),
    epoch: Uuid,
    strings: Strings,
    // As in `Listener`.
    opaque: Opaque,
    connect: Ref<vwConnect>,
}

impl Recorder {
    fn hear(&mut self, record: &Record) {
        let record = vwRecord::new(record, self.epoch, &self.connect.uri, &mut self.strings);
        let (conn, opaque) = (self.connect.as_ptr(), self.opaque.pointer());
        // SAFETY: the program registered a callback of this form; conn and record live through it.
        unsafe { (self.callback)(conn, &raw const record, opaque) };
    }
}

/// The callback of a lifecycle event id.
fn lifecycle(callback: Generic) -> Lifecycle {
    #[expect(clippy::disallowed_methods, reason = "C casts the callback to the generic form")]
    // SAFETY: the header has callbacks for these event ids be of the lifecycle form.
    unsafe {
        std::mem::transmute::<Generic, Lifecycle>(callback)
    }
}

/// Registers a callback for the events that `options` choose. `note` gets its number when nothing
/// can fail any more, before the first event.
pub(super) fn listen(
    conn: &Borrowed<'_, vwConnect>,
    options: WatchOptions,
    callback: Lifecycle,
    (opaque, free): (*mut c_void, vwFreeCallback),
    note: impl FnOnce(i32),
) -> Result<c_int> {
    conn.connection.register_by_id(options, |id| {
        note(id);
        let opaque = Opaque::new(opaque, free);
        let mut listener = Listener { callback, opaque, domain: None, connect: conn.keep() };
        Box::new(move |record| {
            if let Record::Event(event) = record {
                listener.hear(event);
            }
        })
    })
}

/// A registered callback for changes of metadata.
struct MetadataListener {
    callback: MetadataChange,
    nsuri: Reused,
    // As in `Listener`.
    opaque: Opaque,
    connect: Ref<vwConnect>,
}

impl MetadataListener {
    fn hear(&mut self, notice: &Notice) {
        let (metadata, uri) = match &notice.kind {
            NoticeKind::Description => (vwDomainMetadataType::VW_DOMAIN_METADATA_DESCRIPTION, None),
            NoticeKind::Title => (vwDomainMetadataType::VW_DOMAIN_METADATA_TITLE, None),
            NoticeKind::Element(uri) => {
                (vwDomainMetadataType::VW_DOMAIN_METADATA_ELEMENT, Some(&**uri))
            }
        };
        let domain = Ref::new(vwDomain::of_notice(&self.connect, notice));
        let nsuri = self.nsuri.set_or_null(uri);
        let (conn, opaque) = (self.connect.as_ptr(), self.opaque.pointer());
        // SAFETY: the program registered a callback of this form; conn, domain and nsuri live
        // through it.
        unsafe { (self.callback)(conn, domain.as_ptr(), metadata as c_int, nsuri, opaque) };
    }
}

/// Registers a callback for changes of metadata.
fn listen_to_metadata(
    conn: &Borrowed<'_, vwConnect>,
    uuid: Option<Uuid>,
    callback: Generic,
    (opaque, free): (*mut c_void, vwFreeCallback),
) -> Result<c_int> {
    #[expect(clippy::disallowed_methods, reason = "C casts the callback to the generic form")]
    // SAFETY: the header has callbacks for this event id be of this form.
    let callback = unsafe { std::mem::transmute::<Generic, MetadataChange>(callback) };
    conn.connection.register_notices_by_id(uuid, |_| {
        let (opaque, connect) = (Opaque::new(opaque, free), conn.keep());
        let nsuri = Reused::default();
        let mut listener = MetadataListener { callback, nsuri, opaque, connect };
        Box::new(move |notice| listener.hear(notice))
    })
}

/// No domain to be told of, so that a registration costs nobody anything.
pub(super) fn no_event() -> WatchOptions {
    WatchOptions {
        types: EventTypes::from_iter([]),
        uuid: Some(Uuid::nil()),
        ..WatchOptions::default()
    }
}

/// Registers a callback for events that this library never sees.
fn wait_in_vain(
    conn: &Borrowed<'_, vwConnect>,
    opaque: *mut c_void,
    free: vwFreeCallback,
) -> Result<c_int> {
    conn.connection.register_by_id(no_event(), |_| {
        let kept = (Opaque::new(opaque, free), conn.keep());
        Box::new(move |_| {
            let _ = &kept;
        })
    })
}

/// vwConnectDomainEventRegisterAny:
/// @conn: a connection
/// @dom: a domain of this connection, to hear of it alone; NULL for all
/// @eventID: a vwDomainEventID
/// @cb: the callback, in VW_DOMAIN_EVENT_CALLBACK()
/// @opaque: a pointer for the callback
/// @freecb: frees @opaque, may be NULL
///
/// Registers a callback: for VW_DOMAIN_EVENT_ID_LIFECYCLE the nine types of
/// libvirt, for VW_DOMAIN_EVENT_ID_FULL_LIFECYCLE all of them, ADDED and REMOVED
/// too. Both are of the form vwConnectDomainEventCallback. For
/// VW_DOMAIN_EVENT_ID_METADATA_CHANGE it hears of every vwDomainSetMetadata() since
/// this returned, in the form vwConnectDomainEventMetadataChangeCallback; of a
/// callback that is more than 1,024 calls behind, the oldest are dropped. Other ids
/// that libvirt has are accepted, and heard of where the driver tells such events.
///
/// A lifecycle callback hears exactly the events numbered after the moment when
/// this returned, in order. One that is more than 65,536 of its events behind, or
/// four times the domains, is brought to now: in their place it hears what leads
/// each domain, by the shortest lawful way, from what it was told last to what is.
/// This form has no place to mark that, and leaves out lives that began and ended
/// meanwhile; vwConnectDomainRecordRegister() marks it, and lets the bound be
/// chosen.
///
/// It may be registered any number of times. The registration holds @conn.
///
/// Returns the id of the registration, for
/// vwConnectDomainEventDeregisterAny(); -1: VW_ERR_INVALID_ARG,
/// VW_ERR_INTERNAL_ERROR (the event loop refused), and @freecb will not run.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwConnectDomainEventRegisterAny(
    conn: vwConnectPtr,
    dom: vwDomainPtr,
    eventID: c_int,
    cb: vwConnectDomainEventGenericCallback,
    opaque: *mut c_void,
    freecb: vwFreeCallback,
) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwConnectDomainEventRegisterAny") }, |call| {
        let conn = call.connection(conn)?;
        let uuid = call.filter(&conn, dom)?;
        let callback = cb.ok_or_else(|| call.refuse("cb", "must not be NULL"))?;
        let lifecycle = |types| {
            let options = WatchOptions { types, uuid, ..WatchOptions::default() };
            listen(&conn, options, lifecycle(callback), (opaque, freecb), |_| ())
        };
        match EventId::check(call, eventID)? {
            EventId::Lifecycle => lifecycle(EventTypes::LIBVIRT),
            EventId::FullLifecycle => lifecycle(EventTypes::ALL),
            EventId::MetadataChange => listen_to_metadata(&conn, uuid, callback, (opaque, freecb)),
            EventId::Unheard => wait_in_vain(&conn, opaque, freecb),
        }
    })
}

/// Ends a registration.
fn deregister(call: &Call, conn: vwConnectPtr, id: c_int, wait: bool) -> Result<c_int> {
    // A reference of its own: the callback that goes may have held the last one.
    let conn = call.connection(conn)?.keep();
    if id < 0 {
        return Err(call.refuse("callbackID", "must be zero or greater"));
    }
    conn.connection.deregister(id, wait)?;
    conn.by_function().forget(id);
    Ok(0)
}

/// vwConnectDomainEventDeregisterAny:
/// @conn: the connection that the callback was registered with
/// @callbackID: the id of the registration
///
/// Ends a registration of any kind. On return the callback runs in no thread and
/// will not start, and the free callback has run. Inside any callback it does
/// not wait: the callback will not start again, and the free callback runs when
/// the last call has returned.
///
/// Returns 0; -1: VW_ERR_INVALID_ARG, there is no such registration (any more).
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwConnectDomainEventDeregisterAny(
    conn: vwConnectPtr,
    callbackID: c_int,
) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwConnectDomainEventDeregisterAny") }, |call| {
        deregister(call, conn, callbackID, true)
    })
}

/// vwConnectDomainEventDeregisterAnyFlags:
/// @conn: the connection that the callback was registered with
/// @callbackID: the id of the registration
/// @flags: VW_DOMAIN_EVENT_DEREGISTER_NOWAIT or 0
///
/// Does as vwConnectDomainEventDeregisterAny(). With
/// VW_DOMAIN_EVENT_DEREGISTER_NOWAIT it never waits, as libvirt's does not: a
/// call may still be under way on return.
///
/// Returns 0; -1: VW_ERR_INVALID_ARG, there is no such registration (any more).
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwConnectDomainEventDeregisterAnyFlags(
    conn: vwConnectPtr,
    callbackID: c_int,
    flags: c_uint,
) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwConnectDomainEventDeregisterAnyFlags") }, |call| {
        let wait = !vwDeregisterFlags::ask_not_to_wait(call, flags)?;
        deregister(call, conn, callbackID, wait)
    })
}

/// vwConnectDomainRecordRegister:
/// @conn: a connection
/// @opts: what to deliver, NULL for every event from now on
/// @optsSize: sizeof(vwWatchOptions)
/// @cb: the callback
/// @opaque: a pointer for the callback
/// @freecb: frees @opaque, may be NULL
///
/// Registers a callback for the records of a watch: see vwWatchNew(). With
/// VW_WATCH_SNAPSHOT a program knows every domain from its callback alone.
///
/// Returns the id of the registration, for
/// vwConnectDomainEventDeregisterAny(); -1: as vwWatchNew(), and @freecb will not
/// run.
///
/// Since: 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwConnectDomainRecordRegister(
    conn: vwConnectPtr,
    opts: *const vwWatchOptions,
    optsSize: usize,
    cb: vwDomainRecordCallback,
    opaque: *mut c_void,
    freecb: vwFreeCallback,
) -> c_int {
    // SAFETY: the caller keeps what the header asks for.
    guard(-1, unsafe { Call::new("vwConnectDomainRecordRegister") }, |call| {
        let conn = call.connection(conn)?;
        let callback = cb.ok_or_else(|| call.refuse("cb", "must not be NULL"))?;
        conn.connection.register_by_id(options(call, opts, optsSize)?, |_| {
            let mut recorder = Recorder {
                callback,
                epoch: conn.connection.epoch(),
                strings: Strings::default(),
                opaque: Opaque::new(opaque, freecb),
                connect: conn.keep(),
            };
            Box::new(move |record| recorder.hear(record))
        })
    })
}

impl Call {
    /// The domain that a callback is to hear of: NULL for all.
    fn filter(&self, conn: &Borrowed<'_, vwConnect>, dom: vwDomainPtr) -> Result<Option<Uuid>> {
        if dom.is_null() {
            return Ok(None);
        }
        let domain = self.domain(dom)?;
        if !domain.is_of(conn) {
            let argument = format!("domain '{}'", domain.domain.name());
            return Err(self.refuse(&argument, "must match connection"));
        }
        Ok(Some(domain.domain.uuid()))
    }
}

since! { "VIRTWATCH_0.1.0":
    vwConnectDomainEventRegisterAny vwConnectDomainEventDeregisterAny
    vwConnectDomainEventDeregisterAnyFlags vwConnectDomainRecordRegister
}
