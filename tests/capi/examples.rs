//! The examples are built and run, and do what they are there for.

use std::process::Command;

use super::program::Program;

/// The demonstration: its list, kept from events alone, equals the registry.
#[test]
fn the_inventory_example_agrees_with_the_registry() {
    let program = Program::build("examples/c/inventory.c");
    let output = program.run(&[]);
    assert!(output.contains("the list kept from events equals the registry:"), "{output}");
    program.run_under_valgrind(&[]);
}

#[test]
fn the_watch_example_runs() {
    let program = Program::build("examples/c/watch.c");
    let output = program.run(&["test:///default", "0"]);
    assert!(output.contains("test"), "{output}");
    program.run_under_valgrind(&["test:///default", "0"]);
}

/// The example in the README is a program, and does what it is there for.
#[test]
fn the_example_in_the_readme_runs() {
    let readme = include_str!("../../README.md");
    let source = readme.split("```c\n").nth(1).unwrap().split("```").next().unwrap();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("readme.c");
    std::fs::write(&path, source).unwrap();
    let output = Program::build(path.to_str().unwrap()).run(&[]);
    let told: Vec<_> = output.lines().collect();
    let expected = [
        "test: added (defined), now shutoff",
        "test: defined (added), now shutoff",
        "test: started (booted), now running",
        "test: suspended (paused), now paused",
    ];
    assert_eq!(told, expected);
}

/// What a program that follows a source prints while `tests/c/stir.c`, which is linked to it,
/// changes the domain there.
fn follow(source: &str, options: &[&str], arguments: &[&str]) -> String {
    let program = Program::build_with(&[source, "tests/c/stir.c"], options);
    let output = program.run(arguments);
    program.run_under_valgrind(arguments);
    output
}

const SUSPENDED_AND_RESUMED: &str = "test: suspended (paused)\ntest: resumed (unpaused)\n";

const FROM_THE_BEGINNING: &str = "test: added (defined), now shutoff\n\
    test: defined (added), now shutoff\n\
    test: started (booted), now running\n\
    test: suspended (paused), now paused\n\
    test: resumed (unpaused), now running\n";

#[test]
fn the_default_loop_example_runs() {
    let output = follow("examples/c/default-loop.c", &[], &["test:///default", "2"]);
    assert_eq!(output, SUSPENDED_AND_RESUMED);
}

#[test]
fn the_thread_example_runs() {
    let output = follow("examples/c/thread.c", &[], &["test:///default", "2"]);
    assert_eq!(output, SUSPENDED_AND_RESUMED);
}

#[test]
fn the_epoll_example_runs() {
    let output = follow("examples/c/epoll.c", &[], &["test:///default", "5"]);
    assert_eq!(output, FROM_THE_BEGINNING);
}

#[test]
fn the_glib_example_runs() {
    let asked = Command::new("pkg-config").args(["--cflags", "--libs", "glib-2.0"]).output();
    let Some(found) = asked.ok().filter(|found| found.status.success()) else {
        assert!(std::env::var_os("CI").is_none(), "libglib2.0-dev is not installed");
        eprintln!("pkg-config knows no glib-2.0: the example is not built");
        return;
    };
    let options = String::from_utf8(found.stdout).unwrap();
    let options: Vec<&str> = options.split_whitespace().collect();
    let output = follow("examples/c/glib-loop.c", &options, &["test:///default", "5"]);
    assert_eq!(output, FROM_THE_BEGINNING);
}

#[test]
fn the_fold_example_runs() {
    let output = follow("examples/c/fold.c", &[], &["test:///default", "3"]);
    let lists = "after event 0:\n    test                 running, persistent\n\
        after event 1:\n    test                 paused, persistent\n\
        after event 2:\n    test                 running, persistent\n";
    assert_eq!(output, lists);
}

/// One event without `--loop`; with it all until the time is over, or somebody ends it.
#[test]
fn the_event_example_runs() {
    let source = "examples/c/event.c";
    let first = "event 'lifecycle' for domain 'test': Suspended Paused\n";
    let output = follow(source, &[], &["-c", "test:///default"]);
    assert_eq!(output, [first, "events received: 1\n"].concat());

    let arguments = ["-c", "test:///default", "--domain", "test", "--loop"];
    let output = follow(source, &["-DINTERRUPT"], &arguments);
    let second = "event 'lifecycle' for domain 'test': Resumed Unpaused\n";
    let end = "event loop interrupted\nevents received: 2\n";
    assert_eq!(output, [first, second, end].concat());

    let output = Program::build(source).run(&["-c", "test:///default", "--timeout", "1"]);
    assert_eq!(output, "event loop timed out\nevents received: 0\n");
}
