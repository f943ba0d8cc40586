#![expect(
    unsafe_code,
    reason = "the system calls that the library needs; nothing else is unsafe here"
)]
//! What the library asks of the operating system.

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::sync::atomic::{AtomicPtr, AtomicU32, Ordering};
use std::sync::{Once, OnceLock};
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
    /// It is there.
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
        let fd = self.fd()?.as_raw_fd();
        poll(&mut [libc::pollfd { fd, events: libc::POLLIN, revents: 0 }], deadline)
    }
}

/// Waits until one of the descriptors is what it is polled for, `deadline` is over (`None`: for
/// ever) or a Unix signal comes.
pub(crate) fn poll(fds: &mut [libc::pollfd], deadline: Option<Instant>) -> io::Result<Waited> {
    let count = libc::nfds_t::try_from(fds.len()).unwrap_or(libc::nfds_t::MAX);
    let timeout = deadline.map(|deadline| {
        let left = deadline.saturating_duration_since(Instant::now());
        libc::timespec {
            tv_sec: libc::time_t::try_from(left.as_secs()).unwrap_or(libc::time_t::MAX),
            tv_nsec: libc::c_long::from(left.subsec_nanos()),
        }
    });
    let timeout = timeout.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
    // SAFETY: so many pollfds and an optional timespec, all living through the call.
    let ready = unsafe { libc::ppoll(fds.as_mut_ptr(), count, timeout, std::ptr::null()) };
    match ready {
        0 => Ok(Waited::TimedOut),
        1.. => Ok(Waited::Set),
        _ => match io::Error::last_os_error() {
            error if error.kind() == io::ErrorKind::Interrupted => Ok(Waited::Interrupted),
            error => Err(error),
        },
    }
}

/// The signals that a thread gets for what it did itself: blocked, they end the process without the
/// handler that the program may have for them.
const SYNCHRONOUS: [libc::c_int; 7] = [
    libc::SIGSEGV,
    libc::SIGBUS,
    libc::SIGFPE,
    libc::SIGILL,
    libc::SIGTRAP,
    libc::SIGABRT,
    libc::SIGSYS,
];

/// Starts a thread with that name in which Unix signals are blocked: they are the program's.
pub(crate) fn spawn(
    name: &str,
    run: impl FnOnce() + Send + 'static,
) -> io::Result<std::thread::JoinHandle<()>> {
    let mut all = std::mem::MaybeUninit::<libc::sigset_t>::uninit();
    let mut before = std::mem::MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: sigfillset initialises the set that it is given.
    unsafe { libc::sigfillset(all.as_mut_ptr()) };
    for signal in SYNCHRONOUS {
        // SAFETY: the set was initialised above.
        unsafe { libc::sigdelset(all.as_mut_ptr(), signal) };
    }
    // SAFETY: both sets live through the call; a thread inherits the mask of its creator.
    unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, all.as_ptr(), before.as_mut_ptr()) };
    let started = std::thread::Builder::new().name(name.to_owned()).spawn(run);
    // SAFETY: `before` was filled by the call above.
    unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, before.as_ptr(), std::ptr::null_mut()) };
    started
}

/// A thread that runs now.
pub(crate) type Thread = libc::pthread_t;

/// Which thread this is. The standard library would keep something for a thread of the program.
pub(crate) fn this_thread() -> Thread {
    // SAFETY: it takes nothing and cannot fail.
    unsafe { libc::pthread_self() }
}

static GENERATION: AtomicU32 = AtomicU32::new(0);

/// How many forks have led to this process since the library was first used.
///
/// What was made in another generation was inherited: its threads are not here, and its locks may
/// be held by them for ever.
pub(crate) fn fork_generation() -> u32 {
    static WATCH_FORKS: Once = Once::new();
    extern "C" fn forked() {
        GENERATION.fetch_add(1, Ordering::Relaxed);
    }
    WATCH_FORKS.call_once(|| {
        // SAFETY: `forked` may run in a child where nothing but async-signal-safe code may. That it
        // cannot be set up for want of memory is as good as not noticing forks.
        unsafe { libc::pthread_atfork(None, None, Some(forked)) };
    });
    GENERATION.load(Ordering::Relaxed)
}

/// A global value of which every process has its own: a forked child begins with a new one.
pub(crate) struct PerProcess<T: 'static> {
    current: AtomicPtr<(u32, T)>,
}

impl<T: Default + Sync> PerProcess<T> {
    pub(crate) const fn new() -> Self {
        Self { current: AtomicPtr::new(std::ptr::null_mut()) }
    }

    /// This process's value. One that was inherited is left alone: it may be locked.
    pub(crate) fn get(&self) -> &'static T {
        let generation = fork_generation();
        loop {
            let current = self.current.load(Ordering::Acquire);
            // SAFETY: what is stored here is leaked below, and never freed.
            if let Some((made_in, value)) = unsafe { current.as_ref() }
                && *made_in == generation
            {
                return value;
            }
            let new = Box::into_raw(Box::new((generation, T::default())));
            let exchange =
                self.current.compare_exchange(current, new, Ordering::AcqRel, Ordering::Acquire);
            if exchange.is_err() {
                // SAFETY: another thread was faster, so that nobody else knows this one.
                drop(unsafe { Box::from_raw(new) });
            }
        }
    }
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
