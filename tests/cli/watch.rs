//! `watch` for people: what is shown, and how it ends.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::Command;

use crate::tool::{Files, TEST_UUID, end, host, run, script, start, tool};

/// The lines without their times.
fn shown(text: &str) -> Vec<String> {
    let clock = |line: &str| line.as_bytes().get(2) == Some(&b':');
    let lines = text.lines().map(|line| if clock(line) { line.get(14..).unwrap() } else { line });
    lines.map(str::to_owned).collect()
}

#[test]
fn a_watch_begins_with_what_exists() {
    let run = run(&["-c", "test:///default", "watch", "--timeout", "0"]);
    assert_eq!(run.status, 0);
    assert_eq!(
        shown(&run.out),
        [
            "── snapshot",
            "   0 ┌ added defined         test            -  shutoff",
            "   0 ├ defined added         test            -  shutoff             persistent",
            "   0 └ started booted        test            1  shutoff → running   persistent",
            "── synced at 0: 1 domain",
        ]
    );
}

#[test]
fn a_watch_of_nothing_says_so() {
    let run = run(&["-c", "test:///empty", "watch", "--timeout", "0"]);
    assert_eq!(run.out, "── snapshot\n── synced at 0: no domains\n");
}

#[test]
fn a_rename_shows_both_names_and_changes_of_persistence_an_arrow() {
    let files = Files::of_domains(&["a"]);
    let out = files
        .run(
            "events on\ndestroy test\nrename test best\nstart best\nundefine best\n\
             dumpxml best\n",
        )
        .ok();
    assert_eq!(out.matches("test → best").count(), 2, "{out}");
    assert!(out.contains("  → transient\n"), "{out}");
}

/// G7: a cursor resumes with every later event.
#[test]
fn the_cursor_told_at_the_end_leads_on_where_the_watch_ended() {
    let mut child = start(&mut tool(&["-c", "test:///default"]));
    let mut script = child.stdin.take().unwrap();
    script.write_all(b"watch --timeout 0 --type crashed\n").unwrap();
    let mut told = String::new();
    let mut err = BufReader::new(child.stderr.take().unwrap());
    err.read_line(&mut told).unwrap();
    let cursor = told.strip_prefix("cursor: ").unwrap().trim_end();
    let (epoch, seq) = cursor.split_once(':').unwrap();
    assert_eq!((epoch.len(), seq), (36, "0"));

    let rest = format!(
        "suspend test\nresume test\necho --count\nwatch --since {cursor} --count 1\n\
         echo --timeout\nwatch --since {epoch}:1 --timeout 0\n\
         echo future\nwatch --since {epoch}:99 --timeout 0\n"
    );
    script.write_all(rest.as_bytes()).unwrap();
    drop(script);
    let mut out = String::new();
    child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let suspended =
        "   1   suspended paused      test            1  running → paused    persistent";
    let resumed = "   2   resumed unpaused      test            1  paused → running    persistent";
    let lines = shown(&out);
    let after = lines.iter().position(|line| line == "--count").unwrap();
    assert_eq!(lines[after..after + 5], ["--count", suspended, "--timeout", resumed, "future"]);
    assert_eq!(
        lines[after + 5],
        "── the cursor can't be used, it lies in the future: all that exists"
    );
    told.clear();
    err.read_to_string(&mut told).unwrap();
    let seqs: Vec<_> = told.lines().map(|line| line.rsplit(':').next().unwrap()).collect();
    assert_eq!(seqs, ["1", "2", "2"]);
}

#[test]
fn a_cursor_of_another_journal_cannot_be_used() {
    let lines = format!("suspend test\nwatch --timeout 0 --since {TEST_UUID}:0\n");
    let lines = shown(&script(&lines).out);
    let said = "── the cursor can't be used, it belongs to another journal: all that exists";
    assert_eq!(lines[1], said);
    assert_eq!(lines.last().unwrap(), "── synced at 1: 1 domain");
}

#[test]
fn without_a_snapshot_and_without_events_only_the_cursor_is_told() {
    let run = script("suspend test\nwatch --no-snapshot --timeout 0.01\n");
    assert_eq!((run.status, run.out.as_str()), (0, "Domain 'test' suspended\n"));
    assert!(run.err.starts_with("cursor: ") && run.err.ends_with(":1\n"), "{}", run.err);
}

#[test]
fn filters_select_types_and_a_domain() {
    let files = Files::new();
    let uri = host(&files);
    let out = |args: &[&str]| {
        let args = [&["-c", &uri, "watch", "--timeout", "0"], args].concat();
        shown(&run(&args).out).join("\n")
    };
    let started = out(&["--type", "started"]);
    assert_eq!(started.matches("started booted").count(), 2, "{started}");
    assert_eq!(started.lines().count(), 4, "{started}");
    assert!(!started.contains(['┌', '├', '└']), "{started}");
    assert!(started.ends_with("\n── synced at 0"), "{started}");
    let both = out(&["--type", "added,suspended", "--type", "started"]);
    assert_eq!(both.lines().count(), 2 + 3 + 2 + 1, "{both}");
    let sleeps = out(&["--domain", "sleeps"]);
    assert!(sleeps.contains("running → paused") && !sleeps.contains("runs"), "{sleeps}");
    let unborn = out(&["--domain", TEST_UUID]);
    assert_eq!(unborn, "── snapshot\n── synced at 0: no domains");
}

#[test]
fn output_in_a_pipe_has_no_colour_unless_it_is_forced() {
    let args = ["-c", "test:///default", "watch", "--timeout", "0"];
    assert!(!run(&args).out.contains('\x1b'));
    let forced = end(start(tool(&args).env("CLICOLOR_FORCE", "1")));
    assert!(forced.out.contains("\x1b[2m"), "{}", forced.out);
}

/// Starts a watch and waits until it is synced.
fn synced() -> (std::process::Child, BufReader<std::process::ChildStdout>) {
    let mut child = start(&mut tool(&["-c", "test:///default", "watch"]));
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains("synced") {
        line.clear();
        assert_ne!(lines.read_line(&mut line).unwrap(), 0);
    }
    (child, lines)
}

#[test]
fn ctrl_c_and_sigterm_end_a_watch_cleanly() {
    for signal in ["-INT", "-TERM"] {
        let (mut child, mut rest) = synced();
        let kill = Command::new("kill").args([signal, &child.id().to_string()]).status();
        assert!(kill.unwrap().success());
        assert_eq!(child.wait().unwrap().code(), Some(0), "{signal}");
        let mut err = String::new();
        BufReader::new(child.stderr.take().unwrap()).read_line(&mut err).unwrap();
        assert!(err.starts_with("cursor: "), "{err}");
        let mut more = String::new();
        assert_eq!(rest.read_line(&mut more).unwrap(), 0, "{more}");
    }
}

#[test]
fn a_closed_pipe_ends_the_tool_quietly() {
    for args in [&["watch", "--timeout", "0"][..], &["help"], &["list"], &["dumpxml", "test"]] {
        let mut command = tool(&[&["-c", "test:///default"], args].concat());
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut child =
            command.stdout(writer).stderr(std::process::Stdio::piped()).spawn().unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(0), "{args:?}");
        let mut err = String::new();
        BufReader::new(child.stderr.take().unwrap()).read_line(&mut err).unwrap();
        assert_eq!(err, "", "{args:?}");
    }
}

#[test]
fn a_full_disk_is_an_error() {
    let full = std::fs::File::create("/dev/full").unwrap();
    let mut command = tool(&["-c", "test:///default", "list"]);
    let output = command.stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let err = String::from_utf8(output.stderr).unwrap();
    assert!(err.starts_with("virtwatch: error: cannot write the output: "), "{err}");
}
