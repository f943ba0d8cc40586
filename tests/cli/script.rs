//! Commands from standard input.

use crate::tool::{Files, script};

#[test]
fn all_lines_share_one_connection() {
    let files = Files::of_domains(&["a"]);
    let out = files.run("define @/a.xml\nstart a\nlist\n").ok();
    assert!(out.ends_with(" 1    test   running\n 2    a      running\n"), "{out}");
}

#[test]
fn a_failing_line_is_named_the_rest_is_done_and_the_status_is_1() {
    let run = script("start nope\nuri\nfrobnicate\n\nlist --bogus\n'open\necho end");
    assert_eq!(run.status, 1);
    assert_eq!(run.out, "test:///default\nend\n");
    for said in [
        "virtwatch: error: line 1: Domain not found: no domain with matching name 'nope' (code 42)",
        "virtwatch: error: line 3: unrecognized subcommand 'frobnicate'",
        "virtwatch: error: line 5: unexpected argument '--bogus' found",
        "virtwatch: error: line 6: the line has an open quote (code 8)",
    ] {
        assert!(run.err.contains(said), "{said}\n{}", run.err);
    }
}

#[test]
fn words_are_quoted_as_in_a_shell_and_comments_pass() {
    let out = script("# nothing\n\n  echo 'a  b' \"c d\" e\\ f  # g\nrename test 'x y'\n");
    assert_eq!(out.out, "a  b c d e f\n");
    let out = script("destroy test\nrename test 'x y'\ndomstate 'x y'\n").ok();
    assert!(out.ends_with("renamed to 'x y'\nshutoff\n"), "{out}");
}

#[test]
fn quit_ends_a_script() {
    assert_eq!(script("echo a\nquit\necho b\n").ok(), "a\n");
    assert_eq!(script("exit\nstart nope\n").ok(), "");
    let run = script("start nope\nquit\n");
    assert_eq!(run.status, 1);
}

#[test]
fn help_in_a_script_is_output() {
    let out = script("help\nhelp start\nstart --help\n").ok();
    assert!(out.contains("  quit ") && out.contains("  events "), "{out}");
    assert_eq!(out.matches("Usage: start [OPTIONS] <D>").count(), 2, "{out}");
}

#[test]
fn a_script_is_no_document() {
    let run = script("define -\n<domain/>\n");
    assert_eq!(run.status, 1);
    assert!(run.err.contains("line 1: standard input holds the commands"), "{}", run.err);
}

#[test]
fn a_line_that_is_not_utf8_is_refused() {
    use std::io::Write;
    let mut child = crate::tool::start(&mut crate::tool::tool(&["-c", "test:///default"]));
    child.stdin.take().unwrap().write_all(b"echo \xff\necho end\n").unwrap();
    let run = crate::tool::end(child);
    assert_eq!((run.status, run.out.as_str()), (1, "end\n"));
}

#[test]
fn events_are_shown_after_each_line_while_they_are_on() {
    let files = Files::of_domains(&["a"]);
    let out = files
        .run(
            "define @/a.xml\nevents on\nstart a\nundefine a\nshutdown a\nevents off\nsuspend test\n",
        )
        .ok();
    let events: Vec<_> = out.lines().filter(|line| !line.starts_with("Domain")).collect();
    let kinds = [
        "started booted",
        "undefined removed",
        "shutdown guest",
        "stopped shutdown",
        "removed stopped",
    ];
    assert_eq!(events.len(), kinds.len(), "{out}");
    for (event, kind) in events.iter().zip(kinds) {
        assert!(event.contains(kind), "{kind}\n{out}");
    }
    let started = out.find("started booted").unwrap();
    assert!(out.find("Domain 'a' started").unwrap() < started);
    assert!(started < out.find("Domain 'a' has been undefined").unwrap());
}

#[test]
fn events_on_may_be_json() {
    let run = script("events on --json\nsuspend test\n");
    let line = run.out.lines().last().unwrap();
    let record: serde_json::Value = serde_json::from_str(line).unwrap();
    assert_eq!(record["type"], "suspended");
    assert_eq!(run.status, 0);
}
