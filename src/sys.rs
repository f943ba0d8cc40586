#![expect(
    unsafe_code,
    reason = "the system calls that the library needs; nothing else is unsafe here"
)]
//! What the library asks of the operating system.

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// A level-triggered signal: a file descriptor that is readable while it is set.
///
/// The descriptor is made when it is first needed. Setting it is safe in a signal handler.
#[derive(Debug, Default)]
pub(crate) struct Signal {
    fd: OnceLock<OwnedFd>,
}

/// What a wait ended with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Waited {
    /// The signal is set.
    Set,
    /// The time is over.
    TimedOut,
    /// A Unix signal came.
    Interrupted,
}

impl Signal {
    /// The file descriptor, for polling only.
    pub(crate) fn fd(&self) -> io::Result<BorrowedFd<'_>> {
        if let Some(fd) = self.fd.get() {
            return Ok(fd.as_fd());
        }
        // SAFETY: eventfd takes no pointers.
        let raw = unsafe { libc::eventfd(0, libc::EFD_CLOEXEC | libc::EFD_NONBLOCK) };
        if raw < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the descriptor was just made, nobody else owns it.
        let made = unsafe { OwnedFd::from_raw_fd(raw) };
        Ok(self.fd.get_or_init(|| made).as_fd())
    }

    pub(crate) fn set(&self) {
        if let Some(fd) = self.fd.get() {
            let one = 1_u64;
            // SAFETY: the buffer is 8 bytes long and lives through the call. A full counter is set.
            unsafe { libc::write(fd.as_raw_fd(), (&raw const one).cast(), 8) };
        }
    }

    pub(crate) fn clear(&self) {
        if let Some(fd) = self.fd.get() {
            let mut count = 0_u64;
            // SAFETY: the buffer is 8 bytes long and lives through the call. A zero counter is clear.
            unsafe { libc::read(fd.as_raw_fd(), (&raw mut count).cast(), 8) };
        }
    }

    /// Waits until it is set, `deadline` is over (`None`: for ever) or a Unix signal comes.
    pub(crate) fn wait(&self, deadline: Option<Instant>) -> io::Result<Waited> {
        let mut poll =
            libc::pollfd { fd: self.fd()?.as_raw_fd(), events: libc::POLLIN, revents: 0 };
        let timeout = deadline.map(|deadline| {
            let left = deadline.saturating_duration_since(Instant::now());
            libc::timespec {
                tv_sec: libc::time_t::try_from(left.as_secs()).unwrap_or(libc::time_t::MAX),
                tv_nsec: libc::c_long::from(left.subsec_nanos()),
            }
        });
        let timeout = timeout.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
        // SAFETY: one pollfd and an optional timespec, both living through the call.
        let ready = unsafe { libc::ppoll(&raw mut poll, 1, timeout, std::ptr::null()) };
        match ready {
            0 => Ok(Waited::TimedOut),
            1.. => Ok(Waited::Set),
            _ => match io::Error::last_os_error() {
                error if error.kind() == io::ErrorKind::Interrupted => Ok(Waited::Interrupted),
                error => Err(error),
            },
        }
    }
}

/// Starts a thread with that name in which every Unix signal is blocked: they are the program's.
pub(crate) fn spawn(
    name: &str,
    run: impl FnOnce() + Send + 'static,
) -> io::Result<std::thread::JoinHandle<()>> {
    let mut all = std::mem::MaybeUninit::<libc::sigset_t>::uninit();
    let mut before = std::mem::MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: sigfillset initialises the set that it is given.
    unsafe { libc::sigfillset(all.as_mut_ptr()) };
    // SAFETY: both sets live through the call; a thread inherits the mask of its creator.
    unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, all.as_ptr(), before.as_mut_ptr()) };
    let started = std::thread::Builder::new().name(name.to_owned()).spawn(run);
    // SAFETY: `before` was filled by the call above.
    unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, before.as_ptr(), std::ptr::null_mut()) };
    started
}

/// The name of this machine.
pub(crate) fn hostname() -> io::Result<String> {
    let mut name = [0_u8; 256];
    // SAFETY: the buffer is as long as is said.
    if unsafe { libc::gethostname(name.as_mut_ptr().cast(), name.len()) } != 0 {
        return Err(io::Error::last_os_error());
    }
    let text = name.split(|&byte| byte == 0).next().unwrap_or_default();
    Ok(String::from_utf8_lossy(text).into_owned())
}

/// The deadline of a time-out; `None` for one that is never over.
pub(crate) fn deadline(timeout: Option<Duration>) -> Option<Instant> {
    Instant::now().checked_add(timeout?)
}
