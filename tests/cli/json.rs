//! The JSON of `docs/json.md`.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::tool::{Files, TEST_UUID, run, script};

/// The fold of `docs/json.md`.
fn fold(records: &[Value]) -> BTreeMap<String, Value> {
    let mut domains = BTreeMap::new();
    for record in records {
        if record["kind"] == "catchup" && record["origin"] == "reset" {
            domains.clear();
        } else if record["kind"] == "event" {
            let uuid = record["uuid"].as_str().unwrap().to_owned();
            if record["persistent_after"] == true || record["active_after"] == true {
                domains.insert(uuid, record.clone());
            } else {
                domains.remove(&uuid);
            }
        }
    }
    domains
}

/// What the last record of a domain says of it, as a listing does.
fn as_listed(record: &Value) -> Value {
    let id = if record["active_after"] == true { &record["id"] } else { &Value::Null };
    json!({
        "schema": "virtwatch.domain/1",
        "uuid": record["uuid"],
        "name": record["name"],
        "id": id,
        "incarnation": record["incarnation"],
        "definition": record["definition"],
        "persistent": record["persistent_after"],
        "active": record["active_after"],
        "state": record["state_after"],
        "state_number": record["state_after_number"],
        "reason": record["reason_after"],
        "reason_number": record["reason_after_number"],
    })
}

const LIVES: &str = "\
    define @/a.xml\nstart a\nsuspend a\ndefine @/b.xml\ncreate @/c.xml --paused\nresume c\n\
    undefine a\nresume a\nsave c @/image\nrestore @/image\nstart b\ndestroy b\nrename b d\n\
    managedsave test\nstart test\nshutdown a\ndefine @/a.xml\n";

/// G2: the records of a watch, and those of a snapshot, make the list.
#[test]
fn records_fold_to_the_list() {
    let files = Files::of_domains(&["a", "b", "c"]);
    for watch in
        ["watch --json --timeout 0\nevents on --json\n@LIVES", "@LIVESwatch --json --timeout 0\n"]
    {
        let lives = format!("{}list --all --json\n", watch.replace("@LIVES", LIVES));
        let mut run = files.run(&lives);
        assert_eq!((run.status, run.err.as_str()), (0, ""), "{}", run.out);
        run.out = run
            .out
            .lines()
            .filter(|line| line.starts_with('{'))
            .fold(String::new(), |text, line| text + line + "\n");
        let objects = run.json();
        let (records, listed): (Vec<_>, Vec<_>) =
            objects.into_iter().partition(|object| object["schema"] == "virtwatch.record/1");
        let listed: BTreeMap<_, _> = listed
            .into_iter()
            .map(|domain| (domain["uuid"].as_str().unwrap().to_owned(), domain))
            .collect();
        let folded: BTreeMap<_, _> =
            fold(&records).into_iter().map(|(uuid, record)| (uuid, as_listed(&record))).collect();
        assert_eq!(folded, listed);
        assert_eq!(listed.len(), 4);
    }
}

#[test]
fn an_event_has_every_field_in_order() {
    let run = script("events on --json\nsuspend test\n");
    let record: Value = serde_json::from_str(run.out.lines().last().unwrap()).unwrap();
    let names: Vec<&str> = record.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "schema",
            "kind",
            "kind_number",
            "epoch",
            "cursor",
            "origin",
            "origin_number",
            "seq",
            "time",
            "realtime_ns",
            "type",
            "type_number",
            "detail",
            "detail_number",
            "uuid",
            "name",
            "old_name",
            "id",
            "incarnation",
            "definition",
            "persistent_before",
            "active_before",
            "state_before",
            "state_before_number",
            "reason_before",
            "reason_before_number",
            "persistent_after",
            "active_after",
            "state_after",
            "state_after_number",
            "reason_after",
            "reason_after_number",
            "more",
            "in_catchup",
        ]
    );
    let expected = json!({
        "schema": "virtwatch.record/1",
        "kind": "event", "kind_number": 0,
        "origin": "native", "origin_number": 0,
        "seq": 1,
        "type": "suspended", "type_number": 3,
        "detail": "paused", "detail_number": 0,
        "uuid": TEST_UUID, "name": "test", "old_name": null, "id": 1,
        "persistent_before": true, "active_before": true,
        "state_before": "running", "state_before_number": 1,
        "reason_before": "unknown", "reason_before_number": 0,
        "persistent_after": true, "active_after": true,
        "state_after": "paused", "state_after_number": 3,
        "reason_after": "user", "reason_after_number": 1,
        "more": false, "in_catchup": false,
    });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&record[name], value, "{name}");
    }
    let epoch = record["epoch"].as_str().unwrap();
    assert_eq!(record["cursor"], format!("{epoch}:1"));
    let time = record["time"].as_str().unwrap();
    let nanoseconds = record["realtime_ns"].as_i64().unwrap().to_string();
    assert!(time.ends_with(&format!(".{}Z", &nanoseconds[10..])), "{time} {nanoseconds}");
}

#[test]
fn every_field_is_documented() {
    let documented = include_str!("../../docs/json.md");
    let run = script("events on --json\nsuspend test\nwatch --json --timeout 0\nlist --json\n");
    for line in run.out.lines().filter(|line| line.starts_with('{')) {
        let object: Value = serde_json::from_str(line).unwrap();
        for name in object.as_object().unwrap().keys() {
            assert!(documented.contains(&format!("`{name}`")), "{name}");
        }
    }
}

#[test]
fn a_snapshot_is_framed_and_has_a_cursor_only_at_its_end() {
    let run = run(&["-c", "test:///default", "watch", "--json", "--timeout", "0"]);
    let records = run.json();
    assert_eq!(run.err, "");
    let kinds: Vec<_> = records.iter().map(|record| record["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["catchup", "event", "event", "event", "synced"]);
    let (last, before) = records.split_last().unwrap();
    assert!(before.iter().all(|record| record["cursor"].is_null()));
    assert_eq!(last["cursor"], format!("{}:0", last["epoch"].as_str().unwrap()));
    assert_eq!(
        (&records[0]["origin"], &records[0]["origin_number"]),
        (&json!("snapshot"), &json!(4))
    );
    assert!(records[1..4].iter().all(|record| record["in_catchup"] == true));
}

#[test]
fn a_cursor_that_cannot_be_used_is_a_reset() {
    let cursor = format!("{TEST_UUID}:7");
    let args = ["-c", "test:///default", "watch", "--json", "--timeout", "0", "--since", &cursor];
    let records = run(&args).json();
    assert_eq!(records[0]["origin"], "reset");
    assert_eq!(records[0]["from_seq"], 7);
    assert_eq!(records.last().unwrap()["kind"], "synced");
}

#[test]
fn a_renaming_names_both() {
    let run = script("destroy test\nevents on --json\nrename test best\n");
    let records: Vec<Value> =
        run.out.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    assert_eq!(records.len(), 2);
    for record in &records {
        assert_eq!((&record["name"], &record["old_name"]), (&json!("best"), &json!("test")));
    }
    assert_eq!((&records[0]["more"], &records[1]["more"]), (&json!(true), &json!(false)));
}

#[test]
fn names_are_escaped() {
    let run = script("destroy test\nrename test 'a\"b\\é'\nlist --all --json\n");
    let domain: Value = serde_json::from_str(run.out.lines().last().unwrap()).unwrap();
    assert_eq!(domain["name"], "a\"b\\é");
}
