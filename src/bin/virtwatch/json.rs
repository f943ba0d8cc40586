//! Records and domains as JSON, by the schemas of `docs/json.md`.

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use virtwatch::{Condition, Cursor, Event, Facts, Record, Status, Uuid};

const RECORD: &str = "virtwatch.record/1";
const DOMAIN: &str = "virtwatch.domain/1";

/// A record of a watch on the journal `epoch`; `cursor` is where to go on after it.
pub(crate) fn record(record: &Record, epoch: Uuid, cursor: Cursor) -> Value {
    let (kind, number) = match record {
        Record::Event(_) => ("event", 0),
        Record::Catchup { .. } => ("catchup", 1),
        Record::Synced { .. } => ("synced", 2),
        Record::SourceDown { .. } => ("source_down", 3),
        Record::SourceUp => ("source_up", 4),
        Record::Closed => ("closed", 5),
        _ => ("unknown", -1),
    };
    let mut object = Object::new(RECORD);
    object.set_named("kind", kind, number);
    object.set("epoch", epoch.to_string());
    object.set("cursor", (cursor != Cursor::NOWHERE).then(|| cursor.to_string()));
    match record {
        Record::Event(event) => object.set_event(event),
        Record::Catchup { cause, from_seq, count } => {
            object.set_named("origin", cause.name(), cause.number());
            object.set("from_seq", *from_seq);
            object.set("count", *count);
        }
        Record::Synced { seq } => object.set("seq", *seq),
        Record::SourceDown { message } => object.set("message", &**message),
        _ => {}
    }
    object.into()
}

/// What is known of a domain.
pub(crate) fn domain(facts: &Facts) -> Value {
    let mut object = Object::new(DOMAIN);
    object.set("uuid", facts.uuid().to_string());
    object.set("name", facts.name());
    object.set("id", facts.id());
    object.set("incarnation", facts.incarnation());
    object.set("definition", facts.definition());
    object.set("persistent", facts.is_persistent());
    object.set("active", facts.is_active());
    object.set_status("", facts.status());
    object.into()
}

/// Nanoseconds since 1970 as RFC 3339 writes them.
fn time(realtime_ns: i64) -> Option<String> {
    let time = Timestamp::from_nanosecond(realtime_ns.into()).ok()?;
    Some(format!("{time:.9}"))
}

/// An object under construction.
struct Object(Map<String, Value>);

impl Object {
    fn new(schema: &str) -> Self {
        let mut object = Self(Map::new());
        object.set("schema", schema);
        object
    }

    fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.0.insert(name.to_owned(), value.into());
    }

    /// Of an enumeration the name, and the number under `…_number`.
    fn set_named(&mut self, name: &str, text: &str, number: i32) {
        self.set(name, text);
        self.set(&format!("{name}_number"), number);
    }

    fn set_status(&mut self, when: &str, status: Status) {
        self.set_named(&format!("state{when}"), status.state().name(), status.state().number());
        self.set_named(&format!("reason{when}"), status.reason_name(), status.reason());
    }

    fn set_condition(&mut self, when: &str, condition: Condition) {
        self.set(&format!("persistent{when}"), condition.is_persistent());
        self.set(&format!("active{when}"), condition.is_active());
        self.set_status(when, condition.status());
    }

    fn set_event(&mut self, event: &Event) {
        self.set_named("origin", event.origin.name(), event.origin.number());
        self.set("seq", event.seq);
        self.set("time", time(event.realtime_ns));
        self.set("realtime_ns", event.realtime_ns);
        let event_type = event.kind.event_type();
        self.set_named("type", event_type.name(), event_type.number());
        self.set_named("detail", event.kind.detail_name(), event.kind.detail());
        self.set("uuid", event.uuid().to_string());
        self.set("name", event.name());
        self.set("old_name", event.old_name());
        self.set("id", event.id());
        self.set("incarnation", event.identity.incarnation());
        self.set("definition", event.after.definition());
        self.set_condition("_before", event.before);
        self.set_condition("_after", event.after);
        self.set("more", event.more);
        self.set("in_catchup", event.in_catchup);
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Self {
        json!(object.0)
    }
}
