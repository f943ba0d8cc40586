//! The look on a terminal, by way of `script`, which gives the tool one.

use std::io::{Read, Write};
use std::process::{Command, Stdio};

use crate::tool::{Run, start};

/// Runs the tool with these arguments on a terminal with that many columns; `None` where there is
/// no `script`. What is typed is typed step by step: each text when the prompt shows for another
/// time.
fn on_terminal(columns: u32, arguments: &str, typed: &[&str]) -> Option<Run> {
    on_terminal_with("", columns, arguments, typed)
}

/// The same with variables in the environment.
fn on_terminal_with(
    environment: &str,
    columns: u32,
    arguments: &str,
    typed: &[&str],
) -> Option<Run> {
    let found = Command::new("script").arg("--version").stdout(Stdio::null()).status();
    if !found.is_ok_and(|status| status.success()) {
        return None;
    }
    let tool = env!("CARGO_BIN_EXE_virtwatch");
    // The shell gives way to the tool: it would be hit by a typed Ctrl-C as well.
    let line = format!(
        "stty rows 40 cols {columns}; exec env {environment} '{tool}' -c test:///default {arguments}"
    );
    let mut command = Command::new("timeout");
    command.args(["60", "script", "-qec", &line, "/dev/null"]);
    let mut child = start(command.env("TERM", "xterm").env_remove("NO_COLOR"));
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let mut out = Vec::new();
    for (nth, text) in typed.iter().enumerate() {
        let prompts = |out: &[u8]| String::from_utf8_lossy(out).matches("virtwatch # ").count();
        while prompts(&out) <= nth {
            let mut byte = [0];
            stdout.read_exact(&mut byte).expect("the prompt comes");
            out.extend(byte);
        }
        stdin.write_all(text.as_bytes()).unwrap();
    }
    stdout.read_to_end(&mut out).unwrap();
    let status = child.wait().unwrap().code().unwrap_or(-1);
    Some(Run { status, out: String::from_utf8(out).unwrap(), err: String::new() })
}

/// Without colours.
fn plain(text: &str) -> String {
    let mut parts = text.split("\x1b[");
    let first = parts.next().unwrap_or_default().to_owned();
    let rest = parts.map(|part| part.split_once('m').map_or(part, |(_, rest)| rest));
    rest.fold(first, |text, part| text + part).replace('\r', "")
}

#[test]
fn a_terminal_gets_headings_colours_and_rules() {
    let Some(run) = on_terminal(120, "watch --timeout 0", &[]) else { return };
    assert_eq!(run.status, 0, "{}", run.out);
    assert!(run.out.contains("\x1b[1mTIME "), "{}", run.out);
    let text = plain(&run.out);
    assert!(text.contains("TIME           SEQ   EVENT                 DOMAIN         ID  STATE\n"));
    assert!(text.contains("── snapshot ─────"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
}

#[test]
fn no_color_is_heeded() {
    let run = on_terminal_with("NO_COLOR=1", 120, "watch --timeout 0", &[]);
    let Some(run) = run else { return };
    assert!(!run.out.contains('\x1b'), "{}", run.out);
}

#[test]
fn a_narrow_terminal_gets_a_form_that_fits() {
    let Some(run) = on_terminal(80, "watch --timeout 0", &[]) else { return };
    let text = plain(&run.out);
    assert!(text.contains("TIME       SEQ "), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
}

#[test]
fn a_terminal_gets_a_prompt_and_errors_do_not_end_it() {
    let Some(run) = on_terminal(100, "", &["start nope\n", "uri\n", "quit\n"]) else { return };
    let text = plain(&run.out);
    assert_eq!(run.status, 0, "{text}");
    assert!(text.contains("Connected to test:///default."), "{text}");
    assert!(text.contains("virtwatch # "), "{text}");
    assert!(text.contains("virtwatch: error: Domain not found"), "{text}");
    assert!(text.contains("\ntest:///default\n") || text.contains("# test:///default\n"), "{text}");
}

#[test]
fn ctrl_c_at_the_prompt_drops_the_line() {
    let Some(run) = on_terminal(100, "", &["destroy test\x03", "domstate 1\n", "quit\n"]) else {
        return;
    };
    let text = plain(&run.out);
    assert_eq!(run.status, 0, "{text}");
    assert!(text.contains("running\n") && !text.contains("destroyed"), "{text}");
}

#[test]
fn events_at_the_prompt_come_with_the_line_that_made_them() {
    let typed = ["events on\n", "suspend test\n", "watch --timeout 0\n", "\x04"];
    let Some(run) = on_terminal(100, "", &typed) else { return };
    let text = plain(&run.out);
    assert_eq!(run.status, 0, "{text}");
    let suspended = text.find("suspended paused").expect("the event");
    assert!(suspended < text.find("── snapshot ──").expect("the snapshot"), "{text}");
}
