//! Standard output: the one place where it is written.

use std::io::{self, IsTerminal, StdoutLock, Write};

use anstream::AutoStream;
use terminal_size::{Width, terminal_size};

/// Standard output. Colours are dropped where they are not wanted: in a pipe, with `NO_COLOR`, on
/// a dumb terminal. Every line is flushed.
pub(crate) struct Output {
    stream: AutoStream<StdoutLock<'static>>,
    width: Option<usize>,
}

impl Output {
    pub(crate) fn stdout() -> Self {
        let stdout = io::stdout();
        let width = stdout
            .is_terminal()
            .then(|| terminal_size().map_or(80, |(Width(width), _)| usize::from(width)));
        Self { stream: AutoStream::auto(stdout.lock()), width }
    }

    /// The number of columns of the terminal; `None` when it is none.
    pub(crate) fn width(&self) -> Option<usize> {
        self.width
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}
