//! Commands from standard input: a script, or a prompt on a terminal.

use std::io::{self, BufRead, IsTerminal, Write};

use clap::Parser;
use virtwatch::Error;

use crate::args::{Line, LineCommand, Switch};
use crate::commands;
use crate::failure::{Failure, note, tell};
use crate::output::Output;
use crate::session::{Events, Session};

/// Carries out the commands; a failure is told and the next line follows. False if one
/// failed in a script; at a prompt the user has seen it.
///
/// # Errors
/// There is no connection; the commands can't be read; nobody reads the output.
pub(crate) fn run(session: &mut Session, out: &mut Output) -> Result<bool, Failure> {
    let connection = session.connection()?;
    session.stdin_is_script = true;
    let stdin = io::stdin();
    let sign = if connection.is_read_only() { "virtwatch > " } else { "virtwatch # " };
    let prompt = stdin.is_terminal().then_some(sign);
    if prompt.is_some() {
        greet(connection.uri());
    }
    let mut well = true;
    let mut line = Vec::new();
    for number in 1_u64.. {
        if let Some(prompt) = prompt {
            session.interrupt.drops_line(prompt)?;
            note(format_args!("{prompt}"));
        }
        line.clear();
        let read = stdin.lock().read_until(b'\n', &mut line);
        if read.map_err(|cause| Error::system("cannot read the commands", &cause))? == 0 {
            if prompt.is_some() {
                note(format_args!("\n"));
            }
            break;
        }
        session.interrupt.reset();
        match run_line(&line, session, out) {
            Ok(true) => {}
            Ok(false) => break,
            Err(failure) if failure.is_closed_pipe() => return Err(failure),
            Err(failure) if prompt.is_some() => tell("", &failure),
            Err(failure) => {
                well = false;
                tell(&format!("line {number}: "), &failure);
            }
        }
    }
    Ok(well)
}

fn greet(uri: &str) {
    note(format_args!("Connected to {uri}. 'help' shows the commands, 'quit' ends.\n"));
}

/// False if it was the last one.
fn run_line(line: &[u8], session: &mut Session, out: &mut Output) -> Result<bool, Failure> {
    let line = str::from_utf8(line).map_err(|_| Error::invalid_arg("the line is not UTF-8"))?;
    let words =
        shlex::split(line).ok_or_else(|| Error::invalid_arg("the line has an open quote"))?;
    if words.is_empty() {
        return Ok(true);
    }
    let command = match Line::try_parse_from(words) {
        Ok(line) => line.command,
        Err(help) if !help.use_stderr() => {
            write!(out, "{}", help.render().ansi())?;
            return Ok(true);
        }
        Err(usage) => return Err(usage.into()),
    };
    let ended = match command {
        LineCommand::Command(command) => commands::run(&command, session, out),
        LineCommand::Events { switch: Switch::On, json } => {
            session.events = Some(Events::new(session, json, out)?);
            Ok(())
        }
        LineCommand::Events { switch: Switch::Off, .. } => {
            session.events = None;
            Ok(())
        }
        LineCommand::Echo { words } => Ok(writeln!(out, "{}", words.join(" "))?),
        LineCommand::Quit => return Ok(false),
    };
    if let Some(events) = &mut session.events {
        events.show(out)?;
    }
    ended.map(|()| true)
}
