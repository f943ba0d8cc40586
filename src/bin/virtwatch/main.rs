#![forbid(unsafe_code)]
//! `virtwatch`, the command-line tool: virsh's words on the library's public API.
//!
//! With a command it runs that command. Without one it reads commands from standard input, one a
//! line, over one connection: a script, or a prompt on a terminal.

mod args;
mod commands;
mod failure;
mod frame;
mod interrupt;
mod json;
mod output;
mod printer;
mod script;
mod session;
mod stream;
mod table;
mod watch;

use std::process::ExitCode;

use clap::Parser;

use self::args::Cli;
use self::output::Output;
use self::session::Session;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(usage) => return failure::answer(usage),
    };
    let mut out = Output::stdout();
    let mut session = Session::new(cli.connect, cli.readonly);
    let ended = match &cli.command {
        Some(command) => commands::run(command, &mut session, &mut out).map(|()| true),
        None => script::run(&mut session, &mut out),
    };
    match ended {
        Ok(true) => ExitCode::SUCCESS,
        Err(failure) if failure.is_closed_pipe() => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            failure::tell("", &failure);
            ExitCode::FAILURE
        }
    }
}
