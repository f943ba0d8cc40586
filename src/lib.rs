#![deny(unsafe_code)]
//! A registry of virtual machines ("domains") and an exact stream of their lifecycle events: a
//! program knows every domain, and what state it is in, without ever polling.
//!
//! ```
//! use virtwatch::{Connection, CreateFlags, WatchOptions};
//!
//! let conn = Connection::open("test:///default")?;
//! let mut watch = conn.watch(WatchOptions { snapshot: true, ..Default::default() })?;
//! conn.lookup_by_name("test")?.suspend()?;
//! while let Some(record) = watch.next(Some(std::time::Duration::ZERO))? {
//!     println!("{record:?}");
//! }
//! # Ok::<(), virtwatch::Error>(())
//! ```
//!
//! # The way of a change
//! A driver carries out an operation and reports what changed; [`lifecycle`] says
//! which events that makes; the registry numbers them, shows facts and events together and wakes
//! the readers; a [`Watch`] or a registered callback reads them. `docs/architecture.md` has the
//! picture, `docs/semantics.md` the rules.

mod connection;
mod dispatch;
mod domain;
mod driver;
mod error;
mod event;
mod inside;
mod instance;
pub mod lifecycle;
mod numbered;
mod registry;
mod store;
mod sync;
mod sys;
mod waits;
mod xml;

#[cfg(feature = "capi")]
pub mod ffi;

pub use connection::{Canceller, Connection, Domain, ListFlags, Registration, Watch, XmlFlags};
pub use dispatch::{DefaultLoop, EventLoop, Readiness, Ready, register_event_loop};
pub use domain::{
    Condition, Config, CrashedReason, Facts, Identity, LifecycleAction, Metadata, PausedReason,
    RunningReason, ShutdownReason, ShutoffReason, State, Status, parse_uuid,
};
#[cfg(feature = "capi")]
pub(crate) use driver::register_made;
pub use driver::{
    AffectFlags, Answer, CreateFlags, DestroyFlags, Host, Hypervisor, Listed, MigrateFlags, Report,
    Request, RequestKind, SaveFlags, ShutdownFlags, SuspendTarget, UndefineFlags, register_driver,
    unregister_driver,
};
pub use error::{Error, ErrorCode, ErrorDomain, Result};
pub use event::{
    AddedDetail, CatchupCause, CrashedDetail, Cursor, DefinedDetail, Event, EventKind,
    EventSupport, EventType, EventTypes, Notice, NoticeKind, Origin, ParseCursorError,
    PmSuspendedDetail, Record, RemovedDetail, ResumedDetail, ShutdownDetail, StartedDetail,
    StoppedDetail, SuspendedDetail, UndefinedDetail, fold,
};
pub use registry::{Stats, WatchOptions, WatchStats};
pub use uuid::Uuid;
