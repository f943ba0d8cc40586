//! What Ctrl-C does: it ends a watch; at the prompt it drops the line; otherwise it ends the tool.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;
use virtwatch::{Canceller, Error};

use crate::failure::note;

/// What SIGINT and SIGTERM do at the moment.
#[derive(Debug, Default)]
enum Meaning {
    /// What they do by default.
    #[default]
    End,
    /// They end a watch; the next one has the default meaning.
    Cancel(Canceller),
    /// SIGINT brings the prompt again; the terminal has dropped the line.
    Prompt(&'static str),
}

/// What Ctrl-C does. The signals are taken over when they first mean something else than the end.
#[derive(Debug, Default)]
pub(crate) struct Interrupt {
    meaning: Option<Arc<Mutex<Meaning>>>,
}

impl Interrupt {
    /// Ctrl-C ends the watch.
    ///
    /// # Errors
    /// The signals cannot be taken over.
    pub(crate) fn ends(&mut self, watch: Canceller) -> Result<(), Error> {
        self.set(Meaning::Cancel(watch))
    }

    /// Ctrl-C drops the line that is typed.
    ///
    /// # Errors
    /// The signals cannot be taken over.
    pub(crate) fn drops_line(&mut self, prompt: &'static str) -> Result<(), Error> {
        self.set(Meaning::Prompt(prompt))
    }

    /// Ctrl-C ends the tool.
    pub(crate) fn reset(&mut self) {
        if let Some(meaning) = &self.meaning {
            *lock(meaning) = Meaning::End;
        }
    }

    fn set(&mut self, new: Meaning) -> Result<(), Error> {
        let meaning = match &self.meaning {
            Some(meaning) => meaning,
            None => self.meaning.insert(
                take_over().map_err(|cause| Error::system("cannot take over Ctrl-C", &cause))?,
            ),
        };
        *lock(meaning) = new;
        Ok(())
    }
}

/// Starts the thread that waits for signals.
fn take_over() -> io::Result<Arc<Mutex<Meaning>>> {
    let meaning = Arc::<Mutex<Meaning>>::default();
    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    let shared = Arc::clone(&meaning);
    thread::Builder::new().name("virtwatch-signal".to_owned()).spawn(move || {
        for signal in &mut signals {
            act(&shared, signal);
        }
    })?;
    Ok(meaning)
}

fn act(meaning: &Mutex<Meaning>, signal: i32) {
    let mut meaning = lock(meaning);
    match &*meaning {
        Meaning::Cancel(watch) => {
            watch.cancel();
            *meaning = Meaning::End;
        }
        Meaning::Prompt(prompt) if signal == SIGINT => note(format_args!("\n{prompt}")),
        // It can only fail for signals that do not exist.
        _ => drop(emulate_default_handler(signal)),
    }
}

/// The lock is held for an assignment, and to write the prompt.
fn lock(meaning: &Mutex<Meaning>) -> MutexGuard<'_, Meaning> {
    meaning.lock().unwrap_or_else(PoisonError::into_inner)
}
