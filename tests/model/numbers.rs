//! libvirt's numbers (LIBVIRT.md 2.1) and the two types of the RFC (DESIGN 2). The number of a
//! detail, a state or a reason is its place in the list.

use super::Text;

pub(crate) const TYPES: &[(Text, i32, &[Text])] = &[
    ("DEFINED", 0, &["ADDED", "UPDATED", "RENAMED", "FROM_SNAPSHOT"]),
    ("UNDEFINED", 1, &["REMOVED", "RENAMED"]),
    ("STARTED", 2, &["BOOTED", "MIGRATED", "RESTORED", "FROM_SNAPSHOT", "WAKEUP"]),
    (
        "SUSPENDED",
        3,
        &[
            "PAUSED",
            "MIGRATED",
            "IOERROR",
            "WATCHDOG",
            "RESTORED",
            "FROM_SNAPSHOT",
            "API_ERROR",
            "POSTCOPY",
            "POSTCOPY_FAILED",
        ],
    ),
    ("RESUMED", 4, &["UNPAUSED", "MIGRATED", "FROM_SNAPSHOT", "POSTCOPY", "POSTCOPY_FAILED"]),
    (
        "STOPPED",
        5,
        &["SHUTDOWN", "DESTROYED", "CRASHED", "MIGRATED", "SAVED", "FAILED", "FROM_SNAPSHOT"],
    ),
    ("SHUTDOWN", 6, &["FINISHED", "GUEST", "HOST"]),
    ("PMSUSPENDED", 7, &["MEMORY", "DISK"]),
    ("CRASHED", 8, &["PANICKED", "CRASHLOADED"]),
    ("ADDED", 32, &["DEFINED", "STARTED"]),
    ("REMOVED", 33, &["UNDEFINED", "STOPPED"]),
];

pub(crate) const STATES: &[(Text, &[Text])] = &[
    ("NOSTATE", &["UNKNOWN"]),
    (
        "RUNNING",
        &[
            "UNKNOWN",
            "BOOTED",
            "MIGRATED",
            "RESTORED",
            "FROM_SNAPSHOT",
            "UNPAUSED",
            "MIGRATION_CANCELED",
            "SAVE_CANCELED",
            "WAKEUP",
            "CRASHED",
            "POSTCOPY",
            "POSTCOPY_FAILED",
        ],
    ),
    ("BLOCKED", &["UNKNOWN"]),
    (
        "PAUSED",
        &[
            "UNKNOWN",
            "USER",
            "MIGRATION",
            "SAVE",
            "DUMP",
            "IOERROR",
            "WATCHDOG",
            "FROM_SNAPSHOT",
            "SHUTTING_DOWN",
            "SNAPSHOT",
            "CRASHED",
            "STARTING_UP",
            "POSTCOPY",
            "POSTCOPY_FAILED",
        ],
    ),
    ("SHUTDOWN", &["UNKNOWN", "USER"]),
    (
        "SHUTOFF",
        &[
            "UNKNOWN",
            "SHUTDOWN",
            "DESTROYED",
            "CRASHED",
            "MIGRATED",
            "SAVED",
            "FAILED",
            "FROM_SNAPSHOT",
            "DAEMON",
        ],
    ),
    ("CRASHED", &["UNKNOWN", "PANICKED"]),
    ("PMSUSPENDED", &["UNKNOWN"]),
];

/// The details of a type, in the order of their numbers.
pub(crate) fn details(event_type: Text) -> &'static [Text] {
    TYPES.iter().find(|row| row.0 == event_type).unwrap().2
}

/// The numbers of a type and its detail.
pub(crate) fn of_kind(kind: (Text, Text)) -> (i32, i32) {
    let row = TYPES.iter().find(|row| row.0 == kind.0).unwrap();
    (row.1, place(row.2, kind.1))
}

/// The numbers of a state and its reason.
pub(crate) fn of_status(state: Text, reason: Text) -> (i32, i32) {
    let number = STATES.iter().position(|row| row.0 == state).unwrap();
    let reasons = STATES[number].1;
    (i32::try_from(number).unwrap(), place(reasons, reason))
}

fn place(list: &[Text], name: Text) -> i32 {
    let place = list.iter().position(|entry| *entry == name);
    i32::try_from(place.unwrap()).unwrap()
}
