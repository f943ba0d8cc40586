#![forbid(unsafe_code)]
//! The locks and atomics of the concurrent core, exchanged for loom's when it is model-checked.

#[cfg(not(loom))]
pub(crate) use self::lock::{Condvar, Mutex, MutexGuard};
#[cfg(not(loom))]
pub(crate) use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
#[cfg(not(loom))]
pub(crate) use std::thread_local;

#[cfg(not(loom))]
pub(crate) use crate::sys::Signal;

#[cfg(loom)]
pub(crate) use self::model::{Condvar, Mutex, MutexGuard, Signal};
#[cfg(loom)]
pub(crate) use loom::sync::atomic::{AtomicBool, AtomicU64, Ordering};
/// loom's form knows no `const`.
#[cfg(loom)]
macro_rules! thread_local_of_model {
    (static $name:ident: $type:ty = const { $init:expr };) => {
        loom::thread_local! { static $name: $type = $init; }
    };
}
#[cfg(loom)]
pub(crate) use thread_local_of_model as thread_local;

/// Waits for a condition, or until a deadline (`None`: for ever). False when the time is over.
#[cfg(not(loom))]
pub(crate) fn wait_until<T>(
    condition: &Condvar,
    guard: &mut MutexGuard<'_, T>,
    deadline: Option<std::time::Instant>,
) -> bool {
    let Some(deadline) = deadline else {
        condition.wait(guard);
        return true;
    };
    condition.wait_until(guard, deadline)
}

/// A model has no clock.
#[cfg(loom)]
pub(crate) fn wait_until<T>(
    condition: &Condvar,
    guard: &mut MutexGuard<'_, T>,
    _: Option<std::time::Instant>,
) -> bool {
    condition.wait(guard);
    true
}

/// Releases a lock to whoever waits for it: between the pieces of a long walk.
#[cfg(not(loom))]
pub(crate) fn unlock_fair<T>(guard: MutexGuard<'_, T>) {
    guard.unlock_fair();
}

#[cfg(loom)]
pub(crate) fn unlock_fair<T>(guard: MutexGuard<'_, T>) {
    drop(guard);
}

/// The standard library's locks without poison. They are futexes: nothing of them is global, so that
/// the child of a fork can lock what it has made itself, whatever other threads did at that moment.
#[cfg(not(loom))]
mod lock {
    use std::ops::{Deref, DerefMut};
    use std::sync::PoisonError;
    use std::sync::TryLockError::{Poisoned, WouldBlock};
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::thread;
    use std::time::Instant;

    /// How often a fair unlock lets others run.
    const YIELDS: u32 = 64;

    #[derive(Debug, Default)]
    pub(crate) struct Mutex<T> {
        inner: std::sync::Mutex<T>,
        /// How many threads wait for it, and how many have got it after they waited.
        waiting: AtomicU32,
        served: AtomicU32,
    }

    impl<T> Mutex<T> {
        pub(crate) fn new(value: T) -> Self {
            let inner = std::sync::Mutex::new(value);
            Self { inner, waiting: AtomicU32::new(0), served: AtomicU32::new(0) }
        }

        pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
            self.try_lock().unwrap_or_else(|| {
                self.waiting.fetch_add(1, Ordering::Relaxed);
                let held = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
                self.waiting.fetch_sub(1, Ordering::Relaxed);
                self.served.fetch_add(1, Ordering::Relaxed);
                MutexGuard { mutex: self, held: Some(held) }
            })
        }

        pub(crate) fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
            let held = match self.inner.try_lock() {
                Ok(held) => held,
                Err(Poisoned(poisoned)) => poisoned.into_inner(),
                Err(WouldBlock) => return None,
            };
            Some(MutexGuard { mutex: self, held: Some(held) })
        }
    }

    /// Empty only while its thread waits on a condition.
    #[derive(Debug)]
    pub(crate) struct MutexGuard<'a, T> {
        mutex: &'a Mutex<T>,
        held: Option<std::sync::MutexGuard<'a, T>>,
    }

    impl<T> MutexGuard<'_, T> {
        /// Unlocks, and lets one of those go first that wait now. Not for ever: where this thread
        /// has the higher priority, it yields in vain.
        pub(super) fn unlock_fair(self) {
            let Mutex { waiting, served, .. } = self.mutex;
            let before = served.load(Ordering::Relaxed);
            drop(self);
            for _ in 0..YIELDS {
                if waiting.load(Ordering::Relaxed) == 0 || served.load(Ordering::Relaxed) != before
                {
                    break;
                }
                thread::yield_now();
            }
        }
    }

    #[expect(clippy::expect_used, reason = "it is empty within `Condvar::wait` only")]
    impl<T> Deref for MutexGuard<'_, T> {
        type Target = T;

        fn deref(&self) -> &T {
            self.held.as_ref().expect("a guard in use is not empty")
        }
    }

    #[expect(clippy::expect_used, reason = "as above")]
    impl<T> DerefMut for MutexGuard<'_, T> {
        fn deref_mut(&mut self) -> &mut T {
            self.held.as_mut().expect("a guard in use is not empty")
        }
    }

    #[derive(Debug, Default)]
    pub(crate) struct Condvar(std::sync::Condvar);

    impl Condvar {
        pub(crate) fn new() -> Self {
            Self::default()
        }

        pub(crate) fn wait<T>(&self, guard: &mut MutexGuard<'_, T>) {
            guard.held = guard
                .held
                .take()
                .map(|held| self.0.wait(held).unwrap_or_else(PoisonError::into_inner));
        }

        /// False when the time is over.
        pub(super) fn wait_until<T>(
            &self,
            guard: &mut MutexGuard<'_, T>,
            deadline: Instant,
        ) -> bool {
            let time = deadline.saturating_duration_since(Instant::now());
            let Some(held) = guard.held.take() else { return false };
            let waited = self.0.wait_timeout(held, time).unwrap_or_else(PoisonError::into_inner);
            guard.held = Some(waited.0);
            !waited.1.timed_out()
        }

        pub(crate) fn notify_all(&self) {
            self.0.notify_all();
        }
    }

    /// Who waits may not get to run while this thread does.
    #[test]
    fn a_fair_unlock_does_not_wait_for_who_does_not_run() {
        let lock = Mutex::new(());
        lock.waiting.store(1, Ordering::Relaxed);
        lock.lock().unlock_fair();
        assert!(lock.try_lock().is_some());
    }
}

/// loom's locks with the same face.
#[cfg(loom)]
mod model {
    use std::io;
    use std::ops::{Deref, DerefMut};
    use std::os::fd::BorrowedFd;

    use super::{AtomicBool, Ordering};
    use crate::sys;

    #[derive(Debug, Default)]
    pub(crate) struct Mutex<T>(loom::sync::Mutex<T>);

    impl<T> Mutex<T> {
        pub(crate) fn new(value: T) -> Self {
            Self(loom::sync::Mutex::new(value))
        }

        pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
            MutexGuard(Some(self.0.lock().expect("a model does not go on after a panic")))
        }
    }

    /// Empty only while its thread waits on a condition.
    #[derive(Debug)]
    pub(crate) struct MutexGuard<'a, T>(Option<loom::sync::MutexGuard<'a, T>>);

    impl<T> Deref for MutexGuard<'_, T> {
        type Target = T;

        fn deref(&self) -> &T {
            self.0.as_ref().expect("a guard in use is not empty")
        }
    }

    impl<T> DerefMut for MutexGuard<'_, T> {
        fn deref_mut(&mut self) -> &mut T {
            self.0.as_mut().expect("a guard in use is not empty")
        }
    }

    #[derive(Debug, Default)]
    pub(crate) struct Condvar(loom::sync::Condvar);

    impl Condvar {
        pub(crate) fn new() -> Self {
            Self(loom::sync::Condvar::new())
        }

        pub(crate) fn wait<T>(&self, guard: &mut MutexGuard<'_, T>) {
            let held = guard.0.take().expect("a guard in use is not empty");
            guard.0 = Some(self.0.wait(held).expect("a model does not go on after a panic"));
        }

        pub(crate) fn notify_all(&self) {
            self.0.notify_all();
        }
    }

    /// A signal that a model looks at, instead of polling its descriptor.
    #[derive(Debug, Default)]
    pub(crate) struct Signal {
        is_set: AtomicBool,
        other: sys::Signal,
    }

    impl Signal {
        pub(crate) fn fd(&self) -> io::Result<BorrowedFd<'_>> {
            self.other.fd()
        }

        pub(crate) fn set(&self) {
            self.is_set.store(true, Ordering::SeqCst);
        }

        pub(crate) fn clear(&self) {
            self.is_set.store(false, Ordering::SeqCst);
        }

        pub(crate) fn is_set(&self) -> bool {
            self.is_set.load(Ordering::SeqCst)
        }
    }
}
