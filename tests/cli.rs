//! The command-line tool: the built binary, run as a user runs it.
#![cfg(feature = "cli")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "what fails here fails the test"
)]

#[path = "cli/commands.rs"]
mod commands;
#[path = "cli/json.rs"]
mod json;
#[path = "cli/manual.rs"]
mod manual;
#[path = "cli/script.rs"]
mod script;
#[path = "cli/terminal.rs"]
mod terminal;
#[path = "cli/tool.rs"]
mod tool;
#[path = "cli/watch.rs"]
mod watch;
