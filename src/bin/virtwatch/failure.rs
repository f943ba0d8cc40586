//! Why a command could not be carried out, and how that is told.

use std::fmt;
use std::io::{self, Write};
use std::process::ExitCode;

use anstream::AutoStream;
use anstream::adapter::strip_str;
use anstyle::{AnsiColor, Style};

const PROGRAM: Style = Style::new().bold();
const ERROR: Style = AnsiColor::Red.on_default().bold();

/// How clap's own "error:" ends.
const RESET: &str = "\u{1b}[0m";

/// Why a command could not be carried out.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The library refused.
    Refused(virtwatch::Error),
    /// The words make no command.
    Usage(clap::Error),
    /// The output cannot be written.
    Output(io::Error),
}

impl Failure {
    /// Whether nobody reads the output any more, which is no news to anyone.
    pub(crate) fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}

impl From<virtwatch::Error> for Failure {
    fn from(error: virtwatch::Error) -> Self {
        Self::Refused(error)
    }
}

impl From<clap::Error> for Failure {
    fn from(error: clap::Error) -> Self {
        Self::Usage(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(error) => {
                write!(f, "{} (code {})", error.message(), error.code().number())
            }
            Self::Usage(error) => f.write_str(&usage(error)),
            Self::Output(error) => write!(f, "cannot write the output: {error}"),
        }
    }
}

/// What clap says, without its own "error:" and general advice.
fn usage(error: &clap::Error) -> String {
    let text = error.render().ansi().to_string();
    let said = text.split_once("error:").map_or(text.as_str(), |(_, said)| said);
    let said = said.strip_prefix(RESET).unwrap_or(said).trim();
    let is_advice = |part: &str| {
        let part = strip_str(part).to_string();
        part.starts_with("For more information") || part.starts_with("Usage: COMMAND")
    };
    let parts: Vec<&str> = said.split("\n\n").filter(|part| !is_advice(part)).collect();
    parts.join("\n").trim_end().to_owned()
}

/// Tells on standard error what was wrong, and `place` it was at.
pub(crate) fn tell(place: &str, failure: &Failure) {
    note(format_args!("{PROGRAM}virtwatch:{PROGRAM:#} {ERROR}error:{ERROR:#} {place}{failure}\n"));
}

/// Writes on standard error. That it cannot be written to cannot be told anywhere.
pub(crate) fn note(text: fmt::Arguments<'_>) {
    let mut stderr = AutoStream::auto(io::stderr().lock());
    drop(stderr.write_fmt(text).and_then(|()| stderr.flush()));
}

/// Answers a command line that makes no command, or asks for help.
pub(crate) fn answer(usage: clap::Error) -> ExitCode {
    if usage.use_stderr() {
        tell("", &Failure::Usage(usage));
        ExitCode::from(2)
    } else {
        drop(usage.print());
        ExitCode::SUCCESS
    }
}
