//! The C face, from C: programs that are compiled against the header and the shared library of this
//! very build, and run as they are and under valgrind.
#![cfg(all(feature = "capi", target_os = "linux"))]
#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says what it leaves out"
)]

#[path = "capi/abi.rs"]
mod abi;
#[path = "capi/examples.rs"]
mod examples;
#[path = "capi/program.rs"]
mod program;
#[path = "capi/symbols.rs"]
mod symbols;

use std::collections::BTreeSet;

use program::Program;

/// A test that builds a program of `tests/c`, and runs it as it is, under valgrind and with gcc's
/// sanitizers; those with threads under helgrind too, for the order of locks and not for races.
macro_rules! programs {
    ($($(#[$doc:meta])* $name:ident $($tool:ident)?;)+) => {
        $(
            $(#[$doc])*
            #[test]
            fn $name() {
                let source = concat!("tests/c/", stringify!($name), ".c");
                let program = Program::build(source);
                program.run(&[]);
                program.run_under_valgrind(&["small"]);
                $(programs!(@$tool program);)?
                if let Some(program) = Program::build_sanitized(source) {
                    program.run(&["small"]);
                }
            }
        )+
    };
    (@helgrind $program:ident) => {
        $program.run_under_helgrind(&["small"]);
    };
}

programs! {
    /// Opening, the life of a domain, lookups, listing, last error, helpers.
    basics;
    /// Errors: forms, domains, handlers (G9).
    errors helgrind;
    /// Callbacks: numbers, filters, handles, what holds a connection (G8).
    events helgrind;
    /// The close callback: told once, over then (G6, G8, G9).
    closed helgrind;
    /// Watches: snapshot (G4), filters, cursors (G7), lag (G5), cancelling, the file descriptor.
    watch helgrind;
    /// Everything may be called in a callback and in what frees it (G9).
    reentrance helgrind;
    /// What is refused, and that nothing changes then (G12).
    bad_input;
    /// The same of every argument of every function, one by one (G12).
    table;
    /// One reference too many is refused while the library holds the object (G12).
    ownership;
    /// Deregistering while events come: no call after it returned, freed once (G8).
    threads helgrind;
    /// The default event loop, and callbacks that run in it (G5, G8).
    event_loop helgrind;
    /// An event loop that the program brings (G8, G9).
    own_loop;
    /// Power management, autostart, metadata, migration, autodestroy and flags.
    operations;
    /// Drivers that the program brings (G6, G9, G12).
    hosted helgrind;
}

/// A child of a fork brings its own hypervisors (G12). Not with a sanitizer: see `forked`.
#[test]
fn hosted_in_a_child() {
    let program = Program::build("tests/c/hosted.c");
    program.run(&["forked"]);
    program.run_under_valgrind(&["forked"]);
}

/// A hypervisor that reports everything and one that reports what starts and stops: the program that
/// follows them is the same, and every event that one has occurs (G2, G6).
#[test]
fn the_example_hypervisors_are_followed_by_one_program() {
    let sources = ["toy", "everything", "life", "follow"];
    let sources = sources.map(|source| format!("examples/c/hosted/{source}.c"));
    let program = Program::build_with(&sources.each_ref().map(String::as_str), &[]);
    for (uri, defined) in [("everything:///", "native"), ("life:///?poll=5ms", "polled")] {
        let output = program.run(&[uri]);
        assert!(output.contains(&format!("defined      {defined}\n")), "{output}");
        assert!(output.contains("the list kept from them is the hypervisor's"), "{output}");
        program.run_under_valgrind(&[uri]);
    }
}

/// The same as on the threads of connections holds in an event loop (G9).
#[test]
fn reentrance_in_a_loop() {
    let program = Program::build("tests/c/reentrance.c");
    program.run(&["loop"]);
    program.run_under_valgrind(&["loop"]);
}

/// G8: callbacks come and go while events come, ten times `VIRTWATCH_CASES`.
fn storm(place: &str) {
    let program = Program::build("tests/c/storm.c");
    let cases = std::env::var("VIRTWATCH_CASES").map_or(2_000, |cases| cases.parse().unwrap());
    let registrations: u32 = 10 * cases;
    program.run(&[place, &registrations.to_string()]);
    program.run_under_valgrind(&[place, "1000"]);
}

#[test]
fn a_storm_on_a_thread() {
    storm("thread");
}

#[test]
fn a_storm_in_a_loop() {
    storm("loop");
}

/// G12: the child of a fork can free what it inherited, and nothing else; also when threads are in
/// the midst of everything. Not with a sanitizer: its allocator cannot be used in the child of a
/// program with threads.
#[test]
fn forked() {
    let program = Program::build("tests/c/forked.c");
    program.run(&[]);
    program.run_under_valgrind(&["small"]);
    program.run_under_helgrind(&["small"]);
}

/// A program may end while everything is alive, by itself or by `exit`.
#[test]
fn exit_with_live_connections_is_clean() {
    let program = Program::build("tests/c/exit.c");
    for _ in 0..50 {
        program.run(&[]);
        program.run(&["exit"]);
    }
    program.run_under_valgrind_with_leaks(&[]);
    program.run_under_valgrind_with_leaks(&["exit"]);
}

/// Unloading the library is harmless, with connections open too.
#[test]
fn the_library_may_be_unloaded() {
    let program = Program::build("tests/c/loaded.c");
    let library = program.library();
    program.run(&[library.to_str().unwrap()]);
    program.run_under_valgrind(&[library.to_str().unwrap()]);
}

/// G12: no function is missing in the table of what can be wrong with arguments.
#[test]
fn every_exported_function_is_in_the_table() {
    let output = Program::build("tests/c/table.c").run(&["list"]);
    let known: BTreeSet<_> = output.lines().collect();
    let is_function = |name: &&str| *name != "vwConnectAuthPtrDefault";
    let exported: BTreeSet<_> = symbols::listed().filter(is_function).collect();
    let missing: Vec<_> = exported.difference(&known).collect();
    assert!(missing.is_empty(), "a line in tests/c/functions.h is missing for {missing:?}");
}
