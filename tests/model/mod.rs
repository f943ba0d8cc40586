//! The naive model of one domain: the table of changes (DESIGN 3.1) written a second time, in words
//! and plain numbers, knowing nothing of the code under test. [`Registry`] is the same for many
//! domains.

pub(crate) mod numbers;
mod registry;

pub(crate) use registry::{Entry, Registry};

/// Names of states, reasons, types, details and domains.
pub(crate) type Text = &'static str;

/// What is known of a domain that exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Facts {
    pub(crate) name: Text,
    pub(crate) incarnation: u64,
    pub(crate) persistent: bool,
    pub(crate) active: bool,
    pub(crate) state: Text,
    pub(crate) reason: Text,
    /// -1 while inactive.
    pub(crate) id: i32,
    /// 0 while not persistent.
    pub(crate) definition: u64,
}

impl Facts {
    /// Where every life begins, before anything happened.
    pub(crate) fn unborn(name: Text, incarnation: u64) -> Self {
        Self {
            name,
            incarnation,
            persistent: false,
            active: false,
            state: "SHUTOFF",
            reason: "UNKNOWN",
            id: -1,
            definition: 0,
        }
    }

    pub(crate) fn exists(&self) -> bool {
        self.persistent || self.active
    }
}

/// The first column of the table. Details by name, numbers as given by whoever reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    Defined { definition: u64 },
    Edited { definition: u64 },
    Reverted { definition: u64 },
    Renamed { to: Text },
    Undefined,
    Started { how: Text, paused: Option<Text>, id: i32 },
    Suspended(Text),
    Resumed(Text),
    PmSuspended(Text),
    Woken,
    ShutDown(Text),
    Panicked,
    Crashloaded,
    Reset,
    Restarted,
    Stopped { how: Text, killed: bool },
    Observed,
}

/// One event: what happened, between which facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) kind: (Text, Text),
    pub(crate) before: Facts,
    /// `after.name` is the name that the record carries.
    pub(crate) after: Facts,
    /// Only with the two events of a renaming.
    pub(crate) old_name: Option<Text>,
}

/// Why a change is refused: libvirt's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    OperationFailed = 9,
    NoDomain = 42,
    OperationInvalid = 55,
}

/// What an event does to the facts.
#[derive(Clone, Copy)]
enum Effect {
    Nothing,
    /// A configuration of this number is stored.
    Stored(u64),
    /// The stored configuration is gone.
    Dropped,
    Named(Text),
    /// A run of this id begins.
    Runs(i32, Text, Text),
    /// State and reason while active.
    Turns(Text, Text),
    /// The run is over, for this reason.
    Off(Text),
}

type Row = Vec<(Text, Text, Effect)>;

/// The table. `exists` is "no", "persistent" or "transient"; what does not exist is SHUTOFF.
/// `None`: refused. No event: success without effect.
#[expect(clippy::match_same_arms, clippy::too_many_lines, reason = "one arm for each row")]
fn table(exists: Text, state: Text, reason: Text, change: Change) -> Option<Row> {
    use Change as C;
    use Effect::{Dropped, Named, Nothing, Off, Runs, Stored, Turns};

    Some(match (change, exists, state) {
        (C::Defined { definition }, "no", _) => {
            vec![("ADDED", "DEFINED", Nothing), ("DEFINED", "ADDED", Stored(definition))]
        }
        (C::Defined { definition }, "persistent", _) => {
            vec![("DEFINED", "UPDATED", Stored(definition))]
        }
        (C::Defined { definition }, "transient", _) => {
            vec![("DEFINED", "ADDED", Stored(definition))]
        }
        (C::Edited { definition }, "persistent", _) => {
            vec![("DEFINED", "UPDATED", Stored(definition))]
        }
        (C::Reverted { definition }, "persistent", _) => {
            vec![("DEFINED", "FROM_SNAPSHOT", Stored(definition))]
        }
        (C::Renamed { to }, "persistent", "SHUTOFF") => {
            vec![("UNDEFINED", "RENAMED", Named(to)), ("DEFINED", "RENAMED", Nothing)]
        }
        (C::Undefined, "persistent", "SHUTOFF") => {
            vec![("UNDEFINED", "REMOVED", Dropped), ("REMOVED", "UNDEFINED", Nothing)]
        }
        (C::Undefined, "persistent", _) => vec![("UNDEFINED", "REMOVED", Dropped)],

        (C::Started { how, paused, id }, "no" | "persistent", "SHUTOFF") => {
            let running = match how {
                "BOOTED" => "BOOTED",
                "MIGRATED" => "MIGRATED",
                "RESTORED" => "RESTORED",
                "FROM_SNAPSHOT" => "FROM_SNAPSHOT",
                _ => return None,
            };
            let mut row = match paused {
                None => vec![("STARTED", how, Runs(id, "RUNNING", running))],
                Some(why) => {
                    let reason = match why {
                        "PAUSED" | "RESTORED" => "USER",
                        "FROM_SNAPSHOT" => "FROM_SNAPSHOT",
                        _ => return None,
                    };
                    vec![
                        ("STARTED", how, Runs(id, "PAUSED", "STARTING_UP")),
                        ("SUSPENDED", why, Turns("PAUSED", reason)),
                    ]
                }
            };
            if exists == "no" {
                row.insert(0, ("ADDED", "STARTED", Nothing));
            }
            row
        }

        (C::Suspended(why), _, "RUNNING" | "BLOCKED" | "PAUSED" | "PMSUSPENDED") => {
            let then = match why {
                "PAUSED" | "RESTORED" => "USER",
                "MIGRATED" => "MIGRATION",
                "IOERROR" => "IOERROR",
                "WATCHDOG" => "WATCHDOG",
                "FROM_SNAPSHOT" => "FROM_SNAPSHOT",
                "API_ERROR" => "UNKNOWN",
                "POSTCOPY" => "POSTCOPY",
                "POSTCOPY_FAILED" => "POSTCOPY_FAILED",
                _ => return None,
            };
            match state {
                "PMSUSPENDED" if why != "FROM_SNAPSHOT" => return None,
                "PAUSED" if reason == then => vec![],
                _ => vec![("SUSPENDED", why, Turns("PAUSED", then))],
            }
        }
        (C::Resumed(why), _, "PAUSED" | "CRASHED") => {
            vec![("RESUMED", why, Turns("RUNNING", why))]
        }
        (C::PmSuspended(target), _, "RUNNING") => {
            vec![("PMSUSPENDED", target, Turns("PMSUSPENDED", "UNKNOWN"))]
        }
        (C::Woken, _, "PMSUSPENDED") => {
            vec![("STARTED", "WAKEUP", Turns("RUNNING", "WAKEUP"))]
        }
        (C::Panicked, _, "RUNNING" | "PAUSED" | "BLOCKED") => {
            vec![("CRASHED", "PANICKED", Turns("CRASHED", "PANICKED"))]
        }
        (C::Crashloaded, _, "RUNNING") => vec![("CRASHED", "CRASHLOADED", Nothing)],
        (C::Restarted, _, "CRASHED") => {
            vec![("RESUMED", "UNPAUSED", Turns("RUNNING", "CRASHED"))]
        }

        (
            C::ShutDown(_) | C::Reset | C::Stopped { .. } | C::Observed,
            "persistent" | "transient",
            "SHUTOFF",
        )
        | (_, "no", _) => return None,
        (C::ShutDown(_), _, "SHUTDOWN") => vec![],
        (C::ShutDown(by), _, _) => vec![("SHUTDOWN", by, Turns("SHUTDOWN", "UNKNOWN"))],
        (C::Reset, _, "CRASHED") => {
            vec![("SUSPENDED", "PAUSED", Turns("PAUSED", "CRASHED"))]
        }
        (C::Reset | C::Observed, _, _) => vec![],
        (C::Stopped { how, killed }, _, _) => {
            let reason = match how {
                "FAILED" if killed => "CRASHED",
                same => same,
            };
            let mut row = vec![("STOPPED", how, Off(reason))];
            if exists == "transient" {
                row.push(("REMOVED", "STOPPED", Nothing));
            }
            row
        }

        _ => return None,
    })
}

fn affect(mut facts: Facts, effect: Effect) -> Facts {
    match effect {
        Effect::Nothing => {}
        Effect::Stored(definition) => {
            facts.persistent = true;
            facts.definition = definition;
        }
        Effect::Dropped => {
            facts.persistent = false;
            facts.definition = 0;
        }
        Effect::Named(name) => facts.name = name,
        Effect::Runs(id, state, reason) => {
            facts.active = true;
            facts.id = id;
            facts.state = state;
            facts.reason = reason;
        }
        Effect::Turns(state, reason) => {
            facts.state = state;
            facts.reason = reason;
        }
        Effect::Off(reason) => {
            facts.active = false;
            facts.id = -1;
            facts.state = "SHUTOFF";
            facts.reason = reason;
        }
    }
    facts
}

/// The events of `change` on a domain that is known as `before` (`None`: it does not exist). One
/// that is born by it gets the name and incarnation of `birth`.
pub(crate) fn apply(
    before: Option<Facts>,
    change: Change,
    birth: (Text, u64),
) -> Result<Vec<Event>, Refusal> {
    let mut now = before.unwrap_or_else(|| Facts::unborn(birth.0, birth.1));
    let exists = match (now.persistent, now.active) {
        (false, false) => "no",
        (true, _) => "persistent",
        (false, true) => "transient",
    };
    let may_give_birth = matches!(change, Change::Defined { .. } | Change::Started { .. });
    let Some(row) = table(exists, now.state, now.reason, change) else {
        return Err(if exists == "no" && !may_give_birth {
            Refusal::NoDomain
        } else {
            Refusal::OperationInvalid
        });
    };
    let old_name = match change {
        Change::Renamed { .. } => Some(now.name),
        _ => None,
    };
    let mut events = Vec::new();
    for (event_type, detail, effect) in row {
        let after = affect(now, effect);
        events.push(Event { kind: (event_type, detail), before: now, after, old_name });
        now = after;
    }
    Ok(events)
}

/// What is known after these events: nothing where the domain is gone.
pub(crate) fn outcome(before: Option<Facts>, events: &[Event]) -> Option<Facts> {
    match events.last() {
        Some(last) => Some(last.after).filter(Facts::exists),
        None => before,
    }
}
